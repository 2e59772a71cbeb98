#pragma once

#include <cstddef>
#include <functional>

#include "sim/run/world.hpp"

namespace grapevine {

/// Writes who bought what by the end of the run (`products`), and what the accounts that were paid, and their
/// campaigns, have to do with it: docs/model.md 7.16. `row_of` is the row of an account of a campaign among
/// `influencers`. All parts must come.
void put_conversions(const World& world, const std::function<std::size_t(std::uint32_t campaign, UserId)>& row_of,
                     RunRecord& record);

}  // namespace grapevine
