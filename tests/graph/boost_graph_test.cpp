#include "graph/boost_graph.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/core_numbers.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/page_rank.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <numeric>

#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/graph_builder.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<FollowGraph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<FollowGraph>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<FollowGraph>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<FollowGraph>));
BOOST_CONCEPT_ASSERT((boost::VertexAndEdgeListGraphConcept<FollowGraph>));
BOOST_CONCEPT_ASSERT((boost::VertexAndEdgeListGraphConcept<const FollowGraph>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyMapConcept<boost::property_map<FollowGraph, boost::vertex_index_t>::const_type, UserId>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<BothWays>));
BOOST_CONCEPT_ASSERT((boost::VertexAndEdgeListGraphConcept<BothWays>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<const BothWays>));

namespace {

UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }
StreamKey stream() { return StreamKey(1, Stream::graph, 0); }

/// A property of users that Boost.Graph writes into `values`.
template <class Graph, class T>
auto by_user(const Graph& graph, std::vector<T>& values) {
  return boost::make_iterator_property_map(values.begin(), get(boost::vertex_index, graph));
}

FollowGraph symmetrised(const FollowGraph& graph) {
  GraphBuilder builder(graph.user_count());
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) {
      builder.add(user(u), v);
      builder.add(v, user(u));
    }
  return builder.build();
}

/// Steps from `start` along follows; relaxes every edge until nothing changes.
std::vector<int> slow_distances(const FollowGraph& graph, std::size_t start) {
  std::vector<int> distance(graph.user_count(), -1);
  distance[start] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t u = 0; u < graph.user_count(); ++u)
      for (const UserId v : graph.followees(user(u)))
        if (distance[u] >= 0 && (distance[v.index()] < 0 || distance[v.index()] > distance[u] + 1)) {
          distance[v.index()] = distance[u] + 1;
          changed = true;
        }
  }
  return distance;
}

template <class Graph>
std::vector<int> boost_distances(const Graph& graph, std::size_t start) {
  std::vector<int> distance(num_vertices(graph), -1);
  distance[start] = 0;
  breadth_first_search(graph, user(start),
                       boost::visitor(boost::make_bfs_visitor(
                           boost::record_distances(by_user(graph, distance), boost::on_tree_edge()))));
  return distance;
}

}  // namespace

TEST_CASE("Boost.Graph sees the users and follows that there are", "[graph][boost]") {
  GraphBuilder builder(6);  // users 0, 2 and 5 follow nobody
  for (const auto& [u, v] : {std::pair{1, 0}, {1, 4}, {3, 2}, {4, 1}}) builder.add(user(u), user(v));
  const FollowGraph graph = builder.build(), transposed = transpose(graph);
  std::vector<UserId> seen(vertices(graph).first, vertices(graph).second);
  CHECK(seen == std::vector{user(0), user(1), user(2), user(3), user(4), user(5)});
  const std::vector<Follow> expected = {{user(1), user(0)}, {user(1), user(4)}, {user(3), user(2)}, {user(4), user(1)}};
  CHECK(std::vector<Follow>(edges(graph).first, edges(graph).second) == expected);
  CHECK(std::vector<Follow>(edges(FollowGraph()).first, edges(FollowGraph()).second).empty());
  CHECK(std::vector<Follow>(out_edges(user(1), graph).first, out_edges(user(1), graph).second) ==
        std::vector<Follow>(expected.begin(), expected.begin() + 2));
  const BothWays pair(graph, transposed);
  CHECK(std::vector<Follow>(in_edges(user(1), pair).first, in_edges(user(1), pair).second) ==
        std::vector<Follow>{expected[3]});
  CHECK(degree(user(1), pair) == 3);
}

TEST_CASE("breadth_first_search finds the distances that slow relaxation finds", "[graph][boost]") {
  const FollowGraph graph = erdos_renyi(300, 1.7, stream()), transposed = transpose(graph);
  for (const std::size_t start : {std::size_t{0}, std::size_t{17}, std::size_t{299}}) {
    CHECK(boost_distances(graph, start) == slow_distances(graph, start));
    CHECK(boost_distances(BothWays(graph, transposed), start) == slow_distances(graph, start));
  }
}

