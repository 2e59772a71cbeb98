#pragma once

#include <cstddef>
#include <span>

#include "analysis/estimates.hpp"

namespace grapevine {

/// The value below which `part` of `of` equal parts of a sample lie, with a straight line between neighbours (Hyndman
/// and Fan 1996, type 7, as R and NumPy have it by default): part 0 gives the smallest value, half of `of` the median,
/// `of` the largest. `ascending` is the sample in order, without missing values; an empty one has no quantile.
inline double quantile(std::span<const double> ascending, std::size_t part, std::size_t of) {
  if (ascending.empty()) return not_a_number;
  const std::size_t steps = (ascending.size() - 1) * part, below = steps / of;
  const double rest = static_cast<double>(steps % of) / static_cast<double>(of);
  return rest == 0 ? ascending[below] : ascending[below] + rest * (ascending[below + 1] - ascending[below]);
}

/// The same, in hundredths.
inline double quantile(std::span<const double> ascending, unsigned percent) {
  return quantile(ascending, percent, 100);
}

}  // namespace grapevine
