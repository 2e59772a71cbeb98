#include "graph/statistics/spectral_radius.hpp"

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

namespace grapevine {

namespace {

/// A strong component of two users or more.
struct Part {
  std::span<const UserId> users;
  std::uint32_t most_within = 0;  ///< followees within the component of the user that has most: no less than the radius
};

/// Users grouped by strong component, and the groups from the largest `most_within` down.
struct Parts {
  std::vector<UserId> users;
  std::vector<Part> parts;
};

Parts strong_parts(const FollowGraph& graph) {
  const std::vector<std::uint32_t> component = strong_component_of(graph);
  const std::size_t count = component.empty() ? 0 : std::size_t{*std::ranges::max_element(component)} + 1;
  std::vector<std::uint32_t> begin(count + 1, 0);
  for (const std::uint32_t c : component) ++begin[c + 1];
  for (std::size_t c = 0; c < count; ++c) begin[c + 1] += begin[c];
  Parts all{std::vector<UserId>(component.size()), {}};
  for (std::uint32_t u = 0; u < component.size(); ++u) all.users[begin[component[u]]++] = UserId(u);  // `begin` is now the end
  std::uint32_t first = 0;
  for (std::size_t c = 0; c < count; first = begin[c++])
    if (begin[c] - first > 1) all.parts.push_back({std::span(all.users).subspan(first, begin[c] - first)});
  parallel_for(
      all.parts.size(),
      [&](std::size_t p) {
        for (const UserId u : all.parts[p].users) {
          const auto within =
              std::ranges::count_if(graph.followees(u), [&](UserId v) { return component[v.index()] == component[u.index()]; });
          all.parts[p].most_within = std::max(all.parts[p].most_within, static_cast<std::uint32_t>(within));
        }
      },
      1);
  std::ranges::stable_sort(all.parts, std::ranges::greater(), &Part::most_within);
  return all;
}

constexpr double infinite = std::numeric_limits<double>::infinity();

using Weights = Array<double>;  // of users

/// What one application of the follow matrix to a positive vector tells.
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

constexpr double least_weight = 1e-200;   // keeps what shrinks for ever positive, as the upper bound needs it
constexpr double least_counted = 1e-180;  // for the lower bound any weights will do: less than this may count as none

/// Encloses the radius of one component. Both vectors have an entry a user and are 0 when the function begins and when it returns, so
/// followees outside the component add nothing.
SpectralRadius enclose(const FollowGraph& graph, const Part& part, const SpectralRadiusParameters& parameters, Weights& weight,
                       Weights& reached) {
  const std::span<const UserId> users = part.users;
  parallel_for(users.size(), [&](std::size_t i) { weight[users[i].index()] = 1.0; });
  SpectralRadius best{.value = 0.0, .low = 0.0, .high = static_cast<double>(part.most_within), .iterations = 0};
  do {
    const Growth growth = parallel_sum(users.size(), [&](std::size_t i) {
      const std::size_t u = users[i].index();
      double sum = 0.0;
      for (const UserId v : graph.rows()[u]) sum += weight[v.index()];
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
  for (Weights* all : {&weight, &reached}) parallel_for(users.size(), [&](std::size_t i) { (*all)[users[i].index()] = 0.0; });
  return best;
}

}  // namespace

SpectralRadius spectral_radius(const FollowGraph& graph, const SpectralRadiusParameters& parameters) {
  GRAPEVINE_EXPECTS(parameters.tolerance > 0.0 && parameters.most_iterations >= 1);
  SpectralRadius result;
  if (graph.user_count() == 0) return result;
  result = {.value = 0.0, .low = 0.0, .high = 0.0, .iterations = 0};
  const Parts all = strong_parts(graph);
  Weights weight(graph.user_count(), 0.0), reached(graph.user_count(), 0.0);
  for (const Part& part : all.parts) {
    if (part.most_within <= result.low) break;
    const SpectralRadius here = enclose(graph, part, parameters, weight, reached);
    result.value = std::max(result.value, here.value);
    result.low = std::max(result.low, here.low);
    result.high = std::max(result.high, here.high);
    result.iterations += here.iterations;
  }
  return result;
}

}  // namespace grapevine
