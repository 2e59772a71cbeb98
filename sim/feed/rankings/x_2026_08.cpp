#include "sim/feed/rankings/weighted.hpp"

namespace grapevine {

/// X's ranking of August 2026 (xai-org/x-algorithm, home-mixer/params/param.rs, "last sync 2026-08-12"). Reference
/// E 4.2.
RankingFacts about_x_2026_08() {
  using enum RuleStatus;
  return {
      .name = "x-2026-08",
      .first = "X's weighted sum of predicted probabilities and the rules laid over it, as published",
      .date = "2026-08-12",
      .source = "[R] xai-org/x-algorithm, home-mixer/params/param.rs, reference E 4.2",
      .make = make_weighted,
      .rules =
          {{"favorite", "0.5", modelled, "a like", {{"feed.weights.like", "0.5"}}},
           {"reply", "5.0", modelled, "a reply", {{"feed.weights.reply", "5.0"}}},
           {"reply, mutual follow",
            "+15.0, originals only",
            modelled,
            "a reply to the author's own emission, where reader and author follow each other",
            {{"feed.weights.mutual_reply", "15.0"}}},
           {"repost", "1.0", modelled, "a reshare", {{"feed.weights.reshare", "1.0"}}},
           {"quote", "5.0", zero_here, "nobody quotes: a reshare has no text of its own"},
           {"share", "2.0", zero_here, "nobody shares outside of feeds"},
           {"share via DM", "5.0", zero_here, "nobody shares outside of feeds"},
           {"share via copied link", "20.0", zero_here, "nobody shares outside of feeds"},
           {"follow author",
            "4.0",
            modelled,
            "a follow after a look, expected of every post alike: what makes its term as large as that of likes "
            "(derived). "
            "It is not learned, for looks of strangers, who alone can follow, are not counted apart, and a rate per "
            "look "
            "would tell how many strangers looked",
            {{"feed.weights.follow", "4.0"}, {"feed.prior.follow", "0.009125"}, {"feed.prior_strength.follow", "1e9"}}},
           {"click", "0.4", modelled, "a click", {{"feed.weights.click", "0.4"}}},
           {"open link", "0.2", zero_here, "posts have no links beside the one that a click means"},
           {"photo expand, video open, quality view, quoted click", "0.05 each", zero_here, "posts are no media"},
           {"dwell time", "0.004 a unit", zero_here, "looks have no length"},
           {"not dwelled", "-0.02", zero_here, "looks have no length"},
           {"profile click", "0.0", modelled, "a profile visit", {{"feed.weights.profile_visit", "0"}}},
           {"not interested", "-43.2", modelled, "a reader hides the post", {{"feed.weights.hide", "-43.2"}}},
           {"block author", "-31.2", zero_here, "nobody blocks: who hides a post may unfollow its author"},
           {"mute author", "-58.8", zero_here, "nobody mutes"},
           {"report", "-234.0", modelled, "a report", {{"feed.weights.report", "-234.0"}}},
           {"squashing of negative sums",
            "epsilon 0.001",
            modelled,
            "as in 2023, with the number of params/config.rs. N and P are sums over all heads there, 367.22 and 43.3 "
            "without that of dwell time, and over those modelled here, 277.2 and 10.9, so that what is below 0 scores "
            "up to 1.076 times as much. Sums stand in the same order; it can tell where factors have brought one of "
            "less than 0.005 that low",
            {{"feed.rules.negative_scale", "0.001"}}},
           {"out of network",
            "x 0.75",
            modelled,
            "posts that discovery brings",
            {{"feed.rules.out_of_network", "0.75"}}},
           {"reposts in network",
            "x 0.75",
            modelled,
            "posts that stand in the feed by a reshare",
            {{"feed.rules.reposts", "0.75"}}},
           {"replies in network", "x 0.75", not_representable, "replies are answers to posts here, and no posts"},
           {"new viewers", "x 0.00001 (an option)", not_representable, "nobody is new: all are there from the start"},
           {"author diversity",
            "0.5, floor 0.25",
            modelled,
            "over all candidates of a session",
            {{"feed.rules.diversity", "0.5"}, {"feed.rules.diversity_floor", "0.25"}}},
           {"author cold start",
            "slot 15, up to 1 000 followers, below 1 000 impressions",
            modelled,
            "the best such post of a session's candidates",
            {{"feed.rules.lift_to", "15"},
             {"feed.rules.lift_followers", "1_000"},
             {"feed.rules.lift_impressions", "1_000"}}},
           {"candidates",
            "1 200 in network, 1 000 outside",
            modelled,
            "as shares: 1 000 of 2 200 candidates come from discovery",
            {{"discovery.share", "0.45"}}},
           {"shown",
            "35 of the best 50",
            modelled,
            "50 are served; how far a reader looks is its patience",
            {{"feed.length", "50"}}},
           {"window", "48 h", modelled, "feed.window, which all arms share: the scenario sets it"},
           {"already seen", "dropped", modelled, "feed.memory", {{"feed.memory", "\"window\""}}},
           {"ads", "3 organic posts between two at the least", modelled, "one promoted post a session at the most"},
           {"cold start, posts of 24 h at the most", "in a treatment arm", not_representable,
            "the rule of all others is used"},
           {"perturbation of weights", "e^(+-sigma) by viewer, in experiments", modelled,
            "feed.perturbation; 0 by default"},
           {"who to follow", "position 6", not_representable, "accounts are not recommended"}},
      .form = Ranking::weighted};
}

}  // namespace grapevine
