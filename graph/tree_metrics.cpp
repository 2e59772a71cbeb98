#include "graph/tree_metrics.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// A path of n nodes has a Wiener index of (n^3 - n) / 6: beyond 64 bits from 4.8 million nodes on.
__extension__ using WienerIndex = unsigned __int128;

/// Sum of the distances of all unordered pairs: the edge above a subtree of s nodes lies between s * (n - s) pairs (Wiener 1947).
WienerIndex wiener_index(std::span<const std::int32_t> parents) {
  const std::uint64_t n = parents.size();
  std::vector<std::uint32_t> subtree(n, 1);
  WienerIndex sum = 0;
  for (std::size_t i = n; --i > 0;) {  // children before parents
    subtree[static_cast<std::size_t>(parents[i])] += subtree[i];
    sum += subtree[i] * (n - subtree[i]);
  }
  return sum;
}

}  // namespace

TreeMetrics tree_metrics(std::span<const std::int32_t> parents) {
  GRAPEVINE_EXPECTS(!parents.empty() && parents.size() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  GRAPEVINE_EXPECTS(parents[0] == -1);
  const std::size_t n = parents.size();
  std::vector<std::uint32_t> depth(n, 0), breadth(1, 1), children(n, 0);
  for (std::size_t i = 1; i < n; ++i) {
    GRAPEVINE_EXPECTS(parents[i] >= 0 && static_cast<std::size_t>(parents[i]) < i);
    const auto parent = static_cast<std::size_t>(parents[i]);
    depth[i] = depth[parent] + 1;
    if (depth[i] == breadth.size()) breadth.push_back(0);
    ++breadth[depth[i]];
    ++children[parent];
  }
  const double pairs = static_cast<double>(std::uint64_t{n} * (n - 1));
  return {.size = static_cast<std::uint32_t>(n),
          .depth = static_cast<std::uint32_t>(breadth.size() - 1),
          .max_breadth = *std::max_element(breadth.begin(), breadth.end()),
          .root_children = children[0],
          .largest_broadcast = *std::max_element(children.begin(), children.end()),
          .structural_virality = n > 1 ? static_cast<double>(2 * wiener_index(parents)) / pairs : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace grapevine
