#pragma once

#include <string>
#include <vector>

#include "analysis/contrasts.hpp"
#include "analysis/rows.hpp"

/// Whether a warm-up was long enough: what moves slowly, such as trust, must have come to rest before arms are compared
/// that hang on it.
namespace grapevine {

inline constexpr std::string_view settled = "settled", not_settled = "not settled", drift_undecided = "undecided";

/// Engagement per impression and mean trust of each tier, the last day of the warm-up over the one before, pooled over
/// replicates; of each arm. *Settled*: the interval lies within 1 - tolerance to 1 + tolerance; *not settled*: wholly
/// outside; else undecided. Intervals share 5 % over all rows (Bonferroni): a study whose state rests is marked as not
/// settled once in twenty at most. `arms` have warm-ups of their own; nothing where these had less than two days.
std::vector<DriftRow> drifts(const std::vector<ArmRuns>& arms, const std::vector<std::string>& tiers, double tolerance);

}  // namespace grapevine
