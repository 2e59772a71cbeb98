#include "graph/generators/r_mat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/numbering.hpp"

namespace grapevine {

namespace {

/// One level's chances as thresholds for 32 random bits.
struct Level {
  std::uint64_t a, ab, abc;    // cumulative, of the four quadrants
  std::uint64_t first_column;  // a + c: where only the columns are left to halve
  std::uint64_t first_row;     // a + b
};

Level level_of(const std::array<double, 4>& q) {
  return {coin_threshold(q[0]), coin_threshold(q[0] + q[1]), coin_threshold(q[0] + q[1] + q[2]),
          coin_threshold(q[0] + q[2]), coin_threshold(q[0] + q[1])};
}

std::vector<Level> levels_of(const RMatParameters& p, const StreamKey& key) {
  std::vector<Level> levels;
  const auto& [a, b, c, d] = p.quadrants;
  for (std::size_t size = p.users; size > 1; size -= size / 2) {
    const double move = p.noise * (2.0 * uniform(key.bits(Draw::graph_class, levels.size())) - 1.0),
                 part = a + d > 0.0 ? 2.0 * move / (a + d) : 0.0;
    levels.push_back(level_of({a - part * a, b + move, c + move, d - part * d}));
  }
  return levels;
}

/// Users first .. first + size - 1, halved until one is left.
struct Part {
  std::uint64_t first, size;

  void halve(bool to_first) {
    const std::uint64_t half = size - size / 2;
    first += to_first ? 0 : half;
    size = to_first ? half : size - half;
  }
};

Follow drop(const std::vector<Level>& levels, std::uint64_t users, std::uint64_t key, std::uint64_t follow) {
  Part row{0, users}, column{0, users};
  std::uint64_t bits = 0;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    bits = l % 2 == 0 ? nested_mix(key, follow, l) : bits >> 32;
    const std::uint64_t lot = bits & UINT32_MAX;
    const Level& level = levels[l];
    if (row.size > 1 && column.size > 1) {
      row.halve(lot < level.ab);
      column.halve(lot < level.a || (lot >= level.ab && lot < level.abc));
    } else if (row.size > 1) {
      row.halve(lot < level.first_row);
    } else if (column.size > 1) {
      column.halve(lot < level.first_column);
    }
  }
  return {UserId(static_cast<std::uint32_t>(row.first)), UserId(static_cast<std::uint32_t>(column.first))};
}

}  // namespace

std::vector<std::string> r_mat_mistakes(const RMatParameters& p) {
  std::vector<std::string> mistakes;
  const double most = p.users > 0 ? static_cast<double>(p.users - 1) : 0.0;
  if (!(p.mean_followees >= 0.0 && p.mean_followees <= most))
    mistakes.push_back(fmt::format(
        "graph.mean_followees is {}; expected 0 to {}, the number of other users; give fewer, or more graph.users",
        p.mean_followees, most));
  const auto& [a, b, c, d] = p.quadrants;
  const double sum = a + b + c + d;
  if (!std::ranges::all_of(p.quadrants, [](double q) { return q >= 0.0 && q <= 1.0; }) ||
      !(sum > 1.0 - 1e-9 && sum < 1.0 + 1e-9))
    mistakes.push_back(fmt::format(
        "graph.quadrants is [{}, {}, {}, {}]; expected four chances, 0 to 1, that add up to 1", a, b, c, d));
  else if (const double room = std::min({b, c, (a + d) / 2.0}); !(p.noise >= 0.0 && p.noise <= room))
    mistakes.push_back(
        fmt::format("graph.noise is {}; expected 0 to {}, what graph.quadrants leave room for", p.noise, room));
  return mistakes;
}

Rows r_mat_draws(const RMatParameters& p, const StreamKey& key) {
  GRAPEVINE_EXPECTS(p.users < UINT32_MAX);
  if (std::vector<std::string> mistakes = r_mat_mistakes(p); !mistakes.empty()) throw BadRequest(std::move(mistakes));
  const std::vector<Level> levels = levels_of(p, key);
  std::vector<Follow> follows(static_cast<std::size_t>(p.mean_followees * static_cast<double>(p.users) + 0.5));
  const std::uint64_t rows_key = key.key(Draw::graph_row);
  parallel_for(follows.size(), [&](std::size_t i) { follows[i] = drop(levels, p.users, rows_key, i); });
  return group_by_follower(p.users, follows);
}

FollowGraph r_mat(const RMatParameters& p, const StreamKey& key) {
  return number_by_followers(r_mat_draws(p, key)).graph;
}

}  // namespace grapevine
