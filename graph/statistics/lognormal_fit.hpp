#pragma once

#include <cstdint>

#include "graph/statistics/degrees.hpp"
#include "graph/statistics/ratio.hpp"

namespace grapevine {

/// The discrete lognormal law: a number whose logarithm is normal, rounded to the nearest whole one, given that it is
/// x_min or more. Fitted to a tail of degrees by greatest likelihood, as the rival of the power law (Clauset, Shalizi,
/// Newman 2009, section 5). Missing where the tail has fewer than three different degrees, for two parameters go
/// through two shares.
struct LognormalFit {
  double mu = no_value;  ///< mean of the logarithm before rounding and cutting; may be far below log x_min
  double sigma =
      no_value;  ///< its standard deviation, 0.01 to 1 000: at the upper end the law is a power law within rounding
  std::uint32_t x_min = 0;  ///< the tail's least degree
  std::uint64_t users = 0;  ///< in the tail
  bool at_bound = false;    ///< the likelihood still rises where sigma is bounded: there is no likeliest law, only a
                            ///< limit, at 1 000 a power law and at 0.01 a single degree

  bool operator==(const LognormalFit&) const = default;
};

/// Fits the users of degree x_min or more, x_min >= 1, by the simplex method of Nelder and Mead (1965). Some 300 passes
/// over the distinct degrees of the tail.
LognormalFit fit_lognormal(const DegreeDistribution& degrees, std::uint32_t x_min);

/// log P(degree) under a fit that is not missing, degree >= x_min.
double log_mass(const LognormalFit& fit, std::uint32_t degree);

}  // namespace grapevine
