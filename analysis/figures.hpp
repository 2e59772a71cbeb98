#pragma once

#include <string_view>
#include <vector>

namespace grapevine {

/// Names of the figures that one arm has by itself, as `ComparisonRow::metric` has them.
std::vector<std::string_view> metrics_of_one_arm();

}  // namespace grapevine
