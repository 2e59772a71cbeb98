#pragma once

#include <cstddef>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/generators/defaults.hpp"

namespace grapevine {

struct PowerLawParameters {
  std::size_t users = 0;
  double mean_followees = generator_defaults::mean_followees;  ///< before repeated follows are merged
  double followees_spread =
      generator_defaults::followees_spread;  ///< standard deviation of the log of a user's expected followees, 0 to 4
  double exponent = generator_defaults::exponent;  ///< of the density of expected follower counts, above 1
  double largest_share =
      0.05;  ///< expected followers of user 0 as a share of all users, before repeated follows are merged
};

/// A heavy-tailed follow graph without any other structure (Chung & Lu 2002, in the Poisson form of Norros & Reittu
/// 2006).
///
/// User v attracts follows in proportion to its weight w_v, which falls with v; user u wants a_u follows, log-normal
/// and independent of w_u. u draws Poisson(a_u) followees in proportion to w; what it draws twice, or of itself, is
/// merged away. So, with W the sum of the weights, P(u follows v) = 1 - exp(-a_u w_v / W) for u != v, independently for
/// every pair. Merging takes about a share `largest_share` / 2 * e^(spread^2) from the largest user and much less from
/// the mean. Throws BadRequest for parameters that no weights can meet.
FollowGraph power_law(const PowerLawParameters& parameters, const StreamKey& key);

/// The weights by user, descending: w_i proportional to (i + i0)^(-1 / (exponent - 1)), where scale and i0 are such
/// that their mean is mean_followees and the first is largest_share * users. w_v is the number of follows that v is
/// expected to draw.
std::vector<double> power_law_weights(const PowerLawParameters& parameters);

/// a_u: how many followees user `u` draws in expectation. The mean over the distribution is mean_followees.
double expected_followees(const PowerLawParameters& parameters, const StreamKey& key, UserId u);

}  // namespace grapevine
