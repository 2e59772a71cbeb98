#include "graph/generators/watts_strogatz.hpp"

#include <cmath>

#include "graph/base/parallel.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/mixing.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

double local_clustering(const FollowGraph& graph) { return clustering(UndirectedGraph(graph)).mean_local; }

}  // namespace

TEST_CASE("a ring has the clustering of its formula", "[graph][generators][watts-strogatz]") {
  const std::uint32_t k = GENERATE(2, 4, 10, 24);
  const FollowGraph ring = watts_strogatz(1'000, k, 0.0, stream());
  CHECK(ring.follow_count() == 1'000 * k);
  CHECK(reciprocity(ring) == 1.0);
  for (std::size_t u = 0; u < 1'000; ++u) {
    REQUIRE(ring.followees(user(u)).size() == k);
    for (const UserId v : ring.followees(user(u))) {  // nobody is renumbered where all have as many followers
      const std::size_t apart = (v.index() + 1'000 - u) % 1'000;
      REQUIRE(std::min(apart, 1'000 - apart) <= k / 2);
    }
  }
  CHECK(local_clustering(ring) == Approx(3.0 * (k - 2) / (4.0 * (k - 1))).margin(1e-12));
}

TEST_CASE("rewiring keeps the links and moves the share asked for",
          "[graph][generators][watts-strogatz][statistical]") {
  constexpr std::size_t users = 20'000;
  constexpr std::uint32_t k = 10;
  for (const double rewiring : {0.1, 0.5, 1.0}) {
    const FollowGraph graph = watts_strogatz(users, k, rewiring, stream());
    CHECK(graph.follow_count() == users * k);
    CHECK(reciprocity(graph) == 1.0);
    CHECK(std::ranges::is_sorted(follower_numbers(graph), std::greater()));
    // A triangle stays when all three links stay: C(0) (1 - p)^3 (Barrat & Weigt 2000), for the ratio of means; new
    // ones are of the order of k / n. 20 000 users with 30 triangles' places each: sd below 0.002.
    const Clustering clusters = clustering(UndirectedGraph(graph));
    const double kept = 3.0 * double(clusters.triangles) / (double(users) * k * (k - 1) / 2);
    CHECK(std::abs(kept - 2.0 / 3.0 * std::pow(1 - rewiring, 3)) < 5 * 0.002 + 2.0 * k / users);
    // Each user keeps its own k / 2 links; of the k / 2 that come from others it keeps (1 - p) and gets p k / 2 more in
    // the mean: degrees have the variance k / 2 (1 - p) p + p k / 2, over 20 000 users with an sd of about sqrt(2 /
    // users) of it, 1 %.
    double variance = 0;
    for (const std::uint32_t count : follower_numbers(graph)) {
      CHECK_FALSE(count < k / 2);
      variance += (double(count) - k) * (double(count) - k) / users;
    }
    const double expected = k / 2.0 * rewiring * (2 - rewiring);
    CHECK(std::abs(variance - expected) < 0.06 * expected);
  }
}

TEST_CASE("a world wholly rewired is a random graph", "[graph][generators][watts-strogatz][statistical]") {
  // Neighbours know each other as often as any two: clustering about k / n = 0.004, far from 0.64.
  const FollowGraph graph = watts_strogatz(2'000, 8, 1.0, stream());
  CHECK(local_clustering(graph) < 0.012);
  CHECK(local_clustering(graph) > 0.0005);
}

TEST_CASE("small and full rings keep all links", "[graph][generators][watts-strogatz]") {
  const auto [users, k] = GENERATE(table<std::size_t, std::uint32_t>({{5, 2}, {5, 4}, {9, 6}, {30, 28}, {31, 30}}));
  for (std::uint32_t replicate = 0; replicate < 20; ++replicate) {
    const FollowGraph graph = watts_strogatz(users, k, 1.0, stream(replicate));
    CHECK(graph.follow_count() == users * k);
    CHECK(reciprocity(graph) == 1.0);
  }
}

TEST_CASE("a small world is the same for any number of threads", "[graph][generators][watts-strogatz][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  with_threads(threads, [&] {
    CHECK(fingerprint(watts_strogatz(6'000, 8, 0.3, stream())) == 0x3a83e988c8c461c5);
    CHECK(fingerprint(watts_strogatz(60, 30, 1.0, stream())) == 0xaa9c085da9c10dc9);  // dense: many draws meet
  });
}

TEST_CASE("rings that cannot be are refused", "[graph][generators][watts-strogatz]") {
  CHECK(contains(message_of([] { watts_strogatz(10, 3, 0.1, stream()); }),
                 "graph.followees is 3; expected an even number"));
  CHECK(
      contains(message_of([] { watts_strogatz(10, 10, 0.1, stream()); }), "graph.followees is 10; expected at most 8"));
  CHECK(contains(message_of([] { watts_strogatz(10, 4, 1.1, stream()); }),
                 "graph.rewiring is 1.1; expected a share of the links"));
  CHECK(watts_strogatz(0, 0, 0.1, stream()).user_count() == 0);
  CHECK(watts_strogatz(1, 0, 0.1, stream()).follow_count() == 0);
  CHECK(watts_strogatz(3, 2, 1.0, stream()).follow_count() == 6);
}
