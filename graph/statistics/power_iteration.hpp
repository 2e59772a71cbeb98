#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/statistics/components.hpp"
#include "graph/statistics/spectral_radius.hpp"

namespace grapevine {

namespace power_iteration {

/// A strong component of two users or more.
struct Part {
  std::span<const UserId> users;
  double most_within = 0.0;  ///< the largest sum of a row within the component: no less than the radius
};

/// Users grouped by strong component, and the groups from the largest `most_within` down.
struct Parts {
  std::vector<UserId> users;
  std::vector<Part> parts;
};

template <class Entries>
Parts strong_parts(const FollowGraph& graph, const Entries& entries) {
  const std::vector<std::uint32_t> component = strong_component_of(graph);
  const std::size_t count = component.empty() ? 0 : std::size_t{*std::ranges::max_element(component)} + 1;
  std::vector<std::uint32_t> begin(count + 1, 0);
  for (const std::uint32_t c : component) ++begin[c + 1];
  for (std::size_t c = 0; c < count; ++c) begin[c + 1] += begin[c];
  Parts all{std::vector<UserId>(component.size()), {}};
  for (std::uint32_t u = 0; u < component.size(); ++u)
    all.users[begin[component[u]]++] = UserId(u);  // `begin` is now the end
  std::uint32_t first = 0;
  for (std::size_t c = 0; c < count; first = begin[c++])
    if (begin[c] - first > 1) all.parts.push_back({std::span(all.users).subspan(first, begin[c] - first)});
  parallel_for(
      all.parts.size(),
      [&](std::size_t p) {
        for (const UserId u : all.parts[p].users) {
          double within = 0.0;
          entries(
              u, [&](UserId v, double entry) { within += component[v.index()] == component[u.index()] ? entry : 0.0; });
          all.parts[p].most_within = std::max(all.parts[p].most_within, within);
        }
      },
      1);
  std::ranges::stable_sort(all.parts, std::ranges::greater(), &Part::most_within);
  return all;
}

inline constexpr double infinite = std::numeric_limits<double>::infinity();

using Weights = Array<double>;  // of users

/// What one application of the matrix to a positive vector tells.
struct Growth {
  double low = infinite;
  double high = 0.0;
  double before = 0.0;
  double after = 0.0;

  void operator+=(const Growth& other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    before += other.before;
    after += other.after;
  }
};

inline constexpr double least_weight = 1e-200;  // keeps what shrinks for ever positive, as the upper bound needs it
inline constexpr double least_counted =
    1e-180;  // for the lower bound any weights will do: less than this may count as none

/// Encloses the radius of one component. Both vectors have an entry a user and are 0 when the function begins and when
/// it returns, so entries outside the component add nothing.
template <class Entries>
SpectralRadius enclose(const Entries& entries, const Part& part, const SpectralRadiusParameters& parameters,
                       Weights& weight, Weights& reached) {
  const std::span<const UserId> users = part.users;
  parallel_for(users.size(), [&](std::size_t i) { weight[users[i].index()] = 1.0; });
  SpectralRadius best{.value = 0.0, .low = 0.0, .high = part.most_within, .iterations = 0};
  do {
    const Growth growth = parallel_sum(users.size(), [&](std::size_t i) {
      const std::size_t u = users[i].index();
      double sum = 0.0;
      entries(users[i], [&](UserId v, double entry) { sum += entry * weight[v.index()]; });
      reached[u] = sum;
      const double ratio = sum / weight[u];
      return Growth{weight[u] < least_counted ? infinite : ratio, ratio, weight[u], sum};
    });
    best.low = std::max(best.low, growth.low);
    best.high = std::min(best.high, growth.high);
    best.value = std::clamp(growth.after / growth.before, best.low, std::max(best.low, best.high));
    ++best.iterations;
    const double shift = 0.5 * best.value, scale = 1.0 / (growth.after + shift * growth.before);
    parallel_for(users.size(), [&](std::size_t i) {
      const std::size_t u = users[i].index();
      weight[u] = std::max(least_weight, scale * (reached[u] + shift * weight[u]));
    });
  } while (best.high - best.low > parameters.tolerance * best.high && best.iterations < parameters.most_iterations);
  for (Weights* all : {&weight, &reached})
    parallel_for(users.size(), [&](std::size_t i) { (*all)[users[i].index()] = 0.0; });
  return best;
}

}  // namespace power_iteration

/// The radius of any matrix whose entries are 0 or more, and 0 between users without a follow, whichever way it points:
/// entries(u, visit) calls visit(v, entry) for those of row u that are not 0, or may not be. As `spectral_radius`
/// otherwise; where follows have entries of 0, so that a component falls apart, the bounds may stay apart.
template <class Entries>
SpectralRadius spectral_radius_of(const FollowGraph& graph, const Entries& entries,
                                  const SpectralRadiusParameters& parameters) {
  using namespace power_iteration;
  GRAPEVINE_EXPECTS(parameters.tolerance > 0.0 && parameters.most_iterations >= 1);
  SpectralRadius result;
  if (graph.user_count() == 0) return result;
  result = {.value = 0.0, .low = 0.0, .high = 0.0, .iterations = 0};
  const Parts all = strong_parts(graph, entries);
  Weights weight(graph.user_count(), 0.0), reached(graph.user_count(), 0.0);
  for (const Part& part : all.parts) {
    if (part.most_within <= result.low) break;
    const SpectralRadius here = enclose(entries, part, parameters, weight, reached);
    result.value = std::max(result.value, here.value);
    result.low = std::max(result.low, here.low);
    result.high = std::max(result.high, here.high);
    result.iterations += here.iterations;
  }
  return result;
}

}  // namespace grapevine
