#include "sim/behaviour.hpp"

#include <vector>

#include "graph/base/math.hpp"

namespace grapevine {

namespace {

/// Odds that count as certainty: p rounds to 1.
constexpr double certain_odds = 0x1p60;

QuantileTable exponentials(const QuantileTable& logits) {
  QuantileTable odds;
  for (std::size_t i = 0; i < logits.size(); ++i) odds[i] = math::exp(logits[i]);
  return odds;
}

/// Every eighth cell, from the middle of each eight: enough to centre by. One value where the term is switched off.
std::vector<double> coarse(const QuantileTable& odds, bool neutral) {
  if (neutral) return {1.0};
  std::vector<double> cells;
  for (std::size_t i = 0; i < odds.size(); i += 8) cells.push_back(0.5 * (odds[i + 3] + odds[i + 4]));
  return cells;
}

}  // namespace

Behaviour::Behaviour(const BehaviourParameters& behaviour, const PopulationParameters& population) {
  QuantileTable propensity{}, interest{}, quality{};
  double mean_interest = 0.0;
  for (std::size_t i = 0; i < 256; ++i) {
    propensity[i] = population.propensity_spread * normal_cells()[i];
    quality[i] = population.quality_spread * normal_cells()[i];
    interest[i] = math::pow((static_cast<double>(i) + 0.5) / 256.0, population.interest_skew);
    mean_interest += interest[i] / 256.0;
  }
  for (double& x : interest) x = behaviour.topic_match * (x - mean_interest);
  propensity_ = exponentials(propensity);
  interest_ = exponentials(interest);
  quality_ = exponentials(quality);
  for (std::size_t n = 0; n < proof_.size(); ++n)
    proof_[n] = math::exp(behaviour.social_proof * math::log(1.0 + static_cast<double>(n)) / math::log(2.0));

  std::vector<double> factors;  // the common factor over a grid of equally likely readers and posts
  for (double a : coarse(propensity_, population.propensity_spread == 0.0))
    for (double b : coarse(interest_, behaviour.topic_match == 0.0))
      for (double c : coarse(quality_, population.quality_spread == 0.0)) factors.push_back(a * b * c);
  for (std::size_t action = 0; action < action_count; ++action) {
    const double wanted = behaviour.probability[action];
    if (wanted <= 0.0 || wanted >= 1.0 || factors.size() == 1) {
      base_[action] = wanted <= 0.0 ? 0.0 : wanted >= 1.0 ? certain_odds : wanted / (1.0 - wanted);
      continue;
    }
    double low = -60.0, high = 60.0;  // bisection in the logit; 60 halvings reach the last bit
    for (int step = 0; step < 60; ++step) {
      const double middle = 0.5 * (low + high), odds = math::exp(middle);
      double mean = 0.0;
      for (double factor : factors) mean += odds * factor / (1.0 + odds * factor);
      (mean / static_cast<double>(factors.size()) < wanted ? low : high) = middle;
    }
    base_[action] = math::exp(0.5 * (low + high));
  }
}

}  // namespace grapevine
