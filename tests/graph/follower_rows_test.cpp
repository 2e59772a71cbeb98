#include "graph/follower_rows.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }

/// Follows with loops and many repetitions among `users` users; the lowest numbers are followed most, so that there are
/// rows of any length.
std::vector<Follow> ugly_follows(std::size_t users, std::size_t follows, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::vector<Follow> list;
  while (list.size() < follows) {
    const std::uint64_t a = engine() % users, b = engine() % users, c = engine() % users;
    const Follow follow{user(a), user(b * c / users * c / users)};
    list.push_back(follow);
    if (engine() % 4 == 0) list.push_back(follow);
    if (engine() % 3 == 0) list.push_back({follow.followee, follow.follower});
    if (engine() % 9 == 0) list.push_back({user(a), user(a)});
  }
  std::ranges::shuffle(list, engine);
  return list;
}

/// The numbers below `users` in any order.
std::vector<UserId> any_order(std::size_t users, unsigned seed) {
  std::vector<UserId> order(users);
  for (std::size_t k = 0; k < users; ++k) order[k] = user(k);
  std::ranges::shuffle(order, std::mt19937(seed));
  return order;
}

/// The list in pieces of unequal length.
std::vector<std::span<const Follow>> pieces_of(std::span<const Follow> list) {
  std::vector<std::span<const Follow>> pieces;
  for (std::size_t piece = 1; !list.empty(); piece = 3 * piece + 1) {
    pieces.push_back(list.first(std::min(piece, list.size())));
    list = list.subspan(pieces.back().size());
  }
  return pieces;
}

bool same_arrays(const FollowGraph& one, const FollowGraph& other) {
  return one == other && std::ranges::equal(one.follower_counts(), other.follower_counts()) &&
         std::ranges::equal(one.arrays().mutual, other.arrays().mutual);
}

TEST_CASE("rows of followers become the graph that the follows with new numbers build", "[graph][follower-rows]") {
  const auto [users, follows] =
      GENERATE(table<std::size_t, std::size_t>({{1, 5}, {2, 9}, {65, 4'000}, {3'000, 60'000}, {70'000, 300'000}}));
  const bool mutual = GENERATE(false, true);
  CAPTURE(users, mutual);
  const std::vector<Follow> list = ugly_follows(users, follows, 1);
  const std::vector<UserId> order = any_order(users, 2);
  std::vector<std::size_t> number(users);
  for (std::size_t k = 0; k < users; ++k) number[order[k].index()] = k;
  GraphBuilder builder(users);
  for (const Follow& follow : list) {
    const UserId follower = user(number[follow.follower.index()]), followee = user(number[follow.followee.index()]);
    builder.add(follower, followee);
    if (mutual && follower != followee) builder.add(followee, follower);
  }
  const FollowGraph expected = builder.build();

  const std::vector<std::span<const Follow>> pieces = pieces_of(list);
  FollowerRows rows(users, pieces, mutual);
  CHECK(rows.follow_count() == expected.follow_count());
  CHECK(rows.dropped() == builder.dropped());
  std::size_t wrong = 0;
  for (std::size_t v = 0; v < users; ++v)
    wrong += rows.follower_counts()[v] != expected.follower_count(user(number[v]));
  CHECK(wrong == 0);
  CHECK(same_arrays(std::move(rows).take_graph(order), expected));
}

TEST_CASE("users who neither follow nor are followed may go without a number", "[graph][follower-rows]") {
  const std::vector<Follow> list = {{user(7), user(2)}, {user(2), user(7)}, {user(7), user(4)}, {user(4), user(4)}};
  const std::vector<UserId> order = {user(4), user(7), user(2)};
  FollowerRows rows(9, pieces_of(list), false);
  CHECK(same_arrays(std::move(rows).take_graph(order),
                    GraphBuilder(3, {{user(1), user(2)}, {user(2), user(1)}, {user(1), user(0)}}).build()));
}

TEST_CASE("no users and no follows are a graph of nobody", "[graph][follower-rows]") {
  FollowerRows rows(0, {}, false);
  CHECK(rows.follow_count() == 0);
  CHECK(std::move(rows).take_graph({}) == FollowGraph());
}

TEST_CASE("neither the order of pieces nor the number of threads shows in a graph from rows of followers",
          "[graph][follower-rows][invariance]") {
  constexpr std::size_t users = 5'000;
  const std::vector<Follow> list = ugly_follows(users, 100'000, 3);
  const std::vector<UserId> order = any_order(users, 4);
  std::vector<std::span<const Follow>> pieces = pieces_of(list);
  const FollowGraph alone = with_threads(1, [&] { return FollowerRows(users, pieces, false).take_graph(order); });
  std::ranges::reverse(pieces);
  const int threads = GENERATE(1, 2, 3, 8);
  CHECK(
      same_arrays(with_threads(threads, [&] { return FollowerRows(users, pieces, false).take_graph(order); }), alone));
}

}  // namespace
}  // namespace grapevine
