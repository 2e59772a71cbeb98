#pragma once

#include <vector>

#include "analysis/sensitivity_rows.hpp"
#include "analysis/sweep_rows.hpp"
#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/result.hpp"

namespace grapevine {

/// What only the points of a sweep together can say.
struct AcrossPoints {
  std::vector<SensitivityRow> sensitivity;  ///< what claims and contrasts hang on
  std::vector<PhaseRow> phase;              ///< where claims change sides
  std::vector<IsoOutcomeRow> iso_outcome;   ///< what the micro arm must spend to match the mega arm
};

/// `points`: the results of the points in their order, compared already.
AcrossPoints across_points(const Scenario& whole, std::vector<StudyResult>& points);

}  // namespace grapevine
