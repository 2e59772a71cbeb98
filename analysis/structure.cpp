#include "analysis/structure.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

struct ShapeMetric {
  std::string_view name;
  double CascadeShape::*value;
};
constexpr ShapeMetric metrics[] = {{"structural virality", &CascadeShape::structural_virality},
                                   {"depth", &CascadeShape::depth},
                                   {"largest broadcast", &CascadeShape::largest_broadcast},
                                   {"half-time", &CascadeShape::half_time}};

/// Cascades of each group and the sum of a metric over them.
struct Cascades {
  double count[2] = {0, 0};
  double sum[2] = {0, 0};

  void add(const Cascades& other) {
    for (const int g : {0, 1}) {
      count[g] += other.count[g];
      sum[g] += other.sum[g];
    }
  }
};

struct Means {
  double of[2];
  double difference() const { return of[0] - of[1]; }
};

Means mean_of(const Cascades& all) {
  const auto mean = [&](int g) { return all.count[g] > 0 ? all.sum[g] / all.count[g] : not_a_number; };
  return {{mean(0), mean(1)}};
}

Cascades total(std::span<const Cascades> classes) {
  Cascades all;
  for (const Cascades& c : classes) all.add(c);
  return all;
}

bool has_both(const Cascades& c) { return c.count[0] > 0 && c.count[1] > 0; }

/// Means of the two groups under one size distribution.
Means matched_means(std::span<const Cascades> classes) {
  double weights = 0, sums[2] = {0, 0};
  for (const Cascades& c : classes) {
    if (!has_both(c)) continue;
    const double weight = c.count[0] * c.count[1] / (c.count[0] + c.count[1]);
    weights += weight;
    for (const int g : {0, 1}) sums[g] += weight * (c.sum[g] / c.count[g]);
  }
  if (weights == 0) return {{not_a_number, not_a_number}};
  return {{sums[0] / weights, sums[1] / weights}};
}

}  // namespace

std::uint32_t matching_class(std::uint32_t size) {
  if (size < 16) return size;
  const auto dropped = static_cast<std::uint32_t>(std::bit_width(size)) - 4;
  return 8 * dropped + (size >> dropped);
}

std::vector<StructureComparison> compare_structure(std::span<const CascadeShape> cascades, std::size_t replicates,
                                                   double level) {
  constexpr std::uint32_t last_class = 8 * 28 + 15;
  std::vector<StructureComparison> rows;
  for (const ShapeMetric& metric : metrics) {
    std::vector<std::vector<Cascades>> by_replicate(replicates, std::vector<Cascades>(last_class + 1));
    for (const CascadeShape& c : cascades) {
      GRAPEVINE_EXPECTS((c.group == 0 || c.group == 1) && c.replicate < replicates && c.size >= 1);
      if (std::isnan(c.*metric.value)) continue;
      Cascades& cell = by_replicate[c.replicate][matching_class(c.size)];
      ++cell.count[c.group];
      cell.sum[c.group] += c.*metric.value;
    }
    // The rest without one replicate is added up anew: a difference of sums would leave rounding where nothing is left.
    const auto without = [&](std::size_t left_out) {
      std::vector<Cascades> classes(last_class + 1);
      for (std::size_t r = 0; r < replicates; ++r)
        if (r != left_out)
          for (std::size_t s = 0; s < classes.size(); ++s) classes[s].add(by_replicate[r][s]);
      return classes;
    };

    const std::vector<Cascades> all = without(replicates);
    StructureComparison row;
    row.metric = metric.name;
    const Cascades whole = total(all);
    const Means means = mean_of(whole), matched = matched_means(all);
    for (const int g : {0, 1}) {
      row.cascades[g] = static_cast<std::uint64_t>(whole.count[g]);
      row.mean[g] = means.of[g];
      row.matched_mean[g] = matched.of[g];
      for (const Cascades& c : all)
        if (has_both(c)) row.matched[g] += static_cast<std::uint64_t>(c.count[g]);
    }
    for (const Cascades& c : all) row.pairs += static_cast<std::uint64_t>(std::min(c.count[0], c.count[1]));

    std::vector<double> differences, matched_differences;
    for (std::size_t r = 0; r < replicates; ++r) {
      const std::vector<Cascades> rest = without(r);
      differences.push_back(mean_of(total(rest)).difference());
      matched_differences.push_back(matched_means(rest).difference());
    }
    row.difference = jackknife(means.difference(), differences, level);
    row.matched_difference = jackknife(matched.difference(), matched_differences, level);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace grapevine
