#pragma once

#include <cstddef>
#include <vector>

#include "scenarios/keys/scenario.hpp"

/// Which points of a study `check` measures, of perhaps thousands: the first, the largest, and some between.
namespace grapevine {

/// Points of about as much work, of which one is measured for all.
struct MeasuredPoints {
  std::vector<std::size_t> points;  ///< the one to measure first: then, where that cannot be, the next
};

/// Every point is in one of them; the groups ascend by work, and at most five are made. `work`: of each point.
std::vector<MeasuredPoints> groups_to_measure(const std::vector<double>& work);

/// About how much there is to do in the study, in no unit: it says which of two points is larger, and about how many
/// times. Measuring tells what it takes.
double rough_work(const Scenario& study);

}  // namespace grapevine
