#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "graph/base/ids.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// What a follow graph is made of.
struct GraphArrays {
  RowsView followees;
  std::span<const std::uint32_t> follower_counts;
  std::span<const std::uint64_t>
      mutual;  ///< one bit a follow, the first lowest: whether it is mutual; bits beyond the last follow are 0
};

/// Who follows whom. The edge u -> v reads "u follows v"; posts travel the other way.
///
/// Rows are sorted and free of duplicates and self-loops, so equal edge sets give equal graphs in whatever order the
/// edges came. A follow has a number, its place when rows are laid end to end. 4.125 bytes a follow and 12 a user.
/// Immutable once built; `GraphBuilder` makes another. Copies share the arrays, which may be those of a mapped file.
class FollowGraph {
public:
  /// Nobody.
  FollowGraph() = default;

  /// Rows that are sorted, without duplicates and self-loops, with users below their number; fewer than 2^32 - 1.
  explicit FollowGraph(Rows followees);

  /// Stands on arrays of somebody else, which last as long as `owner`. That they fit each other is for the caller to
  /// know; only their sizes are looked at.
  FollowGraph(const GraphArrays& arrays, std::shared_ptr<const void> owner);

  FollowGraph(const FollowGraph&) = default;  // and so for moves: what is moved from stays the graph it was
  FollowGraph& operator=(const FollowGraph&) = default;
  ~FollowGraph() = default;

  std::size_t user_count() const noexcept { return arrays_.followees.count(); }
  std::size_t follow_count() const noexcept { return arrays_.followees.users.size(); }

  /// Users that `u` follows, ascending. O(1).
  std::span<const UserId> followees(UserId u) const { return arrays_.followees[u.index()]; }

  /// How many users follow `v`. O(1). Who they are is a graph of its own: `transpose(graph)`.
  std::uint32_t follower_count(UserId v) const { return arrays_.follower_counts[v.index()]; }
  std::span<const std::uint32_t> follower_counts() const noexcept { return arrays_.follower_counts; }

  /// The number of the first follow of `u`'s row; the row's next follow has the next number.
  std::uint64_t row_begin(UserId u) const { return arrays_.followees.begin[u.index()]; }

  /// The number of the follow u -> v; none if u does not follow v. O(log followees).
  std::optional<std::uint64_t> find(UserId u, UserId v) const;

  /// Whether the followee of this follow also follows its follower. O(1).
  bool is_mutual(std::uint64_t follow) const { return (arrays_.mutual[follow / 64] >> (follow % 64) & 1) != 0; }
  /// How many follows are mutual; a pair counts as two. Divided by `follow_count()` it is the reciprocity. O(follows /
  /// 64).
  std::size_t mutual_count() const;

  /// Lives as long as the graph or a copy of it.
  RowsView rows() const noexcept { return arrays_.followees; }
  const GraphArrays& arrays() const noexcept { return arrays_; }

  /// Bytes of its arrays, in memory or in the file that is mapped. Copies name the same bytes.
  std::size_t memory() const noexcept { return sizeof(*this) + bytes_; }

  bool operator==(const FollowGraph& other) const { return rows() == other.rows(); }  // the rest follows from the rows

private:
  GraphArrays arrays_;
  std::shared_ptr<const void> owner_;
  std::size_t bytes_ = 0;
};

/// The graph with every follow turned round: its rows are followers.
FollowGraph transpose(const FollowGraph& graph);

}  // namespace grapevine
