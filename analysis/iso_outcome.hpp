#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/estimates.hpp"

/// The least spend of one arm that yields what another yields for its spend, from an axis of budgets.
namespace grapevine {

/// What one replicate of an arm spent and yielded in one cell of the axis. NaN for either, or a spend of 0: the arm
/// could not spend there, or the run is missing; such a cell is skipped.
struct SpendOutcome {
  double spend = not_a_number;
  double outcome = not_a_number;
};

/// Whether a spend is known, or only that it lies below or above what the axis reaches.
enum class AxisSide { within, below_axis, above_axis, unknown };

struct Matched {
  AxisSide side = AxisSide::unknown;
  double spend = not_a_number;  ///< within; else -infinity below the axis, infinity above it
};

/// The least spend at which `cells`, in any order, reach `outcome`: the first crossing by ascending spend, a straight
/// line between the logarithms of spend and outcome of neighbouring cells (of spend and outcome themselves where the
/// lower outcome is not positive). This is also where the running maximum crosses; where outcomes scatter it is an
/// early crossing, for a lucky cell counts. *Below the axis*: the cheapest cell reaches it already; *above*: none does;
/// *unknown*: no cell or no outcome to match.
Matched least_spend(std::span<const SpendOutcome> cells, double outcome);

/// Quantiles over replicates: -infinity or infinity where they fall among those below or above the axis.
struct CensoredSummary {
  double median = not_a_number;
  double spread_low = not_a_number, spread_high = not_a_number;  ///< 2.5 and 97.5 % of the replicates
  Estimate of_median;  ///< the median with an interval of its own, between two order statistics (Thompson 1936), for
                       ///< any distribution: coverage at least its level; an end is infinite where it is censored, and
                       ///< where replicates are too few (six, for 95 %) for one
};

/// What replicate by replicate one arm needs to match another. Quantiles, never means: a censored replicate has none.
struct IsoOutcome {
  CensoredSummary spend;  ///< in money
  CensoredSummary ratio;  ///< least spend / what the other spent: below 1, the first arm is cheaper
  std::size_t within = 0, below_axis = 0, above_axis = 0;  ///< replicates in the quantiles ...
  std::size_t missing = 0;                                 ///< ... and without
};

/// `cells`: for each replicate, the cells of the axis of the arm that is to match; `target`: what the same replicate of
/// the other arm spent and yielded. Where that is nothing, or missing, the replicate is missing.
IsoOutcome iso_outcome(std::span<const std::vector<SpendOutcome>> cells, std::span<const SpendOutcome> target,
                       double level = usual_level);

/// Quantiles of values that may be -infinity or infinity (censored), as `quantile` has them; one that would lie between
/// a known value and a censored one is censored, one between both ends unknown.
CensoredSummary censored_summary(std::vector<double> values, double level = usual_level);

}  // namespace grapevine
