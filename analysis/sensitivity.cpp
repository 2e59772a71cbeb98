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

/// The middle `level` of a sample, as parts of 10 000; missing where a value of the sample is.
void put_percentiles(std::vector<double> sample, double level, Estimate& estimate) {
  if (std::any_of(sample.begin(), sample.end(), [](double x) { return std::isnan(x); })) return;
  std::sort(sample.begin(), sample.end());
  const auto tail = static_cast<std::size_t>(std::nearbyint((1 - level) / 2 * 10'000));
  estimate.low = quantile(sample, tail, 10'000);
  estimate.high = quantile(sample, 10'000 - tail, 10'000);
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
  std::vector<Estimate> estimates;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Estimate estimate{.value = values[i], .n = n};
    if (!std::isnan(estimate.value)) put_percentiles(std::move(samples[i]), level, estimate);
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

std::vector<ElementaryEffects> elementary_effects(const Design& design, const PointOutcomes& outcomes,
                                                  const std::vector<std::size_t>& firsts) {
  std::vector<ElementaryEffects> effects(design.dimensions);
  for (const std::size_t first : firsts)
    for (std::size_t i = first; i < first + design.dimensions; ++i) {
      const auto from = design.point(i), to = design.point(i + 1);
      const auto moved =
          static_cast<std::size_t>(std::mismatch(from.begin(), from.end(), to.begin()).first - from.begin());
      GRAPEVINE_EXPECTS(moved < design.dimensions);
      std::vector<double> effect = minus(outcomes.of(i + 1), outcomes.of(i));
      for (double& x : effect) x /= to[moved] - from[moved];
      add_effect(std::move(effect), effects[moved]);
    }
  return effects;
}

/// Standard deviation of effects over the trajectories but `left_out`, noise taken away where there are replicates.
double spread_without(const std::vector<std::vector<double>>& effects, std::size_t left_out) {
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
  return n < 2 ? not_a_number : std::sqrt(std::max(squares, 0.0) / (n - 1));
}

Estimate not_below_0(Estimate estimate) {
  if (estimate.low < 0) estimate.low = 0;
  return estimate;
}

Estimate spread_of(const std::vector<std::vector<double>>& effects, double level) {
  const std::size_t n = effects.size();
  std::vector<double> without;
  for (std::size_t t = 0; t < n; ++t) without.push_back(spread_without(effects, t));
  return not_below_0(jackknife(spread_without(effects, n), without, level));
}

}  // namespace

MorrisEffects morris_effects(const Design& design, const PointOutcomes& outcomes, double level) {
  const std::size_t block = morris_block(design.dimensions);
  GRAPEVINE_EXPECTS(outcomes.replicates >= 1 && outcomes.size() == design.size() && design.size() % block == 0);
  const std::vector<std::size_t> firsts = complete_blocks(outcomes, block);
  MorrisEffects found{{}, firsts.size(), design.size() / block - firsts.size()};
  if (firsts.empty()) {
    found.effects.resize(design.dimensions);
    return found;
  }
  for (const ElementaryEffects& effects : elementary_effects(design, outcomes, firsts)) {
    Series sizes;
    for (const double x : effects.means) sizes.total.push_back(std::abs(x));
    const auto n = static_cast<double>(effects.means.size());
    found.effects.push_back({pooled({effects.means, {}}, level), not_below_0(pooled(sizes, level)),
                             spread_of(effects.of_replicates, level),
                             outcomes.replicates < 2 ? not_a_number : std::sqrt(effects.squared_errors / n)});
  }
  return found;
}

}  // namespace grapevine
