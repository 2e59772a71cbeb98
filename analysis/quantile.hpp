#pragma once

#include <cstddef>
#include <span>

#include "analysis/estimates.hpp"

namespace grapevine {

/// The value below which a share of `percent` / 100 of a sample lies, with a straight line between neighbours (Hyndman
/// and Fan 1996, type 7, as R and NumPy have it by default): 0 gives the smallest value, 50 the median, 100 the
/// largest. `ascending` is the sample in order, without missing values; an empty one has no quantile.
inline double quantile(std::span<const double> ascending, unsigned percent) {
  if (ascending.empty()) return not_a_number;
  const std::size_t steps = (ascending.size() - 1) * percent, below = steps / 100;
  const double part = static_cast<double>(steps % 100) / 100;
  return part == 0 ? ascending[below] : ascending[below] + part * (ascending[below + 1] - ascending[below]);
}

}  // namespace grapevine
