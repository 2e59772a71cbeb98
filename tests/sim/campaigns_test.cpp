
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
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

// What money buys: prices, the order of asking, acceptance, and what is said where nobody can be paid.
// tests/sim/slow_model_test.cpp compares whole deals in small worlds.
namespace grapevine {
namespace {

using namespace testing;

__extension__ using Wide = __int128;

TEST_CASE("accounts are asked in the order of the choice, all of them if nothing binds", "[sim][campaigns]") {
  const FollowGraph graph = lively_graph(5'000);  // several times what is sorted at once
  const Users accounts = manifold_accounts(5'000);
  const AccountChoice choose = GENERATE(AccountChoice::largest, AccountChoice::random, AccountChoice::fit,
                                        AccountChoice::engagement, AccountChoice::price);
  WorldParameters parameters = one_campaign(choose);
  parameters.prices.spread = 0.5;
  parameters.population.shared_interest = 0.5;
  std::vector<double> past(5'000);
  for (std::uint32_t u = 0; u < past.size(); ++u)
    past[u] = static_cast<double>(nested_mix(4, u, 0) % 50) / 100;  // many equal ones
  const StreamKey selection(parameters.seed, Stream::selection, 0), dynamics(parameters.seed, Stream::dynamics, 0);
  const Interests interests(accounts, parameters.population, dynamics);
  const auto place = [&](UserId user) -> double {  // lower is earlier
    switch (choose) {
      case AccountChoice::largest:
        return -static_cast<double>(graph.follower_count(user));
      case AccountChoice::fit:
        return -static_cast<double>(interests.bits(user, 3) >> 12);
      case AccountChoice::engagement:
        return -past[user.index()];
      case AccountChoice::price:
        return static_cast<double>(price_of(parameters.prices, selection, {user, graph.follower_count(user)}));
      default:
        return static_cast<double>(nested_mix(selection.key(Draw::selection), campaign_key("one"), user.value()) >> 12);
    }
  };
  std::vector<UserId> expected;
  for (std::uint32_t u = 0; u < 5'000; ++u)
    if (accounts.is_active(UserId{u})) expected.emplace_back(u);
  const auto hash = [&](UserId user) {
    return nested_mix(selection.key(Draw::selection), campaign_key("one"), user.value());
  };
  std::ranges::sort(expected, {}, [&](UserId user) { return std::pair(place(user), hash(user)); });
  const Deal all = deal_of(graph, accounts, parameters, past);
  std::vector<UserId> bought;
  for (const Purchase& purchase : all.purchases) bought.push_back(purchase.user);
  const bool same = bought == expected;
  CHECK(same);
  CHECK(all.offers == expected.size());
  CHECK(all.declined == 0);
  // A tenth of them, and a tenth of the money, are the first of the same list.
  parameters.campaigns[0].count = static_cast<std::uint32_t>(expected.size() / 10);
  const Deal few = deal_of(graph, accounts, parameters, past);
  REQUIRE(few.purchases.size() == expected.size() / 10);
  for (std::size_t i = 0; i < few.purchases.size(); ++i) REQUIRE(few.purchases[i].user == expected[i]);
  parameters.campaigns[0].count = UINT32_MAX;
  parameters.campaigns[0].budget = all.spent() / 10;
  const Deal cheap = deal_of(graph, accounts, parameters, past);
  REQUIRE(cheap.spent() <= parameters.campaigns[0].budget);
  std::size_t i = 0;
  for (const Purchase& purchase : cheap.purchases) {  // those too dear for the whole budget are left out
    while (price_of(parameters.prices, selection, {expected[i], graph.follower_count(expected[i])}) >
           parameters.campaigns[0].budget)
      ++i;
    REQUIRE(purchase.user == expected[i++]);
  }
}

TEST_CASE("engagement per impression in the warm-up decides who is asked first, and nothing after it does",
          "[sim][campaigns]") {
  const FollowGraph graph = lively_graph(1'000);
  const Users accounts = manifold_accounts(1'000);
  Alone alone;
  WorldParameters parameters = one_campaign(AccountChoice::engagement);
  parameters.campaigns[0].count = 30;
  RunParameters run = lively_run();
  run.feed.prior_strength.fill(GENERATE(0.0, 20.0));
  World world(graph, accounts, parameters, run, ReplicateStreams{}, alone);
  // By hand: what everybody's posts of the last W ticks were looked at and liked, replied to and reshared. All roots of
  // a warm-up as long as the window are live at its end.
  REQUIRE(parameters.time.warmup == run.feed.window);
  std::vector<double> impressions(1'000);
  std::array<std::vector<double>, 3> taken{std::vector<double>(1'000), std::vector<double>(1'000),
                                           std::vector<double>(1'000)};  // likes, replies, reshares
  while (world.state.clock.now < parameters.time.warmup) {
    world.step();
    for (const Impression& i : world.last_events().impressions) {
      const std::size_t author = world.state.posts.identity(i.root).author.index();
      ++impressions[author];
      for (std::size_t a = 0; a < 3; ++a) taken[a][author] += i.took(static_cast<Action>(a));
    }
  }
  const double p = run.feed.prior_strength[0], all = std::accumulate(impressions.begin(), impressions.end(), 0.0);
  const auto rate = [&](std::uint32_t u) {
    double sum = 0;
    for (const std::vector<double>& of : taken) {
      const double mean = std::accumulate(of.begin(), of.end(), 0.0) / all;
      sum += impressions[u] + p > 0 ? (of[u] + mean * p) / (impressions[u] + p) : 0.0;
    }
    return sum;
  };
  std::vector<std::tuple<double, std::uint64_t, UserId>> order;
  const std::uint64_t key = StreamKey(parameters.seed, Stream::selection, 0).key(Draw::selection);
  for (std::uint32_t u = 0; u < 1'000; ++u)
    if (accounts.is_active(UserId{u})) order.emplace_back(-rate(u), nested_mix(key, campaign_key("one"), u), u);
  std::sort(order.begin(), order.end());
  RunParameters arm = run;
  arm.pays = {"one"};
  arm.feed.prior_strength.fill(5);  // of the arm: does not matter
  const auto branch = world.branch(arm, {});
  const auto& purchases = branch->deals->at(0).purchases;
  REQUIRE(purchases.size() == 30);
  for (std::size_t i = 0; i < purchases.size(); ++i) CHECK(purchases[i].user == std::get<UserId>(order[i]));
  CHECK(world.deals->at(0).purchases[0].user != purchases[0].user);  // before: at random
  branch->run_until(parameters.time.end());
  CHECK(branch->record().campaigns[0].accounts == 30);
}

TEST_CASE(
    "accounts accept with the probability asked for, each by itself, and those that accept a low one accept a higher",
    "[sim][campaigns][statistical]") {
  const FollowGraph graph = lively_graph(5'000);
  const Users accounts;
  WorldParameters parameters = one_campaign(AccountChoice::random);
  const auto accepting = [&](double acceptance) {
    parameters.campaigns[0].acceptance = acceptance;
    const Deal deal = deal_of(graph, accounts, parameters);
    REQUIRE(deal.offers == 5'000);
    REQUIRE(deal.offers == deal.declined + deal.purchases.size());
    std::set<UserId> users;
    for (const Purchase& purchase : deal.purchases) users.insert(purchase.user);
    return users;
  };
  const std::set<UserId> low = accepting(0.3), high = accepting(0.6), all = accepting(1.0);
  // Binomial: sd sqrt(5 000 x 0.3 x 0.7) = 32.4 and sqrt(5 000 x 0.6 x 0.4) = 34.6; sound code leaves five sd for one
  // seed in 1.7 million.
  CHECK(std::abs(static_cast<double>(low.size()) - 1'500) < 5 * 32.4);
  CHECK(std::abs(static_cast<double>(high.size()) - 3'000) < 5 * 34.6);
  CHECK(all.size() == 5'000);
  CHECK(std::includes(high.begin(), high.end(), low.begin(), low.end()));
  // Another campaign asks anew: 0.3 x 0.3 of them accept both, mean 450, sd 20.2.
  parameters.campaigns[0].name = "another";
  const std::set<UserId> other = accepting(0.3);
  double both = 0;
  for (const UserId user : other) both += low.contains(user);
  CHECK(std::abs(both - 450) < 5 * 20.2);
  // Those who decline are passed over: as many are paid as without them.
  parameters.campaigns[0].count = 100;
  parameters.campaigns[0].acceptance = 0.3;
  const Deal hundred = deal_of(graph, accounts, parameters);
  CHECK(hundred.purchases.size() == 100);
  CHECK(hundred.declined > 100);
}

TEST_CASE("an account's own price factor has mean 1 and the spread asked for, and grows with no size",
          "[sim][campaigns][statistical]") {
  PriceParameters prices;
  prices.post = 1'000'000 * micro_per_unit;  // so large that rounding does not show
  prices.follower = 0;
  prices.spread = 0.5;
  const StreamKey selection(8, Stream::selection, 0);
  constexpr std::uint32_t n = 40'000;
  double sum = 0, logs = 0, squares = 0;
  for (std::uint32_t u = 0; u < n; ++u) {
    const double factor =
        static_cast<double>(price_of(prices, selection, {UserId{u}, u % 1'000})) / static_cast<double>(prices.post);
    sum += factor;
    logs += std::log(factor);
    squares += std::log(factor) * std::log(factor);
  }
  // Lognormal: variance e^0.25 - 1 = 0.284, so the mean has sd sqrt(0.284 / 40 000) = 0.00266. The log is normal with
  // mean -0.125 and sd 0.5: its mean has sd 0.0025, its sd 0.00177.
  CHECK(std::abs(sum / n - 1) < 5 * 0.00266);
  CHECK(std::abs(logs / n + 0.125) < 5 * 0.0025);
  CHECK(std::abs(std::sqrt(squares / n - logs / n * logs / n) - 0.5) < 5 * 0.00177);
  const StreamKey again(8, Stream::selection, 1);
  CHECK(price_of(prices, again, {UserId{5}, 0}) !=
        price_of(prices, selection, {UserId{5}, 0}));  // replicates have prices of their own
  CHECK(price_of(prices, selection, {UserId{5}, 7}) == price_of(prices, selection, {UserId{5}, 7'000'000}));
}

TEST_CASE("prices follow the exponent, and in a small world are so much smaller as the world is", "[sim][campaigns]") {
  const StreamKey selection(8, Stream::selection, 0);
  PriceParameters prices;
  prices.post = 3 * micro_per_unit;
  prices.follower = 20'000;
  CHECK(price_of(prices, selection, {UserId{1}, 1'000'000'000}) == 3'000'000 + 20'000'000'000'000);  // whole numbers
  prices.exponent = 0.5;
  CHECK(price_of(prices, selection, {UserId{1}, 250'000}) == 3'000'000 + 20'000 * 500);
  CHECK(price_of(prices, selection, {UserId{1}, 0}) == 3'000'000);
  prices.scale = 0.01;
  CHECK(price_of(prices, selection, {UserId{1}, 2'500}) ==
        30'000 + 200 * 500);  // stands for 250 000 followers, for a hundredth of their price
  CHECK(price_of(prices, selection, {UserId{1}, 0}) == 30'000);
  prices.exponent = 1;
  CHECK(price_of(prices, selection, {UserId{1}, 2'500}) ==
        30'000 + 20'000 * 2'500);  // a price in proportion to followers knows no scale
}

TEST_CASE("a share of another campaign's spending is the bound, rounded down", "[sim][campaigns]") {
  const FollowGraph graph = lively_graph(2'000);
  WorldParameters parameters = lively_parameters();
  parameters.campaigns[1].budget_share = 0.37;
  const auto deals = choose_accounts(graph, Users{}, parameters, ReplicateStreams{});
  CHECK(deals[1].budget == deals[0].spent() * 37 / 100);
  CHECK(deals[1].spent() <= deals[1].budget);
  CHECK(deals[1].spent() > deals[1].budget - (micro_per_unit + 50 * 10'000));  // not one more account
}

TEST_CASE("paid posts without a topic are on their author's main topic as often as organic posts are",
          "[sim][campaigns][statistical]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts;
  WorldParameters parameters = one_campaign(AccountChoice::random);
  CampaignParameters& one = parameters.campaigns[0];
  one.topic = GENERATE(-1, 3);
  one.posts = 3;
  parameters.population.focus = GENERATE(0.0, 0.4, 1.0);
  RunParameters run = lively_run();
  run.pays = {"one"};
  Alone alone;
  World world(graph, accounts, parameters, run, ReplicateStreams{}, alone);
  double posts[2] = {}, on_main[2] = {}, on_3[2] = {};  // organic, paid
  while (world.state.clock.now < parameters.time.warmup + parameters.time.measure) {
    world.step();
    for (const PostIdentity& post : world.last_events().posts) {
      const bool paid = post.campaign != PostIdentity::no_campaign;
      ++posts[paid];
      on_main[paid] += post.topic == world.population->interests().main_topic(post.author);
      on_3[paid] += post.topic == 3;
    }
  }
  CHECK(posts[1] == 3 * 2'000);
  CHECK(posts[0] > 1'000);
  const double focus = parameters.population.focus,
               expected = focus + (1 - focus) / parameters.population.topics;  // evenly on all topics, else
  for (const int paid : {0, 1}) {
    if (paid == 1 && one.topic == 3) continue;
    // Binomial; sound code leaves five sd for one seed in 1.7 million.
    CHECK(std::abs(on_main[paid] - posts[paid] * expected) <= 5 * std::sqrt(posts[paid] * expected * (1 - expected)));
  }
  if (one.topic == 3) CHECK(on_3[1] == posts[1]);
}

TEST_CASE("accounts that are equal in what is asked for are taken whatever their size",
          "[sim][campaigns][ties][statistical]") {
  // Numbers fall with follower counts. Prices without a price of followers, no engagement in the past, tastes that a
  // whole world shares, contagions that nobody catches: all candidates are equal, and those paid are a sample of them,
  // n of N: the sum of their numbers has mean n (N - 1) / 2 and variance n (N - n) (N + 1) / 12. Sound code leaves five
  // sd for one name in 1.7 million.
  const auto [choose, name] = GENERATE(table<AccountChoice, const char*>({{AccountChoice::fit, "fit"},
                                                                          {AccountChoice::engagement, "engagement"},
                                                                          {AccountChoice::price, "price"},
                                                                          {AccountChoice::influence, "influence"},
                                                                          {AccountChoice::lazy_greedy, "lazy-greedy"},
                                                                          {AccountChoice::random, "random"}}));
  constexpr std::uint32_t users = 2'000, n = 200;
  const FollowGraph graph = lively_graph(users);
  Users one_community;
  one_community.community.assign(users, 0);
  WorldParameters parameters = one_campaign(choose);
  parameters.population.shared_interest = 1;
  parameters.prices.follower = 0;
  parameters.campaigns[0].count = n;
  parameters.campaigns[0].runs = 5;
  parameters.campaigns[0].epsilon = 0.5;
  const std::vector<double> past(users, 0.25);
  ExpectedSpread expected;
  expected.diffusion.chance =
      choose == AccountChoice::influence ? 1 : 0;  // who reaches everybody leaves all others equal, too
  INFO(name);
  double sum = 0;
  std::uint64_t followers = 0;
  const Deal deal = choose_accounts(graph, one_community, parameters, ReplicateStreams{}, past, expected).at(0);
  REQUIRE(deal.purchases.size() == n);
  for (const Purchase& purchase : deal.purchases) sum += purchase.user.value(), followers += purchase.followers;
  CHECK(std::abs(sum - n * (users - 1) / 2.0) < 5 * std::sqrt(n * (users - n) * (users + 1) / 12.0));
  CHECK(followers < 3 * n * graph.follow_count() / users);  // the largest 200 have more than half of all
}

TEST_CASE("the largest accounts of one size are taken by hash, and so are seeds of equal gain",
          "[sim][campaigns][ties]") {
  // 600 accounts with a reader of their own each, who are candidates by their size; 100 are paid. By number they would
  // be the first hundred of them, of hashes like any.
  GraphBuilder builder(1'200);
  for (std::uint32_t u = 0; u < 600; ++u) builder.add(UserId{600 + u}, UserId{u});
  const FollowGraph graph = builder.build();
  WorldParameters parameters =
      one_campaign(GENERATE(AccountChoice::largest, AccountChoice::lazy_greedy, AccountChoice::influence));
  parameters.campaigns[0].count = 100;
  parameters.campaigns[0].runs = 3;
  parameters.campaigns[0].epsilon = 0.3;
  parameters.campaigns[0].followers.least = 1;
  ExpectedSpread expected;
  expected.diffusion.chance = 1;
  const std::uint64_t key = StreamKey(parameters.seed, Stream::selection, 0).key(Draw::selection);
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t u = 0; u < 600; ++u) hashes.push_back(nested_mix(key, campaign_key("one"), u));
  std::ranges::nth_element(hashes, hashes.begin() + 100);
  double least = 0, numbers = 0;
  const Deal deal = choose_accounts(graph, Users{}, parameters, ReplicateStreams{}, {}, expected).at(0);
  for (const Purchase& purchase : deal.purchases) {
    least += nested_mix(key, campaign_key("one"), purchase.user.value()) < hashes[100];
    numbers += purchase.user.value();
  }
  if (parameters.campaigns[0].choose != AccountChoice::influence)
    CHECK(least == 100);  // reverse reachable sets are a sample: gains differ by chance
  CHECK(std::abs(numbers - 100 * 599 / 2.0) < 5 * std::sqrt(100.0 * 500 * 601 / 12.0));
}

/// The message with which a world is refused.
std::string refusal(const std::function<void()>& make) {
  try {
    make();
  } catch (const BadRequest& error) {
    return error.what();
  }
  return "not refused";
}

/// The number that follows `words`.
double number_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + words.size()));
}

TEST_CASE("where nobody can be paid the message names the campaign and a number that would fit, and it fits",
          "[sim][campaigns]") {
  using Catch::Matchers::Contains;
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(2'000);
  WorldParameters parameters = one_campaign(AccountChoice::largest);
  parameters.prices.spread = 0.5;
  CampaignParameters& one = parameters.campaigns[0];
  const auto buy = [&] { (void)deal_of(graph, accounts, parameters); };
  REQUIRE(refusal(buy) == "not refused");

  SECTION("a budget below every price") {
    one.followers.least = 7;
    one.choose = GENERATE(AccountChoice::largest, AccountChoice::random, AccountChoice::price, AccountChoice::named);
    one.accounts = {"3", "1", "17"};
    one.budget = 100'000;
    const std::string text = refusal(buy);
    CHECK_THAT(text, Contains("campaign 'one'") && Contains("the budget of 0.10"));
    one.budget = std::llround(number_after(text, " asks ") * micro_per_unit);
    REQUIRE(refusal(buy) == "not refused");
    CHECK(deal_of(graph, accounts, parameters).purchases.size() == 1);
    one.budget -= 10'001;  // a cent, to which the number was rounded up, and a bit
    CHECK(refusal(buy) != "not refused");
  }
  SECTION("no user with so many followers") {
    one.followers.least = 1'000'000;
    const std::string text = refusal(buy);
    CHECK_THAT(text, Contains("campaign 'one'") && Contains("1000000 followers or more"));
    one.followers.least = static_cast<std::uint64_t>(number_after(text, "the largest of them has "));
    REQUIRE(refusal(buy) == "not refused");
    ++one.followers.least;
    CHECK(refusal(buy) != "not refused");
  }
  SECTION("no user in the range, the tier, the plant") {
    one.tier = "small";
    one.followers.least = 30;
    one.followers.most = 40;
    CHECK_THAT(refusal(buy),
               Contains("campaign 'one'") && Contains("of tier 'small'") && Contains("with 30 to 40 followers"));
    one.tier = "middle";
    REQUIRE(refusal(buy) == "not refused");
    one.followers.least = 0;
    one.followers.most = UINT64_MAX;
    one.tier.clear();
    one.plant = "clones";
    one.member = 0;  // is not active
    CHECK_THAT(refusal(buy), Contains("campaign 'one'") && Contains("of plant 'clones'") && Contains("with number 0"));
    one.member = 2;
    CHECK_THAT(refusal(buy), Contains("with number 2"));
    one.member = 1;
    REQUIRE(refusal(buy) == "not refused");
    one.member = -1;
    CHECK(deal_of(graph, accounts, parameters).purchases.size() == 1);  // the one that is active
  }
  SECTION("everybody declines") {
    one.acceptance = 1e-9;
    one.tier = "middle";
    const std::string text = refusal(buy);
    CHECK_THAT(text, Contains("campaign 'one'") && Contains("campaign.acceptance"));
    std::uint64_t asked = 0;
    for (std::uint32_t u = 0; u < 2'000; ++u)
      asked += accounts.is_active(UserId{u}) && graph.follower_count(UserId{u}) >= 20;
    REQUIRE(asked > 1);
    CHECK(number_after(text, "all ") == static_cast<double>(asked));
    one.acceptance = 1;
    CHECK(refusal(buy) == "not refused");
  }
  SECTION("nobody is called so") {
    one.choose = AccountChoice::named;
    one.accounts = {"3", "2000"};
    CHECK_THAT(refusal(buy), Contains("campaign 'one'") && Contains("'2000'") && Contains("0 to 1999"));
    one.accounts = {"3", "1999"};
    CHECK(refusal(buy) == "not refused");
  }
  SECTION("no user is active") {
    Users silent = accounts;
    silent.active.assign(silent.active.size(), 0);
    CHECK_THAT(refusal([&] { (void)deal_of(graph, silent, parameters); }),
               Contains("campaign 'one'") && Contains("0 users post"));
  }
}

TEST_CASE("no price, no bill and no budget wraps round anywhere in the ranges of the keys", "[sim][campaigns][money]") {
  const FollowGraph graph = lively_graph(500);
  const Users accounts;
  WorldParameters parameters =
      one_campaign(GENERATE(AccountChoice::largest, AccountChoice::price, AccountChoice::lazy_greedy));
  CampaignParameters& one = parameters.campaigns[0];
  one.runs = 3;
  PriceParameters& prices = parameters.prices;
  prices = {1'000'000'000 * micro_per_unit, 100 * micro_per_unit};  // the dearest of both
  prices.exponent = GENERATE(1.0, 2.0);
  prices.spread = GENERATE(0.0, 3.0);
  one.posts = 10'000;
  const StreamKey selection(parameters.seed, Stream::selection, 0);
  for (const std::uint64_t followers : {0ULL, 500ULL, 100'000'000ULL, 4'294'967'294ULL})
    CHECK(price_of(prices, selection, {UserId{3}, followers}) > 0);
  if (prices.spread == 0.0) {
    // By hand: a billion and, for a hundred million followers, 10^10 or 100 x 10^16; the latter is beyond 2^63
    // millionths, 9.2 x 10^12.
    const MicroMoney dear = price_of(prices, selection, {UserId{3}, 100'000'000});
    CHECK(dear == (prices.exponent == 1.0 ? 11'000'000'000 * micro_per_unit : std::numeric_limits<MicroMoney>::max()));
    CHECK_THROWS_WITH(deal_of(graph, accounts, parameters),
                      Catch::Matchers::Contains("campaign 'one'") &&
                          Catch::Matchers::Contains("for 10000 posts, cost 10") &&
                          Catch::Matchers::Contains(
                              "expected at most 576460752303.42; lower [price], campaign.posts or campaign.count"));
  }
  // Under a bound as many posts are bought as it pays for.
  one.budget = 1'000'000'000 * micro_per_unit;
  prices.post = 1;
  const Deal deal = deal_of(graph, accounts, parameters);
  Wide sum = 0;
  for (const Purchase& purchase : deal.purchases) {
    CHECK(purchase.cost >= 0);
    sum += Wide{price_of(prices, selection, {purchase.user, purchase.followers})} * purchase.posts;
  }
  CHECK(deal.spent() == sum);
  CHECK(sum <= one.budget);
}

TEST_CASE(
    "what all accounts of a campaign cost together is reckoned before it is spent, and what all campaigns cost one "
    "tier fits",
    "[sim][campaigns][money]") {
  const FollowGraph graph = lively_graph(500);
  WorldParameters parameters = one_campaign(AccountChoice::random);
  parameters.prices = {1'000'000'000 * micro_per_unit, 0};
  parameters.campaigns[0].posts = 1;
  const auto most =
      static_cast<std::uint32_t>(most_spent / parameters.prices.post);  // 576 accounts, more than there are
  REQUIRE(most == 576);
  CHECK(deal_of(graph, Users{}, parameters).spent() == 500 * parameters.prices.post);
  parameters.campaigns[0].posts = 2;  // 288 accounts
  CHECK_THROWS_WITH(deal_of(graph, Users{}, parameters), Catch::Matchers::Contains("campaign 'one': 289 accounts") &&
                                                             Catch::Matchers::Contains("cost 578000000000.00 or more"));
  parameters.campaigns[0].count = 288;
  CHECK(deal_of(graph, Users{}, parameters).spent() == 576'000'000'000 * micro_per_unit);

  // Sixteen campaigns pay so much to the one tier.
  RunParameters run = lively_run();
  parameters.tiers = {{"all"}, {0}};
  for (std::size_t c = 1; c < most_campaigns; ++c) parameters.campaigns.push_back(parameters.campaigns[0]);
  for (CampaignParameters& campaign : parameters.campaigns) {
    campaign.name = std::to_string(&campaign - parameters.campaigns.data());
    run.pays.push_back(campaign.name);
  }
  Alone alone;
  const RunRecord record = World(graph, Users{}, parameters, run, ReplicateStreams{}, alone).record();
  CHECK(Wide{record.tiers[0].cost} == Wide{16} * 576'000'000'000 * micro_per_unit);
}

TEST_CASE("more paid posts than 32 bits number are refused", "[sim][campaigns]") {
  WorldParameters parameters = one_campaign(AccountChoice::named);
  Deal deal;
  deal.purchases = {{UserId{0}, 1, 4'000'000'000, 0, UserId{0}}, {UserId{1}, 1, 400'000'000, 0, UserId{1}}};
  CHECK_THROWS_WITH(plan_posts({deal}, parameters, {"one"}, StreamKey()),
                    Catch::Matchers::Contains("campaign 'one': with it 4400000000 paid posts"));
}

}  // namespace
}  // namespace grapevine
