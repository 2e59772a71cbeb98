#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/estimates.hpp"
#include "analysis/rows.hpp"
#include "sim/state/run_record.hpp"

/// What two arms of a study say beside each other, replicate by replicate.
namespace grapevine {

/// What one arm left behind, in the order of replicates.
struct ArmRuns {
  std::string name;
  std::span<const RunRecord> records;

  /// Whether a campaign ran.
  bool pays() const;
};

/// A number that a run yields. Declared once, in contrasts.cpp, where `total` and `per` say how it is computed.
struct Metric {
  std::string_view name;
  std::string_view unit;
  std::string_view sentence;  ///< what it counts, for people
  double (*total)(const RunRecord&);
  double (*per)(const RunRecord&) = nullptr;  ///< null: the metric is a total, compared as a difference; else a
                                              ///< quotient, compared as a ratio and as a difference
  bool of_products = false;                   ///< only where the study has products
};

/// What a quotient's estimate is and how its interval was made, in the words of `/comparison`.
inline constexpr std::string_view ratio_statistic = "ratio of means", ratio_interval = "jackknife, log";

/// The metrics of an estimand, in the order of their rows.
///
/// "incremental": one arm pays, the other does not (a control). Differences only: the control's share of a campaign is
/// 0, and a net effect may have any sign. "clone": both arms pay one account each, and the two differ in size only:
/// outcomes are held against the followers. "portfolio": both arms pay, so outcomes are held against the money.
/// "population": neither pays; what all users do under two rules.
std::span<const Metric> metrics_of(std::string_view estimand);

/// The first of them that is compared as a ratio and needs no product, or null.
const Metric* first_ratio(std::string_view estimand);

/// The estimand that fits two arms.
std::string_view estimand_of(const ArmRuns& arm, const ArmRuns& against);

/// All metrics of the estimand that fits the arms. A quotient has two rows: its ratio of means, and the difference of
/// the two quotients, so that equal arms (an A/A check) show an exact 0 for every metric beside the exact 1 of the
/// ratio. A ratio whose denominator is 0 is missing; its difference tells.
std::vector<ComparisonRow> contrast(const ArmRuns& arm, const ArmRuns& against);

/// The ratio that `contrast` reports of this metric of a portfolio, `micro_arm` over `mega_arm`.
LogRatio portfolio_ratio(std::string_view metric, const ArmRuns& micro_arm, const ArmRuns& mega_arm);

}  // namespace grapevine
