#include "graph/generators/erdos_renyi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

namespace {

/// log(1 - p), also for p too small to change 1.
double log_of_rest(double p) { return p < 1e-4 ? -p * (1.0 + p * (0.5 + p * (1.0 / 3.0))) : math::log(1.0 - p); }

}  // namespace

FollowGraph erdos_renyi(std::size_t users, double mean_followees, const StreamKey& key) {
  GRAPEVINE_EXPECTS(users < UINT32_MAX);
  const double others = users > 1 ? static_cast<double>(users - 1) : 0.0;
  if (!(mean_followees >= 0.0 && mean_followees <= others))
    throw BadRequest(fmt::format("graph.mean_followees is {}; expected 0 to {}, the number of other users; give fewer, or more graph.users",
                                 mean_followees, others));
  if (users < 2 || mean_followees == 0.0) return FollowGraph(rows_of_sizes(std::vector<std::uint32_t>(users, 0)));

  const double per_log = 1.0 / log_of_rest(mean_followees / others);  // pairs skipped per unit of log; -0 at p = 1
  const std::uint64_t rows_key = key.key(Draw::graph_row);
  constexpr std::size_t block_size = 1024;
  std::vector<std::uint32_t> sizes(users);
  std::vector<std::vector<UserId>> blocks((users + block_size - 1) / block_size);
  parallel_blocks(users, block_size, [&](std::size_t b, std::size_t first, std::size_t last, int) {
    std::vector<UserId>& block = blocks[b];
    block.reserve(static_cast<std::size_t>(static_cast<double>(last - first) * mean_followees * 1.1) + 16);
    for (std::size_t u = first; u < last; ++u) {
      const std::size_t before = block.size();
      double place = 0.0;  // among the other users; whole
      for (std::uint64_t ordinal = 0;; ++ordinal, place += 1.0) {
        const double skip = math::log(uniform(nested_mix(rows_key, u, ordinal))) * per_log;
        if (!(skip < others - place)) break;
        place += static_cast<double>(static_cast<std::uint64_t>(skip));
        if (place >= others) break;
        const std::size_t v = static_cast<std::size_t>(place);
        block.push_back(UserId(static_cast<std::uint32_t>(v < u ? v : v + 1)));
      }
      sizes[u] = static_cast<std::uint32_t>(block.size() - before);
    }
  });

  Rows rows = rows_of_sizes(sizes);
  parallel_for(
      blocks.size(),
      [&](std::size_t b) {
        std::ranges::copy(blocks[b], rows.users.begin() + static_cast<std::ptrdiff_t>(rows.begin[b * block_size]));
        std::vector<UserId>().swap(blocks[b]);
      },
      1);
  return build_from_rows(std::move(rows));
}

}  // namespace grapevine
