#include "graph/follower_rows.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/mutual_follows.hpp"
#include "graph/user_set.hpp"

namespace grapevine {

namespace {

/// Moves to the front of a row, once each, the users that it holds beside its own, and returns how many they are.
std::size_t keep_distinct(std::span<UserId> row, UserId self, UserSet& met, Dropped& dropped) {
  met.open(row.size());
  std::size_t kept = 0;
  for (const UserId user : row) {
    if (user == self) {
      ++dropped.self_loops;
    } else if (!met.add(user, row.first(kept))) {
      ++dropped.duplicates;
    } else {
      row[kept++] = user;
    }
  }
  met.close(row.first(kept));
  return kept;
}

/// Row k lists the new numbers of the first sizes[k] users of row order[k], where user order[k] has the new number k.
/// Rows may lie anywhere and are asked for ahead.
Rows renumbered(const Rows& rows, std::span<const UserId> order, std::span<const std::uint32_t> sizes) {
  constexpr std::size_t ahead = 16, users_a_line = 64 / sizeof(UserId);
  Array<UserId> number(rows.count());
  parallel_for(order.size(), [&](std::size_t k) { number[order[k].index()] = UserId(static_cast<std::uint32_t>(k)); });
  Rows renumbered = rows_of_sizes(sizes);
  parallel_for(order.size(), [&](std::size_t k) {
    if (k + 2 * ahead < order.size()) __builtin_prefetch(&rows.begin[order[k + 2 * ahead].index()]);
    if (k + ahead <
        order.size()) {  // in no function of its own: g++ 12 takes one that does nothing else for one without effect
      const UserId* const row = rows.users.data() + rows.begin[order[k + ahead].index()];
      __builtin_prefetch(row);
      __builtin_prefetch(row + users_a_line);
    }
    std::ranges::transform(rows[order[k].index()].first(sizes[k]), renumbered[k].begin(),
                           [&](UserId user) { return number[user.index()]; });
  });
  return renumbered;
}

}  // namespace

FollowerRows::FollowerRows(std::size_t users, std::span<const std::span<const Follow>> pieces, bool mutual)
    : rows_(group_by_followee(users, pieces, mutual, scratch_)), counts_(users) {
  constexpr std::size_t block = 1024;
  std::vector<Dropped> dropped((users + block - 1) / block);
  std::vector<UserSet> met(static_cast<std::size_t>(thread_count()), UserSet(users));
  parallel_blocks(users, block, [&](std::size_t b, std::size_t first, std::size_t last, int worker) {
    for (std::size_t v = first; v < last; ++v)
      counts_[v] = static_cast<std::uint32_t>(keep_distinct(rows_[v], UserId(static_cast<std::uint32_t>(v)),
                                                            met[static_cast<std::size_t>(worker)], dropped[b]));
  });
  for (const Dropped& part : dropped) {
    dropped_.self_loops += part.self_loops;
    dropped_.duplicates += part.duplicates;
  }
}

FollowGraph FollowerRows::take_graph(std::span<const UserId> order) && {
  struct Arrays {
    Rows followees;
    std::vector<std::uint32_t> follower_counts;
    Array<std::uint64_t> mutual;
  };
  const auto own = std::make_shared<Arrays>();
  own->follower_counts.resize(order.size());
  parallel_for(order.size(), [&](std::size_t k) { own->follower_counts[k] = counts_[order[k].index()]; });
  const Rows followers = renumbered(rows_, order, own->follower_counts);
  GRAPEVINE_EXPECTS(followers.users.size() == follow_count());
  rows_ = {};
  own->followees = transpose(followers, scratch_);
  PlacedItems().swap(scratch_);
  own->mutual = mutual_follows(own->followees, followers);
  return FollowGraph({own->followees, own->follower_counts, own->mutual}, own);
}

}  // namespace grapevine
