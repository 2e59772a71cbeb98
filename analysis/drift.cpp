#include "analysis/drift.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/one_arm.hpp"
#include "analysis/verdicts.hpp"

namespace grapevine {

namespace {

struct Drifting {
  std::string_view metric;
  std::string_view column;  ///< behind "drift_"
  double unit;
};
constexpr std::array drifting{Drifting{"engagement per impression", "engagement", 1},
                              Drifting{"trust at looks", "trust", 1e-6}};

/// The sum of a column of the mechanism, in each replicate; nothing where one has none.
std::vector<double> sums(const ArmRuns& arm, const std::string& column, std::size_t tier) {
  std::vector<double> sums;
  for (const RunRecord& run : arm.records) {
    const auto found = std::ranges::find(run.mechanisms, "drift_" + column, &MechanismColumn::name);
    if (found == run.mechanisms.end()) return {};
    sums.push_back(static_cast<double>(found->by_tier[tier]) / run.draws);
  }
  return sums;
}

}  // namespace

std::vector<DriftRow> drifts(const std::vector<ArmRuns>& arms, const std::vector<std::string>& tiers,
                             double tolerance) {
  std::vector<DriftRow> rows;
  std::vector<LogRatio> ratios;
  for (const ArmRuns& arm : arms)
    for (std::size_t tier = 0; tier < tiers.size(); ++tier)
      for (const Drifting& what : drifting) {
        const auto of_day = [&](const std::string& day) {
          Series series{sums(arm, std::string(what.column) + "_" + day, tier), sums(arm, "looks_" + day, tier)};
          for (double& total : series.total) total *= what.unit;
          return series;
        };
        const Series before = of_day("before"), last = of_day("last");
        if (before.total.empty()) continue;
        const LogRatio ratio = log_ratio(last, before);
        if (std::isnan(ratio.estimate.value)) continue;  // nobody looked, or nobody acted
        ratios.push_back(ratio);
        DriftRow row;
        row.arm = arm.name;
        row.tier = tiers[tier];
        row.metric = what.metric;
        row.before = pooled(before).value;
        row.last = pooled(last).value;
        rows.push_back(row);
      }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    DriftRow& row = rows[i];
    row.level = 1.0 - (1.0 - usual_level) / static_cast<double>(rows.size());
    row.tolerance = tolerance;
    const Estimate interval = at_level(ratios[i], row.level);
    row.estimate = interval.value;
    row.lower = interval.low;
    row.upper = interval.high;
    const Verdict verdict = verdict_of(interval, {1.0 - tolerance, 1.0 + tolerance});
    row.verdict = verdict == Verdict::no_material_difference ? settled
                  : verdict == Verdict::undecided            ? drift_undecided
                                                             : not_settled;
  }
  return rows;
}

}  // namespace grapevine
