#pragma once

#include <cstddef>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// Directed G(n, p) of Gilbert (1959): every ordered pair of users is a follow with probability mean_followees / (users
/// - 1), independently of all others. Each row skips from follow to follow (Batagelj & Brandes 2005), so the cost is
/// that of the follows, not of the pairs. Throws BadRequest unless 0 <= mean_followees <= users - 1.
FollowGraph erdos_renyi(std::size_t users, double mean_followees, const StreamKey& key);

}  // namespace grapevine
