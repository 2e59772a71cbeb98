#pragma once

#include <cstddef>

#include "graph/follow_graph.hpp"
#include "graph/statistics/ratio.hpp"

namespace grapevine {

/// Into how many parts a graph falls, and how large the largest is.
struct Components {
  std::size_t count = 0;
  std::size_t largest = 0;        ///< users
  double giant_share = no_value;  ///< of all users, in the largest

  bool operator==(const Components&) const = default;
};

/// Users are in one weak component when a chain of follows joins them, whichever way each points. O(follows), 4 bytes a user; one thread.
Components weak_components(const FollowGraph& graph);

/// Users are in one strong component when chains of follows lead from each to the other (Tarjan 1972, by Boost.Graph). O(follows), some 100
/// bytes a user; one thread.
Components strong_components(const FollowGraph& graph);

}  // namespace grapevine
