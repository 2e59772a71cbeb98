#pragma once

#include <span>
#include <vector>

#include "graph/base/memory.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// A part of a graph, with numbers of its own.
struct Subgraph {
  FollowGraph graph;
  std::vector<UserId> original;  ///< which user of the whole each user is
};

/// The given users, each once, and all follows among them. They are numbered by followers within the part, descending,
/// then by their number in the whole, so it does not matter in which order they are given. O(users of the whole +
/// follows of the users given).
Subgraph induced(const FollowGraph& graph, std::span<const UserId> users);

/// The chances of the follows of a part, from those of the whole; both in the order of rows. O(follows of the part ·
/// log followees).
UnwrittenArray<Chance> chances_within(const Subgraph& part, const FollowGraph& whole, std::span<const Chance> chances);

}  // namespace grapevine
