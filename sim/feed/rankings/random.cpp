#include "sim/feed/ranker_of.hpp"

namespace grapevine {
namespace {

/// In an order drawn for each reader and root.
struct RandomOrder : RankingRule {
  explicit RandomOrder(const RankingGiven&) {}
  std::uint64_t key(const CandidateFacts& candidate) const { return ranking_key(0, candidate.tie()); }
};

}  // namespace

RankingFacts about_random() {
  return {.name = "random", .first = "what a keyed hash of reader and root says", .make = RankerOf<RandomOrder>::make};
}

}  // namespace grapevine
