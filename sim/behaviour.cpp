#include "sim/behaviour.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
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

/// A distribution of log odds on a grid. What falls between two points is shared so that its mean odds are kept: the mean of o / (1 + o) is off by less than one part in
/// 10^7 for each term added (step^2 / 16).
class LogOdds {
public:
  /// Certainly 0. Room for terms whose values add up to between `low` <= 0 and `high` >= 0; each may be put a step too low or too high.
  LogOdds(double low, double high)
      : low_(std::floor(low / step) - spare), odds_(static_cast<std::size_t>(std::ceil(high / step) + spare - low_) + 1), weight_(odds_.size()) {
    for (std::size_t k = 0; k < odds_.size(); ++k) odds_[k] = math::exp((static_cast<double>(k) + low_) * step);
    weight_[static_cast<std::size_t>(-low_)] = 1.0;
  }

  /// Adds an independent term whose values are equally likely.
  void add(const QuantileTable& logits) {
    std::vector<double> sum(weight_.size());
    for (const double logit : logits) {
      const double down = std::floor(logit / step), above = (math::exp(logit - down * step) - 1.0) / (math::exp(step) - 1.0);
      const auto shift = static_cast<std::ptrdiff_t>(down), size = static_cast<std::ptrdiff_t>(sum.size());
      for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, -shift); k < std::min(size, size - shift - 1); ++k) {
        sum[static_cast<std::size_t>(k + shift)] += weight_[static_cast<std::size_t>(k)] * (1.0 - above) / 256.0;
        sum[static_cast<std::size_t>(k + shift + 1)] += weight_[static_cast<std::size_t>(k)] * above / 256.0;
      }
    }
    weight_ = std::move(sum);
  }

  double mean_probability(double base) const {
    double mean = 0.0;
    for (std::size_t k = 0; k < odds_.size(); ++k) mean += weight_[k] * (base * odds_[k] / (1.0 + base * odds_[k]));
    return mean;
  }

private:
  static constexpr double step = 0x1p-10;
  static constexpr double spare = 4;
  double low_;  // in steps
  std::vector<double> odds_;
  std::vector<double> weight_;
};

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

  const bool neutral = population.propensity_spread == 0.0 && population.quality_spread == 0.0 && behaviour.topic_match == 0.0;
  double low_end = 0.0, high_end = 0.0;
  for (const QuantileTable* term : {&propensity, &interest, &quality}) {
    const auto [least, most] = std::minmax_element(term->begin(), term->end());
    low_end += *least;
    high_end += *most;
  }
  LogOdds population_odds(low_end, high_end);
  if (population.propensity_spread != 0.0) population_odds.add(propensity);
  if (behaviour.topic_match != 0.0) population_odds.add(interest);
  if (population.quality_spread != 0.0) population_odds.add(quality);
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
