#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/run/replicate.hpp"
#include "sim/run/world.hpp"
#include "sim/state/follow_changes.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"

// Follows during the run (docs/model.md 7.19), where it can be said by hand what comes out. The slow model says the
// same of whole worlds in slow_model_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

constexpr std::uint32_t fans = 40, leaves_of_each = 25, leaves = fans * leaves_of_each;

/// A hub that its fans follow, each of whom has followers of its own: a star of stars. Nobody posts but the hub, which
/// is paid to; everybody comes many times a day and reads everything, each root once.
struct Star {
  FollowGraph graph = [] {
    GraphBuilder builder(1 + fans + leaves);
    for (std::uint32_t fan = 1; fan <= fans; ++fan) {
      builder.add(UserId{fan}, UserId{0});
      for (std::uint32_t i = 0; i < leaves_of_each; ++i)
        builder.add(UserId{1 + fans + (fan - 1) * leaves_of_each + i}, UserId{fan});
    }
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;
  Alone alone;

  explicit Star(std::uint32_t posts = 2) {
    world.seed = 5;
    world.time = {600, 144, 144 * 5, 144};
    world.tiers = {{"few", "many"}, {0, leaves_of_each + 1}};
    world.population.sessions_per_day = 20;
    world.population.session_spread = 0;
    world.population.posts_per_day = 0;
    world.population.patience = 1e6;
    CampaignParameters hub;
    hub.name = "hub";
    hub.choose = AccountChoice::largest;
    hub.count = 1;
    hub.posts = posts;
    hub.slots = posts;
    hub.every = 144;  // the one before has left the window
    hub.replace_within = 0;
    world.campaigns = {hub};
    run.feed.window = 144;
    run.feed.memory = FeedMemory::window;
    run.behaviour.probability = {};
    run.behaviour.parent = ParentRule::first;  // the hub's own emission, where a reader follows both
    set(Action::reshare, 1);
    run.pays = {"hub"};
  }
  void set(Action action, double probability) {
    run.behaviour.probability[static_cast<std::size_t>(action)] = probability;
  }
  RunRecord record(const RunParameters& warmup, const RunParameters& arm) {
    Replicate replicate(graph, accounts, world, warmup, {}, alone);
    replicate.warm_up();
    return replicate.run_arm(arm, {});
  }
  RunRecord record() { return record(run, run); }
};

std::vector<std::uint64_t> column(const RunRecord& record, const std::string& name) {
  const auto found = std::ranges::find(record.mechanisms, name, &MechanismColumn::name);
  REQUIRE(found != record.mechanisms.end());
  return found->by_tier;
}

TEST_CASE("a star gains as many followers as look at its reshares, and they get its next post from itself",
          "[follows]") {
  Star star;
  star.set(Action::follow, 1);
  const RunRecord record = star.record();
  REQUIRE(record.posts.size() == 2);
  // Of the first post: the fans look because they follow, the leaves because a fan reshared it. The hub is one of 1
  // 041.
  CHECK(record.posts[0].impressions_followed == fans);
  CHECK(record.posts[0].impressions_reshared == leaves);
  CHECK(record.posts[0].actions[Action::follow] == leaves);
  CHECK(record.posts[1].impressions_followed == fans + leaves);
  CHECK(record.posts[1].impressions_reshared == 0);
  CHECK(record.posts[1].actions[Action::follow] == 0);
  CHECK(record.campaigns[0].outcomes.actions[Action::follow] == leaves);
  CHECK(record.tiers[1].outcomes.actions[Action::follow] == leaves);
  CHECK(record.tiers[1].outcomes.engagement() == 2 * (fans + leaves));  // reshares: a follow is no engagement
  CHECK(column(record, "follows_gained") == std::vector<std::uint64_t>{0, leaves});
  CHECK(column(record, "follows_new") == std::vector<std::uint64_t>{0, leaves});
  CHECK(column(record, "follows_ended") == std::vector<std::uint64_t>{0, 0});
}

TEST_CASE("a star gains a binomial number of followers", "[follows]") {
  Star star(1);
  const auto gained = [&] { return static_cast<double>(column(star.record(), "follows_gained")[1]); };
  star.set(Action::follow, 0.3);
  CHECK(gained() == Approx(0.3 * leaves).margin(4 * std::sqrt(0.21 * leaves)));
  star.set(Action::follow, 0);
  star.set(Action::profile_visit, 0.5);
  const RunRecord visited = star.record();
  CHECK(visited.mechanisms.empty());
  CHECK(visited.tiers[1].outcomes.actions[Action::follow] == 0);
  CHECK(static_cast<double>(visited.tiers[1].outcomes.actions[Action::profile_visit]) ==
        Approx(0.5 * (fans + leaves)).margin(4 * std::sqrt(0.25 * (fans + leaves))));
  star.run.behaviour.follow_after_visit = 0.4;
  CHECK(gained() == Approx(0.2 * leaves).margin(4 * std::sqrt(0.16 * leaves)));
  const RunRecord record = star.record();
  CHECK(column(record, "follows_after_visit") == column(record, "follows_gained"));
  star.set(Action::follow, 0.3);  // where it does not visit the profile
  CHECK(gained() == Approx(0.35 * leaves).margin(4 * std::sqrt(0.35 * 0.65 * leaves)));
}

TEST_CASE("a reader unfollows with the post that it hides once too often", "[follows]") {
  for (const std::uint32_t hides : {1u, 2u, 3u}) {
    Star star(4);
    star.set(Action::reshare, 0);
    star.set(Action::hide, 1);
    star.run.unfollow.hides = hides;
    const RunRecord record = star.record();
    CAPTURE(hides);
    for (std::uint32_t post = 0; post < 4; ++post)
      CHECK(record.posts[post].reach == (post < hides ? std::uint64_t{fans} : 0));
    CHECK(column(record, "follows_lost") == std::vector<std::uint64_t>{0, fans});
    CHECK(column(record, "follows_ended") == std::vector<std::uint64_t>{0, fans});
  }
}

TEST_CASE("what was hidden or reported does not come again", "[follows]") {
  Star star(1);
  GraphBuilder builder(1 + fans);  // everybody follows everybody
  for (std::uint32_t u = 0; u <= fans; ++u)
    for (std::uint32_t v = 0; v <= fans; ++v)
      if (u != v) builder.add(UserId{u}, UserId{v});
  star.graph = builder.build();
  star.world.tiers = {{"all"}, {0}};
  star.run.feed.memory = FeedMemory::session;
  const RunRecord comes_again = star.record();
  CHECK(comes_again.tiers[0].outcomes.impressions > 2 * comes_again.tiers[0].outcomes.first_looks);
  for (const Action dismissal : {Action::hide, Action::report}) {
    star.set(Action::hide, 0), star.set(Action::report, 0);
    star.set(dismissal, 1);
    const RunRecord once = star.record();
    CHECK(once.tiers[0].outcomes.impressions == fans);
    CHECK(once.tiers[0].outcomes.first_looks == fans);
  }
}

TEST_CASE("a crowded feed loses those who fill it, one a session, until nobody is left", "[follows]") {
  Star star(1);
  GraphBuilder builder(1 + fans);
  for (std::uint32_t u = 1; u <= fans; ++u)
    for (std::uint32_t k = 0; k < 4; ++k) builder.add(UserId{u}, UserId{(u + 1 + k * k) % (1 + fans)});
  star.graph = builder.build();
  star.world.tiers = {{"all"}, {0}};
  star.world.population.posts_per_day = 40;
  star.world.population.patience = 1;
  star.set(Action::reshare, 0);
  star.run.pays.clear();
  star.run.unfollow = {.hides = 0, .crowded = 1, .probability = 1};
  RunParameters before = star.run;
  before.unfollow = {};
  const RunRecord record = star.record(before, star.run);
  CHECK(column(record, "follows_lost_crowded")[0] == star.graph.follow_count());
  CHECK(column(record, "follows_ended")[0] == star.graph.follow_count());
  star.run.unfollow.crowded = 1e6;
  CHECK(column(star.record(before, star.run), "follows_lost_crowded")[0] == 0);
}

TEST_CASE("what a warm-up changed stays in an arm in which nobody follows any more", "[follows]") {
  Star star(1);
  star.world.time.warmup = 3 * 144;
  star.world.population.posts_per_day = 2;  // of everybody, who then reshare
  star.set(Action::reshare, 0.2);
  RunParameters follows = star.run;
  follows.behaviour.probability[static_cast<std::size_t>(Action::follow)] = 1;
  const RunRecord without = star.record(star.run, star.run), with = star.record(follows, star.run);
  CHECK(std::ranges::none_of(with.mechanisms,
                             [](const MechanismColumn& c) { return c.name.find("follows") != std::string::npos; }));
  CHECK(with.posts[0].impressions_followed > 2 * without.posts[0].impressions_followed);
  // ... and an arm with a neutral warm-up begins with the graph.
  const RunRecord late = star.record(star.run, follows);
  CHECK(column(late, "follows_new") == column(late, "follows_gained"));
}

TEST_CASE("fake followers count and are not there", "[follows]") {
  constexpr std::uint32_t large = 2'000, small = 500;
  Star star(1);
  GraphBuilder builder(2 + large);
  for (std::uint32_t u = 2; u < 2 + large; ++u) {
    builder.add(UserId{u}, UserId{0});
    if (u < 2 + small) builder.add(UserId{u}, UserId{1});
  }
  star.graph = builder.build();
  star.set(Action::reshare, 0);
  star.world.tiers = {{"fans", "small", "large"}, {0, small, large}};
  CampaignParameters other = star.world.campaigns.front();
  other.name = "other";
  other.tier = "small";
  star.world.campaigns.push_back(other);
  star.run.pays = {"hub", "other"};
  const auto expect = [&](std::vector<double> shares, double of_small, double of_large) {
    star.world.tiers.fake_followers = std::move(shares);
    const RunRecord record = star.record();
    const std::uint32_t followers[] = {large, small};
    const double there[] = {1 - of_large, 1 - of_small};
    for (std::size_t c = 0; c < 2; ++c) {
      CAPTURE(c, of_small, of_large);
      REQUIRE(record.influencers[c].followers == followers[c]);
      const double sd = std::sqrt(followers[c] * there[c] * (1 - there[c]));
      CHECK(static_cast<double>(record.campaigns[c].outcomes.reach) == Approx(followers[c] * there[c]).margin(4 * sd));
      CHECK(record.tiers[2 - c].follower_posts == followers[c]);
    }
    CHECK(record.mechanisms.empty());
  };
  expect({}, 0, 0);
  expect({0.3}, 0.3, 0.3);
  expect({0, 0.1, 0.5}, 0.1, 0.5);
  expect({1}, 1, 1);

  // Whoever follows anew after a look at a reshare is there from then on.
  Star again(2);
  again.world.tiers.fake_followers = {0.5, 0};
  const std::uint64_t leaves_there = again.record().posts[0].impressions_reshared;
  CHECK(static_cast<double>(leaves_there) == Approx(0.5 * leaves).margin(4 * std::sqrt(0.25 * leaves)));
  again.set(Action::follow, 1);
  const RunRecord record = again.record();
  CHECK(record.posts[1].impressions_followed == fans + leaves_there);
  CHECK(column(record, "follows_new") == std::vector<std::uint64_t>{0, leaves_there});
  CHECK(column(record, "follows_ended") == std::vector<std::uint64_t>{0, 0});
}

TEST_CASE("changes of follows are those of a set", "[follows]") {
  const FollowGraph graph = random_graph(60, 0.3, 8);
  FollowChanges changes(60);
  Follows follows(graph, 0);
  follows.look_at(&changes);
  std::set<std::pair<std::uint32_t, std::uint32_t>> truth;
  for (std::uint32_t u = 0; u < 60; ++u)
    for (const UserId v : graph.followees(UserId{u})) truth.emplace(u, v.value());
  const auto at_start = truth;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    const auto u = static_cast<std::uint32_t>(nested_mix(1, step, 0) % 60),
               v = static_cast<std::uint32_t>(nested_mix(1, step, 1) % 60);
    const bool now = !truth.contains({u, v});
    REQUIRE(follows.hold(UserId{u}, UserId{v}) == !now);
    changes.change(u, UserId{v}, now, graph.find(UserId{u}, UserId{v}).has_value());
    now ? (void)truth.emplace(u, v) : (void)truth.erase({u, v});
  }
  std::size_t kept = 0, differ = 0;
  for (std::uint32_t u = 0; u < 60; ++u) {
    kept += changes.of(u).size();
    for (std::uint32_t v = 0; v < 60; ++v) {
      differ += truth.contains({u, v}) != at_start.contains({u, v}) ? 1 : 0;
      REQUIRE(follows.hold(UserId{u}, UserId{v}) == truth.contains({u, v}));
    }
  }
  CHECK(kept == differ);
}

}  // namespace
}  // namespace grapevine
