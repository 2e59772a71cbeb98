#pragma once

#include <span>
#include <string>

#include "sim/record/result.hpp"

namespace grapevine {

/// What a study found, for a terminal of about 100 columns: first how large its world is, then what each campaign bought, then every
/// contrast with its intervals, and last what the intervals mean.
std::string comparison_table(const StudyResult& study);

/// The rows of one contrast, as `comparison_table` shows them.
std::string contrast_text(std::span<const ComparisonRow> rows);

}  // namespace grapevine
