#include "graph/statistics/core_numbers.hpp"

#include "graph/boost_graph.hpp"

#include <boost/graph/core_numbers.hpp>
#include <boost/property_map/property_map.hpp>

namespace grapevine {

std::vector<std::uint32_t> core_numbers(const UndirectedGraph& graph) {
  const FollowGraph mutual(Rows(graph.rows()));  // each link as two follows, which is how Boost.Graph counts it
  std::vector<std::uint32_t> core(graph.user_count());
  boost::core_numbers(mutual, boost::make_iterator_property_map(core.begin(), get(boost::vertex_index, mutual)));
  return core;
}

}  // namespace grapevine
