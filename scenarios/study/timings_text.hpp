#pragma once

#include <string>
#include <vector>

#include "graph/base/timing.hpp"

namespace grapevine {

/// A table of the phases, for a terminal: seconds that one thread worked alone, seconds in parallel loops and how many
/// threads had work there, and the share of all work that no further thread can take over. `beside`: seconds are sums
/// over replicates that ran beside each other, of which no such share is told.
std::string timings_text(const std::vector<PhaseSeconds>& phases, int threads, bool beside);

}  // namespace grapevine
