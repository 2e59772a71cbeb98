#include "graph/generators/fitted.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/swaps.hpp"

namespace grapevine {

namespace {

/// The rows of a graph, those of one community behind each other.
struct RowsByCommunity {
  std::vector<UserId> users;  ///< whose the rows are
  Rows rows;
  std::vector<std::uint64_t> class_begin;  ///< the first place of each community
};

std::vector<UserId> by_community(std::size_t users, std::span<const std::uint16_t> community) {
  std::vector<std::size_t> next(std::size_t{UINT16_MAX} + 2, 0);
  const auto of = [&](std::size_t user) { return community.empty() ? 0U : std::uint32_t{community[user]}; };
  for (std::size_t user = 0; user < users; ++user) ++next[of(user) + 1];
  for (std::size_t c = 0; c + 1 < next.size(); ++c) next[c + 1] += next[c];
  std::vector<UserId> order(users);
  for (std::size_t user = 0; user < users; ++user) order[next[of(user)]++] = UserId(static_cast<std::uint32_t>(user));
  return order;
}

RowsByCommunity rows_by_community(const FollowGraph& graph, std::span<const std::uint16_t> community) {
  RowsByCommunity made;
  made.users = by_community(graph.user_count(), community);
  std::vector<std::uint32_t> sizes;
  sizes.reserve(made.users.size());
  for (const UserId user : made.users) sizes.push_back(static_cast<std::uint32_t>(graph.followees(user).size()));
  made.rows = rows_of_sizes(sizes);
  parallel_for(
      made.users.size(),
      [&](std::size_t row) { std::ranges::copy(graph.followees(made.users[row]), made.rows[row].begin()); }, 256);
  made.class_begin = {0};
  for (std::size_t row = 1; row < made.users.size() && !community.empty(); ++row)
    if (community[made.users[row].index()] != community[made.users[row - 1].index()])
      made.class_begin.push_back(made.rows.begin[row]);
  made.class_begin.push_back(made.rows.users.size());
  return made;
}

/// By place, whose follow it is.
UnwrittenArray<UserId> readers_of(const RowsByCommunity& by) {
  UnwrittenArray<UserId> readers(by.rows.users.size());
  parallel_for(
      by.users.size(),
      [&](std::size_t row) {
        for (std::uint64_t place = by.rows.begin[row]; place < by.rows.begin[row + 1]; ++place)
          readers[place] = by.users[row];
      },
      256);
  return readers;
}

Rows rows_by_user(const RowsByCommunity& by) {
  std::vector<std::uint32_t> sizes(by.users.size());
  for (std::size_t row = 0; row < by.users.size(); ++row)
    sizes[by.users[row].index()] = static_cast<std::uint32_t>(by.rows[row].size());
  Rows rows = rows_of_sizes(sizes);
  parallel_for(
      by.users.size(),
      [&](std::size_t row) {
        const std::span<UserId> sorted = rows[by.users[row].index()];
        std::ranges::copy(by.rows[row], sorted.begin());
        std::ranges::sort(sorted);
      },
      256);
  return rows;
}

/// Of a swap that gains x: exp(x) times as likely as that which undoes it.
double chance_of(double x) {
  const double less = math::exp(-std::abs(x));
  return (1.0 - less) * (x > 0.0 ? 1.0 : less);
}

}  // namespace

FollowGraph fit_audiences(const FollowGraph& graph, double affinity, std::span<const std::uint16_t> community,
                          const FollowScore& score, const StreamKey& key, double swaps) {
  GRAPEVINE_EXPECTS(affinity >= 0.0 && (community.empty() || community.size() == graph.user_count()));
  if (affinity == 0.0 || graph.follow_count() < 2) return graph;
  RowsByCommunity by = rows_by_community(graph, community);
  {
    const UnwrittenArray<UserId> readers = readers_of(by);
    const UnwrittenArray<UserId>& authors = by.rows.users;
    const std::uint64_t coins = key.key(Draw::graph_affinity);
    const auto accept = [&](std::uint64_t round, std::uint64_t a, std::uint64_t b) {
      const double gain = (score(readers[a], authors[b]) + score(readers[b], authors[a])) -
                          (score(readers[a], authors[a]) + score(readers[b], authors[b]));
      if (gain == 0.0) return false;
      return coin(static_cast<std::uint32_t>(nested_mix(coins, a, round) >> 32),
                  coin_threshold(chance_of(affinity * gain)));
    };
    swaps::Rounds(by.rows, by.users, by.class_begin, swaps)
        .run([&](std::uint64_t round,
                 std::size_t c) { return key.bits(Draw::graph_affinity, round, static_cast<std::uint32_t>(c) + 1); },
             accept);
  }
  return FollowGraph(rows_by_user(by));
}

}  // namespace grapevine
