#pragma once

#include "scenarios/keys/scenario.hpp"
#include "scenarios/study/run_points.hpp"

/// When a study with `until` has replicates enough.
namespace grapevine {

/// Whether the interval is as narrow at all points as the study wants, at a look. Points that cannot be have none.
/// Nothing where the study runs all replicates. The scenario outlives it.
Enough narrow_enough(const Scenario& scenario);

}  // namespace grapevine
