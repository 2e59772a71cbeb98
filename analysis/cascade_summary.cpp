#include "analysis/cascade_summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "analysis/quantile.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

CascadeSummary::Quantiles quantiles(std::vector<double> values) {
  std::ranges::sort(values);
  CascadeSummary::Quantiles all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = quantile(values, CascadeSummary::percents[i]);
  return all;
}

/// NaN where one of them does not vary.
double correlation(std::span<const double> x, std::span<const double> y) {
  const auto mean = [](std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  };
  const double x_mean = mean(x), y_mean = mean(y);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    yy += (y[i] - y_mean) * (y[i] - y_mean);
    xy += (x[i] - x_mean) * (y[i] - y_mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx) / std::sqrt(yy) : not_a_number;
}

/// NaN of nothing.
double share(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : not_a_number;
}

}  // namespace

CascadeSummary summarise(std::span<const TreeMetrics> cascades) {
  CascadeSummary summary;
  summary.cascades = cascades.size();
  std::vector<double> size, depth, virality, log_size, log_virality;
  std::vector<std::uint32_t> sizes;
  std::uint64_t flat = 0, direct = 0;
  for (const TreeMetrics& cascade : cascades) {
    size.push_back(cascade.size);
    sizes.push_back(cascade.size);
    depth.push_back(cascade.depth);
    summary.nodes += cascade.size;
    direct += cascade.root_children;
    if (cascade.size < CascadeSummary::large) continue;
    virality.push_back(cascade.structural_virality);
    log_size.push_back(math::log(cascade.size));
    log_virality.push_back(math::log(cascade.structural_virality));
    if (cascade.structural_virality < CascadeSummary::flat) ++flat;
  }
  const std::uint64_t adopters = summary.nodes - summary.cascades;
  summary.large_cascades = virality.size();
  summary.large_share = share(summary.large_cascades, summary.cascades);
  summary.size_tail = best_power_law(DegreeDistribution(sizes));
  summary.size_virality_correlation = correlation(log_size, log_virality);
  summary.flat_share = share(flat, summary.large_cascades);
  summary.direct_share = share(direct, adopters);
  summary.adopter_children = share(adopters - direct, adopters);
  summary.size = quantiles(std::move(size));
  summary.depth = quantiles(std::move(depth));
  summary.structural_virality = quantiles(std::move(virality));
  return summary;
}

}  // namespace grapevine
