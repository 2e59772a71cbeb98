#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "graph/generators/uniform_audience.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

using Audiences = std::vector<std::array<std::uint64_t, 2>>;  // {followers, accounts with so many}, largest first

/// Audiences are uniform samples of the users, independent of everything; every mechanism is neutral. A campaign pays
/// 20 accounts of the third class. `change` lays something else over it.
template <class Change>
RunRecord null_world(std::size_t users, const Audiences& audiences, const Change& change) {
  WorldParameters p;
  p.seed = 5;
  p.time = {600, 144, 144, 144};
  p.population.sessions_per_day = 6.0;
  p.population.session_spread = 0.0;
  p.population.posts_per_day = 10.0;
  p.population.post_spread = 0.0;
  p.population.patience = 1e6;  // nobody leaves before the feed runs out
  p.tiers = {{"none"}, {0}};
  for (auto it = audiences.rbegin(); it != audiences.rend(); ++it) {
    p.tiers.names.push_back(std::to_string((*it)[0]));
    p.tiers.from.push_back((*it)[0]);
  }
  CampaignParameters partners;
  partners.name = "partners";
  partners.tier = p.tiers.names[3];
  partners.count = 20;
  p.campaigns = {partners};
  RunParameters run;
  run.feed.length = 100'000;
  run.behaviour.probability = {0.5, 0.0, 0.0, 0.1};
  change(p, run);
  const FollowGraph graph = uniform_audience(users, audiences, StreamKey(p.seed, Stream::graph, 0));
  Alone alone;
  const Users accounts;
  Replicate replicate(graph, accounts, p, run, ReplicateStreams{}, alone);
  replicate.warm_up();
  run.pays = {"partners"};
  return replicate.run_arm(run, {});
}

RunRecord null_world(std::size_t users, const Audiences& audiences) {
  return null_world(users, audiences, [](WorldParameters&, RunParameters&) {});
}

/// Mean and variance of the number of users in at least one of independent uniform audiences: with q = prod (1 - K /
/// N), N (1 - q); two users are both missed with probability r = prod (N - K)(N - K - 1) / (N (N - 1)), so the variance
/// is N q + N (N - 1) r - (N q)^2.
struct Union {
  double mean, variance;
};
Union union_of(double users, const Audiences& audiences) {
  double log_q = 0, log_r = 0;
  for (const auto& [followers, accounts] : audiences) {
    const double k = static_cast<double>(followers), n = static_cast<double>(accounts);
    log_q += n * std::log1p(-k / users);
    log_r += n * (std::log1p(-k / users) + std::log1p(-k / (users - 1)));
  }
  const double missed = users * std::exp(log_q);
  return {users - missed, missed + users * (users - 1) * std::exp(log_r) - missed * missed};
}

