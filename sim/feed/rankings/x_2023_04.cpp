#include "sim/feed/rankings/weighted.hpp"

namespace grapevine {

/// Twitter's ranking of April 2023: the weights of the heavy ranker (twitter/the-algorithm-ml,
/// projects/home/recap/README.md, dated 5 April 2023) and the rules laid over its scores (twitter/the-algorithm,
/// home-mixer, product/scored_tweets). Reference E 4.1.
RankingFacts about_x_2023_04() {
  using enum RuleStatus;
  return {.name = "x-2023-04",
          .first = "Twitter's weighted sum of predicted probabilities and the rules laid over it, as published",
          .date = "2023-04-05",
          .source =
              "[R] twitter/the-algorithm-ml, heavy ranker README, and twitter/the-algorithm, home-mixer, reference "
              "E 4.1",
          .make = make_weighted,
          .rules =
              {{"fav", "0.5", modelled, "a like", {{"feed.weights.like", "0.5"}}},
               {"retweet", "1.0", modelled, "a reshare", {{"feed.weights.reshare", "1.0"}}},
               {"reply", "13.5", modelled, "a reply", {{"feed.weights.reply", "13.5"}}},
               {"reply_engaged_by_author",
                "75.0",
                modelled,
                "a reply that the author answers; zero where answers.per_day is 0",
                {{"feed.weights.answered", "75.0"}}},
               {"good_profile_click",
                "12.0",
                modelled,
                "a profile visit and a like or reply, independent given reader and post",
                {{"feed.weights.good_profile_visit", "12.0"}}},
               {"good_click",
                "11.0",
                modelled,
                "a click and a like or reply, independent given reader and post",
                {{"feed.weights.good_click", "11.0"}, {"feed.weights.click", "0"}}},
               {"good_click_v2", "10.0; good_click takes the larger of both probabilities", zero_here,
                "nobody stays for two minutes: looks have no length"},
               {"video_playback50", "0.005", zero_here, "posts are no videos"},
               {"negative_feedback_v2", "-74.0", modelled, "a reader hides the post", {{"feed.weights.hide", "-74.0"}}},
               {"report", "-369.0", modelled, "a report", {{"feed.weights.report", "-369.0"}}},
               {"follow, profile visit alone",
                "no heads",
                modelled,
                "no weight",
                {{"feed.weights.follow", "0"}, {"feed.weights.profile_visit", "0"}}},
               {"squashing of negative sums",
                "epsilon 0.001",
                modelled,
                "NaviModelScorer.scala, where some weight is below 0. N and P are sums over all heads there, 443 and "
                "123.005, and over those modelled here, 443 and 113, so that what is below 0 scores 1.018 times as "
                "much. Sums stand in the same order; it can tell where factors have brought one of less than 0.023 "
                "that low",
                {{"feed.rules.negative_scale", "0.001"}}},
               {"replies", "x 0.75", not_representable, "replies are answers to posts here, and no posts"},
               {"out of network",
                "x 1.0 (x 0.75 in the older scorer, retweets in network exempt)",
                modelled,
                "feed.rules.out_of_network, of posts that discovery brings",
                {{"feed.rules.out_of_network", "1.0"}}},
               {"Blue-verified author",
                "x 4.0 in network, x 2.0 outside, original posts",
                modelled,
                "accounts of tiers.verified or of the accounts' own column, of posts that no reshare shows; nobody is "
                "verified by default",
                {{"feed.verified", "4.0"}, {"feed.verified_outside", "2.0"}}},
               {"creator",
                "x 1.1 in network, x 1.3 outside, original posts",
                modelled,
                "accounts of tiers.creators or of the accounts' own column, of posts that no reshare shows; nobody "
                "is a creator by default",
                {{"feed.creator", "1.1"}, {"feed.creator_outside", "1.3"}}},
               {"author diversity",
                "x (1 - 0.25) 0.5^k + 0.25",
                modelled,
                "over all candidates of a session",
                {{"feed.rules.diversity", "0.5"}, {"feed.rules.diversity_floor", "0.25"}}},
               {"feedback fatigue", "14 days filtered, then 0.2 to 1.0 in 140 days", modelled,
                "feed.rules.fatigue, the share of pairs of reader and author that are in it, whoever shows the post; 0 "
                "by default, for no number was published. For 14 days posts stand last, and are seen by whoever reads "
                "so far; then days count in fractions, there as whole ones. The other pairs of FeedbackFatigueScorer "
                "are not modelled: its factor is multiplied by that of who retweeted the post, and by the largest of "
                "those whose likes, and whose follows, are shown as the reason, where all of them have one. Nobody "
                "here complains of who reshares, and no likes or follows are reasons; complaints that fall on all "
                "alike would take from what is reshared, whoever wrote it"},
               {"age decay (Earlybird)",
                "floor 0.6, slope 0.003, 360 min",
                modelled,
                "a sigmoid; published as a half-life, which it is not",
                {{"feed.rules.age_middle", "\"360min\""},
                 {"feed.rules.age_slope", "0.003"},
                 {"feed.rules.age_floor", "0.6"}}},
               {"slots",
                "60 in network and 60 outside of 120 that are ranked",
                modelled,
                "the best of each source",
                {{"feed.length", "120"}, {"feed.rules.most_in_network", "60"}, {"feed.rules.most_outside", "60"}}},
               {"about half of a feed in network",
                "README.md",
                modelled,
                "half of the candidates come from discovery",
                {{"discovery.share", "0.5"}}},
               {"candidates", "up to 500 scored a source", not_representable,
                "how they are found among all posts was not published as a rule; a session here has fewer"},
               {"who to follow", "position 5", not_representable, "accounts are not recommended"},
               {"SimClusters", "145 000 communities, sparse interests", modelled,
                "population.topics and interests; discovery draws from a reader's favourite topics"},
               {"shown", "35", modelled, "of what is served; how far a reader looks is its patience"},
               {"popular videos", "40 candidates", zero_here, "posts are no videos"}},
          .form = Ranking::weighted};
}

}  // namespace grapevine
