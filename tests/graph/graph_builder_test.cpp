#include "graph/graph_builder.hpp"

#include <algorithm>
#include <random>
#include <set>

#include "graph/base/parallel.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }

/// Follows among `users` users, self-loops and repetitions included; low numbers are followed more often.
std::vector<Follow> random_follows(std::size_t users, std::size_t follows, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::vector<Follow> list(follows);
  for (Follow& follow : list) {
    const std::uint64_t a = engine() % users, b = engine() % users;
    follow = {user(engine() % users), user(a * b / users)};
  }
  return list;
}

FollowGraph built(std::size_t users, std::vector<Follow> follows) {
  return GraphBuilder(users, std::move(follows)).build();
}

std::set<Follow> edges(const FollowGraph& graph) {
  std::set<Follow> all;
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) all.insert({user(u), v});
  return all;
}

}  // namespace

TEST_CASE("the builder keeps each follow once and counts what it leaves out", "[graph][builder]") {
  const auto [users, follows] =
      GENERATE(table<std::size_t, std::size_t>({{1, 5}, {2, 9}, {30, 400}, {3'000, 20'000}, {70'000, 150'000}}));
  const std::vector<Follow> list = random_follows(users, follows, 1);
  std::set<Follow> expected;
  std::size_t self_loops = 0;
  for (const Follow& follow : list)
    if (follow.follower == follow.followee)
      ++self_loops;
    else
      expected.insert(follow);

  GraphBuilder builder(users, list);
  const FollowGraph graph = builder.build();
  CHECK(graph.user_count() == users);
  CHECK(graph.follow_count() == expected.size());
  CHECK(edges(graph) == expected);
  CHECK(builder.dropped().self_loops == self_loops);
  CHECK(builder.dropped().duplicates == follows - self_loops - expected.size());

  std::size_t wrong = 0;
  for (std::size_t u = 0; u < users; ++u) {
    const auto row = graph.followees(user(u));
    wrong += !std::is_sorted(row.begin(), row.end());
    for (std::size_t i = 0; i < row.size(); ++i)
      wrong += graph.is_mutual(graph.row_begin(user(u)) + i) != expected.contains({row[i], user(u)});
  }
  CHECK(wrong == 0);
  std::vector<std::uint32_t> followers(users, 0);
  for (const Follow& follow : expected) ++followers[follow.followee.index()];
  CHECK(std::ranges::equal(graph.follower_counts(), followers));
  const auto mutual = std::count_if(expected.begin(), expected.end(), [&](const Follow& f) {
    return expected.contains({f.followee, f.follower});
  });
  CHECK(graph.mutual_count() == static_cast<std::size_t>(mutual));
}

TEST_CASE("neither the order of the edges nor the number of threads shows in a graph", "[graph][builder][invariance]") {
  std::vector<Follow> list = random_follows(5'000, 100'000, 2);
  const FollowGraph alone = with_threads(1, [&] { return built(5'000, list); });
  std::ranges::shuffle(list, std::mt19937(3));
  const int threads = GENERATE(1, 2, 3, 8);
  const FollowGraph again = with_threads(threads, [&] { return built(5'000, list); });
  CHECK(again == alone);
  CHECK(std::ranges::equal(again.follower_counts(), alone.follower_counts()));
  std::size_t differing = 0;
  for (std::size_t follow = 0; follow < alone.follow_count(); ++follow)
    differing += again.is_mutual(follow) != alone.is_mutual(follow);
  CHECK(differing == 0);
}

TEST_CASE("the transpose turns every follow round, and twice is once", "[graph][builder]") {
  const FollowGraph graph = built(2'000, random_follows(2'000, 30'000, 4));
  const FollowGraph turned = transpose(graph);
  std::set<Follow> expected;
  for (const Follow& follow : edges(graph)) expected.insert({follow.followee, follow.follower});
  CHECK(edges(turned) == expected);
  CHECK(turned.mutual_count() == graph.mutual_count());
  for (std::size_t u = 0; u < 2'000; ++u) REQUIRE(turned.followees(user(u)).size() == graph.follower_count(user(u)));
  CHECK(transpose(turned) == graph);
}

TEST_CASE("renumbered rows say the same of the renumbered users", "[graph][builder]") {
  const FollowGraph graph = built(500, random_follows(500, 6'000, 5));
  std::vector<UserId> order(500);
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = user(k);
  std::ranges::shuffle(order, std::mt19937(6));
  const FollowGraph renumbered(renumber(graph.rows(), order));
  std::set<Follow> back;
  for (const Follow& follow : edges(renumbered))
    back.insert({order[follow.follower.index()], order[follow.followee.index()]});
  CHECK(back == edges(graph));
}

TEST_CASE("a graph may be empty, alone, or lose all its edges", "[graph][builder]") {
  CHECK(FollowGraph().user_count() == 0);
  CHECK(FollowGraph().follow_count() == 0);
  CHECK(built(0, {}) == FollowGraph());
  CHECK(transpose(FollowGraph()) == FollowGraph());

  const FollowGraph one = built(1, {});
  CHECK(one.user_count() == 1);
  CHECK(one.followees(user(0)).empty());
  CHECK(one.follower_count(user(0)) == 0);

  GraphBuilder loops(3, {{user(1), user(1)}, {user(1), user(1)}});
  CHECK(loops.build().follow_count() == 0);
  CHECK(loops.dropped() == Dropped{2, 0});
  GraphBuilder twice(3, {{user(1), user(2)}, {user(1), user(2)}});
  CHECK(twice.build().follow_count() == 1);
  CHECK(twice.dropped() == Dropped{0, 1});
}

TEST_CASE("a star of a million users is one row or a million", "[graph][builder]") {
  constexpr std::size_t rays = 1'000'000;
  std::vector<Follow> follows(rays);
  for (std::size_t i = 0; i < rays; ++i) follows[i] = {user(rays - i), user(0)};
  const FollowGraph star = built(rays + 1, std::move(follows));
  CHECK(star.follower_count(user(0)) == rays);
  CHECK(star.followees(user(rays)).size() == 1);
  CHECK(star.mutual_count() == 0);

  const FollowGraph fan = transpose(star);
  CHECK(fan.followees(user(0)).size() == rays);
  CHECK(fan.followees(user(0)).back() == user(rays));
  CHECK(fan.follower_count(user(rays)) == 1);
}

TEST_CASE("rows take at most 4.5 bytes a follow at 20 follows a user", "[graph][builder]") {
  std::vector<Follow> follows = random_follows(100'000, 2'030'000, 7);
  for (std::size_t i = 0; i < follows.size(); ++i) follows[i].follower = user(i % 100'000);
  const FollowGraph graph = built(100'000, std::move(follows));
  REQUIRE(graph.follow_count() < 2'030'000);  // rows had gaps to close
  // Beside the rows, a bit a follow and four bytes a user.
  CHECK(double(graph.memory()) <= (4.5 + 0.125) * double(graph.follow_count()) + 4.0 * 100'000 + 1'000);
}
