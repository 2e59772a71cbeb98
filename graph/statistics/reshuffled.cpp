#include "graph/statistics/reshuffled.hpp"

#include <utility>

#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

FollowGraph reshuffled(const FollowGraph& graph, const StreamKey& key, Dropped* dropped) {
  Rows rows;
  rows.begin.assign(graph.rows().begin.begin(), graph.rows().begin.end());
  rows.users.resize(graph.follow_count());
  if (graph.follow_count() > 0) {
    const KeyedPermutation other(key.bits(Draw::sample, 0), graph.follow_count());
    parallel_for(graph.follow_count(),
                 [&](std::size_t follow) { rows.users[follow] = graph.rows().users[other(follow)]; });
  }
  return build_from_rows(std::move(rows), dropped);
}

}  // namespace grapevine
