#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/strong_components.hpp>
#include <vector>

#include "graph/boost_graph.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/components.hpp"
#include "graph/statistics/distances.hpp"
#include "graph/statistics/undirected.hpp"
#include "tests/catch.hpp"
#include "tests/graph/small_graphs.hpp"

// How far users are from each other, and who reaches whom.
using namespace grapevine;
using namespace grapevine::test;

namespace {

/// Pairs by distance, each source by a plain breadth-first search over the rows of `reaches`: users that a user reaches
/// in one step.
std::vector<std::uint64_t> slow_pairs(const std::vector<std::vector<std::size_t>>& reaches) {
  std::vector<std::uint64_t> pairs = {0};
  for (std::size_t source = 0; source < reaches.size(); ++source) {
    std::vector<std::size_t> distance(reaches.size(), SIZE_MAX), queue = {source};
    distance[source] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (const std::size_t v : reaches[queue[i]])
        if (distance[v] == SIZE_MAX) {
          distance[v] = distance[queue[i]] + 1;
          queue.push_back(v);
          if (pairs.size() <= distance[v]) pairs.resize(distance[v] + 1, 0);
          ++pairs[distance[v]];
        }
  }
  return pairs;
}

double mean_of(const std::vector<std::uint64_t>& pairs) {
  double all = 0, steps = 0;
  for (std::size_t d = 0; d < pairs.size(); ++d) {
    all += double(pairs[d]);
    steps += double(d) * double(pairs[d]);
  }
  return steps / all;
}

}  // namespace

TEST_CASE("distances are those of one breadth-first search a user", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    std::vector<std::vector<std::size_t>> readers(graph.user_count()), neighbours(graph.user_count());
    for (std::size_t u = 0; u < graph.user_count(); ++u)
      for (std::size_t v = 0; v < graph.user_count(); ++v) {
        if (follows(graph, v, u)) readers[u].push_back(v);
        if (linked(graph, u, v)) neighbours[u].push_back(v);
      }
    const UndirectedGraph undirected(graph);
    CHECK(distances(graph).pairs == slow_pairs(readers));
    CHECK(distances(undirected).pairs == slow_pairs(neighbours));
    CHECK(distances(undirected).mean.value == Approx(mean_of(slow_pairs(neighbours))));

    const Distances everybody = sampled_distances(graph, graph.user_count(), stream());
    CHECK(everybody.pairs == slow_pairs(readers));
    CHECK(everybody.mean.value == Approx(mean_of(slow_pairs(readers))));
    CHECK(everybody.mean.low == everybody.mean.high);
  }
}

