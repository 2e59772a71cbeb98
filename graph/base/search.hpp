#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace grapevine {

/// How many entries of a list that ascends by `key` are below `value`: std::ranges::lower_bound where the answer is as
/// good as random. Halves are chosen by arithmetic, for a processor guesses such a branch wrong every other time.
template <class T, class Value, class Key = std::identity>
std::size_t count_below(std::span<const T> sorted, const Value& value, Key key = {}) {
  if (sorted.empty()) return 0;
  const T* at = sorted.data();
  for (std::size_t left = sorted.size(); left > 1;) {
    const std::size_t half = left / 2;
    at += half * static_cast<std::size_t>(std::invoke(key, at[half - 1]) < value);
    left -= half;
  }
  return static_cast<std::size_t>(at - sorted.data()) + static_cast<std::size_t>(std::invoke(key, *at) < value);
}

}  // namespace grapevine
