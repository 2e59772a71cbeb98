#include "analysis/seed_share.hpp"

#include <cmath>

#include "analysis/incomplete_beta.hpp"
#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// Points by replicates, without what is missing: the table of an analysis of variance.
struct MeanSquares {
  double points = 0, replicates = 0, within = 0, both = 0;  ///< `within` points, and what of it is not `replicates`
  double n = 0, k = 0;                                      ///< points, replicates
};

std::vector<std::span<const double>> complete_points(const PointOutcomes& outcomes) {
  std::vector<std::span<const double>> points;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    bool complete = true;
    for (const double x : outcomes.of(i)) complete = complete && !std::isnan(x);
    if (complete) points.push_back(outcomes.of(i));
  }
  return points;
}

MeanSquares mean_squares(const std::vector<std::span<const double>>& points) {
  MeanSquares squares;
  const auto n = squares.n = static_cast<double>(points.size());
  const auto k = squares.k = static_cast<double>(points.front().size());
  const double origin = points.front()[0];  // so that equal outcomes have mean squares of exactly 0
  std::vector<double> replicate_means(points.front().size());
  double mean = 0;
  for (const auto& point : points)
    for (std::size_t r = 0; r < point.size(); ++r) {
      replicate_means[r] += (point[r] - origin) / n;
      mean += (point[r] - origin) / (n * k);
    }
  for (const auto& point : points) {
    double point_mean = 0;
    for (const double x : point) point_mean += (x - origin) / k;
    squares.points += k * (point_mean - mean) * (point_mean - mean) / (n - 1);
    for (std::size_t r = 0; r < point.size(); ++r) {
      const double within = point[r] - origin - point_mean, both = within - (replicate_means[r] - mean);
      squares.within += within * within / (n * (k - 1));
      squares.both += both * both / ((n - 1) * (k - 1));
    }
  }
  for (const double x : replicate_means) squares.replicates += n * (x - mean) * (x - mean) / (k - 1);
  return squares;
}

/// What is common to both analyses; false where there is nothing to analyse.
bool begin_share(const PointOutcomes& outcomes, SeedShare& found, MeanSquares& squares) {
  const auto points = complete_points(outcomes);
  found.used = found.share.n = points.size();
  found.dropped = outcomes.size() - points.size();
  if (points.size() < 2 || outcomes.replicates < 2) return false;
  squares = mean_squares(points);
  return squares.points > 0 || squares.within > 0;
}

}  // namespace

SeedShare share_of_own_seeds(const PointOutcomes& outcomes, double level) {
  SeedShare found;
  MeanSquares ms;
  if (!begin_share(outcomes, found, ms)) return found;
  const double between = ms.n - 1, inside = ms.n * (ms.k - 1);
  found.of_point = (ms.points - ms.within) / ms.k;
  found.of_replicate = 0;
  found.of_both = ms.within;
  // 1 - (f - 1) / (f + k - 1) for the ratio f of mean squares, without dividing by a mean square that is 0.
  const auto share = [&](double points, double within) { return ms.k * within / (points + (ms.k - 1) * within); };
  found.share.value = share(ms.points, ms.within);
  found.share.low = share(ms.points * f_quantile(inside, between, 0.5 + level / 2), ms.within);
  found.share.high = share(ms.points, ms.within * f_quantile(between, inside, 0.5 + level / 2));
  found.point_test = ms.within == 0 ? 0 : f_above(between, inside, ms.points / ms.within);
  return found;
}

SeedShare share_of_shared_seeds(const PointOutcomes& outcomes, double level) {
  SeedShare found;
  MeanSquares ms;
  if (!begin_share(outcomes, found, ms)) return found;
  const double n = ms.n, k = ms.k, p = 0.5 + level / 2;
  found.of_point = (ms.points - ms.both) / k;
  found.of_replicate = (ms.replicates - ms.both) / n;
  found.of_both = ms.both;
  const double rest = k * ms.replicates + (k * n - k - n) * ms.both;  // n k (replicate + both) + n both
  const double correlation = n * (ms.points - ms.both) / (n * ms.points + rest);
  found.share.value = 1 - correlation;

  // Degrees of freedom of the replicate's part (Satterthwaite), then McGraw and Wong 1996, table 7, case 2A.
  const double a = k * correlation * ms.replicates, b = (n * (1 - correlation) + k * correlation * (n - 1)) * ms.both;
  const double degrees = (a + b) * (a + b) / (a * a / (k - 1) + b * b / ((n - 1) * (k - 1)));
  if (degrees >= 1) {
    const double f_low = f_quantile(n - 1, degrees, p), f_high = f_quantile(degrees, n - 1, p);
    const double low = n * (ms.points - f_low * ms.both) / (f_low * rest + n * ms.points);
    const double high = n * (f_high * ms.points - ms.both) / (rest + n * f_high * ms.points);
    found.share.low = 1 - high;
    found.share.high = 1 - low;
  }
  const double both = (n - 1) * (k - 1);
  found.point_test = ms.both == 0 ? (ms.points > 0 ? 0 : 1) : f_above(n - 1, both, ms.points / ms.both);
  found.replicate_test = ms.both == 0 ? (ms.replicates > 0 ? 0 : 1) : f_above(k - 1, both, ms.replicates / ms.both);
  return found;
}

}  // namespace grapevine
