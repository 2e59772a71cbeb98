#include "graph/follow_graph.hpp"

#include <bit>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/mutual_follows.hpp"

namespace grapevine {

namespace {

void check(const Rows& rows) {
  GRAPEVINE_EXPECTS(!rows.begin.empty() && rows.begin.front() == 0 && rows.begin.back() == rows.users.size());
  GRAPEVINE_EXPECTS(rows.count() < UINT32_MAX);
  parallel_for(rows.count(), [&](std::size_t r) {
    GRAPEVINE_EXPECTS(rows.begin[r] <= rows.begin[r + 1]);
    const std::span<const UserId> row = rows[r];
    bool sound = row.empty() || row.back().index() < rows.count();
    for (std::size_t i = 0; i < row.size(); ++i) sound &= row[i].index() != r && (i == 0 || row[i - 1] < row[i]);
    GRAPEVINE_EXPECTS(sound);
  });
}

}  // namespace

FollowGraph::FollowGraph(Rows followees) : followees_(std::move(followees)) {
  check(followees_);
  follower_counts_ = count_places(followees_);
  mutual_ = mutual_follows(followees_);
}

std::size_t FollowGraph::mutual_count() const {
  return parallel_sum(mutual_.size(), [&](std::size_t word) { return static_cast<std::size_t>(std::popcount(mutual_[word])); });
}

std::size_t FollowGraph::memory() const noexcept {
  return sizeof(*this) + followees_.begin.capacity() * sizeof(std::uint64_t) + followees_.users.capacity() * sizeof(UserId) +
         follower_counts_.capacity() * sizeof(std::uint32_t) + mutual_.capacity() * sizeof(std::uint64_t);
}

FollowGraph transpose(const FollowGraph& graph) { return FollowGraph(transpose(graph.rows())); }

}  // namespace grapevine
