#include "sim/model/behaviour.hpp"

#include <cmath>
#include <cstddef>

#include "graph/base/math.hpp"
#include "sim/model/log_odds.hpp"

namespace grapevine {

namespace {

/// Odds that count as certainty: p rounds to 1.
constexpr double certain_odds = 0x1p60;

QuantileTable exponentials(const QuantileTable& logits) {
  QuantileTable odds;
  for (std::size_t i = 0; i < logits.size(); ++i) odds[i] = math::exp(logits[i]);
  return odds;
}

}  // namespace

Logits::Logits(const BehaviourParameters& behaviour, const PopulationParameters& population) {
  double mean_interest = 0.0;
  interest = interest_cells(population);
  for (std::size_t i = 0; i < 256; ++i) {
    propensity[i] = population.propensity_spread * normal_cells()[i];
    quality[i] = population.quality_spread * normal_cells()[i];
    mean_interest += interest[i] / 256.0;
  }
  for (double& x : interest) x = behaviour.topic_match * (x - mean_interest);
}

Behaviour::Behaviour(const BehaviourParameters& behaviour, const PopulationParameters& population) {
  const Logits logits(behaviour, population);
  propensity_ = exponentials(logits.propensity);
  interest_ = exponentials(logits.interest);
  quality_ = exponentials(logits.quality);
  for (std::size_t n = 0; n < proof_.size(); ++n)
    proof_[n] = math::exp(behaviour.social_proof * math::log(1.0 + static_cast<double>(n)) / math::log(2.0));

  const bool neutral =
      population.propensity_spread == 0.0 && population.quality_spread == 0.0 && behaviour.topic_match == 0.0;
  const LogOdds population_odds{&logits.propensity, &logits.interest, &logits.quality};
  for (std::size_t action = 0; action < action_count; ++action) {
    const double wanted = behaviour.probability[action];
    if (wanted <= 0.0 || wanted >= 1.0 || neutral) {
      base_[action] = wanted <= 0.0 ? 0.0 : wanted >= 1.0 ? certain_odds : wanted / (1.0 - wanted);
      continue;
    }
    double low = -60.0, high = 60.0;  // bisection in the logit; 60 halvings reach the last bit
    for (int step = 0; step < 60; ++step) {
      const double middle = 0.5 * (low + high);
      (population_odds.mean_probability(math::exp(middle)) < wanted ? low : high) = middle;
    }
    base_[action] = math::exp(0.5 * (low + high));
  }
}

}  // namespace grapevine
