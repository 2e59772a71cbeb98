#pragma once

#include <cstdint>

/// What generators take for a parameter that several of them have and nobody has said. A parameter of one generator has
/// its default in its struct; the keys of a scenario take theirs from there.
namespace grapevine::generator_defaults {

inline constexpr double mean_followees = 25.0;
inline constexpr double followees_spread = 1.0;    ///< standard deviation of the log of a user's expected followees
inline constexpr double exponent = 2.2;            ///< of the density of follower counts
inline constexpr std::uint64_t largest = 500'000;  ///< followers that no account exceeds

}  // namespace grapevine::generator_defaults
