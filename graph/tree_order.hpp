#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace grapevine {

/// The nodes of a tree from the root down: level by level, within a level in the order of their parents, siblings by
/// number. Node i hangs from node parents[i], wherever that stands; the one root has -1. Nodes that no way leads to
/// from the root, for they hang from a circle, are left out. O(n), without recursion.
std::vector<std::uint32_t> breadth_first(std::span<const std::int32_t> parents);

/// The parents of the tree whose i-th node is order[i]. Expects an order of all nodes, parents before children, as
/// `tree_metrics` does. O(n).
std::vector<std::int32_t> renumbered(std::span<const std::int32_t> parents, std::span<const std::uint32_t> order);

/// The nodes of the circle that `node` hangs from, each followed by its parent, beginning with the one of lowest
/// number. Expects `node` not to be in `breadth_first(parents)`. O(n).
std::vector<std::uint32_t> circle_above(std::span<const std::int32_t> parents, std::uint32_t node);

}  // namespace grapevine
