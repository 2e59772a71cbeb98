#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace grapevine {

/// The shape of one cascade, seen as a tree.
struct TreeMetrics {
  std::uint32_t size = 0;               ///< nodes, the root included
  std::uint32_t depth = 0;              ///< edges from the root to the farthest node
  std::uint32_t max_breadth = 0;        ///< most nodes at one distance from the root
  std::uint32_t root_children = 0;      ///< nodes whose parent is the root
  std::uint32_t largest_broadcast = 0;  ///< most children of one node
  double structural_virality =
      0;  ///< mean distance over ordered pairs of different nodes (Goel et al. 2016); NaN for one node
};

/// Metrics of the tree in which node i hangs from node parents[i]: parents[0] is -1 for the root, every other parent
/// comes before its child. O(n).
TreeMetrics tree_metrics(std::span<const std::int32_t> parents);

/// Measures tree after tree in the same memory: nothing is allocated once the largest has been seen.
class TreeMeter {
public:
  /// As `tree_metrics`, of a tree of `size` nodes, 1 to 2^31 - 1. `parent_of(i)`, for i from 1 on, is below i.
  template <class ParentOf>
  TreeMetrics measure(std::uint32_t size, ParentOf&& parent_of);

private:
  /// A path of n nodes has a Wiener index of (n^3 - n) / 6: beyond 64 bits from 4.8 million nodes on.
  __extension__ using WienerIndex = unsigned __int128;

  struct Node {
    std::uint32_t depth = 0;
    std::uint32_t children = 0;
    std::uint32_t subtree = 1;  ///< nodes below and itself
  };

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> breadth_;  // nodes by depth
};

template <class ParentOf>
TreeMetrics TreeMeter::measure(std::uint32_t size, ParentOf&& parent_of) {
  if (nodes_.size() < size) nodes_.resize(size), breadth_.resize(size);
  nodes_[0] = {};
  breadth_[0] = 1;
  std::uint32_t depth = 0;
  for (std::uint32_t i = 1; i < size; ++i) {
    Node& parent = nodes_[parent_of(i)];
    ++parent.children;
    nodes_[i] = {.depth = parent.depth + 1};
    if (nodes_[i].depth > depth) breadth_[++depth] = 0;
    ++breadth_[nodes_[i].depth];
  }
  // Sum of the distances of all unordered pairs: the edge above a subtree of s nodes lies between s * (n - s) pairs
  // (Wiener 1947).
  WienerIndex distances = 0;
  std::uint32_t largest_broadcast = 0;
  for (std::uint32_t i = size; --i > 0;) {  // children before parents
    const std::uint64_t subtree = nodes_[i].subtree;
    distances += subtree * (size - subtree);
    nodes_[parent_of(i)].subtree += nodes_[i].subtree;
    largest_broadcast = std::max(largest_broadcast, nodes_[i].children);
  }
  const double pairs = static_cast<double>(std::uint64_t{size} * (size - 1));
  return {.size = size,
          .depth = depth,
          .max_breadth = *std::max_element(breadth_.begin(), breadth_.begin() + depth + 1),
          .root_children = nodes_[0].children,
          .largest_broadcast = std::max(largest_broadcast, nodes_[0].children),
          .structural_virality =
              size > 1 ? static_cast<double>(2 * distances) / pairs : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace grapevine
