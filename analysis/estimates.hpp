#pragma once

#include <cstddef>
#include <limits>
#include <vector>

/// What replicates say about a number: an estimate, its interval, and what pairing two arms by replicate was worth.
/// Intervals are Monte Carlo, given the parameters: they shrink with more replicates and say nothing about whether the
/// parameters are right.
namespace grapevine {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline constexpr double usual_level = 0.95;

/// An estimate over `n` replicates with its interval. Missing values are NaN: the bounds where n is 1, everything where
/// a denominator is 0.
struct Estimate {
  double value = not_a_number;
  double low = not_a_number;
  double high = not_a_number;
  std::size_t n = 0;
};

/// What one arm measured in each replicate, in the order of replicates. Pooled, it is the sum of `total` over the sum
/// of `per`, so that a replicate weighs as much as it has denominators; with an empty `per` it is the mean of `total`.
struct Series {
  std::vector<double> total;
  std::vector<double> per;  ///< empty: 1 for each replicate
};

/// The pooled value of one arm. A mean has the t interval of the textbooks; a quotient, as every ratio, the interval of
/// its logarithm, which it lacks where it is 0 or missing, or would be without one of the replicates.
Estimate pooled(const Series& series, double level = usual_level);

/// Two arms compared under common random numbers: replicate i of one beside replicate i of the other.
struct PairedEstimate {
  Estimate estimate;

  /// Pearson correlation over replicates between the pseudo-values of the two arms; for means these are the replicates'
  /// values. NaN where an arm does not vary.
  double correlation = not_a_number;

  /// Variance of the paired estimate / variance if the arms had nothing in common, the latter being the sum of the
  /// jackknife variances of the estimate when replicates are left out of one arm and of the other. For a difference of
  /// means: var(x - y) / (var x + var y). Below 1, pairing helped; 0 for equal arms.
  double variance_ratio = not_a_number;
};

/// Pooled value of `arm` - pooled value of `against`. Exactly 0 with interval [0, 0] where the arms are equal.
PairedEstimate paired_difference(const Series& arm, const Series& against, double level = usual_level);

/// A ratio on the scale of its logarithm, which treats "twice" and "half" alike: exchange the arms and the interval
/// turns into its reciprocal; it never reaches 0. docs/statistics.md compares its coverage with that of other
/// intervals.
struct LogRatio {
  Estimate estimate;                     ///< of the ratio; its interval is that of `at_level`
  double standard_error = not_a_number;  ///< jackknife, of the natural logarithm of the ratio
  double correlation = not_a_number;     ///< as that of a PairedEstimate ...
  double variance_ratio = not_a_number;  ///< ... and so is this, of the logarithm
};

/// Pooled value of `arm` / pooled value of `against`: a ratio of means, not a mean of ratios. Exactly 1 with interval
/// [1, 1] where the arms are equal. A ratio of 0 has no interval, nor has one that is 0 or missing without one of the
/// replicates.
LogRatio log_ratio(const Series& arm, const Series& against, double level = usual_level);

/// One thing measured with something and without.
struct SeriesPair {
  Series with, without;
};

/// (`arm` with / without) / (`against` with / without), pooled values all: how many times as much it does for one as
/// for the other. What moves both alike leaves it alone.
LogRatio log_ratio_of_ratios(const SeriesPair& arm, const SeriesPair& against, double level = usual_level);

/// The one interval of a ratio, whatever it is printed or judged at: exp(log ratio -+ t standard_error), n - 1 degrees
/// of freedom. Without spread it is the ratio itself.
Estimate at_level(const LogRatio& ratio, double level);

/// An estimate from a statistic of all replicates and of the n sets that lack one (Tukey 1958): t interval of the
/// pseudo-values.
Estimate jackknife(double all, const std::vector<double>& without, double level = usual_level);

/// P(|T| > |t|) for Student's t with a whole number of degrees >= 1: relative error below 1e-12 up to 1 000 degrees.
/// Portable bits: the incomplete beta function from its continued fraction (DLMF 8.17.22), its constant by recursion.
double student_t_two_sided(std::size_t degrees, double t);

/// Quantile of Student's t distribution with `degrees` > 0 degrees of freedom at 0 < p < 1, to the nearest multiple of
/// `t_grid`.
///
/// Boost.Math calls exp, log and pow of libm, whose last bits differ between processors. Its quantiles are good to
/// about 1e-15; a grid of 2^-32 swallows such differences unless a quantile lies halfway between two multiples, and
/// tests/analysis/estimates_test.cpp checks that none used here comes near.
double student_t_quantile(double degrees, double p);
inline constexpr double t_grid = 0x1.0p-32;

}  // namespace grapevine
