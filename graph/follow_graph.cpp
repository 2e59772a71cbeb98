#include "graph/follow_graph.hpp"

#include <algorithm>
#include <atomic>
#include <bit>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

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

/// One bit for each follow whose reverse exists. Each pair is looked for once, from the user of lower number, who is the more followed one
/// and therefore holds the smaller part of the follows between unequals; the search is in the other's row.
std::vector<std::uint64_t> find_mutual(const Rows& rows) {
  std::vector<std::uint64_t> bits((rows.users.size() + 63) / 64, 0);
  const auto set = [&](std::uint64_t follow) {
    std::atomic_ref(bits[follow / 64]).fetch_or(std::uint64_t{1} << (follow % 64), std::memory_order_relaxed);
  };
  parallel_for(
      rows.count(),
      [&](std::size_t u) {
        const UserId self(static_cast<std::uint32_t>(u));
        const std::span<const UserId> row = rows[u];
        const std::size_t first = static_cast<std::size_t>(std::upper_bound(row.begin(), row.end(), self) - row.begin());
        constexpr std::size_t ahead =
            8;  // of three dependent misses (bounds of the row, its middle, the neighbourhood) two are fetched early
        for (std::size_t i = first; i < row.size(); ++i) {
          if (i + 2 * ahead < row.size()) __builtin_prefetch(&rows.begin[row[i + 2 * ahead].index()]);
          if (i + ahead < row.size()) {
            const std::size_t v = row[i + ahead].index();
            const std::uint64_t size = rows.begin[v + 1] - rows.begin[v];
            __builtin_prefetch(rows.users.data() + rows.begin[v] + size / 2);
            __builtin_prefetch(rows.users.data() + rows.begin[v] + size / 4);
          }
          const std::span<const UserId> back = rows[row[i].index()];
          const auto found = std::lower_bound(back.begin(), back.end(), self);
          if (found == back.end() || *found != self) continue;
          set(rows.begin[u] + i);
          set(rows.begin[row[i].index()] + static_cast<std::uint64_t>(found - back.begin()));
        }
      },
      256);
  return bits;
}

}  // namespace

FollowGraph::FollowGraph(Rows followees) : followees_(std::move(followees)) {
  check(followees_);
  follower_counts_ = count_places(followees_);
  mutual_ = find_mutual(followees_);
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
