#include "graph/generators/stochastic_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/generators/independent_follows.hpp"
#include "graph/generators/numbering.hpp"

namespace grapevine {

std::vector<std::string> stochastic_block_mistakes(const StochasticBlockParameters& p) {
  std::vector<std::string> mistakes;
  const std::size_t blocks = p.sizes.size();
  if (blocks > UINT16_MAX)
    mistakes.push_back(fmt::format("graph.block_sizes has {} blocks; expected at most {}", blocks, UINT16_MAX));
  std::uint64_t users = 0;
  for (const std::uint64_t size : p.sizes) users += std::min<std::uint64_t>(size, UINT32_MAX);
  if (users >= UINT32_MAX)
    mistakes.push_back(fmt::format("graph.block_sizes add up to {}; expected at most {} users", users, UINT32_MAX - 1));
  if (p.densities.size() != blocks)
    mistakes.push_back(
        fmt::format("graph.densities has {}; expected {}, one for each block; or give graph.block_sizes for {}",
                    counted(p.densities.size(), "row"), blocks, counted(p.densities.size(), "block")));
  for (std::size_t r = 0; r < p.densities.size(); ++r) {
    if (p.densities[r].size() != p.densities.size())
      mistakes.push_back(fmt::format("graph.densities has {} in row {}; expected {}, one for each block",
                                     counted(p.densities[r].size(), "entry", "entries"), r + 1, p.densities.size()));
    for (const double density : p.densities[r])
      if (!(density >= 0.0 && density <= 1.0))
        mistakes.push_back(
            fmt::format("graph.densities has {} in row {}; expected probabilities, 0 to 1", density, r + 1));
  }
  return mistakes;
}

StochasticBlockGraph stochastic_block(const StochasticBlockParameters& p, const StreamKey& key) {
  if (std::vector<std::string> mistakes = stochastic_block_mistakes(p); !mistakes.empty())
    throw BadRequest(std::move(mistakes));
  const std::size_t blocks = p.sizes.size();
  std::vector<std::size_t> begin(blocks + 1, 0);
  for (std::size_t b = 0; b < blocks; ++b) begin[b + 1] = begin[b] + p.sizes[b];
  std::vector<Coins> coins;
  double follows = 0;
  for (std::size_t r = 0; r < blocks; ++r)
    for (std::size_t s = 0; s < blocks; ++s) {
      coins.emplace_back(p.densities[r][s]);
      follows += p.densities[r][s] * static_cast<double>(p.sizes[r]) * static_cast<double>(p.sizes[s]);
    }
  const std::size_t users = begin.back();
  const auto block_of = [&](std::size_t u) {
    return static_cast<std::size_t>(std::ranges::upper_bound(begin, u) - begin.begin()) - 1;
  };
  const std::uint64_t rows_key = key.key(Draw::graph_row);
  Rows rows = append_rows(
      users, users > 0 ? follows / static_cast<double>(users) : 0.0, [&](std::size_t u, std::vector<UserId>& row) {
        const std::size_t r = block_of(u);
        for (std::size_t s = 0; s < blocks; ++s) {
          const std::uint64_t lots = mix(rows_key + s * golden);
          const std::size_t others = p.sizes[s] - (r == s ? 1 : 0);
          coins[r * blocks + s].each_head(
              static_cast<double>(others), [&](std::uint64_t ordinal) { return nested_mix(lots, u, ordinal); },
              [&](std::size_t i) {
                const std::size_t v = begin[s] + i;
                row.push_back(UserId(static_cast<std::uint32_t>(r == s && v >= u ? v + 1 : v)));
              });
        }
      });
  NumberedGraph numbered = number_by_followers(std::move(rows));
  StochasticBlockGraph made{std::move(numbered.graph), std::vector<std::uint16_t>(users)};
  for (std::size_t u = 0; u < users; ++u)
    made.community[u] = static_cast<std::uint16_t>(block_of(numbered.before[u].index()));
  return made;
}

}  // namespace grapevine
