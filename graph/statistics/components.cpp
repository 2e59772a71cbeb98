#include "graph/statistics/components.hpp"

#include "graph/boost_graph.hpp"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace grapevine {

namespace {

/// From the component of each user, a number below the number of users.
Components measure(std::span<const std::uint32_t> component) {
  std::vector<std::size_t> sizes(component.size(), 0);
  for (const std::uint32_t c : component) ++sizes[c];
  Components components;
  for (const std::size_t size : sizes) {
    components.count += size > 0;
    components.largest = std::max(components.largest, size);
  }
  components.giant_share = ratio(components.largest, component.size());
  return components;
}

}  // namespace

Components weak_components(const FollowGraph& graph) {
  std::vector<std::uint32_t> parent(
      graph.user_count());  // a forest: the root of a user's tree names its component; parents have lower numbers
  for (std::uint32_t u = 0; u < parent.size(); ++u) parent[u] = u;
  const auto root = [&](std::uint32_t u) {
    while (parent[u] != u) u = parent[u] = parent[parent[u]];
    return u;
  };
  for (std::uint32_t u = 0; u < parent.size(); ++u)
    for (const UserId v : graph.followees(UserId(u))) {
      const auto [low, high] = std::minmax({root(u), root(v.value())});
      parent[high] = low;
    }
  for (std::uint32_t u = 0; u < parent.size(); ++u) parent[u] = root(u);
  return measure(parent);
}

Components strong_components(const FollowGraph& graph) {
  std::vector<std::uint32_t> component(graph.user_count());
  boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
  return measure(component);
}

}  // namespace grapevine
