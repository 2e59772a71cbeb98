#include "sim/feed/ranker_of.hpp"

namespace grapevine {
namespace {

/// Newest emission first.
struct Chronological : RankingRule {
  static constexpr bool needs_ties = false;
  explicit Chronological(const RankingGiven&) {}
  std::uint64_t key(const CandidateFacts& candidate) const {
    return ranking_key(candidate.visible(), candidate.time());
  }
};

}  // namespace

RankingFacts about_chronological() {
  return {.name = "chronological", .first = "the newest emission", .make = RankerOf<Chronological>::make};
}

}  // namespace grapevine
