#include "sim/feed/prior.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "tests/catch.hpp"

// What a platform expects of a post before anybody looked, against averages over every propensity, interest and quality
// that there is.
namespace grapevine {
namespace {

BehaviourParameters actions(double topic_match = 0.0) {
  BehaviourParameters behaviour;
  behaviour.probability = {0.073, 0.005, 0.2, 0.02};
  behaviour.topic_match = topic_match;
  return behaviour;
}

PopulationParameters people(double quality_spread) {
  PopulationParameters population;
  population.propensity_spread = 0.7;
  population.quality_spread = quality_spread;
  return population;
}

/// The mean over readers of the chance of a like, by quality of the post, for readers whose interest is drawn at random
/// and for those who have `interest`.
struct ByHand {
  explicit ByHand(const Behaviour& behaviour, bool topics) {
    for (int q = 0; q < 256; ++q) {
      double everybody = 0.0;
      for (int i = 0; i < 256; ++i) {
        double readers = 0.0;
        for (int p = 0; p < 256; ++p) readers += chance(behaviour, p, i, q) / 256;
        alike[q][i] = readers;
        everybody += readers / 256;
        if (!topics) {
          everybody = readers;
          break;
        }
      }
      others[q] = everybody;
    }
  }
  static double chance(const Behaviour& behaviour, int propensity, int interest, int quality) {
    return behaviour.probability(
        Action::like, behaviour.odds(static_cast<std::uint8_t>(propensity), static_cast<std::uint8_t>(interest),
                                     static_cast<std::uint8_t>(quality), 0));
  }
  std::array<double, 256> others{};
  std::array<std::array<double, 256>, 256> alike{};
};

constexpr auto like = static_cast<std::size_t>(Action::like);

TEST_CASE("the spread of posts' rates is that of their qualities, averaged over readers", "[sim][prior]") {
  const auto behaviour = actions();
  const auto population = people(0.5);
  const Behaviour odds(behaviour, population);
  const auto hand = std::make_unique<ByHand>(odds, false);
  double mean = 0.0, square = 0.0;
  for (const double rate : hand->others) mean += rate / 256, square += rate * rate / 256;
  const double variance = square - mean * mean;
  const PostRates rates = rates_of_posts(odds, behaviour, population, 0.4);
  // The grids are off by less than 1e-6 of a rate.
  CHECK_THAT(rates.mean[like], Catch::Matchers::WithinRel(mean, 1e-5));
  CHECK_THAT(rates.mean[like], Catch::Matchers::WithinRel(0.073, 1e-5));
  CHECK_THAT(rates.variance[like], Catch::Matchers::WithinRel(variance, 1e-4));
  FeedParameters feed;
  feed.prior.fill(automatic);
  feed.prior_strength.fill(automatic);
  const ActionPrior prior = platform_prior(feed, rates);
  CHECK_THAT(prior.strength[like], Catch::Matchers::WithinRel(mean * (1 - mean) / variance - 1, 1e-3));
  CHECK(prior.strength[like] > 10);
  CHECK(prior.strength[like] < 1'000);
}

TEST_CASE("where a community shares its interests, posts differ by topic, and more so on their authors' main topics",
          "[sim][prior]") {
  const auto behaviour = actions(1.5);
  auto population = people(0.3);
  population.shared_interest = 0.6;
  population.topics = 2;
  population.interest_skew = 2.0;
  const double audience = 0.35;  // of the readers have the interest of the author's community
  for (const double focus : {0.0, 0.5}) {
    population.focus = focus;
    const Behaviour odds(behaviour, population);
    const auto hand = std::make_unique<ByHand>(odds, true);
    // The topic of a post: any, or, for the share of authors who focus and have their community's interests, the one of
    // two in which the interest is larger.
    std::array<double, 256> topics{};
    for (int i = 0; i < 256; ++i) {
      topics[i] += (1 - focus * 0.6) / 256;
      for (int k = 0; k < 256; ++k) topics[std::max(i, k)] += focus * 0.6 / (256.0 * 256.0);
    }
    double mean = 0.0, square = 0.0;
    for (int q = 0; q < 256; ++q)
      for (int i = 0; i < 256; ++i) {
        const double rate = (1 - audience) * hand->others[q] + audience * hand->alike[q][i];
        mean += topics[i] * rate / 256;
        square += topics[i] * rate * rate / 256;
      }
    const PostRates rates = rates_of_posts(odds, behaviour, population, audience);
    CAPTURE(focus);
    CHECK_THAT(rates.mean[like], Catch::Matchers::WithinRel(mean, 1e-5));
    CHECK_THAT(rates.variance[like], Catch::Matchers::WithinRel(square - mean * mean, 1e-4));
    if (focus == 0.0)
      CHECK_THAT(mean, Catch::Matchers::WithinRel(0.073, 1e-5));
    else
      CHECK(mean > 0.0745);  // its author's community likes the topic
  }
}

TEST_CASE("where posts do not differ, no observation moves what is expected of one", "[sim][prior]") {
  const auto behaviour = actions(2.0);
  const auto population = people(0.0);  // readers differ; their communities share no interest
  const PostRates rates = rates_of_posts(Behaviour(behaviour, population), behaviour, population, 0.0);
  FeedParameters feed;
  const ActionPrior prior = platform_prior(feed, rates);
  for (std::size_t a = 0; a < action_count; ++a) {
    CHECK(rates.variance[a] == 0.0);
    CHECK(prior.strength[a] == std::numeric_limits<double>::infinity());
    CHECK(prior.mean[a] == behaviour.probability[a]);
    CHECK(predicted_rate(90, 100, prior.mean[a], prior.strength[a]) == prior.mean[a]);
  }
}

TEST_CASE("what is said of a prior stands, and what is not is found", "[sim][prior]") {
  FeedParameters feed;
  feed.prior = {0.2, automatic, automatic, 0.01};
  feed.prior_strength = {automatic, 30, automatic, 0};
  const ActionPrior prior = platform_prior(feed, {{0.1, 0.1, 0.5, 0.1}, {0.01, 0.01, 0.01, 0.01}});
  CHECK(prior.mean == PerAction{0.2, 0.1, 0.5, 0.01});
  // The beta distribution of mean 1/2 and variance 1/100 is Beta(12, 12); that of mean 1/10 is Beta(0.8, 7.2).
  CHECK_THAT(prior.strength[0], Catch::Matchers::WithinRel(8.0, 1e-12));
  CHECK(prior.strength[1] == 30);
  CHECK_THAT(prior.strength[2], Catch::Matchers::WithinRel(24.0, 1e-12));
  CHECK(prior.strength[3] == 0);
}

TEST_CASE("a predicted rate is the mean of the beta distribution after what was seen", "[sim][prior]") {
  CHECK(predicted_rate(3, 10, 0.2, 10) == 0.25);  // Beta(2, 8) becomes Beta(5, 15)
  CHECK(predicted_rate(0, 0, 0.2, 10) == 0.2);
  CHECK(predicted_rate(3, 10, 0.9, 0) == 0.3);
  CHECK(predicted_rate(0, 0, 0.9, 0) == 0.0);
}

}  // namespace
}  // namespace grapevine
