#pragma once

#include <cstdint>
#include <span>

#include "graph/follow_graph.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// The follow graph as posts travel: row v holds the followers of v, ascending. What the classic models walk along; the
/// feed model never needs it. Made once a replicate and shared by its arms: 4 bytes a follow and 8 a user beside the
/// graph, which outlives it.
class Audience {
public:
  explicit Audience(const FollowGraph& graph) : graph_(&graph), followers_(transpose(graph.rows())) {}

  std::size_t user_count() const noexcept { return graph_->user_count(); }
  std::size_t follow_count() const noexcept { return graph_->follow_count(); }

  std::span<const UserId> followers(UserId v) const { return RowsView(followers_)[v.index()]; }
  std::uint32_t follower_count(UserId v) const { return graph_->follower_count(v); }
  std::uint32_t followee_count(UserId u) const { return static_cast<std::uint32_t>(graph_->followees(u).size()); }

  /// Rows of followers, laid end to end; a follow's place in them is its place in `Chances`.
  RowsView rows() const noexcept { return followers_; }
  const FollowGraph& graph() const noexcept { return *graph_; }

private:
  const FollowGraph* graph_;
  Rows followers_;
};

}  // namespace grapevine
