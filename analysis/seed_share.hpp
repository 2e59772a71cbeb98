#pragma once

#include "analysis/sensitivity.hpp"

/// The seed as one more factor of a sweep: how much of the variance of an outcome over points and replicates is due to
/// the replicate.
namespace grapevine {

/// Components of the variance of a single run's outcome, and whether an effect is there at all. Negative components, to
/// which chance may lead, are left as they are: set to 0 they would be biased.
struct SeedShare {
  Estimate share;                      ///< of the replicate, alone and together with the point; n points
  double of_point = not_a_number;      ///< variance component of the point
  double of_replicate = not_a_number;  ///< of what a replicate adds to all points alike; 0 where seeds are not shared
  double of_both = not_a_number;       ///< of what it adds to one point only
  double point_test = not_a_number;  ///< probability of so large an F if points did not matter: exact for normal errors
  double replicate_test = not_a_number;  ///< the same of what a replicate adds to all points; missing where not shared
  std::size_t used = 0, dropped = 0;     ///< points with all outcomes, and without
};

/// Replicates with seeds of their own at every point: one-way random effects, outcome = mean + point + error. The share
/// is that of the error, 1 - intraclass correlation, with its exact interval for normal effects (Searle 1971, as
/// ICC(1,1) of Shrout and Fleiss 1979).
SeedShare share_of_own_seeds(const PointOutcomes& outcomes, double level = usual_level);

/// Replicates whose seeds are the same at every point, as this program's are: two-way random effects,
/// outcome = mean + point + replicate + both. The share is that of replicate and both, which is the seed's total index,
/// `of_replicate` over the sum its first; 1 - ICC(A,1) of McGraw and Wong (1996) with their approximate interval.
/// One-way analysis would call what all points share no variance at all.
SeedShare share_of_shared_seeds(const PointOutcomes& outcomes, double level = usual_level);

}  // namespace grapevine
