#include "scenarios/study/bands.hpp"

#include <algorithm>

namespace grapevine {

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
      return it.arm == band.arm && it.against.empty() && it.metric == band.metric &&
             (band.of.empty() || it.contrast == band.of);
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
