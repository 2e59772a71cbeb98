#include "graph/follow_graph.hpp"

#include <algorithm>
#include <bit>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/search.hpp"
#include "graph/mutual_follows.hpp"

namespace grapevine {

namespace {

void check(RowsView rows) {
  GRAPEVINE_EXPECTS(!rows.begin.empty() && rows.begin.front() == 0 && rows.begin.back() == rows.users.size());
  GRAPEVINE_EXPECTS(rows.count() < UINT32_MAX);
  parallel_for(rows.count(), [&](std::size_t r) {
    GRAPEVINE_EXPECTS(rows.begin[r] <= rows.begin[r + 1]);
    GRAPEVINE_EXPECTS(is_sound_row(rows[r], r, rows.count()));
  });
}

}  // namespace

FollowGraph::FollowGraph(Rows followees) {
  struct Arrays {
    Rows followees;
    std::vector<std::uint32_t> follower_counts;
    Array<std::uint64_t> mutual;
  };
  check(followees);
  const auto own = std::make_shared<Arrays>();
  own->follower_counts = count_places(followees);
  own->mutual = mutual_follows(followees);
  own->followees = std::move(followees);
  arrays_ = {own->followees, own->follower_counts, own->mutual};
  bytes_ = own->followees.begin.capacity() * sizeof(std::uint64_t) + own->followees.users.capacity() * sizeof(UserId) +
           own->follower_counts.capacity() * sizeof(std::uint32_t) + own->mutual.capacity() * sizeof(std::uint64_t);
  owner_ = own;
}

FollowGraph::FollowGraph(const GraphArrays& arrays, std::shared_ptr<const void> owner)
    : arrays_(arrays),
      owner_(std::move(owner)),
      bytes_(arrays.followees.begin.size_bytes() + arrays.followees.users.size_bytes() +
             arrays.follower_counts.size_bytes() + arrays.mutual.size_bytes()) {
  GRAPEVINE_EXPECTS(arrays.follower_counts.size() == user_count() &&
                    arrays.mutual.size() == (follow_count() + 63) / 64);
}

std::optional<std::uint64_t> FollowGraph::find(UserId u, UserId v) const {
  const std::span<const UserId> row = followees(u);
  const std::size_t at = count_below(row, v);
  if (at == row.size() || row[at] != v) return std::nullopt;
  return row_begin(u) + at;
}

std::size_t FollowGraph::mutual_count() const {
  const std::span<const std::uint64_t> mutual = arrays_.mutual;
  return parallel_sum(mutual.size(),
                      [&](std::size_t word) { return static_cast<std::size_t>(std::popcount(mutual[word])); });
}

FollowGraph transpose(const FollowGraph& graph) { return FollowGraph(transpose(graph.rows())); }

}  // namespace grapevine
