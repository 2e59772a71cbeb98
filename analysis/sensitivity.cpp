#include "analysis/sensitivity.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/quantile.hpp"
#include "graph/base/error.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

namespace {

bool is_complete(const PointOutcomes& outcomes, std::size_t first, std::size_t points) {
  return std::none_of(outcomes.values.begin() + static_cast<std::ptrdiff_t>(first * outcomes.replicates),
                      outcomes.values.begin() + static_cast<std::ptrdiff_t>((first + points) * outcomes.replicates),
                      [](double x) { return std::isnan(x); });
}

/// The first points of those blocks of a design that have all their outcomes.
std::vector<std::size_t> complete_blocks(const PointOutcomes& outcomes, std::size_t block) {
  std::vector<std::size_t> firsts;
  for (std::size_t first = 0; first + block <= outcomes.size(); first += block)
    if (is_complete(outcomes, first, block)) firsts.push_back(first);
  return firsts;
}

/// The mean of x_r y_s over all pairs of different replicates r and s, in which independent errors of replicates
/// cancel; of a single replicate, its product.
double cross_product(std::span<const double> x, std::span<const double> y) {
  double sum_x = 0, sum_y = 0, same = 0;
  for (std::size_t r = 0; r < x.size(); ++r) {
    sum_x += x[r];
    sum_y += y[r];
    same += x[r] * y[r];
  }
  const auto n = static_cast<double>(x.size());
  return x.size() == 1 ? same : (sum_x * sum_y - same) / (n * (n - 1));
}

/// Of a mean of as many values, from how they differ.
double variance_of_mean(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double x : values) sum += x;
  for (const double x : values) squares += (x - sum / n) * (x - sum / n);
  return n < 2 ? not_a_number : squares / (n * (n - 1));
}

/// Of a statistic, from what it is without each of n units (Tukey 1958).
double jackknife_variance(const std::vector<double>& of_others) {
  const auto n = static_cast<double>(of_others.size());
  return (n - 1) * (n - 1) * variance_of_mean(of_others);
}

/// A part of the variance of an estimate, with its degrees of freedom.
struct Spread {
  double variance, degrees;
};

/// The t interval of an estimate whose variance is the sum of the parts, with Satterthwaite's degrees of freedom
/// (1946); a part that is taken away leaves at least the largest.
Estimate with_interval(double value, std::size_t n, const std::vector<Spread>& parts, double level) {
  double sum = 0, largest = 0, squares = 0;
  for (const Spread& part : parts) {
    if (std::isnan(part.variance)) return {.value = value, .n = n};
    sum += part.variance;
    largest = std::max(largest, part.variance);
    if (part.degrees > 0) squares += part.variance * part.variance / part.degrees;
  }
  const double variance = std::max(sum, largest);
  if (variance == 0) return {.value = value, .low = value, .high = value, .n = n};
  const double degrees = std::max(1.0, variance * variance / squares);
  const double half_width = student_t_quantile(degrees, (1 + level) / 2) * std::sqrt(variance);
  return {.value = value, .low = value - half_width, .high = value + half_width, .n = n};
}

std::vector<double> minus(std::span<const double> x, std::span<const double> y) {
  std::vector<double> difference(x.begin(), x.end());
  for (std::size_t r = 0; r < y.size(); ++r) difference[r] -= y[r];
  return difference;
}

/// What one base row adds to the variance, and to what of it each dimension explains and leaves.
struct RowParts {
  double variance = 0;
  std::vector<double> first, total;
};

/// The mean of each replicate over A and B of the complete base rows; of equal outcomes exactly what they are.
std::vector<double> base_means(const PointOutcomes& outcomes, const std::vector<std::size_t>& firsts) {
  std::vector<double> means(outcomes.replicates);
  if (firsts.empty()) return means;
  const auto origin = outcomes.of(firsts.front());
  for (const std::size_t a : firsts)
    for (std::size_t r = 0; r < means.size(); ++r)
      means[r] += outcomes.of(a)[r] - origin[r] + (outcomes.of(a + 1)[r] - origin[r]);
  for (std::size_t r = 0; r < means.size(); ++r)
    means[r] = origin[r] + means[r] / (2 * static_cast<double>(firsts.size()));
  return means;
}

