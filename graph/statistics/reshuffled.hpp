#pragma once

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// What the degrees alone would make of a graph: a directed configuration model (Newman, Strogatz, Watts 2001). Every
/// follow keeps its follower and gets another follow's followee, by a permutation of all follows; self-loops and
/// repetitions are then dropped and counted, so the most connected users lose a few follows. Clustering, reciprocity,
/// distances and mixing of the result are what to expect of such degrees without anything else. O(follows log row), 8
/// bytes a follow.
FollowGraph reshuffled(const FollowGraph& graph, const StreamKey& key, Dropped* dropped = nullptr);

}  // namespace grapevine
