#pragma once

#include <array>
#include <cstdint>

#include "sim/parameters.hpp"
#include "sim/population.hpp"

namespace grapevine {

/// The probability of each action as odds that multiply: odds = base x propensity x interest x quality x social proof, p = odds / (1 + odds); that is a logit
/// that adds. Factors come from tables, so no transcendental is computed while the feed is read.
///
/// Base odds are centred so that the mean of p over the population's propensities, interests and qualities, without social proof, is the probability
/// of the scenario, whatever the spreads: switching a mechanism on moves who acts on what, not how much is done.
class Behaviour {
public:
  Behaviour(const BehaviourParameters& behaviour, const PopulationParameters& population);

  /// The common factor of all actions for one reader and root; `proof` is the number of followees that reshared the root.
  double odds(std::uint8_t propensity, std::uint8_t interest, std::uint8_t quality, std::uint32_t proof) const {
    return propensity_[propensity] * interest_[interest] * quality_[quality] * proof_[proof < proof_.size() ? proof : proof_.size() - 1];
  }
  /// Threshold for 32 random bits, of `action` under the common factor `odds`.
  std::uint64_t threshold(Action action, double odds) const {
    const double o = base_[static_cast<std::size_t>(action)] * odds;
    return coin_threshold(o / (1.0 + o));
  }

private:
  PerAction base_{};
  QuantileTable propensity_{};
  QuantileTable interest_{};
  QuantileTable quality_{};
  std::array<double, 64> proof_{};
};

}  // namespace grapevine