std::vector<RowParts> parts_of_rows(const PointOutcomes& outcomes, const std::vector<std::size_t>& firsts,
                                    std::size_t dimensions) {
  const std::vector<double> means = base_means(outcomes, firsts);
  const auto rows = static_cast<double>(firsts.size());
  std::vector<RowParts> parts;
  for (const std::size_t row : firsts) {
    const std::vector<double> a = minus(outcomes.of(row), means), b = minus(outcomes.of(row + 1), means);
    // 2 rows - 1 degrees of freedom, times rows: a mean over rows as the others are.
    RowParts of_row{(cross_product(a, a) + cross_product(b, b)) * rows / (2 * rows - 1), {}, {}};
    for (std::size_t i = 0; i < dimensions; ++i) {
      const std::vector<double> change = minus(outcomes.of(row + 2 + i), outcomes.of(row));
      of_row.first.push_back(cross_product(b, change));
      of_row.total.push_back(cross_product(change, change) / 2);
    }
    parts.push_back(std::move(of_row));
  }
  return parts;
}

/// First indices, then totals, of the rows that `row_of` names: 0 .. n - 1 for the estimates themselves.
template <class RowOf>
std::vector<double> indices_of(const std::vector<RowParts>& parts, std::size_t dimensions, RowOf row_of) {
  double variance = 0;
  std::vector<double> indices(2 * dimensions);
  for (std::size_t j = 0; j < parts.size(); ++j) {
    const RowParts& row = parts[row_of(j)];
    variance += row.variance;
    for (std::size_t i = 0; i < dimensions; ++i) {
      indices[i] += row.first[i];
      indices[dimensions + i] += row.total[i];
    }
  }
  for (double& index : indices) index = variance > 0 ? index / variance : not_a_number;
  return indices;
}

/// The middle `level` of a sample, as parts of 10 000.
void put_percentiles(std::vector<double> sample, double level, Estimate& estimate) {
  if (sample.empty()) return;
  std::sort(sample.begin(), sample.end());
  const auto tail = static_cast<std::size_t>(std::nearbyint((1 - level) / 2 * 10'000));
  estimate.low = quantile(sample, tail, 10'000);
  estimate.high = quantile(sample, 10'000 - tail, 10'000);
}

}  // namespace

namespace {

/// Without one replicate.
PointOutcomes outcomes_without(const PointOutcomes& outcomes, std::size_t replicate) {
  PointOutcomes others{outcomes.replicates - 1, {}, outcomes.share_chance};
  for (std::size_t i = 0; i < outcomes.values.size(); ++i)
    if (i % outcomes.replicates != replicate) others.values.push_back(outcomes.values[i]);
  return others;
}

/// Standard errors of the indices over replicates, by the jackknife; missing from fewer than three.
std::vector<double> errors_over_replicates(const PointOutcomes& outcomes, const std::vector<std::size_t>& firsts,
                                           std::size_t dimensions) {
  const std::size_t n = outcomes.replicates;
  if (n < 3) return std::vector<double>(2 * dimensions, not_a_number);
  std::vector<std::vector<double>> left(2 * dimensions);
  for (std::size_t r = 0; r < n; ++r) {
    const auto indices = indices_of(parts_of_rows(outcomes_without(outcomes, r), firsts, dimensions), dimensions,
                                    [](std::size_t j) { return j; });
    for (std::size_t i = 0; i < left.size(); ++i) left[i].push_back(indices[i]);
  }
  std::vector<double> errors;
  for (const std::vector<double>& values : left) errors.push_back(std::sqrt(jackknife_variance(values)));
  return errors;
}

void widen(double error, double t, Estimate& estimate) {
  const auto wider = [&](double distance) { return std::sqrt(distance * distance + t * t * error * error); };
  estimate.low = estimate.value - wider(estimate.value - estimate.low);
  estimate.high = estimate.value + wider(estimate.high - estimate.value);
}

}  // namespace

SobolIndices sobol_indices(const PointOutcomes& outcomes, std::size_t dimensions, std::uint64_t key,
                           std::size_t resamples, double level) {
  const std::size_t block = saltelli_block(dimensions);
  GRAPEVINE_EXPECTS(dimensions >= 1 && outcomes.replicates >= 1 && outcomes.size() % block == 0);
  const std::vector<std::size_t> firsts = complete_blocks(outcomes, block);
  const std::vector<RowParts> parts = parts_of_rows(outcomes, firsts, dimensions);
  const std::size_t n = parts.size();
  const std::vector<double> values = indices_of(parts, dimensions, [](std::size_t j) { return j; });

  const std::uint64_t own = mix(key + golden);  // neighbouring keys share nothing
  std::vector<std::vector<double>> samples(2 * dimensions);
  for (std::size_t b = 0; b < resamples && n >= 2; ++b) {
    const auto again = indices_of(parts, dimensions, [&](std::size_t j) { return below(nested_mix(own, b, j), n); });
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].push_back(again[i]);
  }
  const std::vector<double> errors =
      outcomes.share_chance ? errors_over_replicates(outcomes, firsts, dimensions) : std::vector<double>{};
  const double t = errors.empty() || outcomes.replicates < 3
                       ? 0
                       : student_t_quantile(static_cast<double>(outcomes.replicates) - 1, (1 + level) / 2);
  std::vector<Estimate> estimates;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Estimate estimate{.value = values[i], .n = n};
    if (std::ranges::any_of(samples[i], [](double x) { return std::isnan(x); })) estimate.value = not_a_number;
    if (!std::isnan(estimate.value)) put_percentiles(std::move(samples[i]), level, estimate);
    if (!errors.empty()) widen(errors[i], t, estimate);
    estimates.push_back(estimate);
  }
  const auto middle = estimates.begin() + static_cast<std::ptrdiff_t>(dimensions);
  return {{estimates.begin(), middle}, {middle, estimates.end()}, n, outcomes.size() / block - n};
}

