#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/keys/scenario.hpp"

namespace grapevine {

/// The keys of these sections whose source says "assumption" and whose value is not the neutral one, each as
/// `price.post = 50`, with the values of the arm as they were written. They stand beside every verdict that they feed.
std::vector<std::string> assumptions_in(const Scenario& scenario, const Arm& arm,
                                        std::span<const std::string_view> sections);

}  // namespace grapevine
