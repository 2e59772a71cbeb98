#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

struct StochasticBlockParameters {
  std::vector<std::uint64_t> sizes;            ///< users of each block, 1 to 65 535 blocks
  std::vector<std::vector<double>> densities;  ///< row: the follower's block, column: the followee's; 0 to 1
};

struct StochasticBlockGraph {
  FollowGraph graph;
  std::vector<std::uint16_t> community;  ///< the block, by user
};

/// The stochastic block model (Holland, Laskey, Leinhardt 1983), directed: a user of block r follows another of block s
/// with probability densities[r][s], independently for every pair. Users are numbered by followers, equal ones by
/// block. O(users * blocks + follows). Throws BadRequest with all of `stochastic_block_mistakes`.
StochasticBlockGraph stochastic_block(const StochasticBlockParameters& parameters, const StreamKey& key);

/// Everything that no graph can meet, each with what would fit; empty if there is nothing.
std::vector<std::string> stochastic_block_mistakes(const StochasticBlockParameters& parameters);

}  // namespace grapevine
