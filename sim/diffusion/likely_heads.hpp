#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "graph/base/ids.hpp"
#include "graph/chance.hpp"

namespace grapevine {

/// Whom an adopter may pass the post to in one of `tries` independent trials (up to 2^31) of the same chance: the
/// places within its row of `followers`, ascending, of those whose contact coin is at most `tries` times the chance. 1
/// - (1 - p)^n <= n p, so none is missing; for one try these are the heads and, once in 2^32 times, one that just
/// missed. A chance of 0 has none.
///
/// `row` is the adopter's (`ContactCoins::row`). Coins are tossed for the whole row before anybody looks at a head, so
/// they vectorise. Writes at most followers.size() places and returns how many.
std::size_t likely_heads(std::span<const UserId> followers, std::uint64_t row, std::uint64_t threshold,
                         std::uint64_t tries, std::uint32_t* places);

/// The same where every follower has a chance of its own.
std::size_t likely_heads(std::span<const UserId> followers, std::uint64_t row, std::span<const Chance> chances,
                         std::uint64_t tries, std::uint32_t* places);

}  // namespace grapevine
