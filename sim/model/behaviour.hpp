#pragma once

#include <array>
#include <cstdint>

#include "sim/model/parameters.hpp"
#include "sim/model/population.hpp"

namespace grapevine {

/// What a reader, its interest in the post's topic and the post's quality add to the log odds of every action, in 256
/// equally likely cells each. Interest is centred: its mean is 0.
struct Logits {
  Logits(const BehaviourParameters& behaviour, const PopulationParameters& population);

  QuantileTable propensity{}, interest{}, quality{};
};

/// The probability of each action as odds that multiply: odds = base x propensity x interest x quality x social proof,
/// p = odds / (1 + odds); that is a logit that adds. Factors come from tables, so no transcendental is computed while
/// the feed is read.
///
/// Base odds are centred so that the mean of p over the population's propensities, interests and qualities, without
/// social proof, is the probability of the scenario, whatever the spreads: switching a mechanism on moves who acts on
/// what, not how much is done.
class Behaviour {
public:
  Behaviour(const BehaviourParameters& behaviour, const PopulationParameters& population);

  /// The common factor of all actions for one reader and root; `proof` is the number of followees that reshared the
  /// root.
  double odds(std::uint8_t propensity, std::uint8_t interest, std::uint8_t quality, std::uint32_t proof) const {
    return propensity_[propensity] * interest_[interest] * quality_[quality] *
           proof_[proof < proof_.size() ? proof : proof_.size() - 1];
  }
  /// Of `action` under the common factor `odds`.
  double probability(Action action, double odds) const {
    const double o = base_odds(action) * odds;
    return o / (1.0 + o);
  }
  /// The same as threshold for 32 random bits.
  std::uint64_t threshold(Action action, double odds) const { return coin_threshold(probability(action, odds)); }
  /// The factor of a reader's interest in the topic on the odds.
  double topic_match(std::uint8_t interest) const { return interest_[interest]; }
  double base_odds(Action action) const { return base_[static_cast<std::size_t>(action)]; }

private:
  PerAction base_{};
  QuantileTable propensity_{};
  QuantileTable interest_{};
  QuantileTable quality_{};
  std::array<double, 64> proof_{};
};

}  // namespace grapevine