TEST_CASE("distances in a graph of several blocks of users are whole", "[graph][statistics]") {
  // Exact search numbers users anew and sampled search does not, so far steps end in other blocks.
  const FollowGraph graph = large_graph();
  CHECK(sampled_distances(graph, graph.user_count(), stream()).pairs == distances(graph).pairs);
  for (const std::size_t first :
       {std::size_t{0}, std::size_t{8'900}}) {  // a path of 100 users among others who follow nobody
    GraphBuilder builder(9'000);
    for (std::size_t u = first; u + 1 < first + 100; ++u) builder.add(user(u), user(u + 1));
    const FollowGraph line = builder.build();
    const Distances all = sampled_distances(line, 9'000, stream());
    CHECK(all.mean.value == Approx(101.0 / 3));
    CHECK(all.max() == 99);
    CHECK(distances(line).pairs == all.pairs);
  }
}

TEST_CASE("distances have their closed forms", "[graph][statistics]") {
  for (const std::size_t n : {2, 9, 300}) {
    const double users = double(n);
    CHECK(distances(UndirectedGraph(path(n))).mean.value == Approx((users + 1) / 3));
    CHECK(distances(UndirectedGraph(path(n))).max() == n - 1);
    CHECK(distances(path(n)).mean.value == Approx((users + 1) / 3));  // one way only, the same steps
    CHECK(distances(UndirectedGraph(star(n))).mean.value == Approx(2 * (users - 1) / users));
    CHECK(distances(complete(n)).mean.value == 1);
    CHECK(distances(complete(n)).max() == 1);
    CHECK(distances(ring(n, 1)).mean.value == Approx(users / 2));  // a cycle of follows: 1 .. n - 1
  }
  CHECK(distances(UndirectedGraph(bipartite(3, 300))).mean.value ==
        Approx((2.0 * 900 + 2 * (3 * 2 + 300 * 299)) / (303 * 302)));
  CHECK(distances(UndirectedGraph(ring(101, 1))).mean.value == Approx((101.0 + 1) / 4));
}

TEST_CASE("a post travels from the followee to the follower", "[graph][statistics]") {
  // 0, 1 and 2 follow 3, who follows nobody: only posts of 3 travel, so one sampled source sees three pairs or none.
  const FollowGraph fans = graph_where(4, [](std::size_t, std::size_t v) { return v == 3; });
  for (std::uint32_t replicate = 0; replicate < 20; ++replicate) {
    const bool author = sample_users(4, 1, stream(replicate)) == std::vector{user(3)};
    const Distances seen = sampled_distances(fans, 1, stream(replicate));
    CHECK(seen.pairs == (author ? std::vector<std::uint64_t>{0, 3} : std::vector<std::uint64_t>{0}));
  }
}

TEST_CASE("the effective diameter lies where 90 % of pairs are reached", "[graph][statistics]") {
  CHECK(distances(complete(9)).effective_diameter() ==
        Approx(0.9));  // all pairs within 1, so 90 % within 0.9 on the line from 0
  // A cycle of 11 follows has 11 pairs at each of 1 .. 10: 90 % within 9.
  CHECK(distances(ring(11, 1)).effective_diameter() == Approx(9));
  CHECK(distances(ring(11, 1)).effective_diameter(0.55) == Approx(5.5));
  CHECK(distances(ring(11, 1)).effective_diameter(1) == Approx(10));
  // Mutual star of 5: 8 pairs at 1, 12 at 2: 18 of 20 are 10 / 12 of the way from 1 to 2.
  CHECK(distances(UndirectedGraph(star(5))).effective_diameter() == Approx(1 + 10.0 / 12));
  CHECK(is_missing(distances(path(1)).effective_diameter()));
}

// Components

TEST_CASE("components hold the users that reach each other", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const std::size_t users = graph.user_count();
    std::vector<std::vector<bool>> one_way(users, std::vector<bool>(users)), any_way = one_way;
    for (std::size_t u = 0; u < users; ++u)
      for (std::size_t v = 0; v < users; ++v) {
        one_way[u][v] = u == v || follows(graph, u, v);
        any_way[u][v] = u == v || linked(graph, u, v);
      }
    const auto expected = [&](std::vector<std::vector<bool>> reach) {
      for (std::size_t k = 0; k < users; ++k)  // Warshall
        for (std::size_t u = 0; u < users; ++u)
          if (reach[u][k])
            for (std::size_t v = 0; v < users; ++v)
              if (reach[k][v]) reach[u][v] = true;
      Components components;
      for (std::size_t u = 0; u < users; ++u) {
        std::size_t size = 0, first = users;
        for (std::size_t v = users; v-- > 0;)
          if (reach[u][v] && reach[v][u]) {
            ++size;
            first = v;
          }
        components.count += first == u;
        components.largest = std::max(components.largest, size);
      }
      components.giant_share = double(components.largest) / double(users);
      return components;
    };
    CHECK(weak_components(graph) == expected(any_way));
    CHECK(strong_components(graph) == expected(one_way));
  }
}

TEST_CASE("a large graph has the weak components that Boost.Graph finds", "[graph][statistics][boost]") {
  const FollowGraph graph = erdos_renyi(20'000, 0.6, stream());
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> plain(graph.user_count());
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) add_edge(u, v.index(), plain);
  std::vector<int> component(graph.user_count());
  const Components found = weak_components(graph);
  CHECK(int(found.count) == boost::connected_components(plain, component.data()));
  std::vector<std::size_t> sizes(found.count, 0);
  for (const int c : component) ++sizes[std::size_t(c)];
  CHECK(found.largest == *std::ranges::max_element(sizes));
}

TEST_CASE("a large graph has the strong components that Boost.Graph finds", "[graph][statistics][boost]") {
  for (const double followees : {0.9, 1.3, 3.0}) {
    const FollowGraph graph = erdos_renyi(20'000, followees, stream());
    std::vector<std::size_t> expected(graph.user_count());
    const std::size_t count = boost::strong_components(
        graph, boost::make_iterator_property_map(expected.begin(), get(boost::vertex_index, graph)));
    const std::vector<std::uint32_t> found = strong_component_of(graph);
    CHECK(strong_components(graph).count == count);
    std::vector<std::uint32_t> same_as(count, UINT32_MAX);  // ours of theirs
    std::size_t wrong = 0;
    for (std::size_t u = 0; u < found.size(); ++u) {
      if (same_as[expected[u]] == UINT32_MAX) same_as[expected[u]] = found[u];
      wrong += same_as[expected[u]] != found[u] || found[u] >= count;
      for (const UserId v : graph.followees(user(u)))
        wrong += found[v.index()] > found[u];  // follows lead to no higher number
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a path of a million follows has as many strong components as users", "[graph][statistics]") {
  GraphBuilder builder(1'000'000);
  for (std::size_t u = 0; u + 1 < 1'000'000; ++u) builder.add(user(u), user(u + 1));
  CHECK(strong_components(builder.build()).count == 1'000'000);  // and the search goes a million deep
}
