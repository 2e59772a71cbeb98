#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/result.hpp"

/// Figures held against what is expected of them.
namespace grapevine {

/// "pass": the interval lies inside the band and is no wider than a third of it; "fail": it lies outside; else
/// "undecided". So is an interval without width: replicates that do not differ say nothing about chance.
std::string_view band_verdict(double lower, double upper, double low, double high);

/// Every [[band]] of the scenario, with the figure that the comparison has for it; one that it does not have is
/// missing, and undecided.
std::vector<BandRow> hold_against_bands(const Scenario& scenario, const StudyResult& study);

}  // namespace grapevine
