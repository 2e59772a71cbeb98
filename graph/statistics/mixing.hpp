#pragma once

#include <cstdint>
#include <span>

#include "graph/follow_graph.hpp"
#include "graph/statistics/ratio.hpp"

/// Who follows whom, by what the two have in common.
namespace grapevine {

/// The share of follows whose reverse exists, 0 to 1: edge-wise, so a pair of mutual follows counts as two. O(follows /
/// 64).
double reciprocity(const FollowGraph& graph);

/// Pearson's correlation of log(1 + followers) with log(1 + followees) over all users, -1 to 1. Missing where either is
/// the same for everybody. O(users).
double degree_correlation(const FollowGraph& graph);

/// Do users with many neighbours have neighbours with many? Pearson's correlation of the degrees at the two ends of a
/// link of the undirected projection, every link taken in both directions (Newman, PRL 89, 2002), -1 to 1; degrees
/// count neighbours, followers and followees together. Missing where all links join users of one degree. O(follows); no
/// projection is built.
double degree_assortativity(const FollowGraph& graph);

/// Pearson's correlation, over all follows, of a degree of the follower with one of the followee, -1 to 1: four ways to
/// ask whether like follows like (Foster, Foster, Grassberger, Paczuski, PNAS 107, 2010). `in` counts followers, `out`
/// followees. A form is missing where either of its degrees is the same at all follows.
struct DirectedAssortativity {
  double in_in = no_value;    ///< the follower's followers with the followee's followers
  double in_out = no_value;   ///< the follower's followers with the followee's followees
  double out_in = no_value;   ///< the follower's followees with the followee's followers
  double out_out = no_value;  ///< the follower's followees with the followee's followees

  bool operator==(const DirectedAssortativity&) const = default;
};

/// Whole numbers up to the last division. O(follows), 4 bytes a user.
DirectedAssortativity directed_assortativity(const FollowGraph& graph);

/// How much follows keep within communities.
struct Homophily {
  double within = no_value;     ///< share of follows whose two users are of one community
  double by_chance = no_value;  ///< that share to be expected in `reshuffled` graphs: the sum over communities of
                                ///< (their follows / all) * (follows of theirs / all)
  double assortativity =
      no_value;  ///< (within - by_chance) / (1 - by_chance): 1 all within, 0 chance (Newman, PRE 67, 2003)

  bool operator==(const Homophily&) const = default;
};

/// `community` has one entry a user. O(follows).
Homophily homophily(const FollowGraph& graph, std::span<const std::uint16_t> community);

}  // namespace grapevine
