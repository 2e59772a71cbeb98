#pragma once

#include <bit>
#include <cstdint>

#include "sim/parameters.hpp"
#include "sim/posts.hpp"

/// Rankings: how the platform orders the candidates of a session. A ranking keeps 32 bits a post (`value`, renewed after each tick from the counters, so it knows earlier
/// ticks only) and makes of them a 64-bit key per candidate; higher keys are served first. Equal values fall to a hash of root and reader.
namespace grapevine {

/// What a key may be made of.
struct RankingContext {
  Tick visible;           ///< of the emission shown
  std::uint32_t time;     ///< of the emission shown within its tick
  std::uint32_t tie;      ///< hash of root and reader
  Tick age;               ///< ticks since the root became visible
};

constexpr std::uint64_t ranking_key(std::uint32_t value, std::uint32_t tie) { return static_cast<std::uint64_t>(value) << 32 | tie; }

/// Floats as integers of the same order.
constexpr std::uint32_t ordered_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return bits & 0x8000'0000u ? ~bits : bits | 0x8000'0000u;
}

}  // namespace grapevine