namespace {

/// Effects of one dimension: a trajectory's replicates beside each other, their mean over replicates, and the variance
/// of that mean summed over trajectories.
struct ElementaryEffects {
  std::vector<std::vector<double>> of_replicates;
  std::vector<double> means;
  double squared_errors = 0;
};

void add_effect(std::vector<double> effect, ElementaryEffects& effects) {
  const auto n = static_cast<double>(effect.size());
  double sum = 0;
  for (const double x : effect) sum += x;
  double squares = 0;
  for (const double x : effect) squares += (x - sum / n) * (x - sum / n);
  effects.means.push_back(sum / n);
  effects.squared_errors += squares / (n * (n - 1));
  effects.of_replicates.push_back(std::move(effect));
}

std::vector<ElementaryEffects> elementary_effects(const Design& design, const Design& reached,
                                                  const PointOutcomes& outcomes,
                                                  const std::vector<std::size_t>& firsts) {
  std::vector<ElementaryEffects> effects(design.dimensions);
  for (const std::size_t first : firsts)
    for (std::size_t i = first; i < first + design.dimensions; ++i) {
      const auto from = design.point(i), to = design.point(i + 1);
      const auto moved =
          static_cast<std::size_t>(std::mismatch(from.begin(), from.end(), to.begin()).first - from.begin());
      GRAPEVINE_EXPECTS(moved < design.dimensions);
      double step = reached.point(i + 1)[moved] - reached.point(i)[moved];
      if (step == 0) step = to[moved] - from[moved];
      std::vector<double> effect = minus(outcomes.of(i + 1), outcomes.of(i));
      for (double& x : effect) x /= step;
      add_effect(std::move(effect), effects[moved]);
    }
  return effects;
}

/// Variance of effects over the trajectories but `left_out`, noise taken away where there are replicates.
double variance_without(const std::vector<std::vector<double>>& effects, std::size_t left_out) {
  std::vector<double> means(effects.front().size());
  const double n = static_cast<double>(effects.size()) - (left_out < effects.size() ? 1 : 0);
  for (std::size_t t = 0; t < effects.size(); ++t)
    if (t != left_out)
      for (std::size_t r = 0; r < means.size(); ++r) means[r] += effects[t][r] / n;
  double squares = 0;
  for (std::size_t t = 0; t < effects.size(); ++t) {
    if (t == left_out) continue;
    const std::vector<double> off = minus(effects[t], means);
    squares += cross_product(off, off);
  }
  return n < 2 ? not_a_number : squares / (n - 1);
}

/// The effects of every trajectory without one replicate.
std::vector<std::vector<double>> without_replicate(std::vector<std::vector<double>> effects, std::size_t replicate) {
  for (std::vector<double>& effect : effects) effect.erase(effect.begin() + static_cast<std::ptrdiff_t>(replicate));
  return effects;
}

Estimate not_below_0(Estimate estimate) {
  if (estimate.low < 0) estimate.low = 0;
  return estimate;
}

Estimate spread_of(const std::vector<std::vector<double>>& effects, bool share_chance, double level) {
  const std::size_t n = effects.size(), replicates = effects.front().size();
  std::vector<double> left, left_of_replicates;
  for (std::size_t t = 0; t < n; ++t) left.push_back(variance_without(effects, t));
  std::vector<Spread> spreads{{jackknife_variance(left), static_cast<double>(n) - 1}};
  for (std::size_t r = 0; share_chance && replicates > 2 && r < replicates; ++r)
    left_of_replicates.push_back(variance_without(without_replicate(effects, r), n));
  if (share_chance) spreads.push_back({jackknife_variance(left_of_replicates), static_cast<double>(replicates) - 1});
  Estimate estimate = with_interval(variance_without(effects, n), n, spreads, level);
  for (double* const end : {&estimate.value, &estimate.low, &estimate.high})
    if (!std::isnan(*end)) *end = std::sqrt(std::max(*end, 0.0));
  return estimate;
}

/// The mean over trajectories and replicates of effects times the sign of their trajectory.
Estimate mean_of(const ElementaryEffects& effects, const std::vector<double>& sign, bool share_chance, double level) {
  const std::size_t trajectories = sign.size(), replicates = effects.of_replicates.front().size();
  std::vector<double> of_replicate(replicates), of_trajectory;
  double mean = 0;
  for (std::size_t t = 0; t < trajectories; ++t) {
    of_trajectory.push_back(sign[t] * effects.means[t]);
    mean += of_trajectory[t] / static_cast<double>(trajectories);
    for (std::size_t r = 0; r < replicates; ++r)
      of_replicate[r] += sign[t] * effects.of_replicates[t][r] / static_cast<double>(trajectories);
  }
  double rest = 0;  // of each single one
  for (std::size_t t = 0; t < trajectories; ++t)
    for (std::size_t r = 0; r < replicates; ++r) {
      const double off = sign[t] * effects.of_replicates[t][r] - of_trajectory[t] - of_replicate[r] + mean;
      rest += off * off;
    }
  const auto n = static_cast<double>(trajectories), m = static_cast<double>(replicates);
  std::vector<Spread> spreads{{variance_of_mean(of_trajectory), n - 1}};
  if (share_chance) {
    spreads.push_back({variance_of_mean(of_replicate), m - 1});
    spreads.push_back({-rest / ((n - 1) * (m - 1)) / (n * m), (n - 1) * (m - 1)});
  }
  return with_interval(mean, trajectories, spreads, level);
}

}  // namespace

