#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// How well the follow of an author by a reader fits, 0 to 1. Called by many threads.
using FollowScore = std::function<double(UserId reader, UserId author)>;

/// Audiences that fit: the graph after swaps of followees, u -> a and w -> b to u -> b and w -> a, between readers of
/// one community (of all, where `community` is empty). Every reader keeps its number of followees, every author its
/// number of followers in each community, and the graph stays without self-loops and repeated follows; nothing else of
/// it is kept or looked at.
///
/// A swap that gains x = affinity * (the scores of the new follows less those of the old) is made with probability
/// (1 - exp(-|x|)) * min(1, exp(x)), so that in the long run a graph is exp(affinity * the sum of its scores) times as
/// likely as one whose scores are 0 (tests/graph/fitted_test.cpp), and that ever less is swapped as `affinity` falls to
/// 0: there is no jump. Swaps are tried in the rounds of swaps.hpp, 10 for each follow.
///
/// O(follows), 17 bytes a follow beside the graph.
FollowGraph fit_audiences(const FollowGraph& graph, double affinity, std::span<const std::uint16_t> community,
                          const FollowScore& score, const StreamKey& key, double swaps = 10.0);

}  // namespace grapevine
