#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/graph_builder.hpp"
#include "graph/sampling/forest_fire.hpp"
#include "graph/sampling/induced.hpp"
#include "graph/sampling/snowball.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }
StreamKey stream(std::uint64_t seed) { return StreamKey(seed, Stream::graph, 0); }

FollowGraph of(std::size_t users, const std::vector<std::pair<std::size_t, std::size_t>>& follows) {
  GraphBuilder builder(users);
  for (const auto& [u, v] : follows) builder.add(user(u), user(v));
  return builder.build();
}

/// user i follows user i + 1.
FollowGraph path(std::size_t users) {
  std::vector<std::pair<std::size_t, std::size_t>> follows;
  for (std::size_t i = 0; i + 1 < users; ++i) follows.emplace_back(i, i + 1);
  return of(users, follows);
}

bool all_different(std::vector<UserId> users) {
  std::ranges::sort(users);
  return std::ranges::adjacent_find(users) == users.end();
}

TEST_CASE("an induced graph holds exactly the follows among the users given", "[graph][sampling]") {
  const FollowGraph whole = erdos_renyi(300, 12, stream(1));
  std::vector<UserId> chosen;
  for (std::size_t u = 0; u < 300; ++u)
    if (mix(u) % 3 == 0) chosen.push_back(user(u));
  const Subgraph part = induced(whole, chosen);
  REQUIRE(part.graph.user_count() == chosen.size());
  std::set<std::pair<UserId, UserId>> expected, found;
  for (const UserId u : chosen)
    for (const UserId v : whole.followees(u))
      if (std::ranges::find(chosen, v) != chosen.end()) expected.emplace(u, v);
  for (std::size_t u = 0; u < part.graph.user_count(); ++u)
    for (const UserId v : part.graph.followees(user(u))) found.emplace(part.original[u], part.original[v.index()]);
  CHECK(found == expected);
}

TEST_CASE(
    "users of an induced graph are numbered by followers, then by their old number, whatever order they are given in",
    "[graph][sampling]") {
  const FollowGraph whole = erdos_renyi(200, 8, stream(2));
  std::vector<UserId> chosen;
  for (std::size_t u = 20; u < 150; ++u) chosen.push_back(user(u));
  const Subgraph part = induced(whole, chosen);
  for (std::size_t u = 1; u < part.original.size(); ++u) {
    const auto rank = [&](std::size_t k) { return std::pair(~part.graph.follower_count(user(k)), part.original[k]); };
    CHECK(rank(u - 1) < rank(u));
  }
  std::ranges::reverse(chosen);
  const Subgraph again = induced(whole, chosen);
  CHECK(again.graph == part.graph);
  CHECK(again.original == part.original);
}

TEST_CASE("an induced graph may be empty, or the whole", "[graph][sampling]") {
  const FollowGraph whole = path(5);
  CHECK(induced(whole, {}).graph.user_count() == 0);
  CHECK(induced(FollowGraph(), {}).graph.user_count() == 0);
  std::vector<UserId> all;
  for (std::size_t u = 0; u < 5; ++u) all.push_back(user(u));
  CHECK(induced(whole, all).graph.follow_count() == 4);
}

