#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "graph/graph_builder.hpp"
#include "sim/feed/session.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"

// Accounts that differ in size only: nested audiences and one profile. Two of one size are the same experiment.
namespace grapevine {
namespace {

using namespace testing;

constexpr std::uint32_t crowd = 200;
constexpr std::array<std::uint32_t, 4> sizes{
    120, 60, 120, 60};  // of the clones, which are users 200 to 203: audiences are the first so many of one order

/// A crowd that follows among itself, four clones that the crowd follows and that follow nobody, and two accounts of
/// the crowd that are no clones.
struct CloneWorld {
  CloneWorld() {
    GraphBuilder builder(crowd + sizes.size());
    for (std::uint32_t u = 0; u < crowd; ++u)
      for (std::uint32_t v = 0; v < crowd; ++v)
        if (u != v && uniform(nested_mix(77, u, v)) < 8.0 / (20.0 + v)) builder.add(UserId{u}, UserId{v});
    for (std::uint32_t c = 0; c < sizes.size(); ++c) {
      for (std::uint32_t i = 0; i < sizes[c]; ++i)
        builder.add(UserId{i * 7 % crowd}, UserId{crowd + c});  // 7 and 200 have no divisor in common
      accounts.planted.push_back({UserId{crowd + c}, 0, c, true});
    }
    graph = builder.build();
    accounts.plants = {"clones", "others"};
    accounts.planted.push_back({UserId{10}, 1, 0, false});
    accounts.planted.push_back({UserId{11}, 1, 1, false});
    for (std::uint32_t u = 0; u < crowd + sizes.size(); ++u)
      accounts.community.push_back(static_cast<std::uint16_t>(u % 4));

    parameters = restless_world();
    parameters.population.shared_interest = 0.4;
    parameters.population.posts_per_day = 2;
    parameters.tiers = {{"few", "some", "many"}, {0, 50, 100}};
    parameters.campaigns.clear();
    for (std::uint32_t c = 0; c < sizes.size(); ++c) {
      CampaignParameters campaign;
      campaign.name = fmt::format("clone {}", c);
      campaign.choose = AccountChoice::largest;
      campaign.plant = "clones";
      campaign.member = static_cast<std::int32_t>(c);
      campaign.posts = campaign.slots = 3;  // every slot is taken, so the name of the campaign does not matter
      campaign.every = 21;
      campaign.start = 9;
      campaign.replace_within = 0;
      parameters.campaigns.push_back(campaign);
    }
    run = restless_run(Ranking::weighted, FeedMemory::session, ParentRule::latest);
  }

  void silence_clones() {
    accounts.active.assign(4, ~std::uint64_t{0});
    for (std::uint32_t c = 0; c < sizes.size(); ++c) {
      accounts.active[(crowd + c) / 64] &= ~(std::uint64_t{1} << (crowd + c) % 64);
      parameters.campaigns[c].choose = AccountChoice::named;
      parameters.campaigns[c].accounts = {std::to_string(crowd + c)};
      parameters.campaigns[c].replace_within = 12;
    }
  }

  RunParameters paying(std::vector<std::string> names) const {
    RunParameters arm = run;
    arm.pays = std::move(names);
    return arm;
  }

