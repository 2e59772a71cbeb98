#include <array>
#include <vector>

#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/slow_pair.hpp"

// What campaigns buy, against tests/sim/slow_campaigns.cpp, which was written from docs/model.md without a look at the
// engine.
namespace grapevine {
namespace {

using namespace testing;

TEST_CASE("a campaign buys the accounts that the text says, post by post while the money lasts", "[sim][oracle]") {
  const FollowGraph graph = random_graph(50, 1.0, 7);
  std::uint64_t parts = 0, stopped = 0, declined = 0, too_late = 0,
                nobody =
                    0;  // accounts bought in part; purchases that ended for want of money while an account was left
  for (std::uint32_t number = 0; number < 600; ++number) {
    INFO("purchase " << number);
    const auto draw = [&](std::uint32_t what, std::uint32_t below) {
      return static_cast<std::uint32_t>(nested_mix(5, number, what) % below);
    };
    const Users accounts = mixed_accounts(50, std::array{0.3, 0.7, 1.0}[draw(6, 3)], number);
    WorldParameters world = restless_world();
    world.seed = number / 8;
    world.population.propensity_spread = world.population.quality_spread = 0;  // for the sake of time
    world.population.shared_interest = std::array{0.0, 0.6}[draw(7, 2)];
    world.prices.exponent = std::array{1.0, 0.7, 1.2}[draw(8, 3)];
    world.prices.spread = std::array{0.0, 0.5}[draw(9, 2)];
    world.prices.scale = std::array{1.0, 1.0, 0.25}[draw(10, 3)];
    world.campaigns.resize(4);
    CampaignParameters& one = world.campaigns[1];
    one.name = "number " + std::to_string(number);
    one.choose = std::array{AccountChoice::random, AccountChoice::largest, AccountChoice::fit,
                            AccountChoice::engagement, AccountChoice::price}[draw(0, 5)];  // no past: as random
    one.topic = static_cast<std::int32_t>(draw(11, 5));
    one.followers.least = draw(1, 6);
    one.followers.most = one.followers.least + 3 + draw(2, 15);
    if (draw(12, 4) == 0) one.tier = world.tiers.names[draw(13, 3)];
    if (draw(14, 5) == 0) one.plant = accounts.plants[draw(15, 2)];
    if (!one.plant.empty()) one.followers.most = 50;
    if (draw(16, 2)) one.member = static_cast<std::int32_t>(draw(17, 2));
    one.acceptance = std::array{1.0, 0.5}[draw(18, 2)];
    one.slots = 5;
    one.posts = 1 + draw(3, 5);
    one.count = 1 + draw(4, 30);
    one.budget_of = "";
    one.budget = 8 * micro_per_unit + draw(5, 90'000'000);
    world.campaigns[2].budget = 30 * micro_per_unit;
    world.campaigns[3].budget_of = one.name;
    world.campaigns[3].budget_share = std::array{1.0, 0.7}[draw(19, 2)];
    if (draw(31, 3) == 0) world.prices.card = {micro_per_unit, 2 * micro_per_unit + draw(32, 999), 6 * micro_per_unit};
    world.prices.manage = draw(33, 2) * (micro_per_unit / 2 + draw(34, 999));
    one.answer_after = std::array{0U, 3U, 8U, 25U}[draw(35, 4)];
    one.start = draw(36, 20);
    if (draw(37, 2)) one.promotion = {.money = draw(38, 12) * (micro_per_unit / 2), .price = 3 * micro_per_unit};
    const ReplicateStreams streams{0, 3, 0, 0};
    slow::Model model(graph, accounts, world, RunParameters{}, streams);
    for (std::uint32_t c = 0; c < world.campaigns.size(); ++c)
      model.draws_by_campaign.push_back(1 + static_cast<std::uint32_t>(draw(21 + c, draws)));
    if (somebody_finds_nobody(model)) {
      ++nobody;
      REQUIRE_THROWS_AS(Deals(graph, accounts, world, streams, {}, model.draws_by_campaign), BadRequest);
      continue;
    }
    const Deals all(graph, accounts, world, streams, {}, model.draws_by_campaign);
    const std::uint32_t which = draw(20, draws);
    const std::vector<Deal> engine = all.of(which), slow = deals_of(model, which);
    REQUIRE(difference("deals (campaign purchase user followers posts cost profile asked accepted; campaign bound "
                       "promotion offers "
                       "declined too_late)",
                       deals(engine), deals(slow)) == "");
    for (std::size_t c = 0; c < engine.size(); ++c) {
      const Deal& deal = engine[c];
      MicroMoney spent = deal.promotion;
      for (const Purchase& purchase : deal.purchases) {
        spent += purchase.cost;
        parts += purchase.posts < world.campaigns[c].posts;
      }
      REQUIRE(deal.spent() == spent);
      if (deal.budget >= 0) REQUIRE(spent <= deal.budget);
      REQUIRE(deal.offers == deal.declined + deal.too_late + deal.purchases.size());
      too_late += deal.too_late;
      stopped += deal.budget >= 0 && spent < deal.budget && deal.purchases.size() < world.campaigns[c].count;
      declined += deal.declined;
    }
  }
  CAPTURE(parts, stopped, declined, too_late, nobody);
  CHECK(parts > 0);
  CHECK(stopped > 0);
  CHECK(declined > 0);
  CHECK(too_late > 50);
  CHECK(nobody > 0);
  CHECK(nobody < 200);
}

}  // namespace
}  // namespace grapevine
