#pragma once

#include <cstdint>

#include "graph/base/described.hpp"
#include "sim/model/parameters/time.hpp"

namespace grapevine {

/// What platforms lay over scores, and over the list that scores make: docs/model.md 7.21. Run scope; all neutral.
struct FeedRules {
  double out_of_network = 1.0;  ///< a factor on scores of what no followee brought
  double reposts = 1.0;         ///< ... of what a followee reshared
  double age_middle = 0.0;      ///< ticks; 0: no sigmoid
  double age_slope = 0.003;     ///< per minute
  double age_floor = 0.6;
  double diversity = 1.0;  ///< discount of each further post of an author
  double diversity_floor = 0.0;
  double negative_scale = 0.001;  ///< what sums below 0 are squashed into
  double fatigue = 0.0;           ///< share of pairs of reader and author
  std::uint32_t lift_to = 0;      ///< place in the feed, from 1; 0: nothing is lifted
  std::uint32_t lift_followers = 1'000;
  std::uint32_t lift_impressions = 1'000;
  std::uint32_t most_in_network = 0;  ///< 0: no limit
  std::uint32_t most_outside = 0;

  bool ages() const { return age_middle > 0.0; }
  bool diversifies() const { return diversity != 1.0; }
  bool caps() const { return most_in_network > 0 || most_outside > 0; }
  bool lifts() const { return lift_to > 0; }
  /// Whether any looks at more than one candidate.
  bool of_lists() const { return diversifies() || caps() || lifts(); }
};

/// The keys of [feed.rules], for `FeedParameters::keys`. `scored`: where rankings have scores.
template <class Feed, class Key>
void describe_rules(Key&& key, const Condition& scored) {
  const auto with = [&](std::string words, bool (*holds)(const Feed&)) {
    return Condition{scored.words + ", and " + words,
                     [scored = scored.holds, holds](const Circumstances& c) { return scored(c) && c.any<Feed>(holds); },
                     true};
  };
  const Condition aging = with("feed.rules.age_middle above 0", [](const Feed& feed) { return feed.rules.ages(); });
  const Condition spreading =
      with("feed.rules.diversity other than 1", [](const Feed& feed) { return feed.rules.diversifies(); });
  const Condition lifting = with("feed.rules.lift_to above 0", [](const Feed& feed) { return feed.rules.lifts(); });
  const Condition disliking =
      with("a weight below 0", [](const Feed& feed) { return feed.values() && feed.has_negative_weights(); });
  const std::string neutral = "assumption (neutral)";

  key.section("feed.rules", "What platforms lay over scores and over the list that these make.", Scope::run);
  key("out_of_network", [](Feed & feed) -> auto& { return feed.rules.out_of_network; },
      {.sentence = "Factor on scores of posts that no followee of the reader wrote or reshared (discovery).",
       .source = neutral + "; 0.75 in the rankings of Twitter (2023, older code) and X (2026), [R] reference E",
       .range = RealRange{0, 1000},
       .only = scored});
  key("reposts", [](Feed & feed) -> auto& { return feed.rules.reposts; },
      {.sentence = "Factor on scores of posts that stand in the feed because a followee reshared them.",
       .source = neutral + "; 0.75 in the ranking of X (2026), [R] reference E 4.2",
       .range = RealRange{0, 1000},
       .only = scored});
  key("age_middle", [](Feed & feed) -> auto& { return feed.rules.age_middle; },
      {.kind = Kind::duration,
       .sentence = "Age at which a score has lost half of what age takes: factor floor + (1 - floor) / (1 + e^(slope "
                   "x (age - middle))); \"0\": no such decay.",
       .source = neutral + "; 360 min in Twitter's Earlybird, called its half-life there, [R] reference E 4.1",
       .range = durations_from(0),
       .only = scored});
  key("age_slope", [](Feed & feed) -> auto& { return feed.rules.age_slope; },
      {.sentence = "Slope of that.",
       .source = "[R] Twitter Earlybird, ranking.thrift, reference E 4.1",
       .range = RealRange{0, 10},
       .unit = "per minute",
       .only = aging});
  key("age_floor", [](Feed & feed) -> auto& { return feed.rules.age_floor; },
      {.sentence = "Share of a score that age leaves.",
       .source = "[R] Twitter Earlybird, ranking.thrift, reference E 4.1",
       .range = RealRange{0, 1},
       .unit = "share",
       .only = aging});
  key("diversity", [](Feed & feed) -> auto& { return feed.rules.diversity; },
      {.sentence = "What the posts of one author in a feed are discounted by: the score of the k-th best, k = 0, 1, "
                   "..., is multiplied by (1 - floor) x diversity^k + floor, and the feed put in order once more; 1: "
                   "no discount.",
       .source = neutral + "; 0.5 at Twitter (2023) and X (2026), [R] reference E",
       .range = RealRange{0, 1},
       .only = scored});
  key("diversity_floor", [](Feed & feed) -> auto& { return feed.rules.diversity_floor; },
      {.sentence = "The least that is left of a score then.",
       .source = neutral + "; 0.25 at Twitter (2023) and X (2026), [R] reference E",
       .range = RealRange{0, 1},
       .unit = "share",
       .only = spreading});
  key("negative_scale", [](Feed & feed) -> auto& { return feed.rules.negative_scale; },
      {.sentence =
           "What is added to a sum of weighted probabilities of 0 or more where some weight is below 0; a sum s "
           "below 0 becomes (s + N) / (N + P) times this, with N and P the sums of the weights below and above "
           "0 without their signs.",
       .source = "[R] Twitter NaviModelScorer.scala, reference E 4.1",
       .range = RealRange{0, 1000, true},
       .only = disliking});
  key("fatigue", [](Feed & feed) -> auto& { return feed.rules.fatigue; },
      {.sentence =
           "Share of pairs of reader and author in which the reader has asked to see fewer of the author in the "
           "154 days before the start, at moments spread evenly: for 14 days scores are 0, and the posts stand "
           "last, then they rise from 0.2 to 1 in 140 days. Under \"weighted\" and its presets the posts of an "
           "author stand last, too, while one of its posts lives that the reader has hidden or reported.",
       .source = neutral + "; times and factors: [R] Twitter FeedbackFatigueScorer.scala, reference E 4.1",
       .range = probability_range,
       .unit = "share",
       .only = scored});
  key("lift_to", [](Feed & feed) -> auto& { return feed.rules.lift_to; },
      {.sentence = "Place in the feed, from 1, to which the best post of a small account that few have looked at is "
                   "lifted, if it stands below; a feed that is shorter has no such place; 0: none is lifted.",
       .source = neutral + "; 15 at X (2026), [R] reference E 4.2",
       .range = WholeRange{0, 10'000},
       .only = scored});
  key("lift_followers", [](Feed & feed) -> auto& { return feed.rules.lift_followers; },
      {.sentence = "Followers up to which an account is small in that.",
       .source = "[R] X author_cold_start.rs, reference E 4.2",
       .range = WholeRange{0, no_limit},
       .unit = "followers",
       .scales = true,
       .only = lifting});
  key("lift_impressions", [](Feed & feed) -> auto& { return feed.rules.lift_impressions; },
      {.sentence = "Impressions of a post below which few have looked at it.",
       .source = "[R] X author_cold_start.rs, reference E 4.2",
       .range = WholeRange{1, no_limit},
       .unit = "impressions",
       .scales = true,
       .only = lifting});
  key("most_in_network", [](Feed & feed) -> auto& { return feed.rules.most_in_network; },
      {.sentence = "Posts brought by followees that a feed holds at most, the best ones; 0: no limit.",
       .source = neutral + "; 60 at Twitter (2023), [R] reference E 4.1",
       .range = WholeRange{0, no_limit},
       .unit = "posts",
       .only = scored});
  key("most_outside", [](Feed & feed) -> auto& { return feed.rules.most_outside; },
      {.sentence = "The same of posts that no followee brought; 0: no limit.",
       .source = neutral + "; 60 at Twitter (2023), [R] reference E 4.1",
       .range = WholeRange{0, no_limit},
       .unit = "posts",
       .only = scored});
}

}  // namespace grapevine