  FollowGraph graph;
  Users accounts;
  WorldParameters parameters;
  RunParameters run;
  Alone alone;
};

using Event = std::vector<std::uint64_t>;

/// Everything that happened in the last tick, with clones told as one.
std::vector<Event> events_of(const World& world) {
  const World::Events events = world.last_events();
  const auto key = [&](std::uint32_t root) { return world.state.posts.identity(root).key; };
  const auto who = [&](UserId user) { return user.value() < crowd ? user.value() : std::uint64_t{crowd}; };
  std::vector<Event> list;
  for (const PostIdentity& post : events.posts)
    list.push_back({0, post.key, post.campaign == PostIdentity::no_campaign ? post.author.value() : who(post.author),
                    post.topic, post.quality});
  for (const Impression& i : events.impressions)
    list.push_back(
        {1, i.reader.value(), i.position, key(i.root), who(i.emitter), i.exposure, i.actions, i.from, i.tracked});
  for (const Reshare& r : events.reshares)
    list.push_back({2, key(r.root), r.reader.value(), who(r.emitter), r.from, r.tracked});
  std::sort(list.begin(), list.end());
  return list;
}

RecordOptions everything() { return {6, 1.0, true}; }

TEST_CASE(
    "two clones of one size are one experiment: the arms that pay them are equal, event by event but for the author's "
    "number",
    "[sim][clones][long]") {
  // Not under `chronological`, nor for readers that are held out: the place within a tick of what clones emit is drawn
  // by their own numbers.
  const Ranking ranking = GENERATE(Ranking::random, Ranking::popularity, Ranking::weighted);
  const auto pair = GENERATE(std::pair(0U, 2U), std::pair(1U, 3U));
  const bool silent = GENERATE(false, true);  // clones that never post of themselves are paid by name
  CAPTURE(static_cast<int>(ranking), pair.first, silent);
  CloneWorld town;
  town.run.feed.ranking = ranking;
  if (silent) town.silence_clones();
  World before(town.graph, town.accounts, town.parameters, town.run, ReplicateStreams{}, town.alone);
  before.run_until(town.parameters.time.warmup);
  const auto name = [&](std::uint32_t c) { return town.parameters.campaigns[c].name; };
  const auto one = before.branch(town.paying({name(pair.first)}), everything()),
             other = before.branch(town.paying({name(pair.second)}), everything());
  for (Tick t = town.parameters.time.warmup; t < town.parameters.time.end(); ++t) {
    one->step();
    other->step();
    INFO("tick " << t);
    const bool same = events_of(*one) == events_of(*other);
    REQUIRE(same);
  }
  const RunRecord a = one->record(), b = other->record();
  const CampaignRow &row_a = a.campaigns[pair.first], &row_b = b.campaigns[pair.second];
  REQUIRE(row_a.replaced == 0);  // else another organic post would be missing in each arm
  REQUIRE(row_b.replaced == 0);
  CHECK(row_a == row_b);
  CHECK(row_a.outcomes.posts == 3);
  CHECK(row_a.outcomes.reach > 10);
  for (std::size_t i = 0; i < a.tiers.size(); ++i) {
    CHECK(a.tiers[i].outcomes == b.tiers[i].outcomes);
    CHECK(a.tiers[i].cost == b.tiers[i].cost);
    CHECK(a.tiers[i].follower_posts == b.tiers[i].follower_posts);
  }
  if (silent) {  // the paid posts are the only ones of their author in either arm
    CHECK(a.tiers == b.tiers);
    CHECK(a.curve == b.curve);
  }
  CHECK(a.ledger == b.ledger);
  CHECK(a.readers == b.readers);
  CHECK(a.group_sessions == b.group_sessions);
  CHECK(a.series == b.series);
  REQUIRE(a.posts.size() == b.posts.size());
  REQUIRE(a.influencers.size() == 1);
  REQUIRE(b.influencers.size() == 1);
  CHECK(a.influencers[0].outcomes == b.influencers[0].outcomes);
  CHECK(a.influencers[0].user == UserId{crowd + pair.first});
  CHECK(b.influencers[0].user == UserId{crowd + pair.second});
}

TEST_CASE("an arm that pays a clone, run again, is the same run", "[sim][clones][arms]") {
  const CloneWorld town;
  Alone alone;
  Replicate replicate(town.graph, town.accounts, town.parameters, town.run, ReplicateStreams{}, alone);
  replicate.warm_up();
  const RunRecord first = replicate.run_arm(town.paying({"clone 1"}), everything());
  const RunRecord other = replicate.run_arm(town.paying({"clone 0"}), everything());
  const RunRecord again = replicate.run_arm(town.paying({"clone 1"}), everything());
  CHECK(again.event_hash == first.event_hash);
  CHECK(again.tiers == first.tiers);
  CHECK(again.campaigns == first.campaigns);
  CHECK(again.ledger == first.ledger);
  CHECK(again.curve == first.curve);
  CHECK(again.frequency == first.frequency);
  CHECK(other.event_hash != first.event_hash);
}

TEST_CASE("a reader of a large and of a small clone decides alike on what they say", "[sim][clones]") {
  CloneWorld town;
  town.run.behaviour.social_proof = 0;  // others may have reshared the one and not the other
  World before(town.graph, town.accounts, town.parameters, town.run, ReplicateStreams{}, town.alone);
  before.run_until(town.parameters.time.warmup);
  using Decisions = std::map<std::tuple<std::uint64_t, std::uint32_t>,
                             std::uint32_t>;  // of root and reader: the actions of the first impression
  const auto decisions = [&](const std::string& name) {
    const auto world = before.branch(town.paying({name}), everything());
    Decisions made;
    while (world->state.clock.now < town.parameters.time.end()) {
      world->step();
      for (const Impression& i : world->last_events().impressions) {
        const PostIdentity& post = world->state.posts.identity(i.root);
        if (post.campaign == PostIdentity::no_campaign || i.exposure > 0) continue;
        std::uint32_t took = 0;
        for (std::size_t action = 0; action < action_count; ++action)
          took |= static_cast<std::uint32_t>(i.took(static_cast<Action>(action))) << action;
        made[{post.key, i.reader.value()}] = took;
      }
    }
    return made;
  };
  const Decisions large = decisions("clone 0"), small = decisions("clone 1");
  std::size_t both = 0, acted = 0;
  for (const auto& [what, took] : small)
    if (const auto same = large.find(what); same != large.end()) {
      REQUIRE(same->second == took);
      ++both;
      acted += took != 0;
    }
  CHECK(both > 25);
  CHECK(acted > 10);
  CHECK(large.size() > small.size());
}

TEST_CASE("accounts of a plant that is not nested have a profile each", "[sim][clones]") {
  CloneWorld town;
  town.parameters.campaigns.resize(1);
  CampaignParameters& campaign = town.parameters.campaigns[0];
  campaign.plant = "others";
  campaign.member = -1;  // both, in the same ticks
  World world(town.graph, town.accounts, town.parameters, town.paying({campaign.name}), ReplicateStreams{}, town.alone);
  REQUIRE((*world.deals)[0].purchases.size() == 2);
  for (const Purchase& purchase : (*world.deals)[0].purchases) CHECK(purchase.profile == purchase.user);
  world.run_until(town.parameters.time.end());
  CHECK(world.record().campaigns[0].outcomes.posts == 6);
}

TEST_CASE("clones take the hours of their profile, other accounts hours of their own", "[sim][clones][campaigns]") {
  CloneWorld town;
  town.parameters.campaigns.resize(1);
  CampaignParameters& campaign = town.parameters.campaigns[0];
  campaign.slots = 24;
  const StreamKey selection(town.parameters.seed, Stream::selection, 0);
  const auto ticks = [&](const std::string& plant, std::int32_t member) {
    campaign.plant = plant;
    campaign.member = member;
    std::vector<Tick> list;
    for (const PlannedPost& post :
         plan_posts(choose_accounts(town.graph, town.accounts, town.parameters, ReplicateStreams{}), town.parameters,
                    {campaign.name}, selection))
      list.push_back(post.tick);
    return list;
  };
  REQUIRE(ticks("clones", 0).size() == 3);
  for (const std::int32_t member : {1, 2, 3}) CHECK(ticks("clones", member) == ticks("clones", 0));
  CHECK(ticks("others", 0) != ticks("others", 1));
}

TEST_CASE("two clones that would post in one tick are refused", "[sim][clones][campaigns]") {
  CloneWorld town;
  SECTION("paid by two campaigns") {
    World world(town.graph, town.accounts, town.parameters, town.run, ReplicateStreams{}, town.alone);
    try {
      (void)world.branch(town.paying({"clone 1", "clone 3"}), {});
      FAIL("not refused");
    } catch (const BadRequest& error) {
      CHECK_THAT(error.what(), Catch::Matchers::Contains("'clone 1'") && Catch::Matchers::Contains("'clone 3'") &&
                                   Catch::Matchers::Contains("campaign.member"));
    }
    CHECK_NOTHROW(world.branch(town.paying({"clone 1"}), {}));
  }
  SECTION("paid by one") {
    town.parameters.campaigns[2].member = -1;
    REQUIRE_THROWS_AS(
        World(town.graph, town.accounts, town.parameters, town.paying({"clone 2"}), ReplicateStreams{}, town.alone),
        BadRequest);
  }
  SECTION("in other ticks they may") {
    town.parameters.campaigns[3].start += 1;
    World world(town.graph, town.accounts, town.parameters, town.paying({"clone 1", "clone 3"}), ReplicateStreams{},
                town.alone);
    world.run_until(town.parameters.time.end());
    const RunRecord record = world.record();
    CHECK(record.campaigns[1].outcomes.posts == 3);
    CHECK(record.campaigns[3].outcomes.posts == 3);
  }
  SECTION("one of them by two campaigns may") {
    town.parameters.campaigns[3].member = 1;
    World world(town.graph, town.accounts, town.parameters, town.paying({"clone 1", "clone 3"}), ReplicateStreams{},
                town.alone);
    world.run_until(town.parameters.time.end());
    CHECK(world.record().influencers.size() == 2);
  }
}

}  // namespace
}  // namespace grapevine
