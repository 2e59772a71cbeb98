#pragma once

#include <string>

#include "scenarios/keys/scenario.hpp"

/// What the parts of a study hang on, as texts: studies whose texts are equal share the part. Made of the study as it
/// was understood, which has every key that acts.
namespace grapevine {

/// The graph of a replicate.
std::string graph_hangs_on(const Scenario& scenario);

/// The world at the end of a warm-up: that of the arm `own`, or the one that arms share. No price, campaign or product
/// changes it, nothing that arms do after it, and not what they pay.
std::string warmup_hangs_on(const Scenario& scenario, const Arm* own);

/// What happens in an arm of the study until its first paid post: which warm-up it goes on from, and what it changes.
std::string family_hangs_on(const Scenario& scenario, const Arm& arm);

}  // namespace grapevine