TEST_CASE("a snowball on a path is a stretch of it", "[graph][sampling]") {
  const std::uint64_t seed = GENERATE(range(1, 20));
  const std::vector<UserId> ball = snowball(path(1'000), 41, stream(seed));
  REQUIRE(ball.size() == 41);
  REQUIRE(all_different(ball));
  const auto [low, high] = std::ranges::minmax_element(ball);
  CHECK(high->index() - low->index() == 40);
}

TEST_CASE("a snowball takes everybody within reach before it starts anew", "[graph][sampling]") {
  std::vector<std::pair<std::size_t, std::size_t>> triangles;  // 30 triangles apart from each other
  for (std::size_t t = 0; t < 30; ++t)
    triangles.insert(triangles.end(), {{3 * t, 3 * t + 1}, {3 * t + 1, 3 * t + 2}, {3 * t + 2, 3 * t}});
  const std::vector<UserId> ball = snowball(of(90, triangles), 30, stream(3));
  REQUIRE(all_different(ball));
  std::map<std::size_t, int> of_triangle;
  for (const UserId u : ball) ++of_triangle[u.index() / 3];
  CHECK(of_triangle.size() == 10);
}

TEST_CASE("samples have as many users as are wanted and there are, each once", "[graph][sampling]") {
  const FollowGraph graph = erdos_renyi(500, 3, stream(4));
  const std::size_t wanted = GENERATE(0, 1, 2, 250, 500, 501, 100'000);
  const std::vector<UserId> burnt = forest_fire(graph, wanted, {}, stream(5)),
                            ball = snowball(graph, wanted, stream(5));
  CHECK(burnt.size() == std::min<std::size_t>(wanted, 500));
  CHECK(ball.size() == std::min<std::size_t>(wanted, 500));
  CHECK(all_different(burnt));
  CHECK(all_different(ball));
  CHECK(forest_fire(FollowGraph(), wanted, {}, stream(5)).empty());
  CHECK(snowball(FollowGraph(), wanted, stream(5)).empty());
}

TEST_CASE("a fire that starts at a hub burns a geometric number of its followees", "[graph][sampling][statistical]") {
  // The hub follows 1 000 leaves who follow nobody; fires go forward only, so those that start at a leaf die there.
  // Whoever follows the hub in the order of burning until the next start was burnt by it: with forward 0.6, geometric
  // of mean 1.5 and variance 3.75. Of 4 000 fires the mean is within 5 sd = 5 sqrt(3.75 / 4 000) = 0.153 for all but
  // one seed in 1.7 million. Every graph has one hub, so the fire of each key counts.
  std::vector<std::pair<std::size_t, std::size_t>> star;
  for (std::size_t leaf = 1; leaf <= 40; ++leaf) star.emplace_back(0, leaf);
  const FollowGraph graph = of(41, star);
  double burnt = 0;
  int fires = 0;
  for (std::uint64_t seed = 0; fires < 4'000; ++seed) {
    const std::vector<UserId> one = forest_fire(graph, 1, {.forward = 0.6, .backward = 0}, stream(seed));
    if (one.front() != user(0)) continue;  // this fire starts at a leaf
    ++fires;
    // Fires that follow start at random users, so count the largest prefix that the same key burns when only the hub's
    // own fire can grow it: ask for all users of a graph in which leaves are burnt by nobody else, and stop where the
    // permutation of starts goes on.
    const std::vector<UserId> all = forest_fire(graph, 41, {.forward = 0.6, .backward = 0}, stream(seed));
    const std::vector<UserId> none =
        forest_fire(graph, 41, {.forward = 0, .backward = 0}, stream(seed));  // the starts alone
    std::size_t own = 0;  // users after the hub until the order of starts takes over
    std::set<UserId> gone = {all[0]};
    for (std::size_t k = 1; k < all.size(); ++k) {
      std::size_t next = 0;
      while (gone.contains(none[next])) ++next;
      std::vector<UserId> rest;
      for (std::size_t s = next; s < none.size(); ++s)
        if (!gone.contains(none[s])) rest.push_back(none[s]);
      if (std::ranges::equal(std::span(all).subspan(k), rest)) break;
      gone.insert(all[k]);
      ++own;
    }
    burnt += static_cast<double>(own);
  }
  CHECK(std::abs(burnt / fires - 1.5) < 0.153);
}

TEST_CASE("a fire without a chance to spread is a uniform sample in a keyed order", "[graph][sampling][statistical]") {
  // 2 000 samples of 10 of 50 users: each is in 400 of them, sd sqrt(2 000 * 0.2 * 0.8) = 17.9; 5.5 sd for 50 users: 2
  // false alarms in a million.
  const FollowGraph graph = erdos_renyi(50, 5, stream(9));
  std::vector<int> times(50, 0);
  for (std::uint64_t seed = 0; seed < 2'000; ++seed)
    for (const UserId u : forest_fire(graph, 10, {.forward = 0, .backward = 0}, stream(seed))) ++times[u.index()];
  for (const int count : times) CHECK(std::abs(count - 400) < 5.5 * 17.9);
}

TEST_CASE("a fire with a chance of 1 or more, or below 0, is refused", "[graph][sampling]") {
  CHECK_THROWS_AS(forest_fire(path(3), 2, {.forward = 1.0}, stream(1)), BadRequest);
  CHECK_THROWS_AS(forest_fire(path(3), 2, {.forward = 0.5, .backward = -0.1}, stream(1)), BadRequest);
}

TEST_CASE("the number of threads changes no sample", "[graph][sampling][invariance]") {
  const FollowGraph graph = erdos_renyi(3'000, 10, stream(6));
  const auto sample = [&] { return induced(graph, forest_fire(graph, 700, {}, stream(7))); };
  const Subgraph alone = with_threads(1, sample);
  const int threads = GENERATE(2, 3, 8);
  const Subgraph again = with_threads(threads, sample);
  CHECK(again.graph == alone.graph);
  CHECK(again.original == alone.original);
}

}  // namespace
}  // namespace grapevine
