#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "graph/base/math.hpp"
#include "sim/diffusion/skip_sampler.hpp"

namespace grapevine {

/// The gaps of a `SkipSampler`, to the bit, mostly without its logarithm: the first ten bits of a random number leave
/// few gaps open, often one, and often none that ends within the row. For rows that share one probability, where it is
/// up to twice as fast; at 8 KiB, made in some 30 us, too large where every reader may have a probability of its own.
class GapTable {
public:
  explicit GapTable(double probability) : sampler_(probability) {
    if (probability >= 1.0) {
      cells_.fill({0, 0});
      return;
    }
    cells_.fill({endless, endless});
    const double per_log_failure = math::per_log_failure(probability);
    if (!(per_log_failure >= -0x1p64)) return;
    // Failures before the next success fall as the random number grows. The margin is a thousand times the error of the
    // logarithm.
    const auto failures = [&](std::size_t boundary, double margin) {
      if (boundary == 0) return endless;
      const double exact =
          math::log(static_cast<double>(boundary) / static_cast<double>(cells_.size())) * per_log_failure * margin;
      return exact >= endless ? endless : static_cast<std::uint32_t>(exact);
    };
    for (std::size_t i = 0; i < cells_.size(); ++i)
      cells_[i] = {failures(i + 1, 1.0 - 1e-12), failures(i, 1.0 + 1e-12)};
  }

  /// SkipSampler::gap, for `most` below 2^32.
  std::uint64_t gap(std::uint64_t bits, std::uint64_t most) const {
    const Cell cell = cells_[bits >> 54];
    if (cell.least == cell.most || cell.least >= most) return std::min<std::uint64_t>(cell.least, most);
    return sampler_.gap(bits, most);
  }

private:
  static constexpr std::uint32_t endless = UINT32_MAX;

  struct Cell {
    std::uint32_t least, most;
  };

  SkipSampler sampler_;
  std::array<Cell, 1024> cells_;
};

}  // namespace grapevine
