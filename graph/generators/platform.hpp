#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

inline constexpr std::uint32_t no_family = UINT32_MAX;

/// An account that a study declares: its follower count is hit exactly.
struct PlantedAccount {
  std::uint64_t followers = 0;
  double homophily =
      -1;  ///< share of its followers from its own community, 0 to 1; -1: as the graph's, where the community is large enough
  std::int32_t community = -1;  ///< -1: drawn
  std::uint32_t family =
      no_family;  ///< accounts of a family share community and order of followers: the smaller's followers also follow the larger
};

struct PlatformParameters {
  std::size_t users = 0;
  double mean_followees = 46;  ///< over all users (Gabielkov et al. 2014)
  double active = 0.15;  ///< share of users who post, planted ones included (assumption: with it, the mean above fits Bruner's percentiles)
  std::uint64_t largest = 1'000'000;  ///< followers that no account reaches unless planted; a fifth of the users, where that is fewer
  double reciprocity = 0.42;      ///< share of follows whose reverse exists (Myers et al. 2014), as far as the counts of both ends allow
  double followees_median = 117;  ///< of the active (Bruner 2013); less where they would take more than 0.85 of all follows
  double followees_spread = 1.1;  ///< standard deviation of the log of followees, 0 to 4
  double correlation = 0.6;  ///< of the normal scores of a user's followers and followees, among the active and among the others, -1 to 1
  std::uint32_t communities = 64;     ///< of equal size, 1 to 65 535
  double homophily = 0.6;             ///< share of an account's followers from its own community, 0 to 1
  std::uint32_t neighbourhood = 200;  ///< users of a community who know each other, 2 to 2 048
  double closeness =
      0.5;               ///< share of ordinary accounts' mutual follows, and half as much of their other follows, within the neighbourhood
  double closure = 0.3;  ///< share of follows that are a follower's of a follower, 0 to 0.9
  std::vector<PlantedAccount> planted;
};

struct PlatformGraph {
  FollowGraph graph;
  std::vector<UserId> planted;           ///< the accounts asked for, in that order
  std::vector<std::uint16_t> community;  ///< by user
  std::vector<std::uint64_t> active;     ///< one bit a user, 64 in a word

  bool is_active(UserId u) const { return (active[u.index() / 64] >> (u.index() % 64) & 1) != 0; }
};

/// The follow graph of a platform at its true size.
PlatformGraph platform(const PlatformParameters& parameters, const StreamKey& key);

/// Everything in `parameters` that no graph can meet, each with what would fit; empty if there is nothing.
std::vector<std::string> platform_mistakes(const PlatformParameters& parameters);

}  // namespace grapevine
