#pragma once

#include <array>
#include <cstdint>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

/// Walks a row of trials with one probability from success to success: the failures between are geometric, so trials that fail cost nothing
/// (Fan, Muller, Rezucha 1962). The j-th gap of an adopter is addressed by (contagion, adopter, j).
class SkipSampler {
public:
  /// A probability that 1 - p rounds away, below 2^-54, is 0.
  explicit SkipSampler(double probability)
      : probability_(1.0 - probability < 1.0 ? probability : 0.0),
        per_log_failure_(probability_ > 0.0 && probability_ < 1.0 ? 1.0 / math::log(1.0 - probability_) : 0.0) {
    double none = 1.0 - 1e-11;  // the logarithm, the factor and this table are within 1e-12 of what they stand for
    for (double& bound : surely_none_) bound = none, none *= 1.0 - probability_;
  }

  /// Failures before the next success, from 64 random bits: P(gap >= k) = (1 - p)^k, up to 2^-52. At most `most`, for "none within the
  /// row".
  std::uint64_t gap(std::uint64_t bits, std::uint64_t most) const {
    if (probability_ >= 1.0) return 0;
    if (probability_ <= 0.0) return most;
    const double u = uniform(bits);
    if (most < surely_none_.size() && u < surely_none_[most]) return most;
    const double failures = math::log(u) * per_log_failure_;
    return failures >= static_cast<double>(most) ? most : static_cast<std::uint64_t>(failures);
  }

private:
  double probability_;
  double per_log_failure_;
  std::array<double, 64> surely_none_;  ///< by `most`: a little below (1 - p)^most. Spares short rows the logarithm, never the decision
};

}  // namespace grapevine
