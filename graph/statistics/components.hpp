#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

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

/// Users are in one weak component when a chain of follows joins them, whichever way each points. O(follows), 4 bytes a
/// user; one thread.
Components weak_components(const FollowGraph& graph);

/// Users are in one strong component when chains of follows lead from each to the other. O(follows), 20.2 bytes a user;
/// one thread.
Components strong_components(const FollowGraph& graph);

/// The strong component of each user: numbers from 0 without gaps, in an order in which follows never lead to a higher
/// one.
///
/// One depth-first search with a single number a user (Pearce, "A space-efficient algorithm for finding strongly
/// connected components", 2016). Boost.Graph's Tarjan gives the same and takes some 100 bytes a user, too many for all
/// of Twitter. O(follows), 12.2 bytes a user; one thread.
std::vector<std::uint32_t> strong_component_of(const FollowGraph& graph);

}  // namespace grapevine
