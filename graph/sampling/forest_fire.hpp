#pragma once

#include <cstddef>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

struct ForestFire {
  double forward = 0.35;   ///< chance to burn one more followee, 0 to below 1: a user burns forward / (1 - forward) of
                           ///< them on average
  double backward = 0.20;  ///< the same for followers
};

/// `wanted` users by forest fire (Leskovec and Faloutsos, "Sampling from large graphs", KDD 2006, with backward
/// burning): a fire starts at a random user; each user that catches fire burns a geometric number of followees and of
/// followers who have not burnt; where it dies out, another one starts. Keeps degrees, distances and clustering nearer
/// to those of the whole than a uniform sample of users does; favours users with many followers. All users, if they are
/// fewer. In the order in which they burnt.
///
/// Whom a user would burn is drawn by user and neighbour. O(follows) for the followers, then O(follows of those who
/// burn log). Throws BadRequest unless both chances are in [0, 1).
std::vector<UserId> forest_fire(const FollowGraph& graph, std::size_t wanted, const ForestFire& fire,
                                const StreamKey& key);

}  // namespace grapevine
