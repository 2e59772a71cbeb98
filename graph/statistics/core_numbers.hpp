#pragma once

#include <cstdint>
#include <vector>

#include "graph/statistics/undirected.hpp"

namespace grapevine {

/// The core number of each user: the largest k for which it belongs to a set of users each of whom has k neighbours or
/// more within the set (Seidman 1983), in the undirected projection. Users without neighbours have 0.
///
/// By bins of degrees (Batagelj and Zaversnik 2003, by Boost.Graph). O(links); 8.25 bytes a link and 44 a user beside
/// the projection; one thread.
std::vector<std::uint32_t> core_numbers(const UndirectedGraph& graph);

}  // namespace grapevine
