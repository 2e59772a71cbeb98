#include "sim/diffusion/branching.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/sim/cascades.hpp"

namespace grapevine {
namespace {

using namespace testing;

/// The offspring of a user drawn at random, from the follower counts themselves.
struct Law {
  Law(const FollowGraph& graph, double p)
      : counts(graph.follower_counts().begin(), graph.follower_counts().end()), probability(p) {
    double sum = 0, squares = 0;
    for (const std::uint32_t k : counts) sum += k, squares += double(k) * k;
    const double n = double(counts.size()), mean_count = sum / n,
                 variance_count = squares / n - mean_count * mean_count;
    mean = p * mean_count;
    variance = p * (1 - p) * mean_count + p * p * variance_count;
  }

  /// E[z^offspring].
  double generating(double z) const {
    double sum = 0;
    for (const std::uint32_t k : counts) sum += std::pow(1 - probability + probability * z, k);
    return sum / double(counts.size());
  }
  double slope_at_zero() const {
    double sum = 0;
    for (const std::uint32_t k : counts) sum += k * probability * std::pow(1 - probability, double(k) - 1);
    return sum / double(counts.size());
  }

  std::vector<std::uint32_t> counts;
  double probability, mean = 0, variance = 0;
};

}  // namespace

TEST_CASE("a branching process has the sizes and depths of its generating function", "[sim][branching][statistical]") {
  const FollowGraph graph = hubs(3'000, 4);
  const double p = GENERATE(0.05, 0.15);
  const Law law(graph, p);
  REQUIRE(law.mean < 0.7);
  constexpr std::uint64_t cascades = 200'000;
  Branching branching(graph, p, 0);
  Spread spread;
  std::uint64_t alone = 0, of_two = 0, shallow = 0, adopters = 0, contacts = 0;
  for (std::uint64_t number = 0; number < cascades; ++number) {
    const UserId root = user(below(mix(number + 99 * golden), graph.user_count()));
    branching.run({&root, 1}, ContagionKey(dynamics_stream(), number), spread);
    alone += spread.adopters.size() == 1;
    of_two += spread.adopters.size() == 2;
    shallow += spread.adopters.back().step <= 1;
    adopters += spread.adopters.size();
    contacts += spread.contacts;
  }
  // Five standard deviations each: sound code leaves one of these ten in 170 000 seeds.
  const double none = law.generating(0);
  CHECK(std::abs(deviation(alone, cascades, none)) < 5);
  CHECK(std::abs(deviation(of_two, cascades, law.slope_at_zero() * none)) < 5);
  CHECK(std::abs(deviation(shallow, cascades, law.generating(none))) < 5);
  // Total progeny: mean 1 / (1 - r), variance s^2 / (1 - r)^3 (Harris 1963, chapter I).
  const double n = double(cascades), size_sd = std::sqrt(law.variance / std::pow(1 - law.mean, 3) / n);
  CHECK(std::abs(double(adopters) / n - 1 / (1 - law.mean)) < 5 * size_sd);
  // Contacts: of mean k / (1 - r). Each is a trial, so adoptions are p of them but for a martingale's noise.
  const double trials = double(contacts);
  CHECK(std::abs(double(adopters) - n - p * trials) < 5 * std::sqrt(trials * p * (1 - p)));
}

TEST_CASE("children are drawn from all users alike", "[sim][branching][statistical]") {
  const FollowGraph graph = ring(50);  // one follower each
  Branching branching(graph, 1.0, 1'000);
  Spread spread;
  std::vector<std::uint64_t> met(50, 0);
  for (std::uint64_t number = 0; number < 100; ++number) {
    const UserId root = user(number % 50);
    branching.run({&root, 1}, ContagionKey(dynamics_stream(), number), spread);
    REQUIRE(spread.adopters.size() == 1'001);
    for (std::size_t i = 1; i < spread.adopters.size(); ++i) ++met[spread.adopters[i].user.index()];
  }
  // 100 000 draws, 2 000 of each: chi-square with 49 degrees of freedom, above 112 once in a million.
  double chi_square = 0;
  for (const std::uint64_t count : met) chi_square += (double(count) - 2000) * (double(count) - 2000) / 2000;
  CHECK(chi_square < 112);
  CHECK(chi_square > 15);  // nor more even than chance
}

TEST_CASE("a branching process grows for as many steps as it may", "[sim][branching][statistical]") {
  const FollowGraph graph = hubs(2'000, 5);
  const double p = 0.4;  // r = 2
  const Law law(graph, p);
  Branching branching(graph, p, 3);
  Spread spread;
  constexpr std::uint64_t cascades = 20'000;
  std::vector<double> by_step(4, 0);
  for (std::uint64_t number = 0; number < cascades; ++number) {
    const UserId root = user(below(mix(number + 98 * golden), graph.user_count()));
    branching.run({&root, 1}, ContagionKey(dynamics_stream(), number), spread);
    REQUIRE(spread.adopters.back().step <= 3);
    for (const Adopter& adopter : spread.adopters) ++by_step[adopter.step];
  }
  // Generation t: mean r^t, variance s^2 r^(t-1) (r^t - 1) / (r - 1).
  for (int t = 1; t <= 3; ++t) {
    const double sd =
        std::sqrt(law.variance * std::pow(law.mean, t - 1) * (std::pow(law.mean, t) - 1) / (law.mean - 1) / cascades);
    CHECK(std::abs(by_step[std::size_t(t)] / cascades - std::pow(law.mean, t)) < 5 * sd);
  }
}

TEST_CASE("seeds branch as each does alone", "[sim][branching]") {
  const FollowGraph graph = hubs(500, 4);
  Branching branching(graph, 0.2, 0);
  const std::vector<UserId> seeds{user(0), user(7), user(300)};
  for (std::uint64_t number = 0; number < 50; ++number) {
    const ContagionKey key(dynamics_stream(), number);
    Spread together, alone;
    branching.run(seeds, key, together);
    Adoptions each;
    std::uint64_t contacts = 0;
    for (const UserId seed : seeds) {
      branching.run({&seed, 1}, key, alone);
      const Adoptions one = adoptions(alone.adopters);
      each.insert(each.end(), one.begin(), one.end());
      contacts += alone.contacts;
    }
    std::ranges::sort(each);
    CHECK(adoptions(together.adopters) == each);
    CHECK(together.contacts == contacts);
    for (std::size_t i = 1; i < together.adopters.size(); ++i)
      CHECK(together.adopters[i - 1].step <= together.adopters[i].step);
  }
}

TEST_CASE("a branching process that cannot die out is stopped with advice", "[sim][branching]") {
  const FollowGraph graph = ring(20);
  Branching branching(graph, 1.0, 0, 5'000);
  const UserId root = user(3);
  Spread spread;
  std::string message;
  try {
    branching.run({&root, 1}, ContagionKey(dynamics_stream(), 0), spread);
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("more than 5000 adopters") != std::string::npos);
  CHECK(message.find("diffusion.steps") != std::string::npos);
  branching.run({}, ContagionKey(dynamics_stream(), 0), spread);
  CHECK(spread.adopters.empty());
}

TEST_CASE("nobody adopts without a chance or without followers", "[sim][branching]") {
  const FollowGraph connected = ring(9), alone = FollowGraph(rows_of_sizes(std::vector<std::uint32_t>{0}));
  const UserId root = user(0);
  Spread spread;
  Branching(connected, 0.0, 0).run({&root, 1}, ContagionKey(dynamics_stream(), 1), spread);
  CHECK(spread.adopters == std::vector<Adopter>{{root, 0, 0}});
  CHECK(spread.contacts == 1);
  Branching(alone, 1.0, 0).run({&root, 1}, ContagionKey(dynamics_stream(), 1), spread);
  CHECK(spread.adopters == std::vector<Adopter>{{root, 0, 0}});
  CHECK(spread.contacts == 0);
}

}  // namespace grapevine