/// Every pair of classes by two one-sided tests: its 90 % interval lies inside +-1 %. `patient`: readers look at all
/// but everything that they are served.
void expect_equal_rates(const RunRecord& record, const Audiences& audiences, std::uint64_t least_impressions,
                        bool patient = true) {
  REQUIRE(record.tiers.size() == audiences.size() + 1);
  CHECK(record.tiers[0].outcomes.impressions == 0);  // no followers, no impressions
  for (std::size_t i = 1; i < record.tiers.size(); ++i) {
    const Outcomes& small = record.tiers[i].outcomes;
    CAPTURE(i, small.impressions, small.engagement());
    CHECK(record.tiers[i].accounts == audiences[audiences.size() - i][1]);
    CHECK(small.impressions > least_impressions);
    CHECK((!patient || small.served - small.impressions < least_impressions / 7'000));
    for (std::size_t j = i + 1; j < record.tiers.size(); ++j) {
      const Outcomes& large = record.tiers[j].outcomes;
      const auto rate = [](const Outcomes& o) {
        return static_cast<double>(o.engagement()) / static_cast<double>(o.impressions);
      };
      const auto variance = [&](const Outcomes& o) {
        return (1.0 - rate(o)) / (static_cast<double>(o.impressions) * rate(o));
      };
      const double log_ratio = std::log(rate(small) / rate(large));
      const double half_width = 1.645 * std::sqrt(variance(small) + variance(large));
      CAPTURE(j, log_ratio, half_width);
      CHECK(std::exp(log_ratio - half_width) > 0.99);
      CHECK(std::exp(log_ratio + half_width) < 1.01);
      if (least_impressions > 1'000'000)
        WARN("class " << i << " / class " << j << ": " << std::exp(log_ratio) << " +- " << half_width);
    }
  }
}

/// A user who visits six times a day misses none of its feed, so reach is the union of audiences. 5 standard
/// deviations: one sound seed in 1.7 million for each of five.
void expect_random_overlap(const RunRecord& record, const Audiences& audiences, double users) {
  for (std::size_t i = 1; i < record.tiers.size(); ++i) {
    const Union expected = union_of(users, {audiences[audiences.size() - i]});
    CAPTURE(i, expected.mean, record.tiers[i].outcomes.reach);
    CHECK(std::abs(static_cast<double>(record.tiers[i].outcomes.reach) - expected.mean) <
          5 * std::sqrt(expected.variance) + users * 5e-5);  // and e^-12 who never come
  }
  const CampaignRow& partners = record.campaigns.at(0);
  REQUIRE(partners.accounts == 20);
  const std::uint64_t followers = audiences[audiences.size() - 3][0];
  CHECK(partners.audience_gross == 20 * followers);
  const Union expected = union_of(users, {{followers, 20}});
  CAPTURE(expected.mean, partners.audience);
  CHECK(std::abs(static_cast<double>(partners.audience) - expected.mean) < 5 * std::sqrt(expected.variance));
  // Each user follows a binomial number of the 20, and bins are sums of nearly independent users: 5 sd of a Poisson
  // number.
  const double p = static_cast<double>(followers) / users;
  double binomial = users * std::pow(1 - p, 20);
  for (std::size_t k = 1; k <= 4; ++k) {
    binomial *= (21.0 - static_cast<double>(k)) / static_cast<double>(k) * p / (1 - p);
    CAPTURE(k, binomial, record.frequency[k - 1]);
    CHECK(std::abs(static_cast<double>(record.frequency[k - 1]) - binomial) < 5 * std::sqrt(binomial) + 1);
  }
}

TEST_CASE("in the null world engagement per impression is the same in every follower class",
          "[sim][statistical][null]") {
  // Each class has 80 000 follower slots and about 10 posts an author, so n = 0.8 M impressions a class; an impression
  // is engaging with p = 0.5 (half of the impressions are liked; coins of reader and root are independent). The log of
  // the ratio of two classes has standard error s = sqrt(2 (1 - p) / (n p)) = 0.00158; its 90 % interval is +-1.645 s =
  // +-0.0026 wide and lies inside +-1 % if the estimate is within 0.0074 = 4.7 s of 0. Equal classes pass all six
  // comparisons with probability above 1 - 6 * 3e-6 > 0.9999: the power of this test.
  const Audiences audiences{{10'000, 8}, {1'000, 80}, {100, 800}, {10, 8'000}};
  const RunRecord record = null_world(100'000, audiences);
  expect_equal_rates(record, audiences, 700'000);
  expect_random_overlap(record, audiences, 100'000);
}

TEST_CASE("fake followers, and readers who unfollow, leave engagement per impression the same in every follower class",
          "[sim][statistical][null][follows]") {
  // As above with p = 0.8 and at least 300 000 impressions a class: s = sqrt(2 (1 - p) / (n p)) = 0.0013, the 90 %
  // interval lies inside +-1 % if the estimate is within 0.0079 = 6 s of 0.
  const Audiences audiences{{10'000, 8}, {1'000, 80}, {100, 800}, {10, 8'000}};
  const RunRecord record = null_world(100'000, audiences, [](WorldParameters& world, RunParameters& run) {
    world.tiers.fake_followers = {0.3};
    run.behaviour.probability = {0.8, 0, 0, 0.1, 0.1, 0, 0.05, 0.01};
    run.unfollow = {.hides = 2, .crowded = 1, .probability = 0.02};
  });
  expect_equal_rates(record, audiences, 300'000);
  // Of each class as large a share of followers is lost. It grows less than twice as fast as the posts of its authors,
  // some 30 each, which differ by chance: 5 sd.
  const auto of = [&](const char* name, std::size_t tier) {
    return static_cast<double>(
        std::ranges::find(record.mechanisms, std::string(name), &MechanismColumn::name)->by_tier.at(tier));
  };
  for (std::size_t tier = 1; tier <= audiences.size(); ++tier) {
    const auto& [followers, accounts] = audiences[audiences.size() - tier];
    CAPTURE(tier, of("follows_lost", tier));
    CHECK(of("follows_at_start", tier) == static_cast<double>(followers * accounts));
    CHECK(of("follows_lost", tier) / of("follows_lost", 1) ==
          Approx(1.0).margin(0.02 + 5 * 2 / std::sqrt(30.0 * static_cast<double>(accounts))));
  }
  CHECK(of("follows_lost", 1) > 5'000);
}

TEST_CASE("a ranking that favours verified accounts leaves engagement per impression the same in every follower class",
          "[sim][statistical][null][verified]") {
  // A quarter of each class is verified, and readers leave after four looks in the mean, so that half of the posts are
  // looked at and those of verified accounts more often. p = 0.8 and 280 000 impressions a class: s = 0.0013, within
  // 0.0079 = 6 s of 0.
  const Audiences audiences{{10'000, 8}, {1'000, 80}, {100, 800}, {10, 8'000}};
  const auto looked_at = [&](double factor) {
    const RunRecord record = null_world(100'000, audiences, [&](WorldParameters& world, RunParameters& run) {
      world.tiers.verified = {0.25};
      world.population.patience = 4;
      run.behaviour.probability = {0.8, 0, 0, 0.1};
      run.feed.ranking = Ranking::no_learning;
      run.feed.verified = factor;
    });
    expect_equal_rates(record, audiences, 280'000, false);
    const Outcomes& small = record.tiers[1].outcomes;  // of so many accounts that a quarter is a quarter
    return static_cast<double>(small.impressions) / static_cast<double>(small.served);
  };
  // Verified or not, looks are what readers have patience for.
  CHECK(looked_at(4) == Approx(looked_at(1)).epsilon(0.01));
}

TEST_CASE(
    "in a null world of a million users classes up to 100 000 followers are equal, and reach and overlap are those of "
    "chance",
    "[.million][sim][null]") {
  // As above with ten times the slots: half-widths of 0.08 %, power 1 - 1e-30. Takes a minute or two: run with
  // `test_sim "[.million]"`.
  const Audiences audiences{{100'000, 8}, {10'000, 80}, {1'000, 800}, {100, 8'000}};
  const RunRecord record = null_world(1'000'000, audiences);
  expect_equal_rates(record, audiences, 7'000'000);
  expect_random_overlap(record, audiences, 1'000'000);
}

}  // namespace
}  // namespace grapevine
