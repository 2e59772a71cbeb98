#include "sim/money/offers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// Offers that take time to answer. tests/sim/slow_model_test.cpp makes whole deals of them, tick by tick.
namespace grapevine {
namespace {

using namespace testing;

TEST_CASE("an offer holds its place and its money until it is declined", "[sim][offers]") {
  // Three places and 100; the last slot is in tick 20.
  Offers offers(3, 100, 20);
  const auto ask = [&](std::uint32_t user, MicroMoney cost, Tick answered, bool accepts) {
    offers.make({UserId{user}, 1, cost, offers.now(), answered, accepts});
  };
  ask(0, 50, 0, false);  // at once: holds nothing
  CHECK((offers.has_place() && offers.left() == 100));
  ask(1, 40, 9, false);
  ask(2, 30, 4, true);
  ask(3, 20, 21, true);  // a tick too late
  CHECK((!offers.has_place() && offers.left() == 10));
  REQUIRE(offers.wait());  // 2 accepts: its money is spent, its place is taken
  CHECK((offers.now() == 4 && !offers.has_place() && offers.left() == 10));
  REQUIRE(offers.wait());  // 1 declines
  CHECK((offers.now() == 9 && offers.has_place() && offers.left() == 50));
  ask(4, 50, 20, true);  // just in time
  REQUIRE(offers.wait());
  CHECK((offers.now() == 20 && offers.left() == 0));
  CHECK_FALSE(offers.wait());
  REQUIRE(offers.accepted().size() == 2);
  CHECK((offers.accepted()[0].user == UserId{2} && offers.accepted()[1].user == UserId{4}));
  CHECK((offers.accepted()[1].asked == 9 && offers.accepted()[1].answered == 20));
  CHECK((offers.made() == 5 && offers.declined() == 2 && offers.too_late() == 1));
}

/// A campaign that asks everybody of the lively world for one post, in four slots from tick `start` on.
WorldParameters asks_everybody(Tick mean, Tick start) {
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.resize(1);
  CampaignParameters& one = parameters.campaigns[0];
  one.choose = AccountChoice::random;
  one.count = UINT32_MAX;
  one.posts = 1;
  one.start = start;
  one.every = 5;
  one.slots = 4;
  one.answer_after = mean;
  return parameters;
}

TEST_CASE("answers take a time that is exponential, and come too late as often as that says",
          "[sim][offers][statistical]") {
  constexpr std::uint32_t n = 20'000;
  const FollowGraph graph = lively_graph(n);
  const Tick mean = GENERATE(4U, 30U), start = GENERATE(0U, 12U);
  const Deal deal = choose_accounts(graph, Users{}, asks_everybody(mean, start), ReplicateStreams{}).at(0);
  REQUIRE(deal.offers == n);
  REQUIRE(deal.declined == 0);
  REQUIRE(deal.too_late + deal.purchases.size() == n);
  // floor(m E) <= last where E < (last + 1) / m. Binomial; sound code leaves five sd for one seed in 1.7 million.
  const double last = start + 15, late = std::exp(-(last + 1) / mean);
  CAPTURE(mean, start, late);
  CHECK(std::abs(static_cast<double>(deal.too_late) - n * late) <= 5 * std::sqrt(n * late * (1 - late)));
  // floor(m E) is geometric, P(T >= t) = q^t with q = exp(-1 / m): its mean below last + 1 and its variance by summing.
  double probability = 0, first = 0, second = 0;
  for (int t = 0; t <= static_cast<int>(last); ++t) {
    const double p = std::exp(-t / double(mean)) - std::exp(-(t + 1) / double(mean));
    probability += p, first += p * t, second += p * t * t;
  }
  first /= probability, second /= probability;
  double sum = 0;
  for (const Purchase& purchase : deal.purchases) {
    REQUIRE(purchase.asked == 0);
    sum += purchase.accepted;
  }
  const auto paid = static_cast<double>(deal.purchases.size());
  CHECK(std::abs(sum / paid - first) <= 5 * std::sqrt((second - first * first) / paid));
}

TEST_CASE("who answers after its slot posts in the next ones, all others where they would have", "[sim][offers]") {
  const FollowGraph graph = lively_graph(2'000);
  WorldParameters parameters = asks_everybody(8, 3);
  parameters.campaigns[0].posts = GENERATE(1U, 3U, 6U);
  const std::uint32_t posts = parameters.campaigns[0].posts;
  const StreamKey selection(parameters.seed, Stream::selection, 0);
  const auto planned = [&](const std::vector<Deal>& deals) {
    std::map<UserId, std::vector<Tick>> ticks;
    for (const PlannedPost& post : plan_posts(deals, parameters, {"one"}, selection))
      ticks[post.author].push_back(post.tick - parameters.time.warmup);
    return ticks;
  };
  const std::vector<Deal> slow = choose_accounts(graph, Users{}, parameters, ReplicateStreams{});
  const auto with = planned(slow);
  parameters.campaigns[0].answer_after = 0;
  const auto without = planned(choose_accounts(graph, Users{}, parameters, ReplicateStreams{}));
  REQUIRE(without.size() == 2'000);
  REQUIRE(slow[0].too_late > 50);
  std::uint64_t moved = 0, kept = 0;
  for (const Purchase& purchase : slow[0].purchases) {
    const std::vector<Tick>&now = with.at(purchase.user), &before = without.at(purchase.user);
    REQUIRE(now.size() == posts);
    CHECK(now.front() >= purchase.accepted);  // ascending
    const bool in_time = before.front() >= purchase.accepted;
    if (in_time) CHECK(now == before);
    (in_time ? kept : moved) += 1;
    if (in_time || posts > 1) continue;
    CHECK(now.front() - purchase.accepted < 5);  // the first slot after its answer
  }
  CHECK(moved > 100);
  CHECK(kept > 100);
}

TEST_CASE("no tick of a campaign holds more money or accounts than it has, and all that is asked is told",
          "[sim][offers]") {
  const FollowGraph graph = lively_graph(2'000);
  WorldParameters parameters = asks_everybody(6, 20);
  CampaignParameters& one = parameters.campaigns[0];
  one.acceptance = 0.4;
  one.choose = GENERATE(AccountChoice::random, AccountChoice::largest, AccountChoice::price);
  one.budget = GENERATE(MicroMoney{-1}, 60 * micro_per_unit);
  one.count = one.budget < 0 ? 40 : GENERATE(30U, UINT32_MAX);
  const Deal deal = choose_accounts(graph, Users{}, parameters, ReplicateStreams{}).at(0);
  CHECK(deal.offers == deal.purchases.size() + deal.declined + deal.too_late);
  CHECK(deal.purchases.size() <= one.count);
  if (one.budget >= 0) CHECK(deal.spent() <= one.budget);
  CHECK(std::ranges::is_sorted(deal.purchases, {}, &Purchase::accepted));
  // Most decline, and others are asked when they do: offers go on after the first tick.
  CHECK(std::ranges::any_of(deal.purchases, [](const Purchase& purchase) { return purchase.asked > 0; }));
  // With no time to answer the same accounts accept, and none is late.
  one.answer_after = 0;
  const Deal at_once = choose_accounts(graph, Users{}, parameters, ReplicateStreams{}).at(0);
  CHECK(at_once.too_late == 0);
  CHECK(at_once.offers == at_once.purchases.size() + at_once.declined);
  for (const Purchase& purchase : at_once.purchases) REQUIRE((purchase.asked == 0 && purchase.accepted == 0));
}

TEST_CASE("what comes too late is left over, and nobody is paid in its place", "[sim][offers]") {
  // Everybody accepts, and the money for everybody is bound at once: a late yes is money that is not spent.
  const FollowGraph graph = lively_graph(2'000);
  WorldParameters parameters = asks_everybody(20, 0);
  CampaignParameters& one = parameters.campaigns[0];
  one.budget = 100 * micro_per_unit;
  const Deal late = choose_accounts(graph, Users{}, parameters, ReplicateStreams{}).at(0);
  one.answer_after = 0;
  const Deal at_once = choose_accounts(graph, Users{}, parameters, ReplicateStreams{}).at(0);
  CHECK(late.offers == at_once.offers);
  CHECK(late.too_late > 5);
  MicroMoney paid = 0;
  for (const Purchase& purchase : late.purchases) {
    const auto same = std::ranges::find(at_once.purchases, purchase.user, &Purchase::user);
    REQUIRE(same != at_once.purchases.end());
    REQUIRE(same->cost == purchase.cost);
    paid += purchase.cost;
  }
  CHECK(late.spent() == paid);
  CHECK(late.purchases.size() + late.too_late == at_once.purchases.size());
}

TEST_CASE("a campaign that hears its last yes after its last slot is refused, with what would help", "[sim][offers]") {
  using Catch::Matchers::Contains;
  const FollowGraph graph = lively_graph(2'000);
  WorldParameters parameters = asks_everybody(4'000'000, 0);
  CHECK_THROWS_WITH(choose_accounts(graph, Users{}, parameters, ReplicateStreams{}),
                    Contains("campaign 'one': of 2000 accounts it could ask in time 0 declined and 2000 accepted after "
                             "its last slot") &&
                        Contains("lower campaign.answer_after, raise campaign.start"));
}

TEST_CASE("an account that is paid has posted all its posts by the end of the run, and its row says when it accepted",
          "[sim][offers]") {
  const FollowGraph graph = lively_graph(1'000);
  const Users accounts = manifold_accounts(1'000);
  WorldParameters parameters = manifold_parameters();
  for (CampaignParameters& campaign : parameters.campaigns) campaign.answer_after = 3;
  parameters.campaigns[1].budget_of.clear();  // money for all of them
  parameters.campaigns[1].answer_after = 10;
  const auto deals = std::make_shared<Deals>(graph, accounts, parameters, ReplicateStreams{});
  Alone alone;
  Replicate replicate(graph, accounts, parameters, manifold_run({}), ReplicateStreams{}, alone, deals);
  replicate.warm_up();
  const RunRecord record = replicate.run_arm(manifold_run(every_campaign), {});
  std::map<std::tuple<std::uint32_t, UserId>, std::uint64_t> posts;
  std::map<std::tuple<std::uint32_t, UserId>, Tick> earliest;
  for (const PostRow& post : record.posts) {
    const std::tuple key(static_cast<std::uint32_t>(post.campaign), post.author);
    if (posts[key]++ == 0) earliest[key] = post.tick;
    earliest[key] = std::min(earliest[key], post.tick);
  }
  std::vector<std::uint64_t> ticks(parameters.campaigns.size());
  REQUIRE(!record.influencers.empty());
  for (const InfluencerRow& row : record.influencers) {
    const Deal deal = deals->of(0)[row.campaign];
    const auto bought = std::ranges::find(deal.purchases, row.user, &Purchase::user);
    REQUIRE(bought != deal.purchases.end());
    CHECK(row.accepted == bought->accepted);
    CHECK(row.posts == bought->posts);
    CHECK(posts.at({row.campaign, row.user}) == bought->posts);
    CHECK(earliest.at({row.campaign, row.user}) >= row.accepted);
    ticks[row.campaign] += bought->accepted - bought->asked;
  }
  std::uint64_t too_late = 0;
  for (std::size_t c = 0; c < record.campaigns.size(); ++c) {
    const CampaignRow& row = record.campaigns[c];
    CHECK(row.answer_ticks == ticks[c]);
    CHECK(row.offers == row.accounts + row.declined + row.too_late);
    too_late += row.too_late;
    if (row.budget >= 0) CHECK(row.spent <= row.budget);
  }
  CHECK(too_late > 0);
}

}  // namespace
}  // namespace grapevine
