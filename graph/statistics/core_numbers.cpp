#include "graph/statistics/core_numbers.hpp"

#include <algorithm>
#include <limits>

#include "graph/base/prefetch.hpp"

namespace grapevine {

namespace {

/// Those of `left` with more than `k` neighbours left, in place; returns the fewest that one of them has.
std::uint32_t drop_up_to(std::uint32_t k, const std::vector<std::uint32_t>& degree, std::vector<UserId>& left) {
  std::uint32_t fewest = std::numeric_limits<std::uint32_t>::max();
  std::size_t kept = 0;
  for (const UserId u : left) {
    const std::uint32_t neighbours = degree[u.index()];
    left[kept] = u;
    kept += neighbours > k;
    if (neighbours > k) fewest = std::min(fewest, neighbours);
  }
  left.resize(kept);
  return fewest;
}

}  // namespace

std::vector<std::uint32_t> core_numbers(const UndirectedGraph& graph) {
  std::vector<std::uint32_t> degree(graph.user_count());  // neighbours left; of those who left, the core number
  std::vector<UserId> left, leaving;
  std::uint32_t k = std::numeric_limits<std::uint32_t>::max();
  for (std::uint32_t u = 0; u < degree.size(); ++u) {
    degree[u] = static_cast<std::uint32_t>(graph.degree(UserId(u)));
    k = std::min(k, degree[u]);
    left.push_back(UserId(u));
  }
  constexpr std::size_t ahead = 8;
  while (!left.empty()) {
    leaving.clear();
    for (const UserId u : left)
      if (degree[u.index()] == k) leaving.push_back(u);
    for (std::size_t i = 0; i < leaving.size(); ++i) {
      if (i + ahead < leaving.size()) prefetch(graph.neighbours(leaving[i + ahead]).data());
      for (const UserId v : graph.neighbours(leaving[i]))
        if (std::uint32_t& neighbours = degree[v.index()]; neighbours > k && --neighbours == k) leaving.push_back(v);
    }
    k = drop_up_to(k, degree, left);
  }
  return degree;
}

}  // namespace grapevine
