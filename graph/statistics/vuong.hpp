#pragma once

#include "graph/statistics/lognormal_fit.hpp"
#include "graph/statistics/power_law_fit.hpp"

namespace grapevine {

/// Which of two laws a tail of degrees speaks for (Vuong 1989; for degrees Clauset, Shalizi, Newman 2009, appendix C).
struct Vuong {
  double log_ratio =
      no_value;  ///< log likelihood of the power law less that of the lognormal: above 0 speaks for the power law
  double statistic =
      no_value;  ///< log_ratio over its standard error: standard normal if both laws are equally far from the truth
  double p = no_value;  ///< chance that |statistic| is so large if they are; above 0.1 the sign says nothing

  bool operator==(const Vuong&) const = default;
};

/// Power law against lognormal on the tail to which both were fitted. Says which is nearer, not that either is right. A
/// lognormal law with large sigma is nearly a power law, so on a power law the test seldom decides; on a lognormal it
/// decides once the tail bends (docs/graph-statistics.md has the rates). Missing where either fit is, or where the two
/// are the same. O(distinct degrees).
Vuong power_law_against_lognormal(const DegreeDistribution& degrees, const PowerLawFit& power,
                                  const LognormalFit& lognormal);

}  // namespace grapevine
