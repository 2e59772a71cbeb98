#pragma once

#include <span>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/generators/power_law.hpp"

namespace grapevine {

/// The directed model of given expected degrees (Chung & Lu 2002): u follows v with probability min(1, followees[u]
/// followers[v] / F), independently for every pair of two users, where F is the sum of either list. A user's expected
/// counts are those given, less the follow of itself that is left out and what the 1 cuts off: one part in F /
/// (followees[u] followers[u]).
///
/// Users keep their numbers; `followers` must descend. Each row skips from follow to follow (Miller & Hagberg 2011):
/// O(users + follows). Throws BadRequest unless both lists are finite, 0 or more, and add up to the same within a
/// millionth.
FollowGraph chung_lu(std::span<const double> followers, std::span<const double> followees, const StreamKey& key);

/// With the expected degrees of `power_law`, whose pairs follow each other with probability 1 - exp(-x) where these do
/// with min(1, x): followers by the weights of its power law, followees lognormal and scaled to the same sum.
FollowGraph chung_lu(const PowerLawParameters& parameters, const StreamKey& key);

}  // namespace grapevine
