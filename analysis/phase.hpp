#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/estimates.hpp"

/// Where, along one swept key, one arm stops being the better one: the line between the phases of a diagram whose other
/// key is held.
namespace grapevine {

/// A ratio at one value of the swept key.
struct PhasePoint {
  double coordinate = not_a_number;  ///< on the scale of the axis: its logarithm where neighbours have equal ratios
  Estimate ratio;
};

/// Where a ratio passes through 1.
struct Boundary {
  double at = not_a_number;                       ///< the coordinate
  double from = not_a_number, to = not_a_number;  ///< around `at`, where intervals hold 1: the band; -infinity or
                                                  ///< infinity where it goes on beyond the axis
  bool rises = false;                             ///< below 1 before, above it after
};

/// Where a line has no boundary, what it is throughout.
inline constexpr std::string_view phase_above = "above", phase_below = "below", phase_crosses = "crosses",
                                  phase_unknown = "unknown";

struct PhaseLine {
  std::string_view phase = phase_unknown;  ///< "unknown" without a point that has a ratio
  bool certain = false;                    ///< no boundary, and no interval holds 1
  std::vector<Boundary> boundaries;        ///< ascending
};

/// The boundaries along a line of points, ascending by coordinate. The logarithm of the ratio is a straight line in the
/// coordinate between neighbours, and so are the ends of its interval, whose passages through 1 nearest to a boundary
/// on either side are its band. The band is read point by point: at each value of the key the boundary lies within it
/// with the intervals' level, not the whole line at once. Points whose ratio is missing, 0 or infinite are skipped; one
/// without an interval holds 1. A ratio of exactly 1 counts as above.
PhaseLine phase_line(std::span<const PhasePoint> points);

}  // namespace grapevine
