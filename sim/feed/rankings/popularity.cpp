#include "sim/feed/ranker_of.hpp"

namespace grapevine {
namespace {

/// Most engagement (likes + replies + reshares, a count) first: favours roots that many have seen.
struct Popularity : RankingRule {
  explicit Popularity(const RankingGiven&) {}
  bool learns() const { return true; }
  std::uint32_t value(const PostCounters& counters) const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(counters.engagement(), UINT32_MAX));
  }
  std::uint64_t key(const CandidateFacts& candidate) const { return ranking_key(candidate.value(), candidate.tie()); }
};

}  // namespace

RankingFacts about_popularity() {
  return {.name = "popularity", .first = "the most engagement so far", .make = RankerOf<Popularity>::make};
}

}  // namespace grapevine
