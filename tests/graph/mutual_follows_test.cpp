#include "graph/mutual_follows.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/graph_builder.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

UserId user(std::uint64_t number) { return UserId(static_cast<std::uint32_t>(number)); }

/// Random follows; a third of them are returned. Hubs are few: squares of uniforms.
FollowGraph returned_now_and_then(std::size_t users, std::size_t follows, std::uint64_t key) {
  GraphBuilder builder(users);
  for (std::uint64_t i = 0; i < follows; ++i) {
    const double x = uniform(nested_mix(key, 0, i)), y = uniform(nested_mix(key, 1, i));
    const Follow follow{user(static_cast<std::uint64_t>(x * static_cast<double>(users))),
                        user(static_cast<std::uint64_t>(y * y * static_cast<double>(users)))};
    builder.add(follow);
    if (nested_mix(key, 2, i) % 3 == 0) builder.add({follow.followee, follow.follower});
  }
  return builder.build();
}

/// How many bits differ from a search of each reverse follow, one after the other.
std::size_t wrong_bits(RowsView rows, std::span<const std::uint64_t> bits) {
  std::size_t wrong = 0;
  for (std::size_t u = 0; u < rows.count(); ++u)
    for (std::uint64_t i = rows.begin[u]; i < rows.begin[u + 1]; ++i) {
      const bool returned = std::ranges::binary_search(rows[rows.users[i].index()], user(u));
      wrong += returned != ((bits[i / 64] >> (i % 64) & 1) != 0);
    }
  return wrong;
}

TEST_CASE("a follow is marked as mutual when its reverse is among the rows, and no other is", "[graph][mutual]") {
  for (const std::size_t users : {0, 1, 2, 3, 63, 64, 65, 1'000}) {
    const FollowGraph graph = returned_now_and_then(users, users == 0 ? 0 : 20 * users, users);
    CAPTURE(users);
    CHECK(wrong_bits(graph.rows(), mutual_follows(graph.rows())) == 0);
    CHECK(wrong_bits(graph.rows(), mutual_follows(graph.rows(), transpose(graph.rows()))) == 0);
  }
}

TEST_CASE("rows of followers in any order tell the same mutual follows as the rows alone, with any number of threads",
          "[graph][mutual][invariance]") {
  const FollowGraph graph =
      returned_now_and_then(20'000, 240'000, 5);  // most have fewer than 64 followers, the first some 2 000
  Rows followers = transpose(graph.rows());
  for (std::size_t u = 0; u < followers.count(); ++u) std::ranges::shuffle(followers[u], std::mt19937_64(u));
  const int threads = GENERATE(1, 2, 3, 8);
  CHECK(with_threads(threads, [&] { return mutual_follows(graph.rows(), followers); }) == mutual_follows(graph.rows()));
}

TEST_CASE("mutual follows are found when questions come in several rounds, with any number of threads",
          "[graph][mutual][invariance]") {
  // 3 million follows, a third of them asked about: about six rounds of follows / 24.
  const FollowGraph graph = returned_now_and_then(200'000, 2'400'000, 7);
  const auto alone = with_threads(1, [&] { return mutual_follows(graph.rows()); });
  CHECK(wrong_bits(graph.rows(), alone) == 0);
  const int threads = GENERATE(2, 3, 8);
  CHECK(with_threads(threads, [&] { return mutual_follows(graph.rows()); }) == alone);
}

TEST_CASE("a user whom everybody follows and who follows everybody is mutual with all", "[graph][mutual]") {
  constexpr std::size_t users = 100'000;
  GraphBuilder builder(users);
  for (std::uint64_t u = 1; u < users; ++u) {
    builder.add(user(0), user(u));
    builder.add(user(u), user(0));
  }
  const FollowGraph graph = builder.build();
  CHECK(graph.mutual_count() == 2 * (users - 1));
}

}  // namespace
}  // namespace grapevine
