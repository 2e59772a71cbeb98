#pragma once

#include <limits>

namespace grapevine {

/// A statistic that has no value, such as the mean of nobody's degree.
inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// part / whole, of whole numbers; missing where the whole is 0.
template <class Whole>
constexpr double ratio(Whole part, Whole whole) {
  return whole == 0 ? no_value : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace grapevine
