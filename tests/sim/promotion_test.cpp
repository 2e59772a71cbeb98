#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/run/replicate.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"

// Impressions that campaigns buy for their posts (docs/model.md 7.20), where it can be said by hand what comes out. The
// slow model says the same of whole worlds in slow_model_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

/// Users who read every post in every tick, and nobody posts but who is paid. The arm pays for all campaigns.
struct PromotionWorld {
  FollowGraph graph;
  Users accounts;
  WorldParameters world;
  RunParameters run;
  Alone alone;

  explicit PromotionWorld(FollowGraph follows) : graph(std::move(follows)) {
    world.seed = 12;
    world.time = {600, 24, 24, 24};
    world.tiers = {{"few", "many"}, {0, 4}};
    world.population.sessions_per_day = 1e5;
    world.population.session_spread = 0;
    world.population.posts_per_day = 0;
    world.population.patience = 1e6;
    world.population.topics = 1;
    world.prices = {10 * micro_per_unit, 0};
    run.feed.window = 24;
    run.behaviour.probability = {0.5, 0.0, 0.0, 0.25};
  }
  /// Pays the account for so many posts, the first of them at the start of `measure`, one a tick.
  CampaignParameters& pay(const std::string& name, const std::string& account, std::uint32_t posts = 1) {
    CampaignParameters campaign;
    campaign.name = name;
    campaign.choose = AccountChoice::named;
    campaign.accounts = {account};
    campaign.posts = campaign.slots = posts;
    campaign.every = 1;
    campaign.replace_within = 0;
    run.pays.push_back(name);
    world.campaigns.push_back(campaign);
    return world.campaigns.back();
  }
  std::unique_ptr<World> begin(std::uint32_t dynamics = 0) {
    RunParameters before = run;
    before.pays.clear();
    World warm(graph, accounts, world, before, {.dynamics = dynamics}, alone);
    warm.run_until(world.time.warmup);
    return warm.branch(run, {1, 1.0, true});
  }
  RunRecord record(std::uint32_t dynamics = 0) {
    const auto arm = begin(dynamics);
    arm->run_until(world.time.end());
    return arm->record();
  }
};