MorrisEffects morris_effects(const Design& design, const Design& reached, const PointOutcomes& outcomes, double level) {
  const std::size_t block = morris_block(design.dimensions);
  GRAPEVINE_EXPECTS(reached.dimensions == design.dimensions && reached.size() == design.size());
  GRAPEVINE_EXPECTS(outcomes.replicates >= 1 && outcomes.size() == design.size() && design.size() % block == 0);
  const std::vector<std::size_t> firsts = complete_blocks(outcomes, block);
  MorrisEffects found{{}, firsts.size(), design.size() / block - firsts.size()};
  if (firsts.empty()) {
    found.effects.resize(design.dimensions);
    return found;
  }
  for (const ElementaryEffects& effects : elementary_effects(design, reached, outcomes, firsts)) {
    std::vector<double> sign;
    for (const double x : effects.means) sign.push_back(x < 0 ? -1 : 1);
    const auto n = static_cast<double>(effects.means.size());
    const bool shared = outcomes.share_chance;
    found.effects.push_back({mean_of(effects, std::vector<double>(sign.size(), 1), shared, level),
                             not_below_0(mean_of(effects, sign, shared, level)),
                             spread_of(effects.of_replicates, shared, level),
                             outcomes.replicates < 2 ? not_a_number : std::sqrt(effects.squared_errors / n)});
  }
  return found;
}

}  // namespace grapevine
