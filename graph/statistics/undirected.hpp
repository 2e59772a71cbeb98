#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/follow_graph.hpp"

namespace grapevine {

/// How many neighbours each user has: users that follow it, are followed by it, or both. O(follows).
std::vector<std::uint32_t> neighbour_counts(const FollowGraph& graph);

/// The undirected projection of a follow graph: two users are linked, once, when at least one follows the other.
///
/// 8 bytes a link and 8 a user. O(follows).
class UndirectedGraph {
public:
  explicit UndirectedGraph(const FollowGraph& graph);

  std::size_t user_count() const noexcept { return rows_.count(); }
  std::size_t link_count() const noexcept { return rows_.users.size() / 2; }

  /// Ascending. O(1).
  std::span<const UserId> neighbours(UserId u) const { return rows_[u.index()]; }
  std::size_t degree(UserId u) const { return neighbours(u).size(); }

  const Rows& rows() const noexcept { return rows_; }

private:
  Rows rows_;
};

}  // namespace grapevine
