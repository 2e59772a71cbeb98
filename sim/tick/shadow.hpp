#pragma once

#include "sim/state/ledger.hpp"
#include "sim/tick/given.hpp"

namespace grapevine {

/// What is left to do with a session that was held: counts what the reader looked at, and what it would have looked at
/// had the same candidates stood newest first, as under Ranking::chronological. It would have looked at as many: what
/// is gained of one tier is lost of another. A promoted root stands where it was bought. Leaves `session.ranked`
/// without meaning.
void count_shadow(const Given& given, const Before& before, Session& session, CandidateTally& tally);

}  // namespace grapevine
