#include "sim/run/partners.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "graph/base/parallel.hpp"

namespace grapevine {

bool runs_campaign(const std::vector<std::string>& pays, const CampaignParameters& campaign) {
  return std::ranges::find(pays, campaign.name) != pays.end();
}

void put_audiences(const FollowGraph& graph, const WorldParameters& parameters, const std::vector<Deal>& deals,
                   const std::vector<std::string>& pays, UserRange readers, Exchange& exchange, RunRecord& record) {
  const std::size_t campaigns = parameters.campaigns.size();
  record.frequency.assign(campaigns * frequency_bins, 0);
  std::vector<std::uint16_t> paid_by(graph.user_count(), 0);  // bit c: by campaign c
  static_assert(most_campaigns <= 16);
  bool any = false;
  for (std::size_t c = 0; c < campaigns; ++c)
    if (runs_campaign(pays, parameters.campaigns[c]))
      for (const Purchase& purchase : deals[c].purchases) {
        paid_by[purchase.user.index()] |= static_cast<std::uint16_t>(1u << c);
        record.campaigns[c].audience_gross += purchase.followers;
        any = true;
      }
  if (!any) return;
  using Counts = std::vector<std::uint64_t>;
  std::vector<Counts> by_block((readers.size() + reader_block - 1) / reader_block);
  parallel_blocks(readers.size(), reader_block, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
    Counts& users = by_block[block] = Counts(campaigns * frequency_bins, 0);
    std::array<std::uint32_t, most_campaigns> follows{};
    for (std::size_t i = begin; i < end; ++i) {
      std::uint32_t all = 0;
      for (const UserId followee : graph.followees(UserId{readers.first + static_cast<std::uint32_t>(i)})) {
        const std::uint32_t mask = paid_by[followee.index()];
        if (mask == 0) continue;
        all |= mask;
        for (std::uint32_t left = mask; left != 0; left &= left - 1)
          ++follows[static_cast<std::size_t>(std::countr_zero(left))];
      }
      for (; all != 0; all &= all - 1) {
        const auto c = static_cast<std::size_t>(std::countr_zero(all));
        ++users[c * frequency_bins + std::min<std::size_t>(follows[c], frequency_bins) - 1];
        follows[c] = 0;
      }
    }
  });
  for (const Counts& users : by_block)
    for (std::size_t i = 0; i < users.size(); ++i) record.frequency[i] += users[i];
  exchange.add(std::span(record.frequency));
  for (std::size_t c = 0; c < campaigns; ++c)
    for (std::size_t k = 0; k < frequency_bins; ++k)
      record.campaigns[c].audience += record.frequency[c * frequency_bins + k];
}

TreeMetrics put_shape(std::span<const CascadeNode> nodes, PostRow& row) {
  std::vector<std::int32_t> parents;
  parents.reserve(nodes.size());
  for (const CascadeNode& node : nodes) parents.push_back(node.parent);
  const TreeMetrics tree = tree_metrics(parents);
  row.cascade_size = tree.size;
  row.depth = tree.depth;
  row.largest_broadcast = tree.largest_broadcast;
  row.half_time = nodes[(nodes.size() + 1) / 2 - 1].tick - nodes.front().tick;
  row.structural_virality = tree.structural_virality;
  return tree;
}

}  // namespace grapevine
