#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "sim/feed/rankings/ranking.hpp"
#include "tests/catch.hpp"

// Weights multiply probabilities: what `oracle` makes of each action is its weight times the probability with which
// this reader takes it at this post, which the keys of [behaviour] and the spreads of posts alone decide.
namespace grapevine {
namespace {

constexpr auto act = [](Action action) { return static_cast<std::size_t>(action); };
constexpr std::uint32_t qualities = 256;

/// A post of each quality, offered to user 0 four times: by its author, whom it follows, with and without three
/// followees who have reshared it, and through discovery, by somebody whom it does not follow, likewise.
struct EveryQuality {
  FollowGraph graph = [] {
    GraphBuilder builder(3);
    builder.add(UserId{0}, UserId{1});
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;

  EveryQuality() {
    world.population.quality_spread = 0.7;
    run.feed.ranking = Ranking::oracle;
    run.feed.length = 4 * qualities;
    run.feed.weights = {};
    run.behaviour.probability = {0.11, 0.031, 0.023, 0.07, 0.041, 0.013, 0.009, 0.0015};
    run.behaviour.follow_after_visit = 0.21;
    run.behaviour.social_proof = 0.4;
  }

  static constexpr std::uint32_t proof_of(std::uint32_t i) { return i / qualities % 2 == 0 ? 0 : 3; }
  static constexpr bool stranger(std::uint32_t i) { return i / qualities >= 2; }

  /// The scores of all.
  std::vector<double> scores() const {
    const Population population(graph, accounts, world, StreamKey(5, Stream::dynamics, 0), {0, 3});
    const Behaviour behaviour(run.behaviour, world.population);
    const Follows follows(graph, 0);
    const ActionPrior prior{};
    const auto ranker =
        Ranker::make(run.feed.ranking, {follows, world.time, run, behaviour, population, prior}, {1, 2, 3, 4});
    Posts posts;
    posts.append(4 * qualities);
    Session session;
    session.now = 3;
    for (std::uint32_t i = 0; i < 4 * qualities; ++i) {
      const UserId author{stranger(i) ? 2U : 1U};
      posts.write(i,
                  {.key = std::uint64_t{i + 1} << 38,
                   .author = author,
                   .topic = 0,
                   .quality = static_cast<std::uint8_t>(i % qualities)},
                  1, {std::bit_cast<std::uint32_t>(answered), 0});
      session.candidates.push_back({i, author, stranger(i) ? Candidate::shown | 2U : 2U, proof_of(i)});
    }
    ranker->rank({posts, {}, nullptr}, session, 4 * qualities, 4 * qualities);
    std::vector<double> list(4 * qualities);
    for (const Ranked& ranked : session.ranked)
      list[ranked.candidate] = float_of_ordered_bits(static_cast<std::uint32_t>(ranked.key >> 32));
    return list;
  }
  /// Those where this action alone has a weight.
  std::vector<double> term(std::size_t action, double weight) const {
    EveryQuality one = *this;
    one.run.feed.weights[action] = weight;
    return one.scores();
  }

  // From the text, on doubles.

  /// What a look leads to at a post of that quality, if it does with probability p over all qualities: odds in
  /// proportion to exp(spread z), z normal in 256 equal cells; what their factor is, bisection finds.
  double chance(double p, std::uint32_t i) const {
    const auto factor = [&](std::uint32_t quality) { return std::exp(world.population.quality_spread * z[quality]); };
    double low = -30, high = 30;
    for (int step = 0; step < 60; ++step) {
      const double base = std::exp((low + high) / 2);
      double mean = 0;
      for (std::uint32_t quality = 0; quality < qualities; ++quality)
        mean += base * factor(quality) / (1 + base * factor(quality)) / qualities;
      (mean < p ? low : high) = (low + high) / 2;
    }
    const double odds =
        std::exp(low) * factor(i % qualities) * std::exp(run.behaviour.social_proof * std::log2(1.0 + proof_of(i)));
    return odds / (1 + odds);
  }
  double chance(Action action, std::uint32_t i) const {
    const double p = chance(run.behaviour.probability[act(action)], i);
    if (action != Action::follow) return p;
    if (!stranger(i)) return 0;
    const double visits = chance(Action::profile_visit, i);
    return visits * chance(run.behaviour.follow_after_visit, i) + (1 - visits) * p;
  }

  static constexpr float answered = 0.25F;  ///< what the platform expects
  std::array<double, qualities> z = [] {
    std::array<double, qualities> cells{};
    for (std::uint32_t i = 0; i < qualities; ++i) {  // the quantile of its middle, by bisection
      double low = -5, high = 5;
      for (int step = 0; step < 60; ++step)
        (std::erfc(-(low + high) / 2 / std::sqrt(2.0)) / 2 < (i + 0.5) / qualities ? low : high) = (low + high) / 2;
      cells[i] = low;
    }
    return cells;
  }();
};

double mean_of(const std::vector<double>& terms, std::size_t from) {
  double sum = 0;
  for (std::size_t i = from; i < from + qualities; ++i) sum += terms[i] / qualities;
  return sum;
}

/// A score is a number of 24 bits, and the means that base odds are centred by are taken on a grid.
constexpr double rounding = 1e-7;

TEST_CASE("under oracle so many times the probability of an action is so many times its term, and changes no other",
          "[sim][oracle][heads]") {
  const EveryQuality plain;
  for (std::size_t scaled = 0; scaled < action_count; ++scaled)
    for (const double times : {0.5, 3.0}) {
      EveryQuality other = plain;
      other.run.behaviour.probability[scaled] *= times;
      for (std::size_t a = 0; a < action_count; ++a) {
        const auto action = static_cast<Action>(a);
        CAPTURE(scaled, times, a);
        const double weight = 0.3 + static_cast<double>(a);
        const std::vector<double> before = plain.term(a, weight), after = other.term(a, weight);
        // A follow may come of a visit to the profile, and is then more likely: docs/model.md 7.19.
        const bool follows_visit = action == Action::follow && scaled == act(Action::profile_visit);
        if (a != scaled && !follows_visit) {
          CHECK(before == after);  // to the bit
          continue;
        }
        for (std::uint32_t i = 0; i < after.size(); i += 7)  // all qualities
          CHECK(after[i] == Approx(weight * other.chance(action, i)).epsilon(rounding).margin(1e-12));
        if (action == Action::follow) continue;
        CHECK(mean_of(after, 0) == Approx(times * mean_of(before, 0)).epsilon(1e-6));  // over posts, without proof
        CHECK(mean_of(after, 0) == Approx(weight * times * plain.run.behaviour.probability[a]).epsilon(1e-6));
      }
    }
}

TEST_CASE("under oracle the score of 2023 is the sum of its heads, each by the probability of what it rewards",
          "[sim][oracle][heads]") {
  std::size_t below_zero = 0;
  for (std::size_t scaled = 0; scaled < action_count; ++scaled) {
    EveryQuality feed;
    feed.run.behaviour.probability[scaled] *= 2;
    feed.run.feed.weights = {0.5, 13.5, 1.0, 0, 0, 0, -74, -369};
    feed.run.feed.answered_weight = 75, feed.run.feed.good_visit_weight = 12, feed.run.feed.good_click_weight = 11;
    const std::vector<double> scores = feed.scores();
    for (std::uint32_t i = 0; i < scores.size(); i += 7) {
      const auto p = [&](Action action) { return feed.chance(action, i); };
      const double responds = 1 - (1 - p(Action::like)) * (1 - p(Action::reply));
      const double rewarded = 0.5 * p(Action::like) + 1.0 * p(Action::reshare) + 13.5 * p(Action::reply) +
                              75.0 * p(Action::reply) * EveryQuality::answered +
                              12.0 * p(Action::profile_visit) * responds + 11.0 * p(Action::click) * responds,
                   punished = 74.0 * p(Action::hide) + 369.0 * p(Action::report), sum = rewarded - punished;
      const double positive = 0.5 + 1.0 + 13.5 + 75.0 + 12.0 + 11.0, negative = 74.0 + 369.0;
      const double squashed = sum < 0 ? (sum + negative) / (positive + negative) * 0.001 : sum + 0.001;
      CAPTURE(scaled, i, sum);
      below_zero += sum < 0;
      const double scale = sum < 0 ? 0.001 / (positive + negative) : 1;
      CHECK(std::abs(scores[i] - squashed) < rounding * (squashed + scale * (rewarded + punished)));
    }
  }
  CAPTURE(below_zero);
  CHECK((below_zero > 100 && below_zero < 1'000));  // of 1 176
}

}  // namespace
}  // namespace grapevine
