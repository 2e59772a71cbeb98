#include <algorithm>
#include <map>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// Looks by their place in the feed (docs/model.md 7.23). The slow model says the same in slow_model_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

RunRecord everything(const FollowGraph& graph, const Users& accounts, const WorldParameters& world,
                     const RunParameters& warmup, const RunParameters& arm) {
  Alone alone;
  Replicate replicate(graph, accounts, world, warmup, {}, alone);
  replicate.warm_up();
  return replicate.run_arm(arm, everything_kept());
}

TEST_CASE("each position is in the class whose bounds hold it", "[sim][positions]") {
  const std::vector<std::size_t> first{0, 1, 2, 3, 3, 4, 4, 4, 4, 4, 5};
  for (std::uint32_t position = 1; position <= first.size(); ++position)
    CHECK(position_class(position) == first[position - 1]);
  for (const auto& [position, expected] :
       std::map<std::uint32_t, std::size_t>{{20, 5}, {21, 6}, {50, 6}, {51, 7}, {52, 7}, {8'192, 7}, {UINT32_MAX, 7}})
    CHECK(position_class(position) == expected);
}

TEST_CASE("looks and actions by position add up to those of readers, and to a count of the looks one by one",
          "[sim][positions][conservation]") {
  const FollowGraph graph = lively_graph(3'000);
  const Users accounts = manifold_accounts(graph.user_count());
  WorldParameters world = manifold_parameters();
  world.population.patience = 30;  // down to the last class
  world.tiers.from = {0, 20, 96};  // somebody is in each
  const RunParameters run = manifold_run(every_campaign);
  const RunRecord record = everything(graph, accounts, world, run, run);
  const std::size_t tiers = record.tiers.size(), classes = positions_from.size();
  REQUIRE(record.positions.size() == 2 * tiers * classes);
  for (std::size_t i = 0; i < record.readers.size(); ++i) {
    PositionRow sum;
    for (std::size_t c = 0; c < classes; ++c) {
      sum.impressions += record.positions[i * classes + c].impressions;
      sum.actions.add(record.positions[i * classes + c].actions);
    }
    CHECK(sum.impressions == record.readers[i].impressions);
    CHECK(sum.actions.engagement() == record.readers[i].engagement);
    CHECK(record.positions[i * classes + classes - 1].impressions > 0);
  }

  // Every counted root is tracked, so that its looks are there one by one.
  std::vector<PositionRow> counted(record.positions.size());
  for (const LookRow& look : record.looks) {
    std::size_t c = 0;
    for (const std::uint32_t last : {1, 2, 3, 5, 10, 20, 50}) c += look.position > last ? 1 : 0;
    PositionRow& row = counted[(look.held_out * tiers + record.posts.at(look.post).tier) * classes + c];
    ++row.impressions;
    for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += look.actions >> a & 1;
  }
  CHECK(counted == record.positions);
  CHECK(std::ranges::is_sorted(record.looks, {}, &LookRow::tick));

  // Of one session no two looks have one position, and none is left out.
  std::map<std::pair<Tick, UserId>, std::vector<std::uint32_t>> sessions;
  for (const LookRow& look : record.looks) sessions[{look.tick, look.reader}].push_back(look.position);
  for (const auto& [session, positions] : sessions) {
    REQUIRE(std::ranges::adjacent_find(positions, std::greater_equal<>()) == positions.end());
    REQUIRE(positions.front() >= 1);
  }
}

TEST_CASE("where there is one candidate its position is 1", "[sim][positions]") {
  GraphBuilder builder(201);
  for (std::uint32_t u = 1; u <= 200; ++u) builder.add(UserId{u}, UserId{0});
  WorldParameters world = lively_parameters();
  world.population.posts_per_day = 0;
  world.population.patience = 1e6;
  world.campaigns.resize(1);  // the largest account posts once
  world.campaigns[0].posts = world.campaigns[0].slots = 1;
  RunParameters run = lively_run();
  run.behaviour.probability = {};
  run.pays = {"one"};
  const FollowGraph graph = builder.build();
  const RunRecord record = everything(graph, {}, world, run, run);
  REQUIRE(record.looks.size() > 100);
  for (const LookRow& look : record.looks) REQUIRE(look.position == 1);
  for (std::size_t i = 0; i < record.positions.size(); ++i)
    CHECK((record.positions[i].impressions == 0 || i % positions_from.size() == 0));
}

TEST_CASE("nothing is counted by position, and no look is kept, unless it is asked for", "[sim][positions]") {
  const FollowGraph graph = lively_graph(500);
  Alone alone;
  const Users accounts;
  WorldParameters world = lively_parameters();
  world.campaigns.clear();
  Replicate replicate(graph, accounts, world, lively_run(), {}, alone);
  replicate.warm_up();
  const RunRecord record = replicate.run_arm(lively_run(), {6, 1.0, true});
  CHECK(record.positions.empty());
  CHECK(record.looks.empty());
  for (const LedgerRow& row : record.ledger) CHECK((row.ranked == 0 && row.shadow == 0));
}

}  // namespace
}  // namespace grapevine
