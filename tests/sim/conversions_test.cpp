#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <vector>

#include "graph/base/math.hpp"
#include "sim/model/hazard.hpp"
#include "sim/run/replicate.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/small_worlds.hpp"

// Who buys what, and why (docs/model.md 7.16): closed forms, conservation, and coins against their expectation. The
// slow model says the same of whole worlds in slow_model_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

/// Users who read and click a lot, in a graph of 300; the first 30 accounts are paid for a product.
struct SellingWorld {
  FollowGraph graph;
  Users accounts;
  WorldParameters world;
  RunParameters run;
  Alone alone;

  explicit SellingWorld(ProductParameters product) : graph(random_graph(300, 0.25, 9)) {
    world.seed = 5;
    world.time = {.tick_seconds = 600, .warmup = 36, .measure = 36, .followup = 36};
    world.tiers = {.names = {"all"}, .from = {0}};
    world.population.sessions_per_day = 20;
    world.population.posts_per_day = 4;
    CampaignParameters campaign;
    campaign.name = "c";
    campaign.product = product.name;
    campaign.choose = AccountChoice::largest;
    campaign.count = 30;
    campaign.posts = 2;
    campaign.every = 3;
    campaign.slots = 4;
    campaign.replace_within = 6;
    world.campaigns = {campaign};
    world.products = {std::move(product)};
    run.feed.window = 36;
    run.behaviour.probability = {0.1, 0.05, 0.05, 0.2};
    run.pays = {"c"};
  }

  RunRecord record(std::uint32_t dynamics = 0, bool pays = true) {
    RunParameters warmup = run;
    warmup.pays.clear();
    Replicate replicate(graph, accounts, world, warmup, {.dynamics = dynamics}, alone);
    replicate.warm_up();
    RunParameters arm = run;
    if (!pays) arm.pays.clear();
    return replicate.run_arm(arm, {});
  }
};

const ProductParameters tent{
    .name = "tent", .topic = 3, .rate = 0.4, .affinity = 2, .look = 1, .click = 5, .half_life = 12, .credit = 24};

