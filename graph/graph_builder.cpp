#include "graph/graph_builder.hpp"

#include <utility>

namespace grapevine {

GraphBuilder::GraphBuilder(std::size_t users, std::vector<Follow> follows)
    : users_(users), follows_(std::move(follows)) {
  GRAPEVINE_EXPECTS(users < UINT32_MAX);
}

FollowGraph GraphBuilder::build() {
  Rows rows = group_by_follower(users_, follows_);
  std::vector<Follow>().swap(follows_);
  return build_from_rows(std::move(rows), &dropped_);
}

FollowGraph build_from_rows(Rows rows, Dropped* dropped) {
  const Dropped taken_out = tidy(rows);
  if (dropped != nullptr) *dropped = taken_out;
  return FollowGraph(std::move(rows));
}

}  // namespace grapevine