TEST_CASE("page_rank agrees with power iteration where everybody follows somebody, forwards and backwards",
          "[graph][boost]") {
  constexpr std::size_t users = 200;
  GraphBuilder builder(users);
  for (std::size_t u = 0; u < users; ++u)
    builder.add(user(u), user((u + 1) % users));  // a ring, so that no rank is lost
  const FollowGraph random = erdos_renyi(users, 4, stream());
  for (std::size_t u = 0; u < users; ++u)
    for (const UserId v : random.followees(user(u))) builder.add(user(u), v);
  const FollowGraph graph = builder.build(), transposed = transpose(graph);

  std::vector<double> slow(users, 1.0);
  for (int step = 0; step < 200; ++step) {
    std::vector<double> next(users, 1 - 0.85);
    for (std::size_t u = 0; u < users; ++u)
      for (const UserId v : graph.followees(user(u)))
        next[v.index()] += 0.85 * slow[u] / double(graph.followees(user(u)).size());
    slow = next;
  }
  // Boost starts at 1 / n, the slow version at 1; after 200 steps 0.85^200 = 8e-15 of that difference is left.
  std::vector<double> forwards(users), backwards(users);
  boost::graph::page_rank(graph, by_user(graph, forwards), boost::graph::n_iterations(200), 0.85);
  const BothWays pair(graph, transposed);
  boost::graph::page_rank(pair, by_user(pair, backwards), boost::graph::n_iterations(200), 0.85);
  for (std::size_t u = 0; u < users; ++u) {
    REQUIRE(forwards[u] == Approx(slow[u]).epsilon(1e-10));
    REQUIRE(backwards[u] == Approx(slow[u]).epsilon(1e-10));
  }
}

TEST_CASE("page_rank of a star has its closed form, less what its hub loses", "[graph][boost]") {
  // Nobody follows the fans: rank 0.15 each; the hub has 0.15 + 0.85 * 0.15 * 100 and, following nobody, passes nothing
  // on.
  GraphBuilder builder(101);
  for (std::size_t fan = 1; fan <= 100; ++fan) builder.add(user(fan), user(0));
  const FollowGraph star = builder.build();
  std::vector<double> rank(101);
  boost::graph::page_rank(star, by_user(star, rank), boost::graph::n_iterations(20), 0.85);
  CHECK(rank[0] == Approx(0.15 + 0.85 * 0.15 * 100));
  CHECK(rank[50] == Approx(0.15));
  CHECK(std::accumulate(rank.begin(), rank.end(), 0.0) < 101);
}

TEST_CASE("strong_components puts together exactly the users that reach each other", "[graph][boost]") {
  constexpr std::size_t users = 150;
  const FollowGraph graph = erdos_renyi(users, 1.3, stream());
  std::vector<int> component(users);
  const int count = boost::strong_components(graph, by_user(graph, component));
  std::vector<std::vector<int>> distance;
  for (std::size_t u = 0; u < users; ++u) distance.push_back(slow_distances(graph, u));
  std::size_t wrong = 0;
  for (std::size_t u = 0; u < users; ++u)
    for (std::size_t v = 0; v < users; ++v)
      wrong += (component[u] == component[v]) != (distance[u][v] >= 0 && distance[v][u] >= 0);
  CHECK(wrong == 0);
  CHECK(count == *std::ranges::max_element(component) + 1);
  CHECK(count > 1);
  CHECK(count < int(users));
}

TEST_CASE("core_numbers of mutual follows are those of slow peeling", "[graph][boost]") {
  PowerLawParameters parameters;
  parameters.users = 300;
  parameters.mean_followees = 4;
  const FollowGraph graph = symmetrised(power_law(parameters, stream()));
  std::vector<std::size_t> core(300);
  boost::core_numbers(graph, by_user(graph, core));

  std::vector<std::size_t> slow(300, 0);
  for (std::size_t k = 1; k < 300;
       ++k) {  // who is left when users with fewer than k neighbours leave, one after the other
    std::vector<bool> left(300, true);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t u = 0; u < 300; ++u) {
        const auto row = graph.followees(user(u));
        const auto neighbours = std::ranges::count_if(row, [&](UserId v) { return left[v.index()]; });
        if (left[u] && std::size_t(neighbours) < k) {
          left[u] = false;
          changed = true;
        }
      }
    }
    for (std::size_t u = 0; u < 300; ++u)
      if (left[u]) slow[u] = k;
  }
  CHECK(core == slow);
  CHECK(*std::ranges::max_element(core) >= 3);
}
