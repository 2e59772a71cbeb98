#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>

namespace grapevine {

/// How many entries of a list that ascends by `key` are below `value`: std::ranges::lower_bound where the answer is as
/// good as random. Halves are chosen by arithmetic, for a processor guesses such a branch wrong every other time; the
/// last few entries, where they are small, are compared one and all, several at once.
template <class T, class Value, class Key = std::identity>
std::size_t count_below(std::span<const T> sorted, const Value& value, Key key = {}) {
  constexpr std::size_t few = std::is_same_v<Key, std::identity> && sizeof(T) == 4 ? 64 : 1;
  const T* at = sorted.data();
  std::size_t left = sorted.size();
  while (left > few) {
    const std::size_t half = left / 2;
    at += half * static_cast<std::size_t>(std::invoke(key, at[half - 1]) < value);
    left -= half;
  }
  std::uint32_t below = 0;
  for (std::size_t i = 0; i < left; ++i) below += std::invoke(key, at[i]) < value ? 1 : 0;
  return static_cast<std::size_t>(at - sorted.data()) + below;
}

}  // namespace grapevine
