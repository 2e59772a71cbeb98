#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <vector>
#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "graph/base/math.hpp"
#include "graph/graph_builder.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/interests.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/diffusion_run.hpp"
#include "sim/run/replicate.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_campaigns.hpp"
#include "tests/sim/small_worlds.hpp"

// Draws: the accounts of a campaign, chosen again and again without any of them coming twice before all came once.
namespace grapevine {
namespace {

using namespace testing;

/// Candidates with 10 or more followers, one paid a draw, of all the lively world.
WorldParameters one_a_draw() {
  WorldParameters parameters = one_campaign(AccountChoice::random);
  parameters.campaigns[0].followers.least = 10;
  parameters.campaigns[0].count = 1;
  return parameters;
}

/// The accounts paid, draw after draw.
std::vector<UserId> paid_in(const Deals& deals, std::uint32_t draws) {
  std::vector<UserId> users;
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    const Deal deal = deals.of(draw).at(0);
    for (const Purchase& purchase : deal.purchases) users.push_back(purchase.user);
  }
  return users;
}

TEST_CASE("draws ask every candidate once before they ask any twice, so that a full round of them has the mean of all",
          "[sim][campaigns][draws]") {
  const FollowGraph graph = lively_graph(500);
  const Users accounts;
  WorldParameters parameters = one_a_draw();
  std::vector<std::uint64_t> followers;
  for (std::uint32_t u = 0; u < 500; ++u)
    if (const std::uint64_t k = graph.follower_count(UserId{u}); k >= 10) followers.push_back(k);
  const auto candidates = static_cast<std::uint32_t>(followers.size());
  REQUIRE(candidates > 20);
  for (const std::uint32_t count : {1U, 2U, 7U}) {  // accounts a draw; candidates draws are `count` full rounds
    parameters.campaigns[0].count = count;
    const Deals deals(graph, accounts, parameters, ReplicateStreams{}, {}, candidates);
    std::vector<std::uint32_t> asked(500);
    std::uint32_t done = 0;
    for (const UserId user : paid_in(deals, candidates)) REQUIRE(asked[user.index()]++ == done++ / candidates);
    REQUIRE(done == count * candidates);
    std::uint64_t of_draws = 0, of_all = 0;
    for (std::uint32_t draw = 0; draw < candidates; ++draw) {
      const Deal deal = deals.of(draw).at(0);
      REQUIRE(deal.purchases.size() == count);
      for (const Purchase& purchase : deal.purchases) of_draws += purchase.followers;
    }
    for (const std::uint64_t k : followers) of_all += k;
    CHECK(of_draws == count * of_all);  // the mean over draws and accounts is that of all candidates
  }
}

TEST_CASE("those who decline a draw were asked, and wait for their turn as the others do", "[sim][campaigns][draws]") {
  const FollowGraph graph = lively_graph(500);
  WorldParameters parameters = one_a_draw();
  WorldParameters everybody = parameters;
  everybody.campaigns[0].count = UINT32_MAX;
  const std::size_t candidates = deal_of(graph, Users{}, everybody).offers;
  parameters.campaigns[0].acceptance = 0.4;
  const Deals deals(graph, Users{}, parameters, ReplicateStreams{}, {}, 600);
  std::uint64_t offers = 0, rounds = 0;
  std::map<UserId, std::uint64_t> last_paid;  // in which round
  for (std::uint32_t draw = 0; draw < 600; ++draw) {
    const Deal deal = deals.of(draw).at(0);
    REQUIRE(deal.purchases.size() == 1);
    offers += deal.offers;
    rounds = (offers - 1) / candidates + 1;                  // the account paid is the last one asked
    CHECK(last_paid[deal.purchases[0].user] + 1 == rounds);  // it accepts always or never, so it is paid in every round
    last_paid[deal.purchases[0].user] = rounds;
  }
  CHECK(rounds > 3);
}

TEST_CASE("the first draw is the choice of a study without draws, and what nothing makes differ is the same in all",
          "[sim][campaigns][draws]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(2'000);
  WorldParameters parameters = manifold_parameters();
  parameters.campaigns[5].budget_of = "many";  // the clone's money hangs on a random choice
  parameters.campaigns[5].budget_share = 1;
  const Deals alone(graph, accounts, parameters, ReplicateStreams{}),
      drawn(graph, accounts, parameters, ReplicateStreams{}, {}, 5);
  const auto users = [](const Deal& deal) {
    std::vector<UserId> list;
    for (const Purchase& purchase : deal.purchases) list.push_back(purchase.user);
    return list;
  };
  std::set<std::vector<UserId>> many;
  std::set<MicroMoney> bounds;
  for (std::uint32_t draw = 0; draw < 5; ++draw) {
    const std::vector<Deal> deals = drawn.of(draw);
    for (std::size_t c = 0; c < deals.size(); ++c)
      if (draw == 0 || c == 0 || (2 <= c && c <= 4))
        CHECK((users(deals[c]) == users(alone.of(0)[c]) && deals[c].budget == alone.of(0)[c].budget));
    CHECK(deals[1].budget == deals[0].spent());
    CHECK(deals[5].budget == deals[1].spent());  // what the other spends in this draw
    many.insert(users(deals[1]));
    bounds.insert(deals[5].budget);
  }
  CHECK(many.size() == 5);
  CHECK(bounds.size() > 1);
  CHECK(vary_by_draw(parameters, {"clone"}));
  CHECK(vary_by_draw(parameters, {"one", "many"}));
  CHECK_FALSE(vary_by_draw(parameters, {"one", "best", "fans", "cheap"}));
}

TEST_CASE("a campaign with more draws than the one whose money it measures takes that one's amounts in turn",
          "[sim][campaigns][draws]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(2'000);
  WorldParameters parameters = manifold_parameters();
  parameters.campaigns[0].choose = AccountChoice::random;
  REQUIRE(parameters.campaigns[1].budget_of == parameters.campaigns[0].name);
  std::vector<std::uint32_t> draws(parameters.campaigns.size(), 1);
  draws[0] = 2, draws[1] = 6;
  const Deals deals(graph, accounts, parameters, ReplicateStreams{}, {}, draws);
  REQUIRE(deals.of(0)[0].spent() != deals.of(1)[0].spent());
  std::set<std::vector<std::uint32_t>> chosen;
  for (std::uint32_t draw = 0; draw < 6; ++draw) {
    CHECK(deals.of(draw)[0].spent() == deals.of(draw % 2)[0].spent());
    CHECK(deals.of(draw)[1].budget == deals.of(draw % 2)[0].spent());
    std::vector<std::uint32_t> users;
    const std::vector<Deal> these = deals.of(draw);
    for (const Purchase& purchase : these[1].purchases) users.push_back(purchase.user.value());
    chosen.insert(users);
  }
  CHECK(chosen.size() == 6);
}

TEST_CASE("another candidate comes between the others in the order of draws and moves none of them",
          "[sim][campaigns][draws]") {
  const FollowGraph graph = lively_graph(500);
  WorldParameters narrow = one_a_draw();
  narrow.campaigns[0].followers.most = 15;
  WorldParameters wide = narrow;
  wide.campaigns[0].followers.most = 18;
  const Deals few(graph, Users{}, narrow, ReplicateStreams{}, {}, 300),
      more(graph, Users{}, wide, ReplicateStreams{}, {}, 300);
  const std::vector<UserId> before = paid_in(few, 300);
  std::vector<UserId> after = paid_in(more, 300);
  const std::size_t asked = after.size();
  std::erase_if(after, [&](UserId user) { return graph.follower_count(user) > 15; });
  REQUIRE(after.size() < asked);
  CHECK(std::equal(after.begin(), after.end(), before.begin()));
}

TEST_CASE("an arm is run for the accounts of its draw, under feeds and under classic models",
          "[sim][campaigns][draws]") {
  const FollowGraph graph = lively_graph(1'000);
  const Users accounts = manifold_accounts(1'000);
  const WorldParameters parameters = manifold_parameters();
  const auto deals = std::make_shared<Deals>(graph, accounts, parameters, ReplicateStreams{}, ExpectedSpread{}, 3);
  const auto expect = [&](const RunRecord& record, std::uint32_t draw) {
    std::vector<UserId> paid, chosen;
    for (const InfluencerRow& row : record.influencers) paid.push_back(row.user);
    const Deal deal = deals->of(draw).at(1);
    for (const Purchase& purchase : deal.purchases) chosen.push_back(purchase.user);
    CHECK(paid == chosen);
    CHECK(record.campaigns[1].spent == deal.spent());
    CHECK(std::ranges::count_if(record.influencers, [](const InfluencerRow& row) { return row.posts == 1; }) ==
          static_cast<std::ptrdiff_t>(paid.size()));
  };
  Alone alone;
  Replicate feeds(graph, accounts, parameters, manifold_run({}), ReplicateStreams{}, alone, deals);
  feeds.warm_up();
  RunParameters classic;
  classic.pays = {"many"};
  classic.diffusion.model = DiffusionModel::independent_cascade;
  const DiffusionReplicate cascades(graph, accounts, {}, parameters, *deals, ReplicateStreams{});
  for (const std::uint32_t draw : {2U, 0U, 1U}) {  // in any order
    expect(feeds.run_arm(manifold_run({"many"}), {}, {}, draw), draw);
    expect(cascades.run_arm(classic, {}, {}, draw), draw);
  }
}

TEST_CASE("each campaign chooses its accounts once a replicate, however many arms and parts there are",
          "[sim][campaigns][influence]") {
  const int parts = GENERATE(1, 2);
  const FollowGraph graph = lively_graph(1'000);
  const Users accounts = manifold_accounts(1'000);
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.resize(1);
  const auto add = [&](const char* name, AccountChoice choose, const char* budget_of) {
    CampaignParameters& campaign = parameters.campaigns.emplace_back(parameters.campaigns[0]);
    campaign.name = name;
    campaign.choose = choose;
    campaign.budget_of = budget_of;
    campaign.count = 3;
    campaign.runs = 20;
  };
  add("best", AccountChoice::engagement, "");
  add("early", AccountChoice::lazy_greedy, "one");
  add("late", AccountChoice::lazy_greedy, "best");
  std::atomic<int> looks{0};  // of a search for accounts that win the most
  const ExpectedSpread expected{{}, {}, [&] { ++looks; }};
  const auto deals = std::make_shared<Deals>(graph, accounts, parameters, ReplicateStreams{}, expected);
  const int of_early = looks;
  CHECK(of_early > 0);
  int before_past = 0, of_both = 0, at_end = 0;
  RunRecord record;
  run_parts(parts, [&](Exchange& exchange) {
    Replicate replicate(graph, accounts, parameters, manifold_run({}), ReplicateStreams{}, exchange, deals);
    if (exchange.part() == 0) before_past = looks;
    replicate.warm_up();
    if (exchange.part() == 0) of_both = looks;
    for (int arm = 0; arm < 3; ++arm) {
      RunRecord of_arm = replicate.run_arm(manifold_run({"best", "early", "late"}), {});
      if (exchange.part() == 0) record = std::move(of_arm);
    }
    if (exchange.part() == 0) at_end = looks;
  });
  CHECK(before_past == of_early);
  CHECK(of_both > of_early);
  CHECK(at_end == of_both);
  CHECK(record.campaigns[1].spent == deals->of(0)[1].spent());
  CHECK(record.campaigns[3].budget == deals->of(0)[1].spent());
}

}  // namespace
}  // namespace grapevine
