#include "scenarios/study/across_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "analysis/iso_outcome.hpp"
#include "analysis/one_arm.hpp"
#include "analysis/phase.hpp"
#include "analysis/seed_share.hpp"
#include "analysis/sensitivity.hpp"
#include "graph/base/math.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/sweep.hpp"
#include "scenarios/study/judged_claims.hpp"

namespace grapevine {

namespace {

/// What is looked at over the points: the logarithm of a ratio.
struct Outcome {
  std::string contrast, metric;
  PointOutcomes values;
};

/// The values of single replicates whose mean is the statistic.
std::vector<double> pseudo_values(const Jackknifed& statistic) {
  const auto n = static_cast<double>(statistic.without.size());
  if (n < 2) return {statistic.all};
  std::vector<double> values;
  for (const double without : statistic.without) values.push_back(n * statistic.all - (n - 1) * without);
  return values;
}

double log_of_ratio(const Series& arm, const Series& against) {
  const double ratio = log_ratio(arm, against).estimate.value;
  return ratio > 0 ? math::log(ratio) : not_a_number;
}

Series without(Series series, std::size_t replicate) {
  for (std::vector<double>* values : {&series.total, &series.per})
    if (!values->empty()) values->erase(values->begin() + static_cast<std::ptrdiff_t>(replicate));
  return series;
}

Jackknifed jackknifed(const Series& arm, const Series& against) {
  Jackknifed log{log_of_ratio(arm, against), {}};
  for (std::size_t r = 0; arm.total.size() > 1 && r < arm.total.size(); ++r)
    log.without.push_back(log_of_ratio(without(arm, r), without(against, r)));
  return log;
}

/// Of the replicates that some point has, ascending.
std::vector<std::uint32_t> numbers_of(const std::vector<StudyResult>& points) {
  std::set<std::uint32_t> all;
  for (const StudyResult& point : points) all.insert(point.numbers.begin(), point.numbers.end());
  return {all.begin(), all.end()};
}

std::size_t place_of(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  return static_cast<std::size_t>(std::ranges::find(numbers, number) - numbers.begin());
}

bool sweeps_seed(const Scenario& whole) {
  return std::ranges::find(whole.sweep.swept, "seed", &SweptKey::key) != whole.sweep.swept.end();
}

/// Claims that are asked, and the first ratio of each contrast that is no claim.
std::vector<Outcome> outcomes_of(const Scenario& whole, std::vector<StudyResult>& points) {
  const std::vector<const Scenario*> studies = studies_of(whole);
  const std::vector<std::uint32_t> numbers = numbers_of(points);
  std::map<std::pair<std::string, std::string>, std::vector<std::vector<double>>> by_name;
  const auto take = [&](std::string contrast, std::string metric, std::size_t point, const Jackknifed& log) {
    auto& values = by_name[{std::move(contrast), std::move(metric)}];
    values.resize(points.size());
    values[point].assign(numbers.size(), not_a_number);
    const std::vector<double> known = pseudo_values(log);
    for (std::size_t i = 0; i < known.size(); ++i)
      values[point][place_of(numbers, points[point].numbers[i])] = known[i];
  };
  for (std::size_t p = 0; p < points.size(); ++p) {
    StudyResult& point = points[p];
    if (point.replicates == 0) continue;
    if (studies[p]->claims.any())
      for (const auto& [claim, answer] : answers_of(*studies[p], point)) {
        const auto row = std::ranges::find(point.claims, static_cast<std::uint32_t>(claim), &ClaimRow::claim);
        take(fmt::format("claim {}", claim), row == point.claims.end() ? "" : row->contrast, p, answer.log);
      }
    const ClaimsChoice& claims = studies[p]->claims;
    for (const ContrastChoice& choice : studies[p]->contrasts) {
      if (choice.arm == claims.micro_arm && choice.against == claims.mega_arm) continue;  // claims 4 and 5
      const ArmRuns arm = runs_of(point, choice.arm, point.replicates),
                    against = runs_of(point, choice.against, point.replicates);
      if (const Metric* metric = first_ratio(estimand_of(arm, against)))
        take(fmt::format("{} against {}", choice.arm, choice.against), std::string(metric->name), p,
             jackknifed(series_of(arm, metric->total, metric->per), series_of(against, metric->total, metric->per)));
    }
  }
  std::vector<Outcome> all;
  for (auto& [name, values] : by_name) {
    Outcome outcome{name.first, name.second, {numbers.size(), {}, !sweeps_seed(whole)}};
    for (std::vector<double>& of_point : values) {
      of_point.resize(outcome.values.replicates, not_a_number);
      outcome.values.values.insert(outcome.values.values.end(), of_point.begin(), of_point.end());
    }
    all.push_back(std::move(outcome));
  }
  return all;
}

SensitivityRow row_of(const Outcome& outcome, std::string factor, std::string_view index, const Estimate& estimate) {
  SensitivityRow row;
  row.contrast = outcome.contrast;
  row.metric = outcome.metric;
  row.factor = std::move(factor);
  row.index = index;
  row.estimate = estimate.value;
  row.lower = estimate.low;
  row.upper = estimate.high;
  row.replicates = static_cast<std::uint32_t>(outcome.values.replicates);
  return row;
}

void add_sobol(const Scenario& whole, const Outcome& outcome, std::vector<SensitivityRow>& rows) {
  const auto& swept = whole.sweep.swept;
  const SobolIndices indices = sobol_indices(outcome.values, swept.size(), whole.world.seed);
  for (std::size_t k = 0; k < swept.size(); ++k)
    for (const auto& [name, estimate] :
         {std::pair{first_index, indices.first[k]}, std::pair{total_index, indices.total[k]}}) {
      SensitivityRow row = row_of(outcome, swept[k].key, name, estimate);
      row.interval =
          outcome.values.share_chance ? "bootstrap of base rows, jackknife of replicates" : "bootstrap of base rows";
      row.used = static_cast<std::uint32_t>(indices.used);
      row.dropped = static_cast<std::uint32_t>(indices.dropped);
      rows.push_back(row);
    }
}

void add_morris(const Scenario& whole, const Outcome& outcome, std::vector<SensitivityRow>& rows) {
  const auto& swept = whole.sweep.swept;
  const Design design = design_of(whole.sweep, whole.world.seed);
  const Design reached = reached_by(whole.sweep, design, whole.world.time.tick_seconds);
  const MorrisEffects effects = morris_effects(design, reached, outcome.values);
  for (std::size_t k = 0; k < swept.size(); ++k) {
    const MorrisEffect& effect = effects.effects[k];
    for (const auto& [name, estimate] :
         {std::pair{morris_mean, effect.mean}, std::pair{morris_mean_size, effect.mean_size},
          std::pair{morris_spread, effect.spread}}) {
      SensitivityRow row = row_of(outcome, swept[k].key, name, estimate);
      row.interval = name == morris_spread ? "jackknife" : "t";
      row.used = static_cast<std::uint32_t>(effects.used);
      row.dropped = static_cast<std::uint32_t>(effects.dropped);
      rows.push_back(row);
    }
    if (std::isnan(effect.noise)) continue;
    SensitivityRow row = row_of(outcome, swept[k].key, morris_noise, {.value = effect.noise});
    row.used = static_cast<std::uint32_t>(effects.used);
    row.dropped = static_cast<std::uint32_t>(effects.dropped);
    rows.push_back(row);
  }
}

/// The replicate as one more factor.
void add_seed(const Scenario& whole, const Outcome& outcome, std::vector<SensitivityRow>& rows) {
  if (outcome.values.replicates < 2 || outcome.values.size() < 2) return;
  const bool own = sweeps_seed(whole);
  const SeedShare share = own ? share_of_own_seeds(outcome.values) : share_of_shared_seeds(outcome.values);
  SensitivityRow row = row_of(outcome, "replicate", total_index, share.share);
  row.interval = own ? "F" : "F, approximate";
  row.used = static_cast<std::uint32_t>(share.used);
  row.dropped = static_cast<std::uint32_t>(share.dropped);
  rows.push_back(row);
}

std::vector<SensitivityRow> sensitivities(const Scenario& whole, std::vector<StudyResult>& points) {
  std::vector<SensitivityRow> rows;
  for (const Outcome& outcome : outcomes_of(whole, points)) {
    if (whole.sweep.design == SweepDesign::saltelli) add_sobol(whole, outcome, rows);
    if (whole.sweep.design == SweepDesign::morris) add_morris(whole, outcome, rows);
    add_seed(whole, outcome, rows);
  }
  return rows;
}

/// The points that differ in one key alone, by that key: lines through a grid, but for points that cannot be.
std::vector<std::vector<std::size_t>> lines_along(const Scenario& whole, const std::vector<StudyResult>& points,
                                                  std::size_t key) {
  std::map<std::string, std::vector<std::size_t>> lines;
  for (std::size_t p = 0; p < whole.points.size(); ++p) {
    if (points[p].replicates == 0) continue;
    std::string others;
    for (std::size_t k = 0; k < whole.points[p].settings.size(); ++k)
      if (k != key) others += as_toml(whole.points[p].settings[k].value) + "\n";
    lines[others].push_back(p);
  }
  const auto value = [&](std::size_t p) { return std::get<double>(coordinate(whole.points[p].settings[key])); };
  std::vector<std::vector<std::size_t>> all;
  for (auto& [others, line] : lines) {
    std::ranges::stable_sort(line, {}, value);
    all.push_back(std::move(line));
  }
  std::ranges::sort(all, {}, [](const std::vector<std::size_t>& line) { return std::ranges::min(line); });
  return all;
}

/// Whether a line along the key means something: it has numbers, and is no seed.
bool is_number(const Scenario& whole, std::size_t key) {
  if (whole.sweep.swept[key].key == "seed") return false;
  return std::ranges::all_of(whole.points, [&](const SweepPoint& point) {
    const KeySetting& setting = point.settings[key];
    return !setting.value.as<bool>() && std::holds_alternative<double>(coordinate(setting));
  });
}

void add_phases(const Scenario& whole, const std::vector<StudyResult>& points, std::size_t key,
                const std::vector<std::size_t>& line, std::vector<PhaseRow>& rows) {
  for (const ClaimRow& claim : points[line.front()].claims) {
    if (claim.arm.empty()) continue;
    std::vector<PhasePoint> along;
    bool all_known = true;
    for (const std::size_t p : line)
      for (const ClaimRow& row : points[p].claims) {
        if (row.claim != claim.claim) continue;
        along.push_back({std::get<double>(coordinate(whole.points[p].settings[key])),
                         {row.estimate, row.lower, row.upper, row.replicates}});
        all_known = all_known && row.estimate > 0 && std::isfinite(row.lower) && std::isfinite(row.upper);
      }
    const bool logarithmic = whole.sweep.swept[key].logarithmic;
    if (logarithmic)
      for (PhasePoint& point : along) point.coordinate = math::log(point.coordinate);
    PhaseLine phase = phase_line(along);
    for (Boundary& boundary : phase.boundaries)
      for (double* const at : {&boundary.at, &boundary.from, &boundary.to})
        if (logarithmic && std::isfinite(*at)) *at = math::exp(*at);
    PhaseRow row;
    row.claim = claim.claim;
    row.key = whole.sweep.swept[key].key;
    row.point = static_cast<std::uint32_t>(line.front());
    row.phase = phase.phase;
    row.certain = phase.certain && all_known;
    if (phase.boundaries.empty()) rows.push_back(row);
    for (const Boundary& boundary : phase.boundaries) {
      row.at = boundary.at, row.from = boundary.from, row.to = boundary.to;
      row.rises = boundary.rises;
      rows.push_back(row);
    }
  }
}

std::vector<PhaseRow> phases(const Scenario& whole, const std::vector<StudyResult>& points) {
  std::vector<PhaseRow> rows;
  if (is_drawn(whole.sweep.design)) return rows;
  for (std::size_t key = 0; key < whole.sweep.swept.size(); ++key) {
    if (!is_number(whole, key)) continue;
    for (const std::vector<std::size_t>& line : lines_along(whole, points, key))
      if (line.size() > 1) add_phases(whole, points, key, line, rows);
  }
  return rows;
}

/// Whether the arm spends more or less by this key: the money or the accounts of a campaign that it pays for, or of one
/// that such a campaign takes its budget from.
bool is_budget_of(const Scenario& whole, const std::string& name, const std::string& key) {
  const auto arm = std::ranges::find(whole.arms, name, &Arm::name);
  if (arm == whole.arms.end()) return false;
  const auto& campaigns = whole.world.campaigns;
  return std::ranges::any_of(arm->run.pays, [&](std::string campaign) {
    for (std::size_t steps = 0; steps <= campaigns.size() && !campaign.empty(); ++steps) {
      const std::string prefix = fmt::format("campaign.{}.", campaign);
      if (key == prefix + "budget" || key == prefix + "budget_share" || key == prefix + "count") return true;
      const auto at = std::ranges::find(campaigns, campaign, &CampaignParameters::name);
      campaign = at == campaigns.end() ? "" : at->budget_of;
    }
    return false;
  });
}

SpendOutcome spent_and_got(const StudyResult& point, const std::string& arm, std::size_t replicate,
                           const Metric& outcome, const Metric& spent) {
  const RunRecord& run = runs_of(point, arm, point.replicates).records[replicate];
  return {spent.total(run) / run.draws, outcome.total(run) / run.draws};
}

IsoOutcomeRow iso_row(const Scenario& whole, const std::vector<StudyResult>& points, const std::string& key,
                      const std::vector<std::size_t>& line, std::size_t target_point) {
  const Scenario& study = *studies_of(whole)[target_point];
  const ClaimsChoice& claims = study.claims;
  const bool sold = sells(study, claims.micro_arm) && sells(study, claims.mega_arm);
  const auto metrics = metrics_of("portfolio");
  const Metric& outcome = *std::ranges::find(
      metrics, sold ? "incremental conversions per money" : "campaign engagement per money", &Metric::name);
  const Metric& spent = *std::ranges::find(metrics, "spent", &Metric::name);
  IsoOutcomeRow row;
  row.point = static_cast<std::uint32_t>(target_point);
  row.key = key;
  row.arm = claims.micro_arm;
  row.against = claims.mega_arm;
  row.outcome = sold ? "incremental conversions" : "campaign engagement";
  std::vector<std::vector<SpendOutcome>> cells;
  std::vector<SpendOutcome> target;
  row.target_spend = row.target_outcome = 0;
  const std::size_t replicates = points[target_point].replicates;
  for (std::size_t r = 0; r < replicates; ++r) {
    target.push_back(spent_and_got(points[target_point], claims.mega_arm, r, outcome, spent));
    row.target_spend += target.back().spend / static_cast<double>(replicates);
    row.target_outcome += target.back().outcome / static_cast<double>(replicates);
    std::vector<SpendOutcome>& along = cells.emplace_back();
    for (const std::size_t p : line) {
      const std::size_t same = place_of(points[p].numbers, points[target_point].numbers[r]);
      if (same < points[p].replicates)
        along.push_back(spent_and_got(points[p], claims.micro_arm, same, outcome, spent));
    }
  }
  const IsoOutcome iso = iso_outcome(cells, target);
  row.spend = iso.spend.of_median.value, row.ratio = iso.ratio.of_median.value;
  row.spend_lower = iso.spend.of_median.low, row.spend_upper = iso.spend.of_median.high;
  row.ratio_lower = iso.ratio.of_median.low, row.ratio_upper = iso.ratio.of_median.high;
  row.within = static_cast<std::uint32_t>(iso.within);
  row.below_axis = static_cast<std::uint32_t>(iso.below_axis);
  row.above_axis = static_cast<std::uint32_t>(iso.above_axis);
  row.without = static_cast<std::uint32_t>(iso.missing);
  return row;
}

std::vector<IsoOutcomeRow> iso_outcomes(const Scenario& whole, const std::vector<StudyResult>& points) {
  std::vector<IsoOutcomeRow> rows;
  if (whole.claims.micro_arm.empty() || is_drawn(whole.sweep.design)) return rows;
  for (std::size_t key = 0; key < whole.sweep.swept.size(); ++key) {
    const std::string& name = whole.sweep.swept[key].key;
    if (!is_budget_of(whole, whole.claims.micro_arm, name) || !is_number(whole, key)) continue;
    const bool moves_target = is_budget_of(whole, whole.claims.mega_arm, name);
    for (const std::vector<std::size_t>& line : lines_along(whole, points, key)) {
      if (line.size() < 2) continue;
      std::vector<std::size_t> targets = line;
      std::ranges::sort(targets);
      if (!moves_target) targets.resize(1);  // it is the same all along
      for (const std::size_t target : targets) rows.push_back(iso_row(whole, points, name, line, target));
    }
  }
  return rows;
}

}  // namespace

AcrossPoints across_points(const Scenario& whole, std::vector<StudyResult>& points) {
  if (whole.points.empty()) return {};
  return {sensitivities(whole, points), phases(whole, points), iso_outcomes(whole, points)};
}

}  // namespace grapevine
