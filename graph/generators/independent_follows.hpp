#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/rows.hpp"

/// What the models share whose follows are tosses of independent coins: the cost is that of the follows, not of the
/// pairs.
namespace grapevine {

/// Coins of one probability, 0 to 1: skips from head to head (Batagelj & Brandes 2005).
class Coins {
public:
  explicit Coins(double probability) : per_log_(math::per_log_failure(probability)) {}

  /// visit(i) for those of the coins 0 .. coins - 1 that show heads, ascending. bits(k) are the 64 random bits of the
  /// k-th skip.
  template <class Bits, class Visit>
  void each_head(double coins, Bits&& bits, Visit&& visit) const {
    double place = 0.0;  // whole
    for (std::uint64_t ordinal = 0;; ++ordinal, place += 1.0) {
      const double skip = math::log(uniform(bits(ordinal))) * per_log_;
      if (!(skip < coins - place)) return;
      place += static_cast<double>(static_cast<std::uint64_t>(skip));
      if (place >= coins) return;
      visit(static_cast<std::size_t>(place));
    }
  }

private:
  double per_log_;  // coins skipped per unit of log
};

/// Rows of unknown size: append(u, row) pushes whom u follows to the end of the vector `row`, which holds other users'
/// follows already.
template <class Append>
Rows append_rows(std::size_t users, double mean_followees, Append&& append) {
  constexpr std::size_t block_size = 1024;
  std::vector<std::uint32_t> sizes(users);
  std::vector<std::vector<UserId>> blocks((users + block_size - 1) / block_size);
  parallel_blocks(users, block_size, [&](std::size_t b, std::size_t first, std::size_t last, int) {
    std::vector<UserId>& block = blocks[b];
    block.reserve(static_cast<std::size_t>(static_cast<double>(last - first) * mean_followees * 1.1) + 16);
    for (std::size_t u = first; u < last; ++u) {
      const std::size_t before = block.size();
      append(u, block);
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
  return rows;
}

}  // namespace grapevine
