#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// What an account costs beside followers: past engagement, rate cards, managing a partner.
// tests/sim/slow_model_test.cpp buys with all of them.
namespace grapevine {
namespace {

using namespace testing;

constexpr std::uint32_t users = 2'000;

/// Everybody is asked and paid, in the order of hashes.
WorldParameters pays_everybody() {
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.resize(1);
  parameters.campaigns[0].choose = AccountChoice::random;
  parameters.campaigns[0].count = UINT32_MAX;
  parameters.campaigns[0].posts = 2;
  return parameters;
}

Deal deal_of(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, PastRates past = {}) {
  return choose_accounts(graph, accounts, parameters, ReplicateStreams{}, past).at(0);
}

bool same_purchases(const Deal& a, const Deal& b) {
  return std::ranges::equal(a.purchases, b.purchases, [](const Purchase& one, const Purchase& other) {
    return one.user == other.user && one.posts == other.posts && one.cost == other.cost;
  });
}

/// Rates between 0 and a tenth, some of them 0.
std::vector<double> uneven_past() {
  std::vector<double> past(users);
  for (std::uint32_t u = 0; u < users; ++u) past[u] = static_cast<double>(nested_mix(4, u, 0) % 50) / 500;
  return past;
}

TEST_CASE("a rate card asks of each tier what it says, and knows neither followers nor engagement", "[sim][money]") {
  const FollowGraph graph = lively_graph(users);
  WorldParameters parameters = pays_everybody();
  parameters.tiers.from = {0, 15, 60};
  PriceParameters& prices = parameters.prices;
  prices.card = {1'500'000, 40'000'000, 7};
  prices.engagement = 1;  // says nothing beside a card
  prices.exponent = 0.7;
  const Deal deal = deal_of(graph, Users{}, parameters, uneven_past());
  REQUIRE(deal.purchases.size() == users);
  std::map<MicroMoney, std::uint64_t> by_cost;
  for (const Purchase& purchase : deal.purchases) {
    const std::uint64_t k = graph.follower_count(purchase.user);
    CHECK(purchase.cost == 2 * (k < 15 ? 1'500'000 : k < 60 ? 40'000'000 : 7));
    ++by_cost[purchase.cost];
  }
  REQUIRE(by_cost.size() == 3);
  // In a world that stands for one ten times as large, a tenth; and an account's own factor is the same as without
  // card.
  const StreamKey selection(8, Stream::selection, 0);
  prices.scale = 0.1;
  CHECK(price_of(prices, selection, {UserId{5}, 30, 1}) == 4'000'000);
  CHECK(price_of(prices, selection, {UserId{5}, 30, 2}) == 1);  // 0.7, rounded
  prices.spread = 0.6;
  PriceParameters by_formula;
  by_formula.post = 40'000'000, by_formula.follower = 0, by_formula.spread = 0.6, by_formula.scale = 0.1;
  CHECK(price_of(prices, selection, {UserId{5}, 30, 1}) == price_of(by_formula, selection, {UserId{5}, 30}));
}

TEST_CASE("managing a partner is paid once an account, whatever it posts", "[sim][money]") {
  const FollowGraph graph = lively_graph(users);
  const Users accounts = manifold_accounts(users);
  WorldParameters parameters = pays_everybody();
  parameters.campaigns[0].posts = GENERATE(1U, 3U);
  const std::uint32_t posts = parameters.campaigns[0].posts;
  const Deal without = deal_of(graph, accounts, parameters);
  parameters.prices.manage = 2'345'678;
  const Deal with = deal_of(graph, accounts, parameters);
  REQUIRE(with.purchases.size() == without.purchases.size());
  for (std::size_t i = 0; i < with.purchases.size(); ++i)
    REQUIRE(with.purchases[i].cost == without.purchases[i].cost + 2'345'678);
  // Where everybody is paid for one post, it is a fixed price of that post; whatever bounds the campaign.
  if (posts > 1) return;
  WorldParameters dearer = parameters;
  dearer.prices.post += dearer.prices.manage;
  dearer.prices.manage = 0;
  for (WorldParameters* world : {&parameters, &dearer}) {
    world->campaigns[0].choose = AccountChoice::price;
    world->campaigns[0].budget = 100 * micro_per_unit;
  }
  const Deal managed = deal_of(graph, accounts, parameters);
  CHECK(same_purchases(managed, deal_of(graph, accounts, dearer)));
  CHECK(managed.purchases.size() > 10);
  CHECK(managed.spent() <= 100 * micro_per_unit);
}

TEST_CASE("a budget that pays a post but not the management of its author pays nobody, and says what would",
          "[sim][money]") {
  const FollowGraph graph = lively_graph(users);
  WorldParameters parameters = pays_everybody();
  parameters.prices.manage = 5 * micro_per_unit;
  CampaignParameters& one = parameters.campaigns[0];
  one.posts = 1;
  one.budget = 4 * micro_per_unit;
  std::string said;
  try {
    (void)deal_of(graph, Users{}, parameters);
  } catch (const BadRequest& error) {
    said = error.what();
  }
  CAPTURE(said);
  const std::size_t at = said.find(" asks ");
  REQUIRE(at != std::string::npos);
  CHECK(said.find("a post, price.manage included") != std::string::npos);
  one.budget = std::llround(std::stod(said.substr(at + 6)) * micro_per_unit);
  const Deal deal = deal_of(graph, Users{}, parameters);
  CHECK(deal.purchases.size() == 1);
  CHECK(deal.spent() <= one.budget);
}

TEST_CASE("past engagement moves prices between accounts, and leaves the mean of the world where it was",
          "[sim][money]") {
  const FollowGraph graph = lively_graph(users);
  const Users accounts = manifold_accounts(users);
  const std::vector<double> past = uneven_past();
  double mean = 0, active = 0;
  for (std::uint32_t u = 0; u < users; ++u)
    if (accounts.is_active(UserId{u})) mean += past[u], ++active;
  mean /= active;
  WorldParameters parameters = pays_everybody();
  parameters.campaigns[0].posts = 1;
  parameters.prices.post = 3 * micro_per_unit;
  parameters.prices.engagement = GENERATE(0.3, 1.0);
  parameters.prices.exponent = GENERATE(1.0, 0.0);
  const double power = parameters.prices.engagement, exponent = parameters.prices.exponent;
  const Deal deal = deal_of(graph, accounts, parameters, past);
  REQUIRE(static_cast<double>(deal.purchases.size()) == active);
  double of_followers = 0;
  for (const Purchase& purchase : deal.purchases) {
    const double k = exponent == 1.0 ? static_cast<double>(purchase.followers) : purchase.followers > 0 ? 1.0 : 0.0;
    const double expected = 3e6 + 1e4 * k * std::pow(past[purchase.user.index()] / mean, power);
    REQUIRE(std::abs(static_cast<double>(purchase.cost) - expected) <= 0.5 + 1e-6);  // rounded to a millionth
    of_followers += static_cast<double>(purchase.cost) - 3e6;
  }
  // Of accounts that are alike in followers the mean price is that without engagement: each is rounded by half of one
  // at most. Users whom nobody follows have no such part.
  if (power == 1.0 && exponent == 0.0) {
    double followed = 0, standing = 0;
    for (std::uint32_t u = 0; u < users; ++u)
      if (accounts.is_active(UserId{u}) && graph.follower_count(UserId{u}) > 0) ++followed, standing += past[u] / mean;
    CHECK(std::abs(of_followers - 1e4 * standing) <= 0.5 * followed);
  }
}

TEST_CASE("what an account costs for its engagement does not hang on whom else a campaign asks", "[sim][money]") {
  const FollowGraph graph = lively_graph(users);
  const Users accounts = manifold_accounts(users);
  WorldParameters parameters = pays_everybody();
  parameters.prices.engagement = 1;
  const std::vector<double> past = uneven_past();
  const Deal all = deal_of(graph, accounts, parameters, past);
  parameters.campaigns[0].followers = {15, 25};
  parameters.campaigns[0].acceptance = 0.5;
  const Deal few = deal_of(graph, accounts, parameters, past);
  REQUIRE(few.purchases.size() > 10);
  for (const Purchase& purchase : few.purchases)
    CHECK(std::ranges::find(all.purchases, purchase.user, &Purchase::user)->cost == purchase.cost);
}

TEST_CASE("equal rates, and a past in which nobody engaged, change no price", "[sim][money]") {
  const FollowGraph graph = lively_graph(users);
  const Users accounts = manifold_accounts(users);
  WorldParameters parameters = GENERATE(pays_everybody(), manifold_parameters());
  const auto deals = [&](PastRates past) {
    return choose_accounts(graph, accounts, parameters, ReplicateStreams{}, past);
  };
  const double rate = GENERATE(0.1, 1.0 / 3, 0.0, 1e-300);
  const std::vector<double> past(users, rate);
  for (const double standing : standings(past, accounts)) REQUIRE(standing == 1.0);
  const std::vector<Deal> without = deals(past);
  parameters.prices.engagement = GENERATE(0.5, 1.0);
  const std::vector<Deal> with = deals(past);
  for (std::size_t c = 0; c < with.size(); ++c) CHECK(same_purchases(with[c], without[c]));
}

TEST_CASE("prices that look at the past are told at the end of the warm-up, one for all arms and parts",
          "[sim][money][invariance]") {
  const FollowGraph graph = lively_graph(users);
  const Users accounts = manifold_accounts(users);
  WorldParameters parameters = manifold_parameters();
  parameters.prices.engagement = 1;
  parameters.campaigns[5].budget_share = 1;  // the clone's price grows as well
  for (const CampaignParameters& campaign : parameters.campaigns) CHECK(waits_for_past(campaign, parameters));
  const auto costs = [](const RunRecord& record) {
    std::vector<MicroMoney> list;
    for (const InfluencerRow& row : record.influencers) list.push_back(row.cost);
    return list;
  };
  RunParameters warmup = manifold_run({});
  warmup.feed.prior_strength.fill(20);
  std::vector<MicroMoney> first;
  for (const int parts : {1, 2}) {
    const auto deals = std::make_shared<Deals>(graph, accounts, parameters, ReplicateStreams{});
    const MicroMoney before = deals->of(0)[0].spent();
    run_parts(parts, [&](Exchange& exchange) {
      Replicate replicate(graph, accounts, parameters, warmup, ReplicateStreams{}, exchange, deals);
      replicate.warm_up();
      RunParameters other = manifold_run(every_campaign);
      other.feed.prior_strength.fill(3);  // of the arm: does not matter
      const RunRecord one = replicate.run_arm(manifold_run(every_campaign), {}), two = replicate.run_arm(other, {});
      if (exchange.part() != 0) return;
      CHECK(costs(one) == costs(two));
      if (first.empty()) first = costs(one);
      CHECK(costs(one) == first);
      for (const CampaignRow& row : one.campaigns)
        if (row.budget >= 0) CHECK(row.spent <= row.budget);
    });
    CHECK(deals->of(0)[0].spent() != before);
  }
}

}  // namespace
}  // namespace grapevine
