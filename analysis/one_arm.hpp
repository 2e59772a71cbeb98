#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "analysis/contrasts.hpp"
#include "analysis/estimates.hpp"
#include "analysis/rows.hpp"
#include "sim/state/run_record.hpp"

/// What one arm says by itself: from its runs to a row without another arm.
namespace grapevine {

using OfRun = std::function<double(const RunRecord&)>;

/// `total`, over `per` where there is one, of each replicate: of a run for several draws of accounts, its mean over
/// them.
inline Series series_of(const ArmRuns& arm, const OfRun& total, const OfRun& per = {}) {
  Series series;
  for (const RunRecord& run : arm.records) {
    series.total.push_back(total(run) / run.draws);
    if (per) series.per.push_back(per(run) / run.draws);
  }
  return series;
}

inline ComparisonRow population_row(const ArmRuns& arm, std::string contrast, std::string_view metric,
                                    std::string_view statistic, std::string_view unit, std::string_view interval,
                                    const Estimate& estimate) {
  ComparisonRow row;
  row.contrast = std::move(contrast);
  row.arm = arm.name;
  row.estimand = "population";
  row.metric = metric;
  row.statistic = statistic;
  row.unit = unit;
  row.interval = interval;
  row.estimate = row.mean_arm = estimate.value;
  row.lower = estimate.low;
  row.upper = estimate.high;
  row.level = usual_level;
  row.replicates = static_cast<std::uint32_t>(estimate.n);
  return row;
}

/// Of a quotient or, without `per`, of a mean.
inline ComparisonRow population_row(const ArmRuns& arm, std::string contrast, std::string_view metric,
                                    std::string_view unit, const Series& series) {
  const bool mean = series.per.empty();
  return population_row(arm, std::move(contrast), metric, mean ? "mean" : ratio_statistic, unit,
                        mean ? "t" : ratio_interval, pooled(series));
}

}  // namespace grapevine
