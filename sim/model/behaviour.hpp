#pragma once

#include <array>
#include <cstdint>
#include <span>

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
  /// Of following an author whose profile the reader visits.
  double probability_after_visit(double odds) const {
    const double o = base_after_visit_ * odds;
    return o / (1.0 + o);
  }
  std::uint64_t threshold_after_visit(double odds) const { return coin_threshold(probability_after_visit(odds)); }
  /// That a reader who does not follow the author does so after a look, whether it visits the profile or not.
  double follow_probability(double odds) const {
    const double visits = probability(Action::profile_visit, odds);
    return visits * probability_after_visit(odds) + (1.0 - visits) * probability(Action::follow, odds);
  }

  /// The actions that every look may lead to, ascending: those that are ever taken, without follows, which hang on
  /// more.
  std::span<const std::uint8_t> usual() const { return {usual_.data(), usual_count_}; }
  /// Random numbers of 64 bits that the coins of a look take, two actions to each.
  std::size_t coin_pairs() const { return coin_pairs_; }
  /// Whether a look may lead to a follow.
  bool follows() const { return base_odds(Action::follow) > 0.0 || base_after_visit_ > 0.0; }

private:
  PerAction base_{};
  double base_after_visit_ = 0.0;
  std::array<std::uint8_t, action_count> usual_{};
  std::size_t usual_count_ = 0, coin_pairs_ = 0;
  QuantileTable propensity_{};
  QuantileTable interest_{};
  QuantileTable quality_{};
  std::array<double, 64> proof_{};
};

}  // namespace grapevine
