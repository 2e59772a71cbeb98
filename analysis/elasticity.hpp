#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "analysis/estimates.hpp"

/// How an outcome grows with the number of followers, over accounts, those with outcome 0 included.
///
/// The model is E[y] = exposure * exp(a + b log followers), fitted by Poisson pseudo-maximum likelihood (Gourieroux,
/// Monfort, Trognon 1984; Santos Silva, Tenreyro 2006): consistent for b whatever the distribution of y, as long as its
/// mean is right. The errors are those of the sandwich, by cluster (Liang, Zeger 1986), times G / (G - 1) for G
/// clusters, with G - 1 degrees of freedom. They say how far b would move with other accounts of this one world; what
/// another world would give is seen from replicates only.
namespace grapevine {

/// Accounts with one follower count, as the sums that every statistic here needs: nothing is lost by grouping. One
/// account is a group too.
struct FollowerGroup {
  double followers = 0;
  std::uint64_t accounts = 0;
  double outcome = 0;          ///< sum over the accounts
  double outcome_squared = 0;  ///< sum of squares over the accounts

  void add(double of_one_account);
};

/// The same for an outcome in proportion to an exposure: posts, for the outcome per post; impressions, for a rate per
/// impression. An exposure of 0 goes with an outcome of 0 and adds nothing.
struct ExposedGroup {
  double followers = 0;
  std::uint64_t accounts = 0;  ///< with an exposure above 0
  double outcome = 0;
  double outcome_squared = 0;
  double exposure = 0;
  double exposure_squared = 0;
  double outcome_exposure = 0;  ///< sum of outcome times exposure

  void add(double of_one_account, double its_exposure);
};

/// One of several measurements of an account, or of whatever else moves together.
struct Observation {
  double followers = 0;
  double outcome = 0;
  std::uint64_t cluster = 0;
};

/// Follower counts from `from` to below `to`. Accounts without followers have no logarithm and are always left out.
struct FollowerRange {
  double from = 1;
  double to = std::numeric_limits<double>::infinity();
};

/// Missing where fewer than two follower counts are there or where the likelihood has no maximum (all outcomes 0, or
/// outcomes above 0 only at the most or only at the least followers); without interval where there are fewer than three
/// clusters.
struct Elasticity {
  Estimate estimate;                     ///< b, n clusters
  double standard_error = not_a_number;  ///< of b
  double constant = not_a_number;        ///< a: log of the outcome expected with one follower
};

/// Each account is a cluster. Groups may come in any order, several of them with the same follower count; the order
/// moves rounding only.
Elasticity poisson_elasticity(std::span<const FollowerGroup> groups, FollowerRange range = {},
                              double level = usual_level);
Elasticity poisson_elasticity(std::span<const ExposedGroup> groups, FollowerRange range = {},
                              double level = usual_level);

/// Observations of one cluster may be anywhere in the list, and have different follower counts.
Elasticity poisson_elasticity(std::span<const Observation> observations, FollowerRange range = {},
                              double level = usual_level);

/// The outcome and its elasticity at one follower count.
struct CurvePoint {
  double followers = 0;
  Estimate response;    ///< expected outcome (per exposure); n accounts in the window; interval on the log scale
  Estimate elasticity;  ///< slope of log response in log followers, here
};

/// Widest ratio of follower counts that speak for each other.
inline constexpr double usual_window = 10;

/// A curve without a shape given beforehand: at each follower count K the model above is fitted to the accounts within
/// a factor `window` of K, with tricube weights in log followers (half weight at a factor of about 4 when the window is
/// 10): local likelihood (Tibshirani, Hastie 1987; Fan, Heckman, Wand 1995; Loader 1999). Bands are pointwise, by
/// account, and cover the smoothed curve: where the true one bends within a window, that is not the true curve. Missing
/// as an elasticity is.
std::vector<CurvePoint> response_curve(std::span<const FollowerGroup> groups, std::span<const double> at,
                                       double window = usual_window, double level = usual_level);
std::vector<CurvePoint> response_curve(std::span<const ExposedGroup> groups, std::span<const double> at,
                                       double window = usual_window, double level = usual_level);

/// The unit of inference is the replicate: accounts of one run share its events. Both are given, since the second shows
/// how much of the spread would have been seen from within.
struct ReplicatedElasticity {
  std::vector<double> each;  ///< b of every replicate
  Estimate over_replicates;  ///< their mean with its t interval; missing where one of them is, since leaving it out
                             ///< would choose
  Elasticity within;         ///< all replicates in one fit, each account of each replicate a cluster
};
ReplicatedElasticity poisson_elasticity(std::span<const std::vector<FollowerGroup>> replicates,
                                        FollowerRange range = {}, double level = usual_level);
ReplicatedElasticity poisson_elasticity(std::span<const std::vector<ExposedGroup>> replicates, FollowerRange range = {},
                                        double level = usual_level);

/// Means over replicates of the curves of each, with their t intervals; n replicates. A point is missing where one
/// replicate misses it.
std::vector<CurvePoint> response_curve(std::span<const std::vector<FollowerGroup>> replicates,
                                       std::span<const double> at, double window = usual_window,
                                       double level = usual_level);
std::vector<CurvePoint> response_curve(std::span<const std::vector<ExposedGroup>> replicates,
                                       std::span<const double> at, double window = usual_window,
                                       double level = usual_level);

}  // namespace grapevine
