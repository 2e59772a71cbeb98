#pragma once

#include "graph/base/random.hpp"
#include "sim/model/parameters.hpp"
#include "sim/model/population.hpp"

namespace grapevine {

/// How often users buy a product, and what looks and clicks add to that: docs/model.md 7.16.
class BuyingHazard {
public:
  BuyingHazard(const ProductParameters& product, const WorldParameters& world, const Population& population);

  /// Of a user that has seen nothing of it, per tick.
  double rate(UserId user) const { return topic_ < 0 ? rates_[0] : rates_[of_interest(user)]; }
  /// The hazard at which the user buys: exponential with mean 1, the same in every arm.
  double threshold(UserId user, const StreamKey& dynamics) const;
  /// How many times as much a look adds, the click of it included.
  double effect(bool clicked) const { return clicked ? look_ + click_ : look_; }
  /// What an effect of 1 adds up to, in ticks, within so many ticks.
  double lasting(Tick age) const;

private:
  std::uint8_t of_interest(UserId user) const { return population_.interest(user, static_cast<std::uint32_t>(topic_)); }

  const Population& population_;
  std::int32_t topic_;
  double look_, click_, half_life_;
  std::uint32_t name_;
  QuantileTable rates_{};  ///< by the quantile of the user's interest
};

}  // namespace grapevine
