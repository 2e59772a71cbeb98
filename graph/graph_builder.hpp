#pragma once

#include <cstddef>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

/// The one way to make a graph: edges in, sorted rows out.
///
/// The order of the edges does not matter, nor does the number of threads. Self-loops and repeated edges are dropped
/// and counted.
class GraphBuilder {
public:
  /// A graph of the users 0 .. users - 1, fewer than 2^32 - 1.
  explicit GraphBuilder(std::size_t users, std::vector<Follow> follows = {});

  std::size_t user_count() const noexcept { return users_; }
  /// What the last `build` left out.
  const Dropped& dropped() const noexcept { return dropped_; }

  void reserve(std::size_t follows) { follows_.reserve(follows); }
  void add(UserId follower, UserId followee) { follows_.push_back({follower, followee}); }
  void add(Follow follow) { follows_.push_back(follow); }

  /// The graph of what was added since the last `build`. The edges are given up on the way.
  FollowGraph build();

private:
  std::size_t users_;
  std::vector<Follow> follows_;
  Dropped dropped_;
};

/// The second entry, for generators that write rows themselves: row u holds whom u follows, in any order, repetitions
/// and u itself allowed.
FollowGraph build_from_rows(Rows rows, Dropped* dropped = nullptr);

}  // namespace grapevine
