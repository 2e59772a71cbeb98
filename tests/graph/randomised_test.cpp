#include "graph/generators/randomised.hpp"

#include <cmath>
#include <map>
#include <set>

#include "graph/base/parallel.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/watts_strogatz.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/mixing.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

/// A graph of few users as the set of its follows.
using Follows = std::set<std::pair<std::size_t, std::size_t>>;

Follows follows_of(const FollowGraph& graph) {
  Follows all;
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) all.emplace(u, v.index());
  return all;
}

FollowGraph graph_of(std::size_t users, const Follows& all) {
  GraphBuilder builder(users);
  for (const auto& [u, v] : all) builder.add(user(u), user(v));
  return builder.build();
}

/// All graphs that swaps lead to, by the definition: any two follows exchange their followees if neither result is
/// there or a loop.
std::set<Follows> reachable(const Follows& first) {
  std::set<Follows> found{first};
  std::vector<Follows> open{first};
  while (!open.empty()) {
    const Follows at = open.back();
    open.pop_back();
    for (const auto& [u, v] : at)
      for (const auto& [x, y] : at) {
        if (u == y || x == v || at.count({u, y}) > 0 || at.count({x, v}) > 0) continue;
        Follows next = at;
        next.erase({u, v}), next.erase({x, y});
        next.emplace(u, y), next.emplace(x, v);
        if (found.insert(next).second) open.push_back(next);
      }
  }
  return found;
}

}  // namespace

TEST_CASE("randomisation keeps everybody's followers and followees", "[graph][generators][randomised]") {
  PowerLawParameters p;
  p.users = 3'000;
  p.mean_followees = 15;
  const FollowGraph graph = power_law(p, stream());
  const FollowGraph mixed = randomised(graph, 10, stream());
  CHECK(follower_numbers(mixed) == follower_numbers(graph));
  CHECK(followee_counts(mixed) == followee_counts(graph));
  CHECK(mixed != graph);
  CHECK(randomised(graph, 10, stream(1)) != mixed);
  CHECK(randomised(graph, 0, stream()) == graph);
}

TEST_CASE("a randomised graph is the same for any number of threads", "[graph][generators][randomised][invariance]") {
  const FollowGraph graph = erdos_renyi(5'000, 12, stream());  // long enough for runs of several follows
  const FollowGraph alone = with_threads(1, [&] { return randomised(graph, 3, stream()); });
  CHECK(fingerprint(alone) == 0x1a3f710847830cae);
  const int threads = GENERATE(2, 3, 8);
  CHECK(with_threads(threads, [&] { return randomised(graph, 3, stream()); }) == alone);
}

TEST_CASE("in the long run every graph of the same degrees is equally likely",
          "[graph][generators][randomised][statistical]") {
  // Chi-square over all graphs that swaps reach, found by brute force. Its mean is the degrees of freedom d, sd sqrt(2
  // d); five of them are left for one seed in 300 000 or so (chi-square has a longer tail than the normal). The last
  // graph is so dense that the swap of one pair bears on most others; most tries are blocked, so it takes more of them.
  const auto [users, first, swaps] = GENERATE(table<std::size_t, Follows, double>({
      {5, Follows{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}, 12},  // the 44 permutations of five without a fixed one
      {5, Follows{{0, 1}, {0, 2}, {1, 0}, {1, 3}, {2, 4}, {3, 0}, {4, 1}}, 12},  // unequal, with mutual follows
      {6, Follows{{1, 0}, {2, 0}, {3, 0}, {0, 4}, {4, 5}, {5, 1}}, 12},          // a hub
      {4, Follows{{1, 0}, {2, 0}, {2, 3}, {3, 1}, {3, 2}}, 60},
  }));
  const std::set<Follows> all = reachable(first);
  constexpr std::uint32_t runs = 4'000;
  const FollowGraph graph = graph_of(users, first);
  std::map<Follows, double> seen;
  with_threads(1, [&, swaps = swaps] {
    for (std::uint32_t run = 0; run < runs; ++run) ++seen[follows_of(randomised(graph, swaps, stream(run)))];
  });
  REQUIRE(seen.size() <= all.size());
  const double expected = double(runs) / double(all.size()), freedom = double(all.size() - 1);
  REQUIRE(expected > 10);
  double chi = 0;
  for (const Follows& one : all) {
    const auto at = seen.find(one);
    const double count = at == seen.end() ? 0.0 : at->second;
    chi += (count - expected) * (count - expected) / expected;
  }
  INFO(all.size() << " graphs, chi-square " << chi);
  CHECK(std::abs(chi - freedom) < 5 * std::sqrt(2 * freedom));
}

TEST_CASE("ten swaps for each follow forget a small world", "[graph][generators][randomised][statistical]") {
  // A ring of 2 000 users, each mutually linked with 10: all follows are mutual and clustering is 2 / 3. Among random
  // graphs of ten followers and followees a follow is mutual with probability 10 / 1 999: of 20 000 about 100.05, in
  // pairs, so with sd 2 sqrt(50) = 14.1. Five of them: one seed in 1.7 million; four checks.
  const FollowGraph ring = watts_strogatz(2'000, 10, 0.0, stream());
  REQUIRE(reciprocity(ring) == 1.0);
  CHECK(reciprocity(randomised(ring, 0.1, stream())) > 0.5);  // too few swaps are seen
  for (const double swaps : {10.0, 20.0, 40.0})
    CHECK(std::abs(double(randomised(ring, swaps, stream()).mutual_count()) - 100.05) < 5 * 14.1);

  // Against repeated independent graphs of the same degrees: means of 16 each.
  const DegreeSequences degrees{follower_numbers(ring), followee_counts(ring)};
  std::vector<double> swapped, independent;
  for (std::uint32_t run = 0; run < 16; ++run) {
    swapped.push_back(double(clustering(UndirectedGraph(randomised(ring, 10, stream(run)))).triangles));
    independent.push_back(double(clustering(UndirectedGraph(configuration(degrees, stream(100 + run)))).triangles));
  }
  const auto mean = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / double(values.size());
  };
  // Triangles of a sparse random graph are a Poisson number: the difference of two means of 16 has sd sqrt(2 mean /
  // 16).
  CHECK(std::abs(mean(swapped) - mean(independent)) < 5 * std::sqrt(2 * mean(independent) / 16));
}

TEST_CASE("graphs without a swap stay as they are", "[graph][generators][randomised]") {
  CHECK(randomised(FollowGraph(), 10, stream()).user_count() == 0);
  const FollowGraph nobody = erdos_renyi(1, 0, stream()), all = erdos_renyi(20, 19, stream());
  CHECK(randomised(nobody, 10, stream()) == nobody);
  CHECK(randomised(all, 10, stream()) == all);
  const FollowGraph triangle =
      graph_of(3, {{0, 1}, {1, 2}, {2, 0}});  // it could be turned round, but not by swaps of two
  CHECK(randomised(triangle, 100, stream()) == triangle);
}
