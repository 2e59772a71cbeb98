#include "sim/feed/sources/followees.hpp"

#include <vector>

#include "graph/base/random.hpp"
#include "graph/graph_builder.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

TEST_CASE("whose news a reader finds is whoever emitted since, in rows of any length and up to the last user",
          "[sim][gather]") {
  // One tick a stamp, so that stamps are exact: whom the reader finds is known from a list of who emitted when.
  constexpr std::uint32_t users = 203;
  constexpr Tick ticks = 30, window = 24;
  const auto bits = [](std::uint64_t what, std::uint64_t who) { return nested_mix(5, what, who); };
  GraphBuilder builder(users);
  for (std::uint32_t u = 0; u < users; ++u)
    for (std::uint32_t v = 0; v < users; ++v)
      if (u != v && bits(u, v) % users < u / 2) builder.add(UserId{u}, UserId{v});  // from none to about a hundred
  const FollowGraph graph = builder.build();
  REQUIRE(graph.followees(UserId{0}).empty());
  REQUIRE(graph.follower_count(UserId{users - 1}) > 10);  // whose stamp is the last
  const Follows follows(graph, 0);

  std::vector<std::vector<Tick>> emitted(users);  // when each user's emissions became visible
  Timelines timelines(users, window);
  FreshFollowees found;
  for (Tick now = 0; now < ticks; ++now) {
    timelines.begin_tick(now);
    for (const std::int64_t since : {std::int64_t{now} - window, std::int64_t{now} - 7, std::int64_t{now} - 1}) {
      for (std::uint32_t u = 0; u < users; ++u) {
        std::vector<std::uint32_t> expected;
        for (const UserId v : graph.followees(UserId{u}))
          for (const Tick visible : emitted[v.index()])
            if (visible > since && (expected.empty() || expected.back() != v.value())) expected.push_back(v.value());
        scan_followees(follows, timelines, UserId{u}, since, found);
        const std::vector<std::uint32_t> list(found.list().begin(), found.list().end());
        REQUIRE(list == expected);
      }
    }
    std::vector<std::uint32_t> authors;
    for (std::uint32_t u = 0; u < users; ++u)
      if (bits(1'000 + now, u) % 8 == 0) authors.push_back(u);
    timelines.emit(authors.size(), [&](std::size_t i) {
      return std::pair(UserId{authors[i]}, Emission::make(PostId{authors[i]}, now + 1, false));
    });
    for (const std::uint32_t u : authors) emitted[u].push_back(now + 1);
  }
}
