#include <cmath>

#include "graph/generators/uniform_audience.hpp"
#include "sim/replicate.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

TEST_CASE("in the null world engagement per impression is the same in every follower class", "[sim][statistical][null]") {
  // Audiences are uniform samples of 100 000 users, independent of everything; every mechanism is neutral. Each class has 80 000 follower slots and about 10 posts an
  // author, so n = 0.8 M impressions a class; an impression is engaging with p = 0.5 (half of the impressions are liked; coins of reader and root are independent).
  // The log of the ratio of two classes has standard error s = sqrt(2 (1 - p) / (n p)) = 0.00158; its 90 % interval is +-1.645 s = +-0.0026 wide and lies inside +-1 %
  // if the estimate is within 0.0074 = 4.7 s of 0. Equal classes pass all six comparisons with probability above 1 - 6 * 3e-6 > 0.9999: the power of this test.
  const std::vector<std::array<std::uint64_t, 2>> audiences{{10'000, 8}, {1'000, 80}, {100, 800}, {10, 8'000}};
  WorldParameters p;
  p.seed = 5;
  p.time = {600, 144, 144, 144};
  p.population.sessions_per_day = 6.0;
  p.population.session_spread = 0.0;
  p.population.posts_per_day = 10.0;
  p.population.post_spread = 0.0;
  p.population.patience = 1e6;  // nobody leaves before the feed runs out
  p.tiers = {{"none", "10", "100", "1 000", "10 000"}, {0, 10, 100, 1'000, 10'000}};
  RunParameters run;
  run.feed.length = 100'000;
  run.behaviour.probability = {0.5, 0.0, 0.0, 0.1};
  const FollowGraph graph = uniform_audience(100'000, audiences, StreamKey(p.seed, Stream::graph, 0));
  Alone alone;
  const Accounts no_ids;
  Replicate replicate(graph, no_ids, p, run, ReplicateStreams{}, alone);
  replicate.warm_up();
  const RunRecord record = replicate.run_arm(run, {});

  REQUIRE(record.tiers.size() == 5);
  CHECK(record.tiers[0].outcomes.impressions == 0);  // no followers, no impressions
  for (std::size_t i = 1; i < 5; ++i) {
    const Outcomes& small = record.tiers[i].outcomes;
    CAPTURE(i, small.impressions, small.engagement());
    CHECK(record.tiers[i].accounts == audiences[4 - i][1]);
    CHECK(small.impressions > 700'000);
    CHECK(small.served - small.impressions < 100);  // with so much patience all but everything served is looked at
    for (std::size_t j = i + 1; j < 5; ++j) {
      const Outcomes& large = record.tiers[j].outcomes;
      const auto rate = [](const Outcomes& o) { return static_cast<double>(o.engagement()) / static_cast<double>(o.impressions); };
      const auto variance = [&](const Outcomes& o) { return (1.0 - rate(o)) / (static_cast<double>(o.impressions) * rate(o)); };
      const double log_ratio = std::log(rate(small) / rate(large));
      const double half_width = 1.645 * std::sqrt(variance(small) + variance(large));
      CAPTURE(j, log_ratio, half_width);
      CHECK(std::exp(log_ratio - half_width) > 0.99);
      CHECK(std::exp(log_ratio + half_width) < 1.01);
    }
  }
}

}  // namespace
}  // namespace grapevine
