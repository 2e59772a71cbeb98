#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/graph_builder.hpp"
#include "tests/graph/graphs.hpp"

/// Graphs whose statistics are known, or small enough to be found by definition.
namespace grapevine::test {

using Degrees = std::vector<std::uint32_t>;

inline bool is_missing(double value) { return std::isnan(value); }

inline bool linked(const FollowGraph& graph, std::size_t u, std::size_t v) {
  return follows(graph, u, v) || follows(graph, v, u);
}

/// The graph in which u follows v where `wanted(u, v)`.
inline FollowGraph graph_where(std::size_t users, const std::function<bool(std::size_t, std::size_t)>& wanted) {
  GraphBuilder builder(users);
  for (std::size_t u = 0; u < users; ++u)
    for (std::size_t v = 0; v < users; ++v)
      if (u != v && wanted(u, v)) builder.add(user(u), user(v));
  return builder.build();
}

/// User 0 in the middle, follows pointing to it, from it, or both, in turn: the same star when directions are dropped.
inline FollowGraph star(std::size_t users) {
  return graph_where(users,
                     [](std::size_t u, std::size_t v) { return (v == 0 && u % 3 != 1) || (u == 0 && v % 3 != 2); });
}
inline FollowGraph path(std::size_t users) {
  return graph_where(users, [](std::size_t u, std::size_t v) { return u + 1 == v; });
}
inline FollowGraph complete(std::size_t users) {
  return graph_where(users, [](std::size_t, std::size_t) { return true; });
}
/// Each user follows the next `half` on a ring.
inline FollowGraph ring(std::size_t users, std::size_t half) {
  return graph_where(users, [=](std::size_t u, std::size_t v) { return (v + users - u) % users <= half; });
}
inline FollowGraph bipartite(std::size_t left, std::size_t right) {
  return graph_where(left + right, [=](std::size_t u, std::size_t v) { return u < left && v >= left; });
}

/// Sparse and dense, in one piece and in many, with hubs and without.
inline std::vector<FollowGraph> various_graphs() {
  std::vector<FollowGraph> graphs = {erdos_renyi(60, 0.7, stream()),
                                     erdos_renyi(61, 6, stream()),
                                     erdos_renyi(40, 25, stream()),
                                     erdos_renyi(600, 1.5, stream()),
                                     star(13),
                                     path(9),
                                     ring(12, 3),
                                     bipartite(4, 7),
                                     complete(7)};
  PowerLawParameters hubs;
  hubs.users = 300;
  hubs.mean_followees = 5;
  hubs.largest_share = 0.4;
  graphs.push_back(power_law(hubs, stream()));
  return graphs;
}

inline FollowGraph large_graph() {  // several blocks and batches
  PowerLawParameters parameters;
  parameters.users = 9'000;
  parameters.mean_followees = 8;
  parameters.largest_share = 0.1;
  return power_law(parameters, stream());
}

inline double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = double(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n,
               mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

inline bool same(double a, double b) { return (is_missing(a) && is_missing(b)) || a == b; }

inline const char* data_folder() { return std::getenv("GRAPEVINE_DATA"); }

/// Zipf's law P(x) ~ x^-exponent for x >= 1 by rejection (Devroye 1986, chapter X.6), kept where x_min <= x <= 4e6.
inline Degrees zipf(std::size_t count, double exponent, std::uint32_t x_min, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> uniform_in(0, 1);
  const double b = std::pow(2.0, exponent - 1);
  Degrees drawn;
  while (drawn.size() < count) {
    const double u = 1 - uniform_in(engine), v = uniform_in(engine);
    const double x = std::floor(std::pow(u, -1 / (exponent - 1)));
    if (x > 4e6 || x < x_min) continue;
    const double t = std::pow(1 + 1 / x, exponent - 1);
    if (v * x * (t - 1) / (b - 1) <= t / b) drawn.push_back(std::uint32_t(x));
  }
  return drawn;
}

/// Sum over k >= q of log(k)^power k^-exponent: a million terms, then the integral from the middle between two terms.
inline double slow_zeta(double exponent, std::uint32_t q, int power = 0) {
  const std::uint32_t end = q + 1'000'000;
  double sum = 0;
  for (std::uint32_t k = end - 1; k >= q; --k)
    sum += std::pow(std::log(double(k)), power) * std::pow(double(k), -exponent);
  const double from = end - 0.5, s = exponent - 1, log_from = std::log(from), base = std::pow(from, -s) / s;
  if (power == 0) return sum + base;
  if (power == 1) return sum + base * (log_from + 1 / s);
  return sum + base * (log_from * log_from + 2 * log_from / s + 2 / (s * s));
}

}  // namespace grapevine::test
