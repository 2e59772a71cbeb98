#include "scenarios/program/bands.hpp"

#include <algorithm>

#include "analysis/cascades.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

std::vector<std::string_view> metrics_of_one_arm() {
  std::vector<std::string_view> names;
  for (const CascadeFact& fact : cascade_fact_list()) names.push_back(fact.name);
  for (const TierRate& rate : tier_rate_list()) names.push_back(rate.name);
  for (const std::string_view outcome : response_names())
    if (std::ranges::find(names, outcome) == names.end()) names.push_back(outcome);
  for (const std::string_view fact : campaign_fact_names()) names.push_back(fact);
  return names;
}

std::string_view band_verdict(double lower, double upper, double low, double high) {
  if (lower < upper && (upper < low || lower > high)) return "fail";
  const bool inside = low <= lower && upper <= high;  // false for missing bounds
  return inside && lower < upper && upper - lower <= (high - low) / 3 ? "pass" : "undecided";
}

std::vector<BandRow> hold_against_bands(const Scenario& scenario, const StudyResult& study) {
  std::vector<BandRow> rows;
  for (const BandChoice& band : scenario.bands) {
    BandRow row{band.arm, band.metric, band.of, band.low, band.high, missing, missing, missing, "", band.source};
    const auto found = std::ranges::find_if(study.comparison, [&](const ComparisonRow& it) {
      return it.arm == band.arm && it.against.empty() && it.metric == band.metric && (band.of.empty() || it.contrast == band.of);
    });
    if (found != study.comparison.end()) {
      row.of = found->contrast;
      row.estimate = found->estimate;
      row.lower = found->lower;
      row.upper = found->upper;
    }
    row.verdict = band_verdict(row.lower, row.upper, row.low, row.high);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace grapevine
