#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// Accounts of exactly given sizes whose audiences are like everybody: each audience is a uniform sample, without
/// replacement, of all other users, independent of the other audiences and of anything a user does. The graph of the
/// null world.
///
/// Each entry of `audiences` is {followers, accounts with so many}. Users are numbered with followers descending; those
/// left over have none. Throws BadRequest when an audience is larger than all other users or the accounts are more than
/// the users.
FollowGraph uniform_audience(std::size_t users, std::span<const std::array<std::uint64_t, 2>> audiences,
                             const StreamKey& key);

}  // namespace grapevine
