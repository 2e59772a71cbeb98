#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/estimates.hpp"

/// Do the cascades of two groups differ in shape, or only in size?
///
/// Structure follows size: large cascades are deeper and slower whoever began them, and differences between groups
/// often vanish once sizes are matched (Juul, Ugander 2021). So cascades are compared within classes of equal size and
/// the differences averaged. Descriptive: size is itself an outcome, and what remains after matching is no effect of
/// the group on structure alone.
namespace grapevine {

/// One cascade. What is not defined (structural virality and half-time of a lone root) is NaN and left out of its own
/// metric only.
struct CascadeShape {
  int group = 0;  ///< 0 or 1
  std::uint32_t replicate = 0;
  std::uint32_t size = 1;  ///< root included
  double structural_virality = not_a_number;
  double depth = 0;
  double largest_broadcast = 0;  ///< share of the adopters, as the caller counts it
  double half_time = not_a_number;
};

/// Sizes that are compared with each other have the same class: sizes below 16 are each their own, above it those with
/// the same first four binary digits, so that sizes of a class differ by less than an eighth. That bounds what size can
/// still do within a class: with a structural virality that rises by s per factor e in size, at most s / 8, and about
/// nothing where the groups lie alike within it. Exact sizes alone would drop most large cascades, for their sizes
/// seldom occur twice; whole octaves would leave differences of a factor of two.
std::uint32_t matching_class(std::uint32_t size);

/// One metric, group 0 against group 1.
struct StructureComparison {
  std::string_view metric;  ///< "structural virality", "depth", "largest broadcast", "half-time"

  std::uint64_t cascades[2] = {0, 0};  ///< that have the metric
  double mean[2] = {not_a_number, not_a_number};
  Estimate difference;  ///< mean of group 0 - mean of group 1, as they are

  std::uint64_t matched[2] = {0, 0};  ///< of these, in size classes where both groups have some
  std::uint64_t pairs = 0;            ///< sum over classes of the smaller number: what matching one to one would keep
  double matched_mean[2] = {not_a_number, not_a_number};
  Estimate matched_difference;  ///< missing where no class has both
};

/// All metrics. A class with n cascades of one group and m of the other has the weight n m / (n + m) of Cochran (1954),
/// for both groups, so both have one size distribution; up to a factor of two it is the smaller of n and m. Intervals:
/// jackknife over `replicates` (all those simulated, with or without cascades), since cascades of one run are not
/// independent. Rows are added up in the order given.
std::vector<StructureComparison> compare_structure(std::span<const CascadeShape> cascades, std::size_t replicates,
                                                   double level = usual_level);

}  // namespace grapevine
