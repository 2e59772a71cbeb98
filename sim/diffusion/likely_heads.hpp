#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "graph/base/ids.hpp"
#include "graph/chance.hpp"

namespace grapevine {

/// The places within a row of `followers` of those whose contact coin is below `threshold`, ascending; `row` is the adopter's
/// (`ContactCoins::row`). Coins are thrown for the whole row before anybody looks at a head, so they vectorise. Writes at most
/// followers.size() places and returns how many.
std::size_t heads(std::span<const UserId> followers, std::uint64_t row, std::uint64_t threshold, std::uint32_t* places);

/// The same where every follower has a chance of its own: whose coin is below `tries` (up to 2^31) times the chance, or hits the bound.
/// For one try these are the heads and those that miss by one in 2^32; for more, all who may succeed in one of so many independent tries
/// (1 - (1 - p)^n <= n p). A chance of 0 has no heads.
std::size_t likely_heads(std::span<const UserId> followers, std::uint64_t row, std::span<const Chance> chances, std::uint64_t tries,
                         std::uint32_t* places);

}  // namespace grapevine
