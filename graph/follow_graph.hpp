#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// Who follows whom. The edge u -> v reads "u follows v"; posts travel the other way.
///
/// Rows are sorted and free of duplicates and self-loops, so equal edge sets give equal graphs in whatever order the edges came.
/// A follow has a number, its place when rows are laid end to end. 4.125 bytes a follow and 12 a user. Immutable once built; `GraphBuilder`
/// makes another.
class FollowGraph {
public:
  /// Nobody.
  FollowGraph() = default;

  /// Rows that are sorted, without duplicates and self-loops, with users below their number; fewer than 2^32 - 1.
  explicit FollowGraph(Rows followees);

  std::size_t user_count() const noexcept { return follower_counts_.size(); }
  std::size_t follow_count() const noexcept { return followees_.users.size(); }

  /// Users that `u` follows, ascending. O(1).
  std::span<const UserId> followees(UserId u) const { return followees_[u.index()]; }

  /// How many users follow `v`. O(1). Who they are is a graph of its own: `transpose(graph)`.
  std::uint32_t follower_count(UserId v) const { return follower_counts_[v.index()]; }
  std::span<const std::uint32_t> follower_counts() const noexcept { return follower_counts_; }

  /// The number of the first follow of `u`'s row; the row's next follow has the next number.
  std::uint64_t row_begin(UserId u) const { return followees_.begin[u.index()]; }

  /// Whether the followee of this follow also follows its follower. O(1).
  bool is_mutual(std::uint64_t follow) const { return (mutual_[follow / 64] >> (follow % 64) & 1) != 0; }
  /// How many follows are mutual; a pair counts as two. Divided by `follow_count()` it is the reciprocity. O(follows / 64).
  std::size_t mutual_count() const;

  const Rows& rows() const noexcept { return followees_; }

  /// Bytes that the graph holds.
  std::size_t memory() const noexcept;

  bool operator==(const FollowGraph& other) const { return followees_ == other.followees_; }  // the rest follows from the rows

private:
  Rows followees_;
  std::vector<std::uint32_t> follower_counts_;
  Array<std::uint64_t> mutual_;  // one bit a follow
};

/// The graph with every follow turned round: its rows are followers.
FollowGraph transpose(const FollowGraph& graph);

}  // namespace grapevine
