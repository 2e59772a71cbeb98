#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/run/replicate.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/small_worlds.hpp"

// Posts of authors that a reader does not follow (docs/model.md 7.17), where it can be said by hand what comes out. The
// slow model says the same of whole worlds in slow_model_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

/// Two hundred users of a graph, one topic, everybody reads all there is.
struct DiscoveryWorld {
  FollowGraph graph = random_graph(200, 0.15, 3);
  Users accounts;
  WorldParameters world;
  RunParameters run;
  Alone alone;

  DiscoveryWorld() {
    world.seed = 11;
    world.time = {600, 36, 36, 36};
    world.tiers = {{"few", "many"}, {0, 4}};
    world.population.sessions_per_day = 20;
    world.population.posts_per_day = 6;
    world.population.patience = 1e6;
    world.population.topics = 1;
    run.feed.window = 36;
    run.behaviour.probability = {0.2, 0.05, 0, 0.1};
    run.discovery.share = 0.25;
    run.discovery.topics = 1;
  }
  RunRecord record(RunParameters arm, std::uint32_t dynamics = 0) {
    Replicate replicate(graph, accounts, world, arm, {.dynamics = dynamics}, alone);
    replicate.warm_up();
    return replicate.run_arm(arm, {});
  }
  RunRecord record() { return record(run); }
};

std::uint64_t looks(const RunRecord& record, Source source) {
  std::uint64_t sum = 0;
  for (std::size_t tier = 0; tier < record.tiers.size(); ++tier)
    sum += record.ledger[source_count * tier + static_cast<std::size_t>(source)].impressions;
  return sum;
}

TEST_CASE("the share of candidates from outside is the one asked for", "[discovery]") {
  DiscoveryWorld world;
  for (const double share : {0.1, 0.25, 0.5}) {
    world.run.discovery.share = share;
    world.run.discovery.pool = 5'000;
    const RunRecord record = world.record();
    double out = 0, all = 0;
    for (std::size_t i = 0; i < record.ledger.size(); ++i) {
      all += static_cast<double>(record.ledger[i].delivered);
      if (i % source_count == 2) out += static_cast<double>(record.ledger[i].delivered);
    }
    // A coin a session rounds its number: its error is below half a post a session, and averages out.
    CAPTURE(share);
    CHECK(out / all == Approx(share).margin(0.02));
  }
}

TEST_CASE("readers are shown nothing that they wrote, follow or have seen", "[discovery]") {
  DiscoveryWorld setting;
  World world(setting.graph, setting.accounts, setting.world, setting.run, {}, setting.alone);
  std::vector<std::pair<UserId, std::uint64_t>> seen;
  std::size_t discovered = 0;
  while (world.state.clock.now < 108) {
    world.step();
    std::vector<std::pair<UserId, std::uint64_t>> now;
    for (const Impression& look : world.last_events().impressions) {
      const PostIdentity& post = world.state.posts.identity(look.root);
      now.emplace_back(look.reader, post.key);
      if (look.source() != Source::discovery) continue;
      ++discovered;
      REQUIRE(look.emitter == post.author);
      REQUIRE(post.author != look.reader);
      REQUIRE(!setting.graph.find(look.reader, post.author));
      REQUIRE(look.exposure == 0);
      REQUIRE(std::ranges::count(seen, now.back()) == 0);
    }
    seen.insert(seen.end(), now.begin(), now.end());
  }
  CHECK(discovered > 300);
}

TEST_CASE("nobody who is held out is shown anything", "[discovery]") {
  DiscoveryWorld world;
  world.run.feed.holdout = 1;
  const RunRecord record = world.record();
  CHECK(looks(record, Source::discovery) == 0);
  world.run.discovery = {};
  CHECK(record.event_hash == world.record().event_hash);
}

