#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/generators/defaults.hpp"

namespace grapevine {

inline constexpr std::uint32_t no_family = UINT32_MAX;

/// An account that a study declares: its follower count is hit exactly.
struct PlantedAccount {
  std::uint64_t followers = 0;
  double homophily =
      -1;  ///< share of its followers from its own community, 0 to 1; -1: the graph's, where there is room
  std::int32_t community = -1;  ///< -1: drawn
  std::uint32_t family =
      no_family;  ///< accounts of a family share community and followers: those of the smaller follow the larger
  std::string label = {};  ///< what mistakes call it; empty: by its number
};

struct PlatformParameters {
  std::size_t users = 0;
  double mean_followees =
      generator_defaults::mean_followees;  ///< over all users; Twitter 2012: 46 (Gabielkov et al. 2014)
  double active = 0.16;  ///< share of users who post, planted ones included (assumption: with it a mean of 46 fits
                         ///< Bruner's percentiles)
  std::uint64_t largest = generator_defaults::largest;  ///< followers of the largest account that is not planted; a
                                                        ///< fifth of the users, where that is fewer
  double reciprocity =
      0.42;  ///< share of follows whose reverse exists (Myers et al. 2014), as far as counts allow; chance adds to it
  double followees_median =
      117;  ///< of the active (Bruner 2013); less where they would make more than 0.85 of all follows
  double followees_spread =
      generator_defaults::followees_spread;  ///< standard deviation of the log of followees, 0 to 4
  double correlation =
      0.8;  ///< of the normal scores of followers and followees, among the active and among the others, -1 to 1
  std::uint32_t communities = 64;  ///< equally large, 1 to 65 535
  double homophily =
      0.5;  ///< share of an account's followers from its community, 0 to 1; never more than half of the community
  std::uint32_t neighbourhood = 300;  ///< users of a community who know each other, 2 to 2 048
  double closeness = 0.5;  ///< share of ordinary users' mutual follows, and half as much of their other followers, in
                           ///< the neighbourhood
  double closure = 0.3;    ///< share of follows tried as a followee of a followee, 0 to 0.9
  std::vector<PlantedAccount> planted = {};
  std::string planted_label = "graph.planted";  ///< what mistakes call all of them
};

struct PlatformGraph {
  FollowGraph graph;
  std::vector<UserId> planted;           ///< the accounts asked for, in that order
  std::vector<std::uint16_t> community;  ///< by user
  std::vector<std::uint64_t> active;     ///< one bit a user, 64 in a word

  bool is_active(UserId u) const { return (active[u.index() / 64] >> (u.index() % 64) & 1) != 0; }
};

/// The follow graph of a platform at its true size: heavy-tailed followers and followees that go together, an inactive
/// majority, communities, mutual follows, closed triangles, and planted accounts.
///
/// Followers of the active are the quantiles of Bruner's percentiles (2013), continued beyond the last by a Pareto law
/// and cut at `largest`; of the others 1 / (1 + x) have more than x, up to 100. All are multiplied by one factor such
/// that the mean is `mean_followees`. Users are numbered with these planned counts descending. Planted accounts and all
/// with 500 followers or more have exactly as many as planned; the others on average, less a few repetitions (the mean
/// falls short by up to 1 %, where communities are small).
///
/// An account's followers are drawn one after the other in proportion to the followees they still want, `homophily` of
/// them in its community; a share `closure` is replaced by a follower of a follower already drawn. Ordinary users also
/// draw mutual follows among each other; exact accounts follow some of their followers back. Planted accounts without a
/// share of their own take that of the graph, up to half of the community and at least what other communities cannot
/// give.
///
/// Throws BadRequest with all of `platform_mistakes`. Takes 4.1 to 4.7 bytes a follow and 40 a user while it works,
/// little more than the graph itself.
PlatformGraph platform(const PlatformParameters& parameters, const StreamKey& key);

/// Everything in `parameters` that no graph can meet, each with what would fit; empty if there is nothing.
std::vector<std::string> platform_mistakes(const PlatformParameters& parameters);

}  // namespace grapevine
