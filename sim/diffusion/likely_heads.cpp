#include "sim/diffusion/likely_heads.hpp"

#include <algorithm>
#include <bit>

#include "graph/base/clones.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

namespace {

/// bound_of(place) is the number that the coin of the follower in this place has to be below.
template <class BoundOf>
[[gnu::always_inline]] inline std::size_t places_of_heads(std::span<const UserId> followers, std::uint64_t row,
                                                          BoundOf&& bound_of, std::uint32_t* places) {
  std::uint32_t* next = places;
  for (std::size_t first = 0; first < followers.size(); first += 64) {
    const std::size_t count = std::min<std::size_t>(64, followers.size() - first);
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t bits = mix(row + followers.data()[first + i].value() * golden);
      found |= static_cast<std::uint64_t>(bits >> 32 < bound_of(first + i)) << i;
    }
    for (; found != 0; found &= found - 1)
      *next++ = static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(std::countr_zero(found));
  }
  return static_cast<std::size_t>(next - places);
}

constexpr std::uint64_t bound(std::uint64_t threshold, std::uint64_t tries) {
  return threshold * tries + (threshold != 0);
}

}  // namespace

GRAPEVINE_CLONED std::size_t likely_heads(std::span<const UserId> followers, std::uint64_t row, std::uint64_t threshold,
                                          std::uint64_t tries, std::uint32_t* places) {
  const std::uint64_t same = bound(threshold, tries);
  return places_of_heads(
      followers, row, [=](std::size_t) { return same; }, places);
}

GRAPEVINE_CLONED std::size_t likely_heads(std::span<const UserId> followers, std::uint64_t row,
                                          std::span<const Chance> chances, std::uint64_t tries, std::uint32_t* places) {
  const Chance* const chance = chances.data();
  return places_of_heads(
      followers, row, [=](std::size_t place) { return bound(chance[place].threshold(), tries); }, places);
}

}  // namespace grapevine
