#include "graph/generators/randomised.hpp"

#include <algorithm>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/swaps.hpp"

namespace grapevine {

Rows randomised_rows(Rows rows, double swaps, const StreamKey& key) {
  GRAPEVINE_EXPECTS(swaps >= 0.0 && swaps <= 1e6);
  const std::uint64_t follows = rows.users.size();
  if (follows < 2 || swaps == 0.0) return rows;
  swaps::Rounds(rows, {}, {0, follows}, swaps)
      .run([&](std::uint64_t round, std::size_t) { return key.bits(Draw::graph_swap, round); },
           [](std::uint64_t, std::uint64_t, std::uint64_t) { return true; });
  parallel_for(
      rows.count(), [&](std::size_t u) { std::ranges::sort(rows[u]); }, 256);
  return rows;
}

FollowGraph randomised(const FollowGraph& graph, double swaps, const StreamKey& key) {
  return FollowGraph(randomised_rows(copy_of(graph.rows()), swaps, key));
}

}  // namespace grapevine
