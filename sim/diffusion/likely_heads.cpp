#include "sim/diffusion/likely_heads.hpp"

#include <algorithm>
#include <bit>

#include "graph/base/clones.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

namespace {

/// Appends the places of the bits of `found`, the lowest being `first`.
inline std::uint32_t* append_places(std::uint64_t found, std::uint32_t first, std::uint32_t* places) {
  for (; found != 0; found &= found - 1) *places++ = first + static_cast<std::uint32_t>(std::countr_zero(found));
  return places;
}

}  // namespace

GRAPEVINE_CLONED std::size_t heads(std::span<const UserId> followers, std::uint64_t row, std::uint64_t threshold, std::uint32_t* places) {
  std::uint32_t* next = places;
  for (std::size_t first = 0; first < followers.size(); first += 64) {
    const std::size_t count = std::min<std::size_t>(64, followers.size() - first);
    const UserId* const follower = followers.data() + first;
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < count; ++i)
      found |= static_cast<std::uint64_t>(mix(row + follower[i].value() * golden) >> 32 < threshold) << i;
    next = append_places(found, static_cast<std::uint32_t>(first), next);
  }
  return static_cast<std::size_t>(next - places);
}

GRAPEVINE_CLONED std::size_t likely_heads(std::span<const UserId> followers, std::uint64_t row, std::span<const Chance> chances,
                                          std::uint64_t tries, std::uint32_t* places) {
  std::uint32_t* next = places;
  for (std::size_t first = 0; first < followers.size(); first += 64) {
    const std::size_t count = std::min<std::size_t>(64, followers.size() - first);
    const UserId* const follower = followers.data() + first;
    const Chance* const chance = chances.data() + first;
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t bound = chance[i].threshold() * tries;
      found |= static_cast<std::uint64_t>((mix(row + follower[i].value() * golden) >> 32) < bound + (bound != 0)) << i;
    }
    next = append_places(found, static_cast<std::uint32_t>(first), next);
  }
  return static_cast<std::size_t>(next - places);
}

}  // namespace grapevine
