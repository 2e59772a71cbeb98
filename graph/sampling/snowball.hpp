#pragma once

#include <cstddef>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// `wanted` users by snowball (Goodman 1961, without a limit of names): a random user, then all its followees and
/// followers, then theirs, until there are enough; where a component ends, the next random user. Of the users of one
/// distance those with the smallest hashes are taken when not all have room. Complete around its start, so degrees near
/// the edge are cut. All users, if they are fewer. By distance. O(follows).
std::vector<UserId> snowball(const FollowGraph& graph, std::size_t wanted, const StreamKey& key);

}  // namespace grapevine
