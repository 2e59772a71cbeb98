#pragma once

#include <cstdint>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

/// Walks a row of trials with one probability from success to success: the failures between are geometric, so trials that fail cost nothing
/// (Fan, Muller, Rezucha 1962). The j-th gap of an adopter is addressed by (contagion, adopter, j).
class SkipSampler {
public:
  explicit SkipSampler(double probability)
      : probability_(probability), per_log_failure_(probability > 0.0 && probability < 1.0 ? 1.0 / math::log(1.0 - probability) : 0.0) {}

  /// Failures before the next success, from 64 random bits: P(gap >= k) = (1 - p)^k, up to 2^-52. At most `most`, for "none within the
  /// row".
  std::uint64_t gap(std::uint64_t bits, std::uint64_t most) const {
    if (probability_ >= 1.0) return 0;
    if (probability_ <= 0.0) return most;
    const double failures = math::log(uniform(bits)) * per_log_failure_;
    return failures >= static_cast<double>(most) ? most : static_cast<std::uint64_t>(failures);
  }

private:
  double probability_;
  double per_log_failure_;
};

}  // namespace grapevine
