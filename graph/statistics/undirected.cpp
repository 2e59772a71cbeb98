#include "graph/statistics/undirected.hpp"

#include <algorithm>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

std::vector<std::uint32_t> neighbour_counts(const FollowGraph& graph) {
  std::vector<std::uint32_t> counts(graph.user_count());
  parallel_for(counts.size(), [&](std::size_t i) {
    const UserId u(static_cast<std::uint32_t>(i));
    const std::uint64_t first = graph.row_begin(u), last = first + graph.followees(u).size();
    std::uint32_t mutual = 0;
    for (std::uint64_t follow = first; follow < last; ++follow) mutual += graph.is_mutual(follow);
    counts[i] = static_cast<std::uint32_t>(last - first) + graph.follower_count(u) - mutual;
  });
  return counts;
}

UndirectedGraph::UndirectedGraph(const FollowGraph& graph) : rows_(rows_of_sizes(neighbour_counts(graph))) {
  const Rows followers = transpose(graph.rows());
  parallel_for(
      rows_.count(),
      [&](std::size_t u) {
        const auto union_end = std::ranges::set_union(graph.rows()[u], followers[u], rows_[u].begin()).out;
        if (union_end != rows_[u].end())  // more neighbours were counted: only a file from elsewhere can be so
          throw Error(
              "the graph has mutual follows that are not marked as such; expected a mark on each; make its file anew");
      },
      256);
}

}  // namespace grapevine
