#pragma once

#include <string_view>
#include <vector>

namespace grapevine {

/// The one of `names` that `typed` most likely stands for, or an empty text when none is near. Distance counts letters
/// inserted, left out, replaced or swapped with a neighbour (optimal string alignment); near means at most a third of
/// the longer word. Ties go to the earlier name.
std::string_view nearest_name(std::string_view typed, const std::vector<std::string_view>& names);

}  // namespace grapevine
