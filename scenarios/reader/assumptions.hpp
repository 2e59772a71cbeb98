#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/keys/scenario.hpp"

namespace grapevine {

/// The keys of these sections that act in the arm, whose source says "assumption" and whose value is not the neutral
/// one, each as `price.post = 50`, with the values of the arm as they were written. They stand beside every verdict
/// that they feed. Keys that say what is looked at and written, not what happens, are none of them.
std::vector<std::string> assumptions_in(const Scenario& scenario, const Arm& arm,
                                        const std::function<bool(std::string_view section)>& in);

}  // namespace grapevine
