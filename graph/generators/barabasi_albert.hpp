#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// Growth with preferential attachment (Barabasi & Albert 1999), directed: users join one after the other, and each
/// follows `followees` different users who were there before, drawn in proportion to their followers and followees
/// together. The first users follow all before them. So all but these have exactly `followees` followees, and the share
/// with k followers or more falls as k^-2 (density exponent 3).
///
/// A draw copies an end of a random earlier follow and traces it back by recomputing that follow's own draw (Sanders &
/// Schulz 2016), so users are independent of each other's work. Whom a user draws twice it draws again; what others
/// copy is its first draw. Users are numbered by age, which is the order of their expected followers. O(follows).
/// Throws BadRequest with all of `barabasi_albert_mistakes`.
FollowGraph barabasi_albert(std::size_t users, std::uint32_t followees, const StreamKey& key);

/// What no graph can meet, with what would fit; empty if there is nothing.
std::vector<std::string> barabasi_albert_mistakes(std::size_t users, std::uint32_t followees);

}  // namespace grapevine
