#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/estimates.hpp"

/// What each of several switches does to a number that hangs on all of them.
namespace grapevine {

/// A statistic of all replicates, and of the n sets that lack one of them, in their order; of one replicate none.
struct Jackknifed {
  double all = not_a_number;
  std::vector<double> without;
};

/// The Shapley value (1953) of each of m switches: what turning it on adds, averaged over all orders in which the m are
/// turned on. The values add up to what all of them together add, exactly but for rounding. `off[mask]` is the number
/// with those switches off whose bits are set in `mask`, 2^m of them, all of the same replicates in the same worlds:
/// the intervals, of the jackknife, are of paired differences. Missing where one of the numbers is.
std::vector<Estimate> shapley_values(std::span<const Jackknifed> off, double level = usual_level);

/// What the switch adds to `on` that is off in `off`.
Estimate added_by_switch(const Jackknifed& on, const Jackknifed& off, double level = usual_level);

}  // namespace grapevine
