#pragma once

#include <cstdint>
#include <span>

namespace grapevine {

/// The shape of one cascade, seen as a tree.
struct TreeMetrics {
  std::uint32_t size = 0;               ///< nodes, the root included
  std::uint32_t depth = 0;              ///< edges from the root to the farthest node
  std::uint32_t max_breadth = 0;        ///< most nodes at one distance from the root
  std::uint32_t root_children = 0;      ///< nodes whose parent is the root
  std::uint32_t largest_broadcast = 0;  ///< most children of one node
  double structural_virality = 0;       ///< mean distance over ordered pairs of different nodes (Goel et al. 2016); NaN for one node
};

/// Metrics of the tree in which node i hangs from node parents[i]: parents[0] is -1 for the root, every other parent comes before its
/// child. O(n).
TreeMetrics tree_metrics(std::span<const std::int32_t> parents);

}  // namespace grapevine
