#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/designs.hpp"
#include "analysis/estimates.hpp"

/// What an outcome of a sweep hangs on, and how much.
namespace grapevine {

/// What the points of a design yielded: the replicates of a point beside each other, point after point. NaN: missing.
/// For an outcome that no single replicate has, such as a ratio of means, the value of a replicate is its jackknife
/// pseudo-value, whose mean and spread over replicates are those of the outcome.
struct PointOutcomes {
  std::size_t replicates = 1;
  std::vector<double> values;
  /// A replicate has the same chance at all points, so that what is peculiar to it does not average out over them: one
  /// replicate says nothing of how far indices or effects hang on it, and several do by how they differ.
  bool share_chance = false;

  std::size_t size() const { return values.size() / replicates; }
  std::span<const double> of(std::size_t point) const { return {values.data() + point * replicates, replicates}; }
};

/// Sets of base rows that an interval of a Sobol index is made from.
inline constexpr std::size_t usual_resamples = 1'000;

/// Shares of the variance of an outcome over the cube (Sobol' 1993), dimension by dimension.
struct SobolIndices {
  std::vector<Estimate> first;  ///< explained by the dimension alone
  std::vector<Estimate> total;  ///< lost if the dimension were known, its interactions included
  std::size_t used = 0;         ///< base rows behind the estimates, which is their n
  std::size_t dropped = 0;      ///< base rows that lack an outcome, left out whole
};

/// Indices from what the points of `saltelli(n, dimensions, ...)` yielded. First: the mean of B (AB_i - A), outcomes
/// less their mean (Saltelli et al. 2010); total: half the mean of (A - AB_i)^2 (Jansen 1999); both over the variance
/// of A and B. They are not clipped: one near 0 may come out below it.
///
/// Noise. The mean of R replicates has f(x) of the point and an error. With one replicate the errors are part of the
/// outcome: they raise the variance V by s^2, so that first indices shrink by V / (V + s^2) and totals become
/// (total V + s^2) / (V + s^2). With two and more, each product above is taken of two different replicates, over all
/// pairs, less the mean that each replicate has over the design; their errors are independent, so that the indices are
/// those of the expected outcome, whether the points of a replicate share chance or not. What is left of noise widens
/// the intervals. Where it outweighs the outcome's own variance, so that the latter comes out as 0 or less, indices are
/// missing.
///
/// Intervals are percentiles of `resamples` bootstrap samples of base rows (Efron 1979), drawn by `key`, with the mean
/// held. Rows of a Sobol sequence are more even than chance, so the intervals are wider than need be. Where points
/// share chance, they are widened by what indices owe to single replicates: the distance of each end from the estimate
/// d becomes the root of d^2 + (t s)^2, s the standard error of the jackknife over replicates and t of R - 1 degrees;
/// which takes three replicates. An index whose variance is not above 0 in all samples is missing.
SobolIndices sobol_indices(const PointOutcomes& outcomes, std::size_t dimensions, std::uint64_t key,
                           std::size_t resamples = usual_resamples, double level = usual_level);

/// What moving one dimension does to an outcome, in outcome per range of what moves (Morris 1991).
struct MorrisEffect {
  Estimate mean;                ///< mu: of the effects; 0 where they cancel; t interval
  Estimate mean_size;           ///< mu*: of their sizes (Campolongo, Cariboni, Saltelli 2007); t interval
  Estimate spread;              ///< sigma: large where the effect hangs on the other dimensions or bends; jackknife
  double noise = not_a_number;  ///< root mean square standard error of one effect; missing for one replicate
};

struct MorrisEffects {
  std::vector<MorrisEffect> effects;  ///< a dimension each
  std::size_t used = 0;               ///< trajectories behind the estimates
  std::size_t dropped = 0;            ///< trajectories that lack an outcome, left out whole
};

/// Effects from what the points of a `morris` design yielded. Noise leaves `mean` alone and raises `mean_size`: to
/// about 0.8 `noise` where there is no effect. From `spread` it is taken away if there are replicates (products of two
/// different ones, as above); a variance that comes out below 0 is 0.
///
/// Intervals take trajectories for draws, and, where points share chance, replicates as well: the variance of a mean
/// over both is (M_T + M_R - M_TR) / (T R), mean squares of the analysis of variance with two ways, its degrees of
/// freedom are Satterthwaite's (1946), and there is none from one replicate. For mu* the effects have the sign of their
/// trajectory's mean. That of sigma is the root of the interval of its square, the jackknife variances over
/// trajectories and over replicates added up.
///
/// `reached`: where the points came to lie, in units of the ranges; elsewhere than the design says where values are
/// rounded. A step that came to nothing counts as the design has it.
MorrisEffects morris_effects(const Design& design, const Design& reached, const PointOutcomes& outcomes,
                             double level = usual_level);
inline MorrisEffects morris_effects(const Design& design, const PointOutcomes& outcomes, double level = usual_level) {
  return morris_effects(design, design, outcomes, level);
}

}  // namespace grapevine
