#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/model/parameters.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine {

/// Candidates by source and by tier of the root's author. Roots that do not count have a place of their own, which
/// nobody reads: adding needs no branch.
class CandidateCounts {
public:
  void add(Source source, PostHot root) {
    ++counts_[static_cast<std::size_t>(source)][root.counted() ? root.tier() : most_tiers];
  }
  std::uint64_t counted(Source source, std::size_t tier) const {
    return counts_[static_cast<std::size_t>(source)][tier];
  }

private:
  std::array<std::array<std::uint64_t, most_tiers + 1>, source_count> counts_{};
};

/// How far the candidates of some sessions came.
struct CandidateTally {
  CandidateCounts delivered;
  CandidateCounts left_out;  ///< delivered, not served
  CandidateCounts looked_at;
};

/// How far counted roots came that readers got from each source, by tier.
struct Ledger {
  std::vector<LedgerRow> rows =
      std::vector<LedgerRow>(most_tiers * source_count);  ///< by tier and source, the source fastest

  void add(const CandidateTally& tally) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t tier = i / source_count;
      const auto source = static_cast<Source>(i % source_count);
      const std::uint64_t delivered = tally.delivered.counted(source, tier);
      rows[i].delivered += delivered;
      rows[i].served += delivered - tally.left_out.counted(source, tier);
      rows[i].impressions += tally.looked_at.counted(source, tier);
    }
  }
};

}  // namespace grapevine
