#pragma once

#include <cstdint>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"

/// What messages are like in SimSoM (Truong, Lou, Flammini, Menczer 2024): two properties that know nothing of each
/// other. docs/model.md 7.22.
namespace grapevine {

/// What `u`, uniform in (0, 1), is as an appeal: of density 5 (1 - x)^4 on [0, 1], whose mean is 1/6.
inline double simsom_appeal(double u) { return 1.0 - math::pow(1.0 - u, 0.2); }

/// ... and as a quality: of density 5 e^(5x) / (e^5 - 1) on [0, 1], whose mean is 0.807. No ranking looks at it.
inline double simsom_quality(double u) { return math::log(1.0 + u * (math::exp(5.0) - 1.0)) / 5.0; }

/// Those of a root, by its identity. `key`: of the purpose, `Draw::appeal` or `Draw::content_quality`.
inline double appeal_of(std::uint64_t key, std::uint64_t root) {
  return simsom_appeal(uniform(nested_mix(key, root, 0)));
}
inline double quality_of(std::uint64_t key, std::uint64_t root) {
  return simsom_quality(uniform(nested_mix(key, root, 0)));
}

}  // namespace grapevine
