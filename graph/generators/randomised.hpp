#pragma once

#include <cstdint>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// What the degrees alone would make of a graph, exactly: a degree-preserving randomisation by directed swaps (Maslov &
/// Sneppen 2002). Two follows u -> v and x -> y become u -> y and x -> v. Every user keeps its followers' and its
/// followees' number, and the graph stays without self-loops and repeated follows.
///
/// `swaps` is the number of swaps tried for each follow, 0 or more; 10 are enough for reciprocity and clustering to
/// reach the level of independent sparse graphs (tests/graph/randomised_test.cpp; Milo et al. 2003 advise 100); in
/// dense ones, where most swaps are blocked, take more. Swaps are tried in rounds: each pairs all follows by lot, a
/// coin lets at most three of four pairs try, and of those all swap whose four follows, the two there are and the two
/// there would be, no other follow or try is equal to. That rule reads the same backwards, so every simple graph that
/// can be reached is equally likely in the long run. Two follows never turn round a directed triangle: a few degree
/// sequences fall into classes that swaps do not join (Rao, Jana, Bandyopadhyay 1996).
///
/// O(swaps * follows), 9 bytes a follow beside the graph.
FollowGraph randomised(const FollowGraph& graph, double swaps, const StreamKey& key);

/// The same for sorted rows without self-loops and repetitions; so is the result.
Rows randomised_rows(Rows rows, double swaps, const StreamKey& key);

}  // namespace grapevine
