#include "graph/sampling/induced.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

constexpr std::uint32_t outside = UINT32_MAX;

/// The followees of each chosen user who are chosen too, by place in `chosen`. `place` has one entry a user of the
/// whole.
Rows rows_among(const FollowGraph& graph, std::span<const UserId> chosen, std::span<const std::uint32_t> place) {
  std::vector<std::uint32_t> sizes(chosen.size());
  parallel_for(chosen.size(), [&](std::size_t k) {
    sizes[k] = static_cast<std::uint32_t>(
        std::ranges::count_if(graph.followees(chosen[k]), [&](UserId v) { return place[v.index()] != outside; }));
  });
  Rows rows = rows_of_sizes(sizes);
  parallel_for(chosen.size(), [&](std::size_t k) {
    UserId* next = rows[k].data();
    for (const UserId v : graph.followees(chosen[k]))
      if (place[v.index()] != outside) *next++ = UserId(place[v.index()]);
  });
  return rows;
}

}  // namespace

Subgraph induced(const FollowGraph& graph, std::span<const UserId> users) {
  std::vector<UserId> chosen(users.begin(), users.end());
  std::ranges::sort(chosen);
  std::vector<std::uint32_t> place(graph.user_count(), outside);
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    GRAPEVINE_EXPECTS(chosen[k].index() < graph.user_count() && place[chosen[k].index()] == outside);
    place[chosen[k].index()] = static_cast<std::uint32_t>(k);
  }
  const Rows rows = rows_among(graph, chosen, place);
  const std::vector<std::uint32_t> followers = count_places(rows);
  std::vector<UserId> order(chosen.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = UserId(static_cast<std::uint32_t>(k));
  std::ranges::stable_sort(order, std::greater(), [&](UserId k) { return followers[k.index()]; });
  Subgraph part{FollowGraph(renumber(rows, order)), std::vector<UserId>(order.size())};
  for (std::size_t k = 0; k < order.size(); ++k) part.original[k] = chosen[order[k].index()];
  return part;
}

UnwrittenArray<Chance> chances_within(const Subgraph& part, const FollowGraph& whole, std::span<const Chance> chances) {
  GRAPEVINE_EXPECTS(chances.size() == whole.follow_count());
  UnwrittenArray<Chance> kept(part.graph.follow_count());
  parallel_for(part.original.size(), [&](std::size_t k) {
    const UserId user(static_cast<std::uint32_t>(k));
    std::uint64_t follow = part.graph.row_begin(user);
    for (const UserId followee : part.graph.followees(user))
      kept[follow++] = chances[whole.find(part.original[k], part.original[followee.index()]).value()];
  });
  return kept;
}

}  // namespace grapevine
