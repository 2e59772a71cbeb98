#pragma once

#include <cstdint>

#include "graph/base/math.hpp"

/// Parts of 64 random bits (docs/model.md 7.1), and what 256 equally likely cells stand for (7.2).
namespace grapevine::slow {

inline std::uint32_t hi(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
inline std::uint32_t lo(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
inline std::uint32_t top(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 56); }

inline double interest(std::uint32_t quantile, double skew) { return math::pow((quantile + 0.5) / 256, skew); }
inline double normal(std::uint32_t quantile) { return math::normal_quantile((quantile + 0.5) / 256); }

}  // namespace grapevine::slow
