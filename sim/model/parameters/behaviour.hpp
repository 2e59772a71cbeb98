#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "graph/base/described.hpp"
#include "sim/model/actions.hpp"
#include "sim/model/parameters/people.hpp"

namespace grapevine {

enum class ParentRule : std::uint8_t { latest, first };
constexpr auto names_of(ParentRule) {
  return std::array{Named{ParentRule::latest, "latest"}, Named{ParentRule::first, "first"}};
}

/// Whether a reader that meets a root again decides again.
enum class Again : std::uint8_t {
  once,  ///< no: one random number for each reader, root and action; it acts at the first look at which that lies below
         ///< the probability
  fresh,   ///< yes: a random number of its own at each look
  always,  ///< ... and what it did before does not keep it from doing it once more
};
constexpr auto names_of(Again) {
  return std::array{Named{Again::once, "once"}, Named{Again::fresh, "fresh"}, Named{Again::always, "always"}};
}

/// Run scope.
struct BehaviourParameters {
  PerAction probability = per_action(&ActionFacts::probability);
  double follow_after_visit = 0.0;
  double topic_match = 0.0;
  double social_proof = 0.0;
  double stranger = 0.0;
  double credibility = 0.0;
  double similarity = 0.0;
  double exposures = 0.0;
  ParentRule parent = ParentRule::latest;
  Again again = Again::once;

  double of(Action action) const { return probability[static_cast<std::size_t>(action)]; }
  /// Whether readers may follow accounts during the run.
  bool follows() const { return of(Action::follow) > 0.0 || follow_after_visit > 0.0; }
  /// Whether readers may dismiss posts.
  bool dismisses() const { return of(Action::hide) > 0.0 || of(Action::report) > 0.0; }

  template <class Key>
  static void keys(Key&& key) {
    key.section("behaviour", "What a reader does with a post it looks at.", Scope::run);
    for (std::size_t a = 0; a < action_count; ++a)
      key(action_table[a].name, [a](BehaviourParameters & behaviour) -> auto& { return behaviour.probability[a]; },
          {.sentence =
               "Mean probability of a " + spoken(action_table[a].name) + " per impression" +
               (a == static_cast<std::size_t>(Action::follow) ? " by a reader who does not follow the author" : "") +
               ", without social proof.",
           .source = std::string(action_table[a].probability_source),
           .range = probability_range,
           .unit = "probability"});
    key("follow_after_visit", &BehaviourParameters::follow_after_visit,
        {.sentence = "Mean probability that a reader who visits the profile of an author, whom it does not follow, "
                     "follows it; in the place of `follow`, without social proof.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "probability"});
    key("topic_match", &BehaviourParameters::topic_match,
        {.sentence = "Difference between full interest and no interest in the post's topic.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
    key("social_proof", &BehaviourParameters::social_proof,
        {.sentence = "Gain per doubling of (1 + followees who reshared the root).",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
    key("stranger", &BehaviourParameters::stranger,
        {.sentence = "What a reader's odds of acting differ by where it does not follow the author, beside what that "
                     "does to trust.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
    key("credibility", &BehaviourParameters::credibility,
        {.sentence =
             "What a reader's odds of acting differ by where a post is on its author's main topic: an author is "
             "believed in what it knows; see population.focus and campaign.topic.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
    key("similarity", &BehaviourParameters::similarity,
        {.sentence = "What a reader's odds of acting differ by where it belongs to the community of the author.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits",
         .only = communities_known()});
    key("exposures", &BehaviourParameters::exposures,
        {.sentence =
             "Gain per doubling of (1 + followees whose reshare of the root was there at this look or an earlier "
             "one of the reader): complex contagion, which remembers, where social_proof does not.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
    key("again", &BehaviourParameters::again,
        {.sentence =
             "Whether a reader that meets a post again decides again: by one random number for reader, post "
             "and action, or by a fresh one at each look. Either way it acts once, but under \"always\", where it may "
             "do at each look what it did before.",
         .source = "assumption (neutral)"});
    key.section("cascade", "How reshares make a tree.", Scope::run);
    key("parent", &BehaviourParameters::parent,
        {.sentence = "Whose emission a reshare names as its parent: the latest or the first visible one.",
         .source = "assumption"});
  }
};

}  // namespace grapevine