TEST_CASE("what a look adds fades by half in a half-life, and adds up to h / log 2 in the end", "[conversions]") {
  SellingWorld sells(tent);
  const World world(sells.graph, sells.accounts, sells.world, sells.run, {}, sells.alone);
  const BuyingHazard hazard(tent, sells.world, *world.population);
  const double all = 12 / std::log(2.0);
  CHECK(hazard.lasting(0) == 0.0);
  CHECK(hazard.lasting(12) == Approx(all / 2).epsilon(1e-14));
  CHECK(hazard.lasting(24) == Approx(3 * all / 4).epsilon(1e-14));
  CHECK(hazard.lasting(10'000) == Approx(all).epsilon(1e-14));
  CHECK((hazard.effect(false) == 1.0 && hazard.effect(true) == 6.0));

  ProductParameters lasting = tent;
  lasting.half_life = 0;
  CHECK(BuyingHazard(lasting, sells.world, *world.population).lasting(77) == 77.0);

  // Rates: in proportion to exp(2 x), and their mean over all interests is that of the product, 0.4 a day of 144 ticks.
  double sum = 0;
  for (std::uint32_t u = 0; u < 300; ++u) {
    const double x = (world.population->interest(UserId{u}, 3) + 0.5) / 256;
    const double mean =
        (std::exp(2.0) - 1) / 2;  // of exp(2 x) over x uniform in (0, 1); the cells' mean is 2.5e-6 less
    CHECK(hazard.rate(UserId{u}) == Approx(0.4 / 144 * std::exp(2 * x) / mean).epsilon(1e-5));
    sum += hazard.rate(UserId{u}) * 144 / 300;
  }
  CHECK(sum == Approx(0.4).margin(4 * 0.4 * 0.6 / std::sqrt(300.0)));  // exp(2 x) / mean has a deviation of 0.56
}

TEST_CASE("a product changes nothing but what is told of it", "[conversions]") {
  SellingWorld sells(tent), plain(tent);
  plain.world.products.clear();
  const RunRecord with = sells.record(), without = plain.record();
  CHECK(with.event_hash == without.event_hash);
  CHECK(with.tiers == without.tiers);
  CHECK(without.products.empty());
  CHECK(without.campaigns[0].sales == SalesShare{});
  CHECK((with.products[0].looks == with.campaigns[0].outcomes.impressions &&
         with.products[0].clicks == with.campaigns[0].outcomes.actions[Action::click] &&
         with.products[0].exposed == with.campaigns[0].outcomes.reach));
}

TEST_CASE("arms are nested: who buys in the control buys in every arm", "[conversions]") {
  SellingWorld sells(tent);
  const ProductRow arm = sells.record().products[0], control = sells.record(0, false).products[0];
  CHECK(control.conversions == control.unprompted);
  CHECK((control.looks == 0 && control.incremental == 0 && control.expected_incremental == 0));
  CHECK(arm.unprompted == control.conversions);
  CHECK(arm.conversions == control.conversions + arm.incremental);
  CHECK((arm.incremental > 0 && arm.pulled_forward > 0 && arm.pulled_forward <= arm.unprompted));
}

TEST_CASE("without looks users buy as a Poisson process with their rate does", "[conversions][statistical]") {
  ProductParameters tea{.name = "tea", .rate = 1};
  SellingWorld sells(tea);
  std::uint64_t bought = 0;
  for (std::uint32_t replicate = 0; replicate < 40; ++replicate)
    bought += sells.record(replicate).products[0].conversions;
  // 72 ticks of 144: each of 300 users has bought with probability 1 - exp(-1/2); 40 worlds.
  const double p = 1 - std::exp(-0.5), n = 40 * 300;
  CHECK(static_cast<double>(bought) == Approx(n * p).margin(4 * std::sqrt(n * p * (1 - p))));
}

TEST_CASE("conversions that looks add come out as expected, over 200 replicates of coins",
          "[conversions][statistical]") {
  SellingWorld sells(tent);
  double more = 0, expected = 0;
  for (std::uint32_t replicate = 0; replicate < 200; ++replicate) {
    const ProductRow row = sells.record(replicate).products[0];
    more += static_cast<double>(row.incremental);
    expected += row.expected_incremental;
  }
  // Given the looks, each user is a coin; the variance of their sum is below its mean.
  CHECK(expected > 1000);
  CHECK(more == Approx(expected).margin(4 * std::sqrt(expected)));
}

TEST_CASE("expectations agree with the sum over users by hand, where nothing fades", "[conversions]") {
  ProductParameters lasting = tent;
  lasting.half_life = 0;
  SellingWorld sells(lasting);
  RunParameters warmup = sells.run;
  warmup.pays.clear();
  World before(sells.graph, sells.accounts, sells.world, warmup, {}, sells.alone);
  before.run_until(36);
  const std::unique_ptr<World> world = before.branch(sells.run, {});
  std::map<UserId, double> gained;  // ticks of the user's own rate
  while (world->state.clock.now < 108) {
    const Tick now = world->state.clock.now;
    world->step();
    for (const Impression& look : world->last_events().impressions)
      if (world->state.posts.identity(look.root).campaign == 0)
        gained[look.reader] += (look.took(Action::click) ? 6.0 : 1.0) * (107 - now);
  }
  const BuyingHazard hazard(lasting, sells.world, *world->population);
  double expected = 0;
  for (const auto& [user, ticks] : gained)
    expected += std::exp(-72 * hazard.rate(user)) - std::exp(-(72 + ticks) * hazard.rate(user));
  const RunRecord record = world->record();
  CHECK(record.products[0].exposed == gained.size());
  CHECK(record.products[0].expected_incremental == Approx(expected).epsilon(1e-9));

  double of_accounts = 0;
  for (const InfluencerRow& row : record.influencers) of_accounts += row.sales.expected_incremental;
  CHECK(record.campaigns[0].sales.expected_incremental == of_accounts);
  CHECK(of_accounts == Approx(expected).epsilon(1e-9));
}

TEST_CASE("every conversion behind a look is attributed once, whichever way it is counted", "[conversions]") {
  ProductParameters remembered = tent;
  remembered.credit = 1000;
  SellingWorld sells(remembered);
  const RunRecord record = sells.record();
  std::uint64_t first = 0, last = 0;
  double split = 0;
  for (const InfluencerRow& row : record.influencers) {
    first += row.sales.attributed_first;
    last += row.sales.attributed_last;
    split += row.sales.attributed_split;
  }
  CHECK((first == last && first == record.campaigns[0].sales.attributed_first));
  CHECK(split == Approx(static_cast<double>(first)).epsilon(1e-6));
  // Whoever buys for a look has looked; others that have looked may have bought before.
  CHECK(first >= record.products[0].incremental);
  CHECK(first <= record.products[0].exposed);

  sells.world.products[0].credit = 1;
  CHECK(sells.record().campaigns[0].sales.attributed_last < first);
}

TEST_CASE("each key of a product moves what it should", "[conversions]") {
  const RunRecord base = SellingWorld(tent).record();
  const auto with = [](auto change) {
    ProductParameters product = tent;
    change(product);
    return SellingWorld(product).record();
  };
  CHECK(with([](auto& p) { p.rate = 0.8; }).products[0].unprompted > base.products[0].unprompted);
  CHECK(with([](auto& p) { p.look = 3; }).products[0].expected_incremental > base.products[0].expected_incremental);
  CHECK(with([](auto& p) { p.click = 50; }).products[0].expected_incremental > base.products[0].expected_incremental);
  CHECK(with([](auto& p) { p.half_life = 3; }).products[0].expected_incremental <
        base.products[0].expected_incremental);
  CHECK(with([](auto& p) { p.topic = 4; }).products[0] != base.products[0]);
  CHECK(with([](auto& p) { p.affinity = 0; }).products[0] != base.products[0]);
  CHECK(with([](auto& p) { p.name = "tea"; }).products[0] != base.products[0]);
  const RunRecord idle = with([](auto& p) { p.look = p.click = 0; });
  CHECK((idle.products[0].incremental == 0 && idle.products[0].expected_incremental == 0));
}

TEST_CASE("with affinity 0 a niche adds nothing: all who look count alike", "[conversions]") {
  ProductParameters plain = tent;
  plain.affinity = 0;
  SellingWorld on_topic(plain), off_topic(plain);
  off_topic.world.products[0].topic = -1;
  CHECK(on_topic.record().products == off_topic.record().products);
}

}  // namespace
}  // namespace grapevine
