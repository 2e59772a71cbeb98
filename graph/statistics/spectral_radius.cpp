#include "graph/statistics/spectral_radius.hpp"

#include "graph/statistics/power_iteration.hpp"

namespace grapevine {

SpectralRadius spectral_radius(const FollowGraph& graph, const SpectralRadiusParameters& parameters) {
  const auto follows = [&](UserId u, auto&& visit) {
    for (const UserId v : graph.followees(u)) visit(v, 1.0);
  };
  return spectral_radius_of(graph, follows, parameters);
}

}  // namespace grapevine
