#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Sets of numbers as one bit each, 64 in a word.
namespace grapevine {

inline bool test(std::span<const std::uint64_t> bits, std::size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
inline void set(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }
inline void clear(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }

}  // namespace grapevine
