#pragma once

#include "graph/base/exchange.hpp"
#include "sim/tick/given.hpp"
#include "sim/tick/scratch.hpp"

namespace grapevine {

/// One tick of this part: old roots leave, paid posts are composed; each reader that is due composes, gathers, ranks,
/// attends and reacts; then everything that happened is committed in a fixed order, the same in all parts. All parts
/// must come: they meet in one exchange, and in one before it for each mechanism that agrees.
void step(const Given& given, WorldState& state, Exchange& exchange, TickScratch& scratch);

}  // namespace grapevine
