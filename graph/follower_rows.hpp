#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/follow_graph.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// Follows as rows of followers, each follow once and loops left out: a graph whose users wait for their numbers, which
/// may depend on how many followers they have.
class FollowerRows {
public:
  /// Users are 0 .. users - 1. Where follows are `mutual`, each is also the follow of the followee. 20 bytes a follow,
  /// the pieces' among them; 12 stay.
  FollowerRows(std::size_t users, std::span<const std::span<const Follow>> pieces, bool mutual);

  std::size_t follow_count() const { return rows_.users.size() - dropped_.self_loops - dropped_.duplicates; }
  std::span<const std::uint32_t> follower_counts() const { return counts_; }
  const Dropped& dropped() const { return dropped_; }

  /// The graph in which user `order[k]` is user k. Everybody who follows or is followed is in `order`, once.
  FollowGraph take_graph(std::span<const UserId> order) &&;

private:
  PlacedItems scratch_;
  Rows rows_;  // in no order; row v begins with the counts_[v] users that count
  std::vector<std::uint32_t> counts_;
  Dropped dropped_;
};

}  // namespace grapevine
