#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// The small world (Watts & Strogatz 1998). Users sit on a ring, each linked with the `followees` nearest, half on
/// either side; each link is then rewired with probability `rewiring`: the user that it starts from keeps it, the other
/// end goes to a user drawn uniformly from those that it is not linked with. Links have no direction: each is a mutual
/// follow, so the mean number of followees is `followees` whatever is rewired. Without rewiring local clustering is 3
/// (k - 2) / (4 (k - 1)) with k = followees; with 1 it is that of a random graph, about k / n.
///
/// Users are numbered by followers, equal ones by their place on the ring. A link that was drawn to where another is
/// draws again; all links draw side by side, kept ones first, then those settled in an earlier round, then by place. In
/// graphs so full that a link finds no place at its start it takes a free one elsewhere. O(follows * followees). Throws
/// BadRequest with all of `watts_strogatz_mistakes`.
FollowGraph watts_strogatz(std::size_t users, std::uint32_t followees, double rewiring, const StreamKey& key);

/// Everything that no graph can meet, each with what would fit; empty if there is nothing.
std::vector<std::string> watts_strogatz_mistakes(std::size_t users, std::uint32_t followees, double rewiring);

}  // namespace grapevine
