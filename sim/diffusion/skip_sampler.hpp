#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

/// Walks a row of trials with one probability from success to success: the failures between are geometric, so trials
/// that fail cost nothing (Fan, Muller, Rezucha 1962). The j-th gap of an adopter is addressed by (contagion, adopter,
/// j). `GapTable` is faster where all rows have the same probability.
class SkipSampler {
public:
  /// A probability below 2^-64 is 0: no row is long enough for it.
  explicit SkipSampler(double probability)
      : per_log_failure_(math::per_log_failure(probability)),
        doubt_(-1e-10 * per_log_failure_),
        cells_(log_cells().data()) {}

  /// Failures before the next success, from 64 random bits: P(gap >= k) = (1 - p)^k, up to 2^-52. At most `most`, for
  /// "none within the row".
  std::uint64_t gap(std::uint64_t bits, std::uint64_t most) const {
    if (per_log_failure_ == 0.0) return 0;
    if (doubt_ > 0x1p64) return most;
    const double u = uniform(bits);
    if (doubt_ < 0.5) {  // then what is nearly right lies between -1 and 2^38
      const double nearly = quick_log(u) * per_log_failure_;
      const auto whole = static_cast<std::uint64_t>(nearly);
      const double rest = nearly - static_cast<double>(whole);
      if (rest > doubt_ && rest < 1.0 - doubt_) return std::min(whole, most);
    }
    const double failures = math::log(u) * per_log_failure_;
    return failures >= static_cast<double>(most) ? most : static_cast<std::uint64_t>(failures);
  }

private:
  /// The logarithm is known to 1e-11 from a table and three terms of its series. What that leaves open, `math::log`
  /// decides; its bound of 0.9 ulp adds less than 1e-14 for u above 2^-53.
  struct LogCell {
    double inverse, log;  // of the middle of the cell
  };
  static constexpr unsigned cell_bits = 8;
  using LogCells = std::array<LogCell, std::size_t{1} << cell_bits>;

  static const LogCells& log_cells() {
    static const LogCells cells = [] {
      LogCells made;
      for (std::size_t i = 0; i < made.size(); ++i) {
        const double inverse = 1.0 / (1.0 + (static_cast<double>(i) + 0.5) / static_cast<double>(made.size()));
        made[i] = {inverse, -math::log(inverse)};
      }
      return made;
    }();
    return cells;
  }

  /// Of a normal u below 1.
  double quick_log(double u) const {
    const auto bits = std::bit_cast<std::uint64_t>(u);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    const double mantissa = std::bit_cast<double>(fraction | 0x3ff0000000000000ULL);
    const double exponent = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
    const LogCell& cell = cells_[fraction >> (52 - cell_bits)];
    const double r = mantissa * cell.inverse - 1.0;  // at most 2^-9 in size, so the next term, r^4 / 4, is below 4e-12
    return exponent * 0x1.62e42fefa39efp-1 + cell.log + r * (1.0 - r * (0.5 - r * (1.0 / 3)));
  }

  double per_log_failure_;  ///< -0 where no trial fails, -infinity where all do
  double doubt_;            ///< a bound on the error of the quick number of failures
  const LogCell* cells_;
};

/// visit(i) for each success i of a row of so many trials, ascending, until it returns false. `gaps` is a `SkipSampler`
/// or a `GapTable`. The j-th gap is that of `nested_mix(key, adopter, j)`, and `row_key` the first half of that mix,
/// `mix(key ^ adopter)`.
template <class Gaps, class Visit>
void each_success(const Gaps& gaps, std::uint64_t row_key, std::uint64_t trials, Visit&& visit) {
  std::uint64_t at = 0;
  for (std::uint64_t j = 0; at < trials; ++j, ++at) {
    at += gaps.gap(mix(row_key + j * golden), trials - at);
    if (at >= trials || !visit(at)) return;
  }
}

}  // namespace grapevine
