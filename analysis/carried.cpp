#include "analysis/carried.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/estimates.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

constexpr std::size_t ranked_readers = 0;  // in the order of RunRecord

constexpr std::string_view looks_begin = "looks per session, ", share_name = "share of looks outside the network",
                           elasticity_begin = "elasticity in that share, ";

/// Shares that differ by less say nothing about what a share does.
constexpr double least_ratio_of_shares = 1.1;

bool from_outside(std::size_t source) {
  return source == static_cast<std::size_t>(Source::discovery) || source == static_cast<std::size_t>(Source::promoted);
}

/// Of tiers from `begin` to below `end`, those of ranked readers: at posts from outside, or at all.
double looks_between(const RunRecord& run, std::size_t begin, std::size_t end, bool outside_only) {
  double sum = 0;
  for (std::size_t at = begin * source_count; at < end * source_count; ++at)
    if (!outside_only || from_outside(at % source_count)) sum += static_cast<double>(run.ledger[at].ranked);
  return sum;
}

Series outside_between(const ArmRuns& arm, std::size_t begin, std::size_t end) {
  return series_of(
      arm, [=](const RunRecord& run) { return looks_between(run, begin, end, true); },
      [=](const RunRecord& run) { return looks_between(run, begin, end, false); });
}

std::size_t tiers_of(const ArmRuns& arm) { return arm.records.front().ledger.size() / source_count; }

Series without(const Series& series, std::size_t replicate) {
  Series rest = series;
  rest.total.erase(rest.total.begin() + static_cast<std::ptrdiff_t>(replicate));
  rest.per.erase(rest.per.begin() + static_cast<std::ptrdiff_t>(replicate));
  return rest;
}

/// log(arm's looks / against's) / log(arm's share / against's), with the jackknife over replicates of both together.
Estimate elasticity(const SeriesPair& looks, const SeriesPair& shares) {
  const auto of = [](const SeriesPair& y, const SeriesPair& x) {
    const auto log_of = [](const SeriesPair& pair) {
      const double ratio = log_ratio(pair.with, pair.without).estimate.value;
      return ratio > 0 ? math::log(ratio) : not_a_number;
    };
    return log_of(y) / log_of(x);
  };
  std::vector<double> each;
  for (std::size_t r = 0; looks.with.total.size() > 1 && r < looks.with.total.size(); ++r)
    each.push_back(
        of({without(looks.with, r), without(looks.without, r)}, {without(shares.with, r), without(shares.without, r)}));
  return jackknife(of(looks, shares), each);
}

/// Rows of one pair of arms.
class CarriedRows {
public:
  CarriedRows(const ArmRuns& arm, const ArmRuns& against) : arm_(arm), against_(against) {}

  ComparisonRow& add(std::string metric, std::string_view statistic, std::string_view interval,
                     const Estimate& estimate) {
    ComparisonRow row =
        population_row(arm_, arm_.name + " against " + against_.name, metric, statistic, "1", interval, estimate);
    row.against = against_.name;
    row.mean_arm = missing;
    return rows_.emplace_back(std::move(row));
  }

  void add_ratio(std::string metric, const LogRatio& ratio, double mean_arm, double mean_against) {
    ComparisonRow& row = add(std::move(metric), ratio_statistic, ratio_interval, ratio.estimate);
    row.mean_arm = mean_arm, row.mean_against = mean_against;
    row.correlation = ratio.correlation, row.variance_ratio = ratio.variance_ratio;
  }

  std::vector<ComparisonRow> take() { return std::move(rows_); }

private:
  const ArmRuns &arm_, &against_;
  std::vector<ComparisonRow> rows_;
};

