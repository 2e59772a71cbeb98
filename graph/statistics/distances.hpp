#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/statistics/sampled.hpp"
#include "graph/statistics/undirected.hpp"

namespace grapevine {

/// Steps on shortest paths, over the ordered pairs of different users of whom the first, the source, reaches the
/// second. Pairs without a path count nowhere, so the mean of a graph in pieces may be small.
struct Distances {
  /// pairs[d]: how many pairs are d >= 1 steps apart. The last entry, if not the first, is positive.
  std::vector<std::uint64_t> pairs = {0};
  /// Over pairs; missing where no user reaches another. Bounds equal the value where every user was a source.
  SampledMean mean;
  /// Of the pairs seen: a lower bound of the diameter where sources were drawn.
  std::uint32_t max() const { return static_cast<std::uint32_t>(pairs.size() - 1); }
  /// How many steps apart a `share` of the pairs is at most, with a straight line between whole numbers: the effective
  /// diameter at 0.9 (Leskovec, Kleinberg, Faloutsos 2005). Missing without pairs.
  double effective_diameter(double share = 0.9) const;

  bool operator==(const Distances&) const = default;
};

/// Along links, either way. Exact: every user is a source.
///
/// A breadth-first search from 256 sources at a time (Then et al., "The more the merrier", VLDB 2014), one bit each: a
/// user looks at its neighbours until it has found all that can still be found. O(users / 256 * links * steps), in
/// practice some five passes over the links for each 256 users.
Distances distances(const UndirectedGraph& graph);
/// Along follows: how many times a post must be passed on to get from its author, the source, to a reader; the follower
/// of an author is 1 step away. Exact.
Distances distances(const FollowGraph& graph);

/// The same from `sources` users drawn by `key`. The interval is that of a ratio (`sampled_ratio`): steps over pairs,
/// both summed over sources.
Distances sampled_distances(const UndirectedGraph& graph, std::size_t sources, const StreamKey& key);
Distances sampled_distances(const FollowGraph& graph, std::size_t sources, const StreamKey& key);

}  // namespace grapevine