TEST_CASE("without share and cold ones discovery is not there", "[discovery]") {
  DiscoveryWorld world;
  RunParameters none = world.run;
  none.discovery = {.share = 0, .pool = 7, .refresh = 2, .gate = DiscoveryGate::volume, .topics = 1};
  const RunRecord record = world.record(none);
  CHECK(record.mechanisms.empty());
  none.discovery = {};
  CHECK(record.event_hash == world.record(none).event_hash);
}

TEST_CASE("where posts do not differ every root is as likely to be listed, whatever its author's size",
          "[discovery][statistical]") {
  DiscoveryWorld world;
  world.run.feed.ranking = Ranking::weighted;  // its prior: infinitely strong, for posts do not differ
  world.run.discovery.pool = 60;
  double listed[2] = {}, posts[2] = {};
  for (std::uint32_t dynamics = 0; dynamics < 100; ++dynamics) {
    const RunRecord record = world.record(world.run, dynamics);
    REQUIRE(record.mechanisms.front().name == "discovery_listed");
    for (std::size_t tier = 0; tier < 2; ++tier) {
      listed[tier] += static_cast<double>(record.mechanisms.front().by_tier[tier]);
      posts[tier] += static_cast<double>(record.tiers[tier].outcomes.posts);
    }
  }
  // A root is listed at most once in a refresh, in 6 of its life; counts are at most 6 times as spread as Poisson's.
  const double ratio = listed[0] / posts[0] / (listed[1] / posts[1]);
  const double sd = std::sqrt(6 * (1 / listed[0] + 1 / listed[1]));
  CAPTURE(listed[0], listed[1], sd);
  CHECK(sd < 0.1);
  CHECK(ratio == Approx(1.0).margin(3 * sd));

  // By volume it is not: what many follow gets more engagement.
  world.run.discovery.gate = DiscoveryGate::volume;
  world.run.discovery.pool = 20;
  const RunRecord by_volume = world.record();
  const auto of = [&](std::size_t tier) {
    return static_cast<double>(by_volume.mechanisms.front().by_tier[tier]) /
           static_cast<double>(by_volume.tiers[tier].outcomes.posts);
  };
  CHECK(of(0) < 0.5 * of(1));
}

TEST_CASE("the cold pool has posts of small accounts that few have looked at", "[discovery]") {
  DiscoveryWorld world;
  world.run.discovery = {
      .share = 0, .pool = 50, .refresh = 1, .topics = 1, .cold = 2, .cold_followers = 3, .cold_impressions = 4};
  const RunRecord record = world.record();
  const auto cold = std::ranges::find(record.mechanisms, "discovery_cold", &MechanismColumn::name);
  REQUIRE(cold != record.mechanisms.end());
  CHECK(cold->by_tier[0] > 0);
  CHECK(cold->by_tier[1] == 0);  // it has 4 followers and more
  CHECK(record.ledger[2].impressions > 0);
  CHECK(record.ledger[source_count + 2].impressions == 0);
}

TEST_CASE("what discovery brings is reshared as discovered, with its author as parent", "[discovery]") {
  DiscoveryWorld world;
  world.run.behaviour.probability[static_cast<std::size_t>(Action::reshare)] = 0.1;
  Replicate replicate(world.graph, world.accounts, world.world, world.run, {}, world.alone);
  replicate.warm_up();
  const RunRecord record = replicate.run_arm(world.run, {.track_share = 1.0});
  std::size_t discovered = 0;
  for (const PostRow& post : record.posts)
    for (std::uint32_t node = 1; node < post.cascade_size; ++node) {
      const CascadeNode& it = record.cascades[post.first_node + node];
      if (it.reason != Reason::discovered) continue;
      ++discovered;
      REQUIRE(it.parent == 0);
      REQUIRE(!world.graph.find(it.user, post.author));
    }
  CHECK(discovered > 20);
  std::uint64_t shown = 0;
  for (const PostRow& post : record.posts) shown += post.impressions_discovered;
  CHECK(shown == looks(record, Source::discovery));
}

}  // namespace
}  // namespace grapevine
