#include "graph/tree_order.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "graph/base/error.hpp"

namespace grapevine {

std::vector<std::uint32_t> breadth_first(std::span<const std::int32_t> parents) {
  const std::size_t n = parents.size();
  GRAPEVINE_EXPECTS(n <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  std::vector<std::uint32_t> begin(n + 2, 0), children(n), order;
  for (const std::int32_t parent : parents) {
    GRAPEVINE_EXPECTS(parent >= -1 && (parent == -1 || static_cast<std::size_t>(parent) < n));
    if (parent >= 0) ++begin[static_cast<std::size_t>(parent) + 2];
  }
  for (std::size_t i = 2; i < begin.size(); ++i) begin[i] += begin[i - 1];
  order.reserve(n);
  for (std::uint32_t i = 0; i < n; ++i)
    if (parents[i] >= 0)
      children[begin[static_cast<std::size_t>(parents[i]) + 1]++] =
          i;  // afterwards begin[p] is where p's children begin
    else
      order.push_back(i);
  GRAPEVINE_EXPECTS(order.size() <= 1);
  for (std::size_t at = 0; at < order.size(); ++at)
    order.insert(order.end(), children.begin() + begin[order[at]],
                 children.begin() + begin[order[at] + std::size_t{1}]);
  return order;
}

std::vector<std::int32_t> renumbered(std::span<const std::int32_t> parents, std::span<const std::uint32_t> order) {
  GRAPEVINE_EXPECTS(order.size() == parents.size());
  std::vector<std::int32_t> place(parents.size(), -1), found;
  found.reserve(parents.size());
  for (const std::uint32_t node : order) {
    const std::int32_t parent = parents[node];
    GRAPEVINE_EXPECTS(parent < 0 || place[static_cast<std::size_t>(parent)] >= 0);
    place[node] = static_cast<std::int32_t>(found.size());
    found.push_back(parent < 0 ? -1 : place[static_cast<std::size_t>(parent)]);
  }
  return found;
}

std::vector<std::uint32_t> circle_above(std::span<const std::int32_t> parents, std::uint32_t node) {
  const auto parent = [&](std::uint32_t i) {
    GRAPEVINE_EXPECTS(parents[i] >= 0);
    return static_cast<std::uint32_t>(parents[i]);
  };
  for (std::size_t step = 0; step < parents.size(); ++step)
    node = parent(node);  // as many steps end on the circle from anywhere
  std::vector<std::uint32_t> circle;
  for (std::uint32_t at = node; circle.empty() || at != node; at = parent(at)) circle.push_back(at);
  std::rotate(circle.begin(), std::ranges::min_element(circle), circle.end());
  return circle;
}

}  // namespace grapevine
