#pragma once

#include <cstdint>

#include "graph/base/described.hpp"
#include "sim/model/parameters/behaviour.hpp"

namespace grapevine {

/// Run scope: when readers stop following.
struct UnfollowParameters {
  std::uint32_t hides = 0;
  double crowded = 0.0;
  double probability = 0.0;

  bool of_crowded() const { return crowded > 0.0 && probability > 0.0; }
  bool neutral() const { return hides == 0 && !of_crowded(); }

  template <class Key>
  static void keys(Key&& key) {
    const Condition hiding{
        "behaviour.hide above 0", [](const Circumstances& c) {
          return c.any<BehaviourParameters>([](const BehaviourParameters& b) { return b.of(Action::hide) > 0.0; });
        }};
    const Condition crowding{
        "unfollow.crowded above 0", [](const Circumstances& c) {
          return c.any<UnfollowParameters>([](const UnfollowParameters& u) { return u.crowded > 0.0; });
        }};
    key.section("unfollow", "When readers stop following an account.", Scope::run);
    key("hides", &UnfollowParameters::hides,
        {.sentence = "Posts of an author that a reader hides until it unfollows the author; 0: it does not.",
         .source = "assumption (neutral)",
         .range = WholeRange{0, 1000},
         .unit = "posts",
         .only = hiding});
    key("crowded", &UnfollowParameters::crowded,
        {.sentence = "Posts that followees brought to a session over those that the reader looked at, from which on "
                     "its feed is crowded; 0: it never is.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e6},
         .unit = "ratio"});
    key("probability", &UnfollowParameters::probability,
        {.sentence = "Probability that a reader, after a session with a crowded feed, unfollows whoever brought one of "
                     "its posts, each post being as likely.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "probability a session",
         .only = crowding});
  }
};

}  // namespace grapevine
