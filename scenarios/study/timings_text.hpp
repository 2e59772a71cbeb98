#pragma once

#include <string>
#include <vector>

#include "graph/base/timing.hpp"

namespace grapevine {

/// A table of the phases, for a terminal: seconds that one thread worked alone, seconds in parallel loops and how many
/// threads had work there, and the share of all work that no further thread can take over.
std::string timings_text(const std::vector<PhaseSeconds>& phases, int threads);

}  // namespace grapevine
