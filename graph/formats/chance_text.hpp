#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "graph/chance.hpp"

namespace grapevine {

/// The chance that a decimal number from 0 to 1 stands for, `0.25`, `1` or `3e-4`; none for any other text, so also for
/// `nan`, `0x1p-2` and
/// `+0.5`, and for what no double holds (5e-325).
std::optional<Chance> read_chance(std::string_view text);

/// The shortest decimal number that `read_chance` makes this chance of: at most five digits.
std::string written(Chance chance);

}  // namespace grapevine
