#pragma once

#include "graph/base/random.hpp"
#include "sim/state/posts.hpp"

namespace grapevine {

/// When an emission appears within its tick, in units of 2^-64 tick: a hash of the root and who emitted it, so that no
/// two emissions of a root are equal. Orders the emissions of one tick.
constexpr std::uint64_t date_in_tick(std::uint64_t emission_time_key, PostHot post, UserId emitter) {
  return nested_mix(emission_time_key, post.salt(), emitter.value());
}
/// The same in units of 2^-32 tick.
constexpr std::uint32_t time_in_tick(std::uint64_t emission_time_key, PostHot post, UserId emitter) {
  return static_cast<std::uint32_t>(date_in_tick(emission_time_key, post, emitter) >> 32);
}

}  // namespace grapevine