/// So much money for so many impressions, at 4 for a thousand.
PromotionParameters impressions(std::uint64_t count, Tick time) {
  return {.money = static_cast<MicroMoney>(count) * 4'000, .price = 4 * micro_per_unit, .time = time};
}

/// Ten users; the first three follow the last one.
FollowGraph ten_users() {
  GraphBuilder builder(10);
  for (std::uint32_t u = 0; u < 3; ++u) builder.add(UserId{u}, UserId{9});
  return builder.build();
}

std::uint64_t looks_from(const RunRecord& record, Source source) {
  std::uint64_t sum = 0;
  for (std::size_t tier = 0; tier < record.tiers.size(); ++tier)
    sum += record.ledger[source_count * tier + static_cast<std::size_t>(source)].impressions;
  return sum;
}

TEST_CASE("ten users are shown a promoted post in the order of their hashes, and its followers see it anyway",
          "[promotion]") {
  PromotionWorld setting(ten_users());
  const std::uint32_t author = setting.graph.follower_count(UserId{0}) == 3 ? 0 : 9;
  setting.pay("c", fmt::format("{}", author)).promotion = impressions(6, 3);
  const auto world = setting.begin();
  world->step();  // in which it is published
  const PostIdentity post = world->state.posts.identity(world->state.posts.head() - 1);
  REQUIRE(post.author.value() == author);

  // By hand: everybody comes in every tick. Two impressions are due in each of three; all followers look in the first.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::uint32_t u = 0; u < 10; ++u)
    if (u != author) order.emplace_back(nested_mix(world->keys.dynamics.key(Draw::promotion), post.key, u), u);
  std::ranges::sort(order);
  std::set<std::uint32_t> looked;
  for (Tick after = 1; after <= 4; ++after) {
    std::set<std::uint32_t> promoted, followed;
    for (const auto& [hash, u] : order)
      if (promoted.size() < (after <= 3 ? 2U : 0U) && !looked.contains(u)) promoted.insert(u);
    if (after == 1)
      for (const auto& [hash, u] : order)
        if (setting.graph.find(UserId{u}, UserId{author}) && !promoted.contains(u)) followed.insert(u);
    looked.insert(promoted.begin(), promoted.end());
    looked.insert(followed.begin(), followed.end());

    world->step();
    std::set<std::uint32_t> was_promoted, was_followed;
    for (const Impression& look : world->last_events().impressions) {
      REQUIRE((look.exposure == 0 && look.emitter == post.author));
      (look.source() == Source::promoted ? was_promoted : was_followed).insert(look.reader.value());
      REQUIRE((look.source() == Source::promoted || look.source() == Source::author));
    }
    CAPTURE(after);
    CHECK(was_promoted == promoted);
    CHECK(was_followed == followed);
  }
  world->run_until(setting.world.time.end());
  const CampaignRow row = world->record().campaigns.at(0);
  CHECK((row.bought == 6 && row.promoted == 6));
  CHECK(row.spent_promotion == 24'000);
  CHECK(row.spent == 10 * micro_per_unit + 24'000);
}

TEST_CASE("a promoted budget is spent to the last unit, not faster than its time goes", "[promotion]") {
  PromotionWorld setting(random_graph(200, 0.15, 3));
  setting.world.population.sessions_per_day = 144;  // two readers of three come in a tick
  setting.pay("one", "7").promotion = impressions(101, 10);
  setting.pay("many", "80", 6).promotion = impressions(305, 9);  // 51 of each, but one has 50
  setting.world.campaigns[1].promotion.money += 3'999;           // which buy nothing
  const auto world = setting.begin();
  std::map<std::uint32_t, std::uint64_t> shown;  // by root
  std::array<std::uint64_t, 2> all{};
  while (world->state.clock.now < setting.world.time.end()) {
    const Tick now = world->state.clock.now;
    world->step();
    for (const Impression& look : world->last_events().impressions) {
      if (look.source() != Source::promoted) continue;
      ++shown[look.root];
      ++all[world->state.posts.identity(look.root).campaign];
    }
    for (const auto& [root, count] : shown) {
      if (root < world->state.posts.tail()) continue;
      const bool one = world->state.posts.identity(root).campaign == 0;
      const Tick after = now - (world->state.posts.visible(root) - 1), time = one ? 10 : 9;
      REQUIRE(count <= (one ? 101 : 51) * std::min(after, time) / time);
    }
  }
  CHECK((all[0] == 101 && all[1] == 305));
  std::map<std::uint64_t, int> shares;
  for (const auto& [root, count] : shown) ++shares[count];
  CHECK(shares == std::map<std::uint64_t, int>{{101, 1}, {51, 5}, {50, 1}});

  const RunRecord record = world->record();
  for (std::size_t c = 0; c < 2; ++c) {
    const CampaignRow& row = record.campaigns[c];
    CHECK((row.bought == all[c] && row.promoted == row.bought));
    CHECK(row.spent_promotion == static_cast<MicroMoney>(row.bought) * 4'000);
    CHECK(row.spent == row.spent_promotion + 10 * micro_per_unit * (c == 0 ? 1 : 6));
    CHECK((record.influencers[c].cost == row.spent && record.influencers[c].promoted == row.promoted));
    CHECK(row.outcomes.impressions >= row.promoted);
  }
  CHECK(looks_from(record, Source::promoted) == 406);
}

TEST_CASE("where readers are too few the rest of a promotion is not spent", "[promotion]") {
  PromotionWorld setting(ten_users());
  const std::uint32_t author = setting.graph.follower_count(UserId{0}) == 3 ? 0 : 9;
  CampaignParameters& campaign = setting.pay("c", fmt::format("{}", author));
  campaign.promotion = impressions(50, 2);
  campaign.budget = 10 * micro_per_unit + 250'000;
  const CampaignRow row = setting.record().campaigns.at(0);
  CHECK((row.bought == 50 && row.promoted == 9));  // everybody else, in the first tick: 25 are due
  CHECK(row.spent_promotion == 9 * 4'000);
  CHECK(row.budget - row.spent == 250'000 - 9 * 4'000);
}

TEST_CASE("promotion is taken off the budget before accounts are paid", "[promotion][campaigns]") {
  PromotionWorld setting(random_graph(200, 0.15, 3));
  CampaignParameters& campaign = setting.pay("c", "0");
  campaign.choose = AccountChoice::largest;
  campaign.accounts.clear();
  campaign.budget = 55 * micro_per_unit;
  CampaignParameters same = campaign;
  same.name = "same";
  same.budget = -1, same.budget_of = "c";
  setting.world.campaigns.push_back(same);
  const auto accounts = [&](MicroMoney money) {
    setting.world.campaigns[0].promotion = {.money = money, .price = 3 * micro_per_unit};
    return choose_accounts(setting.graph, setting.accounts, setting.world, {});
  };
  CHECK(accounts(0)[0].purchases.size() == 5);
  const std::vector<Deal> deals = accounts(20 * micro_per_unit);
  CHECK(deals[0].purchases.size() == 3);
  CHECK(deals[0].promotion == 6'666 * (3 * micro_per_unit / 1000));
  CHECK(deals[0].spent() == deals[0].promotion + 30 * micro_per_unit);
  CHECK(deals[1].budget == deals[0].spent());
  CHECK(deals[1].purchases.size() == 4);  // 49.998
  CHECK_THROWS_WITH(accounts(50 * micro_per_unit), Catch::Contains("that promotion leaves is below every price"));
  CHECK_THROWS_WITH(accounts(60 * micro_per_unit), Catch::Contains("its promotion takes 60.00 of a budget of 55.00"));
}

TEST_CASE("nobody is promoted what it wrote or has seen, more than the cap, or when it is held out", "[promotion]") {
  PromotionWorld setting(random_graph(200, 0.15, 3));
  setting.world.population.topics = 6;
  setting.world.population.posts_per_day = 6;
  setting.run.feed.memory = GENERATE(FeedMemory::session, FeedMemory::window);
  setting.run.feed.holdout = 0.3;
  PromotionParameters& capped = setting.pay("capped", "3", 8).promotion;
  capped = impressions(2'000, 12);
  capped.cap = 2, capped.place = 1;
  PromotionParameters& liked = setting.pay("liked", "90", 8).promotion;
  liked = impressions(2'000, 20);
  liked.audience = PromotionAudience::topic, liked.topics = 2, liked.place = 4;
  const auto world = setting.begin();
  std::map<std::uint32_t, std::uint32_t> of_cap;
  std::set<std::pair<UserId, std::uint64_t>> seen;
  std::uint64_t promoted[2] = {}, followers = 0;
  while (world->state.clock.now < setting.world.time.end()) {
    world->step();
    std::vector<std::pair<UserId, std::uint64_t>> now;
    std::map<UserId, std::uint32_t> in_session;
    for (const Impression& look : world->last_events().impressions) {
      const PostIdentity& post = world->state.posts.identity(look.root);
      now.emplace_back(look.reader, post.key);
      if (look.source() != Source::promoted) continue;
      ++promoted[post.campaign];
      followers += setting.graph.find(look.reader, post.author).has_value();
      REQUIRE((look.exposure == 0 && !seen.contains(now.back())));
      REQUIRE((post.author != look.reader && look.emitter == post.author));
      REQUIRE(!world->held_out(look.reader));
      REQUIRE(++in_session[look.reader] == 1);
      if (post.campaign == 0) REQUIRE(++of_cap[look.reader.value()] <= 2);
      REQUIRE(look.position <= (post.campaign == 0 ? 0 : 3));
      if (post.campaign == 0) continue;
      std::uint32_t better = 0;
      const auto liking = [&](std::uint32_t k) { return world->population->interests().bits(look.reader, k); };
      for (std::uint32_t k = 0; k < 6; ++k) better += liking(k) > liking(post.topic);
      REQUIRE(better < 2);
    }
    seen.insert(now.begin(), now.end());
  }
  const auto ranked = [&](auto&& counts) {
    std::uint64_t users = 0;
    for (std::uint32_t u = 0; u < 200; ++u) users += !world->held_out(UserId{u}) && counts(u);
    return users;
  };
  CHECK(promoted[0] == 2 * ranked([](std::uint32_t u) { return u != 3; }));  // everybody as often as may be
  CHECK(promoted[1] > 100);
  CHECK(followers > 0);
}

TEST_CASE("without money promotion is not there, and held-out readers do as they would without it", "[promotion]") {
  PromotionWorld setting(random_graph(200, 0.15, 3));
  setting.world.population.posts_per_day = 6;
  CampaignParameters& campaign = setting.pay("c", "3", 4);
  const auto plain = setting.begin();
  campaign.promotion = {.money = 0, .price = 1, .time = 2, .audience = PromotionAudience::topic, .place = 1, .cap = 1};
  const auto neutral = setting.begin();
  CHECK(neutral->mechanisms.empty());
  plain->run_until(setting.world.time.end()), neutral->run_until(setting.world.time.end());
  CHECK(neutral->digest() == plain->digest());
  setting.world.campaigns[0].promotion = impressions(500, 12);
  setting.run.feed.holdout = 1;
  const RunRecord none = setting.record();
  CHECK((none.campaigns[0].promoted == 0 && none.campaigns[0].spent == 40 * micro_per_unit));
  setting.world.campaigns[0].promotion = {};
  CHECK(setting.record().event_hash == none.event_hash);
}

TEST_CASE("what promotion brings is reshared as promoted, with its author as parent", "[promotion]") {
  PromotionWorld setting(random_graph(200, 0.15, 3));
  setting.run.behaviour.probability = {0.2, 0.05, 0.1, 0.1};
  setting.pay("c", "3", 2).promotion = impressions(200, 6);
  const RunRecord record = setting.record();
  std::size_t promoted = 0;
  for (const PostRow& post : record.posts)
    for (std::uint32_t node = 1; node < post.cascade_size; ++node) {
      const CascadeNode& it = record.cascades[post.first_node + node];
      if (it.reason != Reason::promoted) continue;
      ++promoted;
      REQUIRE(it.parent == 0);
    }
  CHECK(promoted > 5);
  CHECK(record.posts[0].impressions_promoted + record.posts[1].impressions_promoted == 200);
}

TEST_CASE("with equal promotion a post of a small account is seen as often as one of a large account, and liked alike",
          "[promotion][statistical][null]") {
  // Every user of 4 000 comes once in four ticks. Accounts of 4 and of 1 200 followers promote 20 posts each. A
  // promoted look is liked with probability 1/2, independently: 4 000 looks each, so that the difference of shares has
  // a standard deviation of 0.0112. Whom posts are shown to are fair coins over halves of users: 63 of 8 000. Sound
  // code leaves five of them for one seed in 1.7 million.
  constexpr std::uint32_t users = 4'000;
  GraphBuilder builder(users);
  for (std::uint32_t u = 2; u < users; ++u) {
    if (nested_mix(1, u, 0) % 10 < 3) builder.add(UserId{u}, UserId{0});
    if (u < 6) builder.add(UserId{u}, UserId{1});
  }
  for (std::uint32_t u = 2; u < users; ++u)  // low numbers have more followers
    for (std::uint32_t i = 0; i < 4; ++i)
      if (const auto v =
              static_cast<std::uint32_t>(uniform(nested_mix(2, u, i)) * uniform(nested_mix(3, u, i)) * users);
          v > 1 && v != u)
        builder.add(UserId{u}, UserId{v});
  PromotionWorld setting(builder.build());
  setting.world.population.sessions_per_day = 36;
  setting.world.population.posts_per_day = 4;
  setting.pay("large", "0", 20).promotion = impressions(4'000, 20);
  setting.pay("small", "1", 20).promotion = impressions(4'000, 20);
  const auto world = setting.begin();
  std::uint64_t looks[2] = {}, likes[2] = {}, first_half = 0;
  while (world->state.clock.now < setting.world.time.end()) {
    world->step();
    for (const Impression& look : world->last_events().impressions) {
      if (look.source() != Source::promoted) continue;
      const std::size_t campaign = world->state.posts.identity(look.root).campaign;
      ++looks[campaign];
      likes[campaign] += look.took(Action::like);
      first_half += look.reader.value() < users / 2;
    }
  }
  CHECK((looks[0] == 4'000 && looks[1] == 4'000));
  const double difference = (static_cast<double>(likes[0]) - static_cast<double>(likes[1])) / 4'000;
  CAPTURE(likes[0], likes[1], first_half);
  CHECK(std::abs(difference) < 5 * 0.0112);
  CHECK(std::abs(static_cast<double>(likes[0] + likes[1]) - 4'000) < 5 * std::sqrt(2'000.0));
  // A few of the first half follow the large account and have seen its post, which is most of the rest.
  CHECK(std::abs(static_cast<double>(first_half) - 4'000) < 5 * 63);
  const RunRecord record = world->record();
  CHECK(record.campaigns[0].spent_promotion == record.campaigns[1].spent_promotion);
}

}  // namespace
}  // namespace grapevine
