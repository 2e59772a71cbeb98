#pragma once

#include <cstddef>
#include <cstdint>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/statistics/sampled.hpp"
#include "graph/statistics/undirected.hpp"

/// Do a user's neighbours know each other? All of it is read off the undirected projection.
namespace grapevine {

/// The local clustering of a user with d >= 2 neighbours is the share of their d (d - 1) / 2 pairs that are linked
/// (Watts and Strogatz 1998).
struct Clustering {
  std::uint64_t triangles = 0;             ///< three users, each linked to the two others
  std::uint64_t paths = 0;                 ///< two links that meet in a user: the sum of d (d - 1) / 2
  double transitivity = no_value;          ///< 3 triangles / paths, 0 to 1 (Newman, Watts, Strogatz 2002)
  double mean_local = no_value;            ///< over all users, 0 for a user with fewer than two neighbours
  double mean_local_of_linked = no_value;  ///< over the users with two neighbours or more

  bool operator==(const Clustering&) const = default;
};

/// Exact. Each triangle is found once, from its user of lowest degree, among the links that lead to higher degrees
/// ("forward": Schank and Wagner 2005, Latapy 2008): O(links^1.5) at worst, in follow graphs far less.
Clustering clustering(const UndirectedGraph& graph);

/// Both means of local clustering as a sample of users has them.
struct SampledClustering {
  SampledMean mean_local;
  SampledMean mean_local_of_linked;

  bool operator==(const SampledClustering&) const = default;
};

/// From `users` users drawn by `key`, for graphs too large for the projection: O(follows) once and O(followees of the
/// neighbours) a user drawn; n / 8 bytes a thread for n users.
SampledClustering sampled_clustering(const FollowGraph& graph, std::size_t users, const StreamKey& key);

}  // namespace grapevine
