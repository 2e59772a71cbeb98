#include "sim/feed/rankings/weighted.hpp"

namespace grapevine {

RankingFacts about_engagement_rate() {
  return {.name = "engagement-rate",
          .first = "the highest predicted rate of likes, replies and reshares together per impression",
          .source = "assumption: no platform's; what marketing calls engagement rate, as an order of feeds",
          .make = make_weighted,
          .rules = {{"engagement per impression",
                     "likes + replies + reshares, each 1",
                     RuleStatus::modelled,
                     "`weighted` with equal weights, shrunk to what is expected of a post",
                     {{"feed.weights.like", "1"}, {"feed.weights.reply", "1"}, {"feed.weights.reshare", "1"}}}},
          .form = Ranking::weighted};
}

}  // namespace grapevine
