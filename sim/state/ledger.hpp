#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/model/parameters.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine {

/// Candidates by source and by what their hot word says of the root: 32 numbers a source, of which those of counted
/// roots are read.
class CandidateCounts {
public:
  void add(Source source, PostHot root) { ++counts_[place(source, root.tier_and_counted())]; }
  std::uint64_t counted(Source source, std::size_t tier) const {
    return counts_[place(source, PostHot::counted_of(tier))];
  }

private:
  static constexpr std::size_t place(Source source, std::uint32_t tier_and_counted) {
    return std::size_t{PostHot::tiers_and_counted} * static_cast<std::size_t>(source) + tier_and_counted;
  }
  std::array<std::uint64_t, PostHot::tiers_and_counted * source_count> counts_{};
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
