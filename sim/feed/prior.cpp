#include "sim/feed/prior.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "graph/base/math.hpp"
#include "sim/model/log_odds.hpp"

namespace grapevine {

namespace {

/// The mean probability of readers as a function of the log odds that the post adds, between points of a grid by
/// straight lines: off by less than 2e-7 (step^2 / 8 x 0.1).
class RateCurve {
public:
  RateCurve(const LogOdds& readers, double base_odds, double low, double high) : low_(std::floor(low / step)) {
    for (double k = low_; k <= std::ceil(high / step) + 1; ++k)
      points_.push_back(readers.mean_probability(base_odds * math::exp(k * step)));
  }
  double at(double logit) const {
    const double place = logit / step - low_, below = std::floor(place);
    const auto i = static_cast<std::size_t>(below);
    return points_[i] + (place - below) * (points_[i + 1] - points_[i]);
  }

private:
  static constexpr double step = 0x1p-8;
  double low_;  // in steps
  std::vector<double> points_;
};

/// How likely a post's topic is one in which the interest of its author's community falls into each cell. A post on its
/// author's main topic (`focus`) is on the one of K in which the author's interest is largest, and where that interest
/// is the community's it is the largest of K: its quantile has the distribution function x^K.
QuantileTable topic_weights(const PopulationParameters& population) {
  const double chosen = population.focus * population.shared_interest;
  const auto largest_below = [&](std::size_t i) {
    double power = 1.0;
    for (std::uint32_t k = 0; k < population.topics; ++k) power *= static_cast<double>(i) / 256.0;
    return power;
  };
  QuantileTable weights;
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = (1.0 - chosen) / 256.0 + chosen * (largest_below(i + 1) - largest_below(i));
  return weights;
}

}  // namespace

PostRates rates_of_posts(const Behaviour& behaviour, const BehaviourParameters& parameters,
                         const PopulationParameters& population, double shared_audience) {
  const Logits logits(parameters, population);
  const bool by_quality = population.quality_spread != 0.0,
             by_topic = parameters.topic_match != 0.0 && shared_audience > 0.0;
  PostRates rates{parameters.probability, {}};
  if (!by_quality && !by_topic) return rates;

  const QuantileTable weights = topic_weights(population);
  const LogOdds others{&logits.propensity, &logits.interest}, alike{&logits.propensity};
  const auto [least_quality, most_quality] = std::minmax_element(logits.quality.begin(), logits.quality.end());
  const auto [least_interest, most_interest] = std::minmax_element(logits.interest.begin(), logits.interest.end());
  for (std::size_t a = 0; a < action_count; ++a) {
    const double p = parameters.probability[a];
    if (p <= 0.0 || p >= 1.0) continue;
    const double base = behaviour.base_odds(static_cast<Action>(a));
    const RateCurve of_others(others, base, *least_quality, *most_quality);
    const RateCurve of_alike(alike, base, *least_quality + *least_interest, *most_quality + *most_interest);
    double mean = 0.0, square = 0.0;  // of the distance from p, which is small
    const auto add = [&](double weight, double rate) {
      mean += weight * (rate - p);
      square += weight * (rate - p) * (rate - p);
    };
    for (const double quality : logits.quality) {
      const double elsewhere = of_others.at(quality);
      if (!by_topic) {
        add(1.0 / 256.0, elsewhere);
        continue;
      }
      for (std::size_t i = 0; i < 256; ++i)
        add(weights[i] / 256.0,
            (1.0 - shared_audience) * elsewhere + shared_audience * of_alike.at(quality + logits.interest[i]));
    }
    rates.mean[a] = p + mean;
    rates.variance[a] = std::max(0.0, square - mean * mean);
  }
  return rates;
}

ActionPrior platform_prior(const FeedParameters& feed, const PostRates& rates) {
  ActionPrior prior{feed.prior, feed.prior_strength};
  for (std::size_t a = 0; a < action_count; ++a) {
    const double mean = rates.mean[a], variance = rates.variance[a];
    if (prior.mean[a] == automatic) prior.mean[a] = mean;
    if (prior.strength[a] == automatic)
      prior.strength[a] =
          variance > 0.0 ? mean * (1.0 - mean) / variance - 1.0 : std::numeric_limits<double>::infinity();
  }
  return prior;
}

}  // namespace grapevine
