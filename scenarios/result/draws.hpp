#pragma once

#include <vector>

#include "sim/state/run_record.hpp"

namespace grapevine {

/// The runs of one arm for several choices of its accounts in the same world, as one record: numbers are added up,
/// tables laid end to end, and `draws` says over how many, so that number / draws is the replicate's value. One record
/// is itself. Expects records of one study, at least one.
RunRecord over_draws(std::vector<RunRecord> records);

}  // namespace grapevine
