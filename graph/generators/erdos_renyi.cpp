#include "graph/generators/erdos_renyi.hpp"

#include <fmt/format.h>

#include <vector>

#include "graph/base/error.hpp"
#include "graph/generators/independent_follows.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

FollowGraph erdos_renyi(std::size_t users, double mean_followees, const StreamKey& key) {
  GRAPEVINE_EXPECTS(users < UINT32_MAX);
  const double others = users > 1 ? static_cast<double>(users - 1) : 0.0;
  if (!(mean_followees >= 0.0 && mean_followees <= others))
    throw BadRequest(fmt::format(
        "graph.mean_followees is {}; expected 0 to {}, the number of other users; give fewer, or more graph.users",
        mean_followees, others));
  if (users < 2 || mean_followees == 0.0) return FollowGraph(rows_of_sizes(std::vector<std::uint32_t>(users, 0)));

  const Coins coins(mean_followees / others);
  const std::uint64_t rows_key = key.key(Draw::graph_row);
  return build_from_rows(append_rows(users, mean_followees, [&](std::size_t u, std::vector<UserId>& row) {
    coins.each_head(
        others, [&](std::uint64_t ordinal) { return nested_mix(rows_key, u, ordinal); },
        [&](std::size_t v) { row.push_back(UserId(static_cast<std::uint32_t>(v < u ? v : v + 1))); });
  }));
}

}  // namespace grapevine
