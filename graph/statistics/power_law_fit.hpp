#pragma once

#include <cstdint>

#include "graph/statistics/degrees.hpp"
#include "graph/statistics/ratio.hpp"

namespace grapevine {

/// The discrete power law P(x) = x^-exponent / zeta(exponent, x_min) for whole x >= x_min, fitted to a tail of degrees
/// (Clauset, Shalizi, Newman, SIAM Review 51, 2009). Missing where the tail is empty or all of it has degree x_min.
/// Says how well a power law fits, not that one is there.
struct PowerLawFit {
  double exponent = no_value;  ///< of greatest likelihood, above 1
  double distance =
      no_value;  ///< Kolmogorov-Smirnov: the largest difference of the two distribution functions on the tail, 0 to 1
  std::uint32_t x_min = 0;  ///< the tail's least degree
  std::uint64_t users = 0;  ///< in the tail

  bool operator==(const PowerLawFit&) const = default;
};

/// Fits the users of degree x_min or more, x_min >= 1. The exponent is that at which the mean of log x under the law is
/// that of the tail, solved to the last bits. O(distinct degrees).
PowerLawFit fit_power_law(const DegreeDistribution& degrees, std::uint32_t x_min);

/// Users that a tail has at the least. In shorter ones the standard error of the exponent, about (exponent - 1) /
/// sqrt(users), is more than a seventh of exponent - 1 (Clauset, Shalizi, Newman 2009, section 3.1).
inline constexpr std::uint64_t usual_least_tail = 50;

/// The fit of least distance among all x_min >= 1 that occur and leave `least_users` in the tail, of equal ones that of
/// smallest x_min. None is passed over: where some of a tail's degrees are as far from the law already as another tail
/// reaches at all, the others are not looked at. Without any tail so long the fit is missing. O(distinct degrees
/// squared) at worst; mostly a few hundred steps for each x_min.
PowerLawFit best_power_law(const DegreeDistribution& degrees, std::uint64_t least_users = usual_least_tail);

/// log P(degree) under a fit that is not missing, degree >= x_min.
double log_mass(const PowerLawFit& fit, std::uint32_t degree);

}  // namespace grapevine
