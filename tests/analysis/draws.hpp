#pragma once

#include <cmath>
#include <cstdint>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"

/// Chance for tests of estimators: one draw after another from one addressed stream, so equal seeds give equal numbers
/// on every machine.
namespace grapevine {

class Draws {
public:
  explicit Draws(std::uint64_t seed, std::uint32_t replicate = 0) : key_(seed, Stream::dynamics, replicate) {}

  double uniform() { return grapevine::uniform(key_.bits(Draw::sample, count_++)); }
  double normal() { return math::normal_quantile(uniform()); }
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(uniform() * static_cast<double>(n)); }

  /// P(X > x) = x^-alpha for x >= 1.
  double pareto(double alpha) { return math::pow(uniform(), -1 / alpha); }

  /// Arrivals of rate 1 before `mean`: one uniform each, so meant for means up to some thousands.
  std::uint64_t poisson(double mean) {
    std::uint64_t arrivals = 0;
    for (double time = -math::log(uniform()); time < mean; time -= math::log(uniform())) ++arrivals;
    return arrivals;
  }

private:
  StreamKey key_;
  std::uint64_t count_ = 0;
};

}  // namespace grapevine
