#include "sim/model/behaviour.hpp"

#include <cmath>
#include <cstddef>

#include "graph/base/math.hpp"
#include "sim/model/log_odds.hpp"

namespace grapevine {

namespace {

/// Odds that count as certainty: p rounds to 1.
constexpr double certain_odds = 0x1p60;

/// The odds by which the mean probability over the population is the wanted one.
double base_of(double wanted, const LogOdds& population, bool neutral) {
  if (wanted <= 0.0) return 0.0;
  if (wanted >= 1.0) return certain_odds;
  if (neutral) return wanted / (1.0 - wanted);
  double low = -60.0, high = 60.0;  // bisection in the logit; 60 halvings reach the last bit
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    (population.mean_probability(math::exp(middle)) < wanted ? low : high) = middle;
  }
  return math::exp(0.5 * (low + high));
}

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
  for (std::size_t a = 0; a < action_count; ++a) base_[a] = base_of(behaviour.probability[a], population_odds, neutral);
  base_after_visit_ = base_of(behaviour.follow_after_visit, population_odds, neutral);

  constexpr auto follow = static_cast<std::size_t>(Action::follow);
  for (std::size_t a = 0; a < action_count; ++a) {
    const bool taken = a == follow ? follows() : base_[a] > 0.0;
    if (taken) coin_pairs_ = a / 2 + 1;
    if (taken && a != follow) usual_[usual_count_++] = static_cast<std::uint8_t>(a);
  }
}

}  // namespace grapevine
