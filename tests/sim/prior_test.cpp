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

/// Of a function of their community's interest in the topic, over authors that write on three topics: what it is for
/// the main topic and in the mean over topics. All interests that decide on the main topic are gone through, whether
/// the author shares those of its community or not.
struct AuthorsByHand {
  AuthorsByHand(const std::array<double, 256>& g, double shared) {
    double all = 0, squares = 0;  // where the community's interest does not decide
    for (const double x : g) all += x / 256, squares += x * x / 256;
    for (int pattern = 0; pattern < 8; ++pattern) {
      double weight = 3.0 / (256.0 * 256.0 * 256.0);  // any of three topics may be the main one
      for (int topic = 0; topic < 3; ++topic) weight *= pattern >> topic & 1 ? shared : 1 - shared;
      const auto value = [&](int topic, std::size_t i) { return pattern >> topic & 1 ? g[i] : all; };
      const auto square = [&](int topic, std::size_t i) { return pattern >> topic & 1 ? g[i] * g[i] : squares; };
      for (std::size_t i = 0; i < 256; ++i)
        for (std::size_t j = 0; j <= i; ++j)
          for (std::size_t k = 0; k <= i; ++k) {
            const double w = weight / (1 + (j == i) + (k == i));  // of equal ones each is the main topic as often
            const double x = value(0, i), y = value(1, j), z = value(2, k), x2 = square(0, i);
            main += w * x;
            main_square += w * x2;
            both += w * (x2 + x * (y + z)) / 3;
            mean += w * (x + y + z) / 3;
            mean_square += w * (x2 + square(1, j) + square(2, k) + 2 * (x * y + x * z + y * z)) / 9;
          }
    }
  }
  double variance(double focus) const {
    const double rest = 1 - focus, centre = focus * main + rest * mean;
    return focus * focus * main_square + 2 * focus * rest * both + rest * rest * mean_square - centre * centre;
  }
  double main = 0, main_square = 0, both = 0, mean = 0, mean_square = 0;
};

TEST_CASE("authors differ by what their communities think of their topics", "[sim][prior]") {
  const auto behaviour = actions(1.5);
  auto population = people(0.3);
  population.shared_interest = 0.6;
  population.topics = 3;
  population.interest_skew = 2.0;
  const double audience = 0.35;
  const Behaviour odds(behaviour, population);
  const auto hand = std::make_unique<ByHand>(odds, true);
  std::array<double, 256> liked{};
  for (std::size_t i = 0; i < 256; ++i)
    for (std::size_t q = 0; q < 256; ++q) liked[i] += audience * hand->alike[q][i] / 256;
  const AuthorsByHand authors(liked, 0.6);
  for (const double focus : {0.0, 0.3, 1.0}) {
    population.focus = focus;
    const double variance = authors.variance(focus);
    const PostRates rates = rates_of_posts(odds, behaviour, population, audience);
    CAPTURE(focus);
    CHECK_THAT(rates.variance_of_authors[like], Catch::Matchers::WithinRel(variance, 1e-4));
    CHECK(rates.variance_of_authors[like] < rates.variance[like]);

    FeedParameters feed;
    const ActionPrior plain = platform_prior(feed, rates);
    CHECK(prior_by_author(feed, rates).author_strength == per_action(unlimited));
    CHECK(prior_by_author(feed, rates).strength == plain.strength);
    feed.author_strength = automatic;
    const ActionPrior prior = prior_by_author(feed, rates);
    // Two beta distributions, one inside the other, have the moments that posts have.
    const double m = prior.mean[like], between = m * (1 - m) / (prior.author_strength[like] + 1),
                 within = (m * (1 - m) - between) / (prior.strength[like] + 1);
    CHECK_THAT(between, Catch::Matchers::WithinRel(variance, 1e-4));
    CHECK_THAT(between + within, Catch::Matchers::WithinRel(rates.variance[like], 1e-9));
    CHECK(prior.strength[like] > plain.strength[like]);  // posts of one author differ less
    feed.author_strength = 12;
    CHECK(prior_by_author(feed, rates).author_strength == per_action(12));
    feed.prior_strength[like] = 7;
    CHECK(prior_by_author(feed, rates).strength[like] == 7);
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
  feed.author_strength = automatic;
  CHECK_FALSE(prior_by_author(feed, rates).looks_at_authors());
  CHECK(prior_by_author(feed, rates).strength == prior.strength);
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
