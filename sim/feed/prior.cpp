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

/// The variance over authors of the mean over their posts of a number that hangs on the interest of the author's
/// community in the post's topic, `of_interest` by its cell. With g that number less its mean over cells, an author
/// whose community has the interests I_1 ... I_K and whose main topic is k* has the mean
/// focus g(I_k*) + (1 - focus) / K sum of g(I_k). I_k* is the largest of K where the author shares it; then the others
/// that it shares are below.
double variance_over_authors(const QuantileTable& of_interest, const PopulationParameters& population) {
  const double focus = population.focus, shared = population.shared_interest, topics = population.topics;
  double mean = 0.0;
  for (const double x : of_interest) mean += x / 256.0;
  double main = 0.0, main_square = 0.0, square = 0.0;  // of g(I_k*), its square, g(I_k)^2
  double main_other = 0.0;                             // of g(I_k*) g(I_k), k another topic, where both are shared
  double below = 0.0;                                  // the sum of g over lower cells
  for (std::size_t i = 0; i < 256; ++i) {
    const double g = of_interest[i] - mean, from = static_cast<double>(i) / 256.0, to = from + 1.0 / 256.0;
    double before_from = 1.0, before_to = 1.0;  // the powers K - 1
    for (std::uint32_t k = 1; k < population.topics; ++k) before_from *= from, before_to *= to;
    const double largest = before_to * to - before_from * from;
    main += shared * largest * g;
    main_square += (shared * largest + (1.0 - shared) / 256.0) * g * g;
    square += g * g / 256.0;
    if (population.topics > 1)
      main_other += g * ((below - from * g) * topics / (topics - 1.0) * (before_to - before_from) + g * largest);
    below += g / 256.0;
  }
  const double covariance = (main_square + (topics - 1.0) * shared * shared * main_other) / topics;
  return std::max(0.0, focus * focus * (main_square - main * main) + 2.0 * focus * (1.0 - focus) * covariance +
                           (1.0 - focus) * (1.0 - focus) * square / topics);
}

/// The strength of the beta distribution with that mean and variance.
double strength_of(double mean, double variance) {
  return variance > 0.0 ? mean * (1.0 - mean) / variance - 1.0 : unlimited;
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
    QuantileTable liked{};            // the mean over qualities of those who are alike, by their interest
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
      for (std::size_t i = 0; i < 256; ++i) {
        const double here = of_alike.at(quality + logits.interest[i]);
        add(weights[i] / 256.0, (1.0 - shared_audience) * elsewhere + shared_audience * here);
        liked[i] += here / 256.0;
      }
    }
    rates.mean[a] = p + mean;
    rates.variance[a] = std::max(0.0, square - mean * mean);
    if (by_topic)
      rates.variance_of_authors[a] = shared_audience * shared_audience * variance_over_authors(liked, population);
  }
  return rates;
}

ActionPrior platform_prior(const FeedParameters& feed, const PostRates& rates) {
  ActionPrior prior{feed.prior, feed.prior_strength};
  for (std::size_t a = 0; a < action_count; ++a) {
    if (prior.mean[a] == automatic) prior.mean[a] = rates.mean[a];
    if (prior.strength[a] == automatic) prior.strength[a] = strength_of(rates.mean[a], rates.variance[a]);
  }
  return prior;
}

ActionPrior prior_by_author(const FeedParameters& feed, const PostRates& rates) {
  ActionPrior prior = platform_prior(feed, rates);
  if (!feed.looks_at_authors()) return prior;
  for (std::size_t a = 0; a < action_count; ++a) {
    const double mean = rates.mean[a], authors = rates.variance_of_authors[a], posts = rates.variance[a] - authors;
    prior.author_strength[a] = feed.author_strength == automatic ? strength_of(mean, authors) : feed.author_strength;
    if (feed.prior_strength[a] == automatic)
      prior.strength[a] = posts > 0.0 ? (mean * (1.0 - mean) - authors) / posts - 1.0 : unlimited;
  }
  return prior;
}

bool ActionPrior::looks_at_authors() const {
  return std::ranges::any_of(author_strength, [](double of_action) { return of_action != unlimited; });
}

}  // namespace grapevine
