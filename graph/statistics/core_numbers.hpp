#pragma once

#include <cstdint>
#include <vector>

#include "graph/statistics/undirected.hpp"

namespace grapevine {

/// The core number of each user: the largest k for which it belongs to a set of users each of whom has k neighbours or
/// more within the set (Seidman 1983), in the undirected projection. Users without neighbours have 0.
///
/// Whoever has fewest neighbours leaves, and then those whom that leaves with as few, until nobody is left; users are
/// gone through once for each core that they belong to, which is at most once a link. O(links); 12 bytes a user beside
/// the projection; one thread.
std::vector<std::uint32_t> core_numbers(const UndirectedGraph& graph);

}  // namespace grapevine
