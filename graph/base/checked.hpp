#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include "graph/base/error.hpp"

/// Whole numbers that never wrap round. A sum or product that its type cannot hold is the nearest number that it can;
/// whoever asks sets a bound far below that, and refuses what lies beyond by name.
namespace grapevine {

template <std::signed_integral T>
constexpr T saturated_sum(T a, T b) {
  T sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

template <std::signed_integral T>
constexpr T saturated_product(T a, T b) {
  T product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a < 0) != (b < 0) ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

/// Cut off to a whole number; 0 for NaN.
constexpr std::int64_t saturated_whole(double x) {
  if (x >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
  if (x <= -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return x == x ? static_cast<std::int64_t>(x) : 0;
}

/// `count` as 32 bits. An Error where there are more than they number: `things`, and `remedy`, say of what, and what to
/// do.
inline std::uint32_t numbered(std::uint64_t count, const char* things, const char* remedy) {
  if (count > UINT32_MAX) [[unlikely]]
    throw Error("more than 4294967295 " + std::string(things) + "; expected at most so many; " + remedy);
  return static_cast<std::uint32_t>(count);
}

/// A count of 64 bits that stands at a multiple of 4 bytes.
class WideCount {
public:
  constexpr WideCount() = default;
  constexpr explicit WideCount(std::uint64_t count)
      : low_(static_cast<std::uint32_t>(count)), high_(static_cast<std::uint32_t>(count >> 32)) {}

  constexpr std::uint64_t value() const { return static_cast<std::uint64_t>(high_) << 32 | low_; }
  constexpr WideCount& operator+=(std::uint64_t more) { return *this = WideCount(value() + more); }

private:
  std::uint32_t low_ = 0, high_ = 0;
};

}  // namespace grapevine
