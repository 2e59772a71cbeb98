#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/feed/session.hpp"

namespace grapevine {

/// A key that some `count` of these, and few more, are likely to be above: of a sample of them, one that a standard
/// deviation more of the sample are above (after Floyd, Rivest 1975).
inline std::uint64_t key_below_top(std::span<const Ranked> ranked, std::size_t count) {
  constexpr std::size_t size = 8;
  std::array<std::uint64_t, size> sample;
  for (std::size_t i = 0; i < size; ++i) sample[i] = ranked[i * ranked.size() / size].key;
  const double share = static_cast<double>(count) / static_cast<double>(ranked.size());
  const auto most = static_cast<std::uint32_t>(size * share + std::sqrt(size * share * (1.0 - share)));
  std::uint64_t least = ~std::uint64_t{0};
  for (const std::uint64_t key : sample) {
    std::uint32_t above = 0;
    for (const std::uint64_t other : sample) above += other > key ? 1 : 0;
    least = std::min(least, above <= most ? key : ~std::uint64_t{0});
  }
  return least;
}

/// Puts the `count` first in front, in no order: std::nth_element where the order is as good as random. Keys that
/// differ tell most, and what is above a key is moved in front of what is not without a branch, which the processor
/// would guess wrong every other time. `first` is the order of the feed: higher keys first.
template <class First>
void select_top(std::span<Ranked> ranked, std::size_t count, const First& first) {
  constexpr std::size_t few = 24;
  while (ranked.size() > few && 0 < count && count < ranked.size()) {
    const std::uint64_t key = key_below_top(ranked, count);
    std::size_t above = 0;
    for (Ranked& entry : ranked) {
      const Ranked moved = entry;
      entry = ranked[above];
      ranked[above] = moved;
      above += moved.key > key ? 1 : 0;
    }
    if (above == 0) break;  // the highest of all: others may be equal
    if (above > count) {
      ranked = ranked.first(above);
    } else {
      ranked = ranked.subspan(above);
      count -= above;
    }
  }
  if (0 < count && count < ranked.size())
    std::nth_element(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count), ranked.end(), first);
}

}  // namespace grapevine