void add_elasticities(const ArmRuns& arm, const ArmRuns& against, const std::vector<std::string>& tiers,
                      CarriedRows& rows) {
  const SeriesPair shares{outside_share(arm), outside_share(against)};
  const LogRatio ratio = log_ratio(shares.with, shares.without);
  if (!(ratio.estimate.value > 0) || std::max(ratio.estimate.value, 1 / ratio.estimate.value) < least_ratio_of_shares)
    return;
  rows.add_ratio(std::string(share_name), ratio, pooled(shares.with).value, pooled(shares.without).value);
  for (std::size_t tier = 0; tier < tiers.size(); ++tier)
    rows.add(elasticity_of(tiers[tier]), "elasticity", "jackknife",
             elasticity({looks_per_session(arm, tier), looks_per_session(against, tier)}, shares));
}

}  // namespace

bool has_shadow(const ArmRuns& arm) {
  return !arm.records.empty() && std::ranges::all_of(arm.records, [](const RunRecord& run) {
    return std::ranges::any_of(run.ledger, [](const LedgerRow& row) { return row.shadow > 0; });
  });
}

double ledger_of(const RunRecord& run, std::size_t tier, std::uint64_t LedgerRow::*looks) {
  double sum = 0;
  for (std::size_t source = 0; source < source_count && !run.ledger.empty(); ++source)
    sum += static_cast<double>(run.ledger[source_count * tier + source].*looks);
  return sum;
}

Series looks_per_session(const ArmRuns& arm, std::size_t tier) {
  return series_of(
      arm, [=](const RunRecord& run) { return ledger_of(run, tier, &LedgerRow::ranked); },
      [](const RunRecord& run) { return static_cast<double>(run.group_sessions[ranked_readers]); });
}

Series outside_share(const ArmRuns& arm) { return outside_between(arm, 0, tiers_of(arm)); }

Series outside_share(const ArmRuns& arm, std::size_t tier) { return outside_between(arm, tier, tier + 1); }

LogRatio shadow_amplification_ratio(const ArmRuns& arm, std::size_t micro, std::size_t mega) {
  const auto amplified = [&](std::size_t tier) {
    return series_of(
        arm, [=](const RunRecord& run) { return ledger_of(run, tier, &LedgerRow::ranked); },
        [=](const RunRecord& run) { return ledger_of(run, tier, &LedgerRow::shadow); });
  };
  return log_ratio(amplified(micro), amplified(mega));
}

std::string looks_of(const std::string& tier) { return std::string(looks_begin) + tier; }
std::string looks_of(const std::string& micro, const std::string& mega) {
  return std::string(looks_begin) + micro + " over " + mega;
}
std::string elasticity_of(const std::string& tier) { return std::string(elasticity_begin) + tier; }

std::vector<CarriedFact> carried_facts() {
  return {{share_name,
           "of looks of readers that are ranked for, those at posts that no followee had brought to the session"},
          {elasticity_begin,
           "by how many percent looks at posts of the tier rise with each percent by which that share does"}};
}

std::vector<ComparisonRow> carried(const ArmRuns& arm, const ArmRuns& against, const std::vector<std::string>& tiers,
                                   std::size_t micro, std::size_t mega) {
  if (!has_shadow(arm) || !has_shadow(against) || estimand_of(arm, against) != "population") return {};
  CarriedRows rows(arm, against);
  for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
    const Series with = looks_per_session(arm, tier), without = looks_per_session(against, tier);
    rows.add_ratio(looks_of(tiers[tier]), log_ratio(with, without), pooled(with).value, pooled(without).value);
  }
  if (micro < tiers.size() && mega < tiers.size() && micro != mega) {
    const SeriesPair small{looks_per_session(arm, micro), looks_per_session(against, micro)},
        large{looks_per_session(arm, mega), looks_per_session(against, mega)};
    rows.add_ratio(looks_of(tiers[micro], tiers[mega]), log_ratio_of_ratios(small, large),
                   log_ratio(small.with, large.with).estimate.value,
                   log_ratio(small.without, large.without).estimate.value);
  }
  add_elasticities(arm, against, tiers, rows);
  return rows.take();
}

}  // namespace grapevine
