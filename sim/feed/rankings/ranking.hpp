#pragma once

#include <bit>
#include <cstdint>

#include "sim/feed/prior.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/posts.hpp"

/// Rankings: how the platform orders the candidates of a session. A ranking keeps 32 bits a post (`value`, renewed
/// after each tick from the counters, so it knows earlier ticks only) and makes of them a 64-bit key per candidate;
/// higher keys are served first. Equal values fall to a hash of root and reader.
namespace grapevine {

/// What a ranking is made from. The behaviour and the population outlive it.
struct RankingGiven {
  const FeedParameters& feed;
  const ActionPrior& prior;
  const Behaviour& behaviour;
  const Population& population;
};

/// What a key may be made of; what a ranking does not ask for is not filled.
struct RankingContext {
  UserId reader{};
  Tick visible = 0;                    ///< of the emission shown
  std::uint32_t time = 0;              ///< of the emission shown within its tick (`needs_time`)
  std::uint32_t tie = 0;               ///< hash of root and reader, else
  Tick age = 0;                        ///< ticks since the root became visible (`needs_age`)
  std::uint8_t noise = 0;              ///< another hash of root and reader (`needs_noise`)
  std::uint32_t proof = 0;             ///< followees of the reader that reshared the root
  const PostIdentity* post = nullptr;  ///< (`needs_post`)
};

constexpr std::uint64_t ranking_key(std::uint32_t value, std::uint32_t tie) {
  return static_cast<std::uint64_t>(value) << 32 | tie;
}

/// Floats as integers of the same order.
constexpr std::uint32_t ordered_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return bits & 0x8000'0000u ? ~bits : bits | 0x8000'0000u;
}

}  // namespace grapevine
