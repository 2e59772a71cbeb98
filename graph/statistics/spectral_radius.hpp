#pragma once

#include "graph/follow_graph.hpp"
#include "graph/statistics/ratio.hpp"

namespace grapevine {

struct SpectralRadiusParameters {
  double tolerance = 1e-6;     ///< stops when the bounds are no further apart than this part of the upper one
  int most_iterations = 1000;  ///< in one strong component, 1 or more
};

/// The largest absolute eigenvalue of the follow matrix (1 where u follows v): how many times as many readers each
/// further step of an unhindered spread reaches in the long run. 1 / radius is where epidemics begin on the graph
/// (Wang, Chakrabarti, Wang, Faloutsos 2003).
struct SpectralRadius {
  double value = no_value;  ///< within the bounds; missing without users
  double low = no_value;    ///< proven, but for rounding
  double high = no_value;   ///< proven, but for rounding
  int iterations = 0;       ///< passes, in all components together

  bool operator==(const SpectralRadius&) const = default;
};

/// The largest radius of a strong component, for the others' eigenvalues add nothing: exactly 0 where no follows close
/// a circle (a DAG).
///
/// Power iteration within a component, shifted by half the value so that bipartite and circular ones converge too. For
/// every positive vector x the least and the greatest of (A x)_u / x_u enclose the radius (Collatz 1942, Wielandt
/// 1950), which is what the tolerance is about. Where two eigenvalues are nearly the same (long chains of mutual
/// follows) the most iterations may leave wider bounds. Components whose most followees within cannot beat the best
/// found are passed over. O(follows) an iteration, some dozen of them in follow graphs; 32.2 bytes a user.
SpectralRadius spectral_radius(const FollowGraph& graph, const SpectralRadiusParameters& parameters = {});

}  // namespace grapevine
