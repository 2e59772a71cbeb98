#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/model/parameters.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine {

/// Candidates by source and by tier of the root's author. Roots that do not count have places of their own, which
/// nobody reads: adding needs no branch.
class CandidateCounts {
public:
  void add(Source source, PostHot root) { ++counts_[static_cast<std::size_t>(source)][root.tally_place()]; }
  std::uint64_t counted(Source source, std::size_t tier) const {
    return counts_[static_cast<std::size_t>(source)][PostHot::counted_place(tier)];
  }

private:
  std::array<std::array<std::uint64_t, PostHot::tally_places>, source_count> counts_{};
};

/// How far the candidates of some sessions came.
struct CandidateTally {
  CandidateCounts delivered;
  CandidateCounts left_out;  ///< delivered, not served
  CandidateCounts looked_at;
  CandidateCounts ranked;  ///< looked at by readers that are ranked for ...
  CandidateCounts shadow;  ///< ... and what they would have looked at, newest first
};

/// Looks at counted roots by position in the feed; without rows where nobody asks.
struct PositionTally {
  std::vector<PositionRow> rows{};  ///< by group of readers, tier and class of positions, the last fastest

  void begin(std::size_t tiers) { rows.assign(reader_groups * tiers * positions_from.size(), {}); }
  /// `position`: 1 for the top.
  void add(ReaderGroup group, std::size_t tier, std::uint32_t position, ActionSet actions) {
    const std::size_t of_group = rows.size() / reader_groups;
    PositionRow& row =
        rows[static_cast<std::size_t>(group) * of_group + tier * positions_from.size() + position_class(position)];
    ++row.impressions;
    row.actions.add(actions);
  }
  void add(const PositionTally& more) {
    rows.resize(std::max(rows.size(), more.rows.size()));
    for (std::size_t i = 0; i < more.rows.size(); ++i) {
      rows[i].impressions += more.rows[i].impressions;
      rows[i].actions.add(more.rows[i].actions);
    }
  }
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
      rows[i].ranked += tally.ranked.counted(source, tier);
      rows[i].shadow += tally.shadow.counted(source, tier);
    }
  }
};

}  // namespace grapevine
