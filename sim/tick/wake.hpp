#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// Indices of the entries of `next` (sessions, or posts) that fall into tick `now`, ascending. Reads four bytes an
/// entry; the tick's one pass over everybody.
void due_at(std::span<const Tick> next, Tick now, std::vector<std::uint32_t>& due);

}  // namespace grapevine
