#include <fmt/format.h>

#include <map>
#include <numeric>

#include "graph/base/parallel.hpp"
#include "sim/replicate.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

namespace grapevine {
namespace {

using namespace testing;

const Accounts no_ids;

RunRecord run_lively(const FollowGraph& graph, const RunParameters& arm, Exchange& exchange) {
  Replicate replicate(graph, no_ids, lively_parameters(), lively_run(), ReplicateStreams{}, exchange);
  replicate.warm_up();
  return replicate.run_arm(arm, RecordOptions{});
}

RunParameters paying(std::vector<std::string> campaigns) {
  RunParameters run = lively_run();
  run.pays = std::move(campaigns);
  return run;
}

TEST_CASE("the number of threads does not change a run", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(20'000);
  Alone alone;
  const Outcome one = with_threads(1, [&] { return outcome_of(run_lively(graph, paying({"many"}), alone)); });
  REQUIRE(one.campaigns[1].outcomes.impressions > 200);
  REQUIRE(one.parents.size() > one.post_keys.size());
  const int threads = GENERATE(2, 3, 8);
  CHECK(with_threads(threads, [&] { return outcome_of(run_lively(graph, paying({"many"}), alone)); }) == one);
}

TEST_CASE("the number of parts that hold the readers does not change a run, and every part has the whole record", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(20'500);  // five whole blocks of readers and a rest
  Alone alone;
  const Outcome one = outcome_of(run_lively(graph, paying({"one", "many"}), alone));
  const int parts = GENERATE(2, 3, 5);
  std::vector<Outcome> outcomes(static_cast<std::size_t>(parts));
  run_parts(parts, [&](Exchange& exchange) { outcomes[static_cast<std::size_t>(exchange.part())] = outcome_of(run_lively(graph, paying({"one", "many"}), exchange)); });
  for (const Outcome& outcome : outcomes) CHECK(outcome == one);
}

TEST_CASE("a copy of the world at any tick goes on as the world does", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(2'000);
  Alone alone;
  const RunParameters run = paying({"one", "many"});
  const Tick at = GENERATE(1u, 17u, 40u, 71u, 100u);
  World world(graph, no_ids, lively_parameters(), run, ReplicateStreams{}, alone);
  world.run_until(at);
  const auto copy = world.branch(run, world.options);
  REQUIRE(copy->same_state(world));
  CHECK(copy->digest() == world.digest());
  world.run_until(world.parameters.time.end());
  CHECK_FALSE(copy->same_state(world));
  copy->run_until(world.parameters.time.end());
  CHECK(copy->same_state(world));
  CHECK(copy->digest() == world.digest());
  CHECK(outcome_of(copy->record()) == outcome_of(world.record()));
}

TEST_CASE("every array of the world is in its table: a changed byte anywhere is another world", "[sim]") {
  const FollowGraph graph = lively_graph(1'000);
  Alone alone;
  World world(graph, no_ids, lively_parameters(), paying({"one", "many"}), ReplicateStreams{}, alone);
  world.run_until(60);
  for (WorldArray& array : world_arrays(world.state)) {
    if (array.bytes.empty()) continue;
    const auto copy = world.branch(world.run, world.options);
    auto theirs = world_arrays(copy->state);
    auto same = std::find_if(theirs.begin(), theirs.end(), [&](const WorldArray& a) { return a.name == array.name && a.bytes.size() == array.bytes.size(); });
    REQUIRE(same != theirs.end());
    std::vector<std::byte> changed(same->bytes.begin(), same->bytes.end());
    changed[changed.size() / 2] ^= std::byte{1};
    same->assign(changed);
    INFO(array.name);
    CHECK_FALSE(copy->same_state(world));
    CHECK(copy->digest() != world.digest());
  }
}

TEST_CASE("two arms that ask for the same are the same run", "[sim][arms]") {
  const FollowGraph graph = lively_graph(5'000);
  Alone alone;
  Replicate replicate(graph, no_ids, lively_parameters(), lively_run(), ReplicateStreams{}, alone);
  replicate.warm_up();
  const RunRecord first = replicate.run_arm(paying({"one"}), {});
  replicate.run_arm(paying({"many"}), {});  // an arm in between leaves nothing behind
  CHECK(outcome_of(replicate.run_arm(paying({"one"}), {})) == outcome_of(first));
}

TEST_CASE("what a run keeps beside its summary does not change it", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(5'000);
  Alone alone;
  Replicate replicate(graph, no_ids, lively_parameters(), lively_run(), ReplicateStreams{}, alone);
  replicate.warm_up();
  const RunRecord plain = replicate.run_arm(paying({"one"}), {6, 0.0, false});
  const RunRecord much = replicate.run_arm(paying({"one"}), {1, 1.0, true});
  CHECK(much.tiers == plain.tiers);
  CHECK(much.campaigns == plain.campaigns);
  CHECK(much.event_hash == plain.event_hash);
  // With every counted root tracked, the rows of posts add up to the tiers.
  std::uint64_t impressions = 0, tiers = 0;
  for (const PostRow& post : much.posts) impressions += post.impressions_followed + post.impressions_reshared;
  for (const TierRow& tier : much.tiers) tiers += tier.outcomes.impressions;
  CHECK(impressions == tiers);
}

/// Everything that belongs to one root at the end of a run, by the root's identity.
std::map<std::uint64_t, std::vector<std::uint64_t>> by_root(const RunRecord& record) {
  std::map<std::uint64_t, std::vector<std::uint64_t>> rows;
  for (const PostRow& p : record.posts)
    rows[p.key] = {p.impressions_followed, p.impressions_reshared, p.reach, p.likes, p.replies, p.reshares, p.clicks, p.cascade_size, p.depth};
  return rows;
}

TEST_CASE("a paid post by an author without followers changes nothing but its own rows and those of the post it replaces", "[sim][arms]") {
  const FollowGraph graph = lively_graph(5'000);
  Alone alone;
  WorldParameters parameters = lively_parameters();
  std::uint32_t lonely = 0;  // a user whom nobody follows, who has posts of its own to be replaced
  while (graph.follower_count(UserId{lonely}) > 0) ++lonely;
  parameters.population.post_spread = 0.0;  // so that it does post
  parameters.population.posts_per_day = 40.0;
  parameters.campaigns.resize(1);
  CampaignParameters& campaign = parameters.campaigns[0];
  campaign.choose = AccountChoice::named;
  campaign.accounts = {fmt::format("{}", lonely)};
  campaign.posts = 1;
  const Ranking ranking = GENERATE(Ranking::chronological, Ranking::random, Ranking::popularity, Ranking::weighted);
  RunParameters run = lively_run();
  run.feed.ranking = ranking;
  RunParameters paid = run;
  paid.pays = {"one"};
  Replicate replicate(graph, no_ids, parameters, run, ReplicateStreams{}, alone);
  replicate.warm_up();
  const RecordOptions everything{6, 1.0, true};
  const RunRecord control = replicate.run_arm(run, everything), treated = replicate.run_arm(paid, everything);
  REQUIRE(treated.campaigns[0].outcomes.posts == 1);
  CHECK(treated.campaigns[0].replaced == 1);
  CHECK(treated.campaigns[0].outcomes.impressions == 0);
  CHECK(treated.event_hash != control.event_hash);  // the post itself is an event

  auto before = by_root(control), after = by_root(treated);
  std::size_t gone = 0, new_ones = 0;
  for (const auto& [key, row] : before)
    if (const auto same = after.find(key); same == after.end()) {
      ++gone;
      CHECK(row[0] + row[1] == 0);  // nobody could see the post that was replaced either
    } else {
      CHECK(same->second == row);
    }
  for (const auto& [key, row] : after) new_ones += before.count(key) == 0 ? 1 : 0;
  CHECK(gone == 1);
  CHECK(new_ones == 1);
  for (std::size_t i = 0; i < control.series.size(); ++i) {
    CHECK(treated.series[i].sessions == control.series[i].sessions);
    CHECK(treated.series[i].delivered == control.series[i].delivered);
    CHECK(treated.series[i].impressions == control.series[i].impressions);
    CHECK(treated.series[i].likes == control.series[i].likes);
  }
}

TEST_CASE("what campaigns spend stays within their budgets, and the second spends no more than the first", "[sim][campaigns]") {
  const FollowGraph graph = lively_graph(5'000);
  const WorldParameters parameters = lively_parameters();
  const std::vector<Deal> deals = choose_accounts(graph, no_ids, parameters, ReplicateStreams{});
  REQUIRE(deals.size() == 2);
  const auto spent = [&](std::size_t c) {
    MicroMoney sum = 0;
    for (const Purchase& p : deals[c].purchases) sum += p.cost;
    return sum;
  };
  REQUIRE(deals[0].purchases.size() == 1);
  CHECK(deals[0].purchases[0].user == UserId{0});
  const MicroMoney price = micro_per_unit + 10'000 * static_cast<MicroMoney>(graph.follower_count(UserId{0}));
  CHECK(spent(0) == 3 * price);
  CHECK(deals[1].budget == 3 * price);
  CHECK(spent(1) <= deals[1].budget);
  CHECK(spent(1) > deals[1].budget - (micro_per_unit + 50 * 10'000));  // less than one more account is left
  for (const Purchase& p : deals[1].purchases) CHECK((10 <= p.followers && p.followers <= 50));
}

TEST_CASE("a candidate more does not reshuffle the others: chosen accounts stay in their order", "[sim][campaigns]") {
  const FollowGraph graph = lively_graph(5'000);
  WorldParameters narrow = lively_parameters(), wide = lively_parameters();
  wide.campaigns[1].followers_to = 60;
  for (WorldParameters* p : {&narrow, &wide}) p->campaigns[1].budget_of.clear();
  const auto all_narrow = choose_accounts(graph, no_ids, narrow, ReplicateStreams{})[1].purchases, all_wide = choose_accounts(graph, no_ids, wide, ReplicateStreams{})[1].purchases;
  std::vector<UserId> kept, before;
  for (const Purchase& p : all_wide)
    if (p.followers <= 50) kept.push_back(p.user);
  for (const Purchase& p : all_narrow) before.push_back(p.user);
  REQUIRE(all_wide.size() > all_narrow.size());
  CHECK(kept == before);
}

}  // namespace
}  // namespace grapevine
