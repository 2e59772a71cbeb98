#pragma once

#include <vector>

#include "graph/base/ids.hpp"
#include "graph/follow_graph.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// A graph whose users are numbered by followers, most first, with the numbers that they had before.
struct NumberedGraph {
  FollowGraph graph;
  std::vector<UserId> before;  ///< by new number
};

/// For models without a planned order. Equal users keep their order. Rows in any order of members, repetitions and
/// loops allowed: they are taken out first.
NumberedGraph number_by_followers(Rows rows);

/// The order of users by these counts, most first; equal ones keep theirs. O(users + largest count).
std::vector<UserId> order_by_count(const std::vector<std::uint32_t>& counts);

}  // namespace grapevine
