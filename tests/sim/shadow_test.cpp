#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// What readers would have looked at had the same candidates stood newest first (docs/model.md 7.23). The slow model
// says the same of whole worlds in slow_model_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

/// Looks at posts of one tier, of all sources.
std::uint64_t looks(const RunRecord& record, std::size_t tier, std::uint64_t LedgerRow::*of) {
  std::uint64_t sum = 0;
  for (std::size_t source = 0; source < source_count; ++source) sum += record.ledger[source_count * tier + source].*of;
  return sum;
}
std::uint64_t looks(const RunRecord& record, std::uint64_t LedgerRow::*of) {
  std::uint64_t sum = 0;
  for (std::size_t tier = 0; tier < record.tiers.size(); ++tier) sum += looks(record, tier, of);
  return sum;
}

RunRecord run_of(const FollowGraph& graph, const Users& accounts, const WorldParameters& world,
                 const RunParameters& run, std::uint32_t replicate = 0) {
  Alone alone;
  Replicate made(graph, accounts, world, run, {0, replicate, replicate, replicate}, alone);
  made.warm_up();
  return made.run_arm(run, everything_kept(0.0));
}

/// Ten users. 0 to 3 post once a day each, at 0, 1, 2 and 3 o'clock; everybody comes once a day, in the hour from 6,
/// and looks at one post.
struct Ten {
  FollowGraph graph = [] {
    GraphBuilder builder(10);
    const std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> rows{
        {4, {0, 1}}, {5, {0, 2}}, {6, {1, 2}}, {7, {0, 1, 2, 3}}, {8, {3}}, {9, {0, 3}}};
    for (const auto& [reader, followees] : rows)
      for (const std::uint32_t followee : followees) builder.add(UserId{reader}, UserId{followee});
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;

  Ten() {
    world.seed = 7;
    world.time = {3600, 24, 24, 24};
    world.tiers = {{"few", "many"}, {0, 4}};  // user 0 has four followers, the others three
    world.population.sessions_per_day = 60;   // missed with probability e^-60
    world.population.session_spread = 0;
    world.population.daily_profile = {};
    world.population.daily_profile[6] = 1;
    world.population.posts_per_day = 0;
    world.population.patience = 1;
    world.population.patience_spread = 0;
    for (std::uint32_t author = 0; author < 4; ++author) {
      CampaignParameters campaign;
      campaign.name = std::string(1, static_cast<char>('a' + author));
      campaign.choose = AccountChoice::named;
      campaign.accounts = {std::to_string(author)};
      campaign.start = author;
      campaign.slots = campaign.posts = 1;
      campaign.replace_within = 0;
      world.campaigns.push_back(campaign);
      run.pays.push_back(campaign.name);
    }
    run.feed.window = 24;
    run.feed.ranking = Ranking::formula;
    run.feed.formula = "age";  // the oldest first
    run.behaviour.probability = {};
  }
};

TEST_CASE("ten readers' looks under a feed with the oldest first, and under its shadow, by hand", "[sim][shadow]") {
  const Ten ten;
  const RunRecord record = run_of(ten.graph, ten.accounts, ten.world, ten.run);
  // Reader 4 looks at the post of user 0 and, newest first, would at that of 1; 5: 0, 2; 6: 1, 2; 7: 0, 3; 8: 3, 3;
  // 9: 0, 3. User 0 is the tier "many".
  const std::size_t few = 0, many = 1;
  CHECK(looks(record, many, &LedgerRow::ranked) == 4);
  CHECK(looks(record, few, &LedgerRow::ranked) == 2);
  CHECK(looks(record, many, &LedgerRow::shadow) == 0);
  CHECK(looks(record, few, &LedgerRow::shadow) == 6);
  CHECK(record.ledger[source_count * few].shadow == 6);  // their authors' own
}

TEST_CASE("nobody who is held out has a shadow", "[sim][shadow]") {
  Ten ten;
  ten.run.feed.holdout = 1;
  const RunRecord record = run_of(ten.graph, ten.accounts, ten.world, ten.run);
  CHECK(looks(record, &LedgerRow::impressions) == 6);
  CHECK(looks(record, &LedgerRow::ranked) == 0);
  CHECK(looks(record, &LedgerRow::shadow) == 0);
}

TEST_CASE("the shadow of a chronological feed is the feed, whatever else is shown in it", "[sim][shadow]") {
  const FollowGraph graph = lively_graph(3'000);
  const Users accounts = manifold_accounts(graph.user_count());
  RunParameters run = manifold_run(every_campaign);
  run.feed.ranking = Ranking::chronological;
  run.feed.memory = GENERATE(FeedMemory::session, FeedMemory::window);
  run.feed.holdout = GENERATE(0.0, 0.3);
  WorldParameters world = manifold_parameters();
  world.tiers.from = {0, 20, 96};  // somebody is in each
  const RunRecord record = run_of(graph, accounts, world, run);
  for (std::size_t i = 0; i < record.ledger.size(); ++i) {
    const LedgerRow& row = record.ledger[i];
    const bool of_followees = i % source_count < 2;  // those who are held out are shown nothing else
    CHECK(row.ranked > 0);
    CHECK(row.shadow == row.ranked);
    CHECK((row.ranked < row.impressions) == (of_followees && run.feed.holdout > 0));
  }
}

TEST_CASE("a ranking takes from some tiers what it gives to others", "[sim][shadow][conservation]") {
  // All roots are counted: there is no warm-up, and the record is made before measure ends.
  const FollowGraph graph = lively_graph(3'000);
  WorldParameters world = lively_parameters();
  world.campaigns.clear();
  world.tiers.from = {0, 20, 96};
  world.time = {600, 0, 100, 36};
  RunParameters run = lively_run();
  run.feed.holdout = 0.2;
  run.discovery.share = 0.2;
  run.feed.ranking = GENERATE(Ranking::weighted, Ranking::popularity, Ranking::random);
  if (run.feed.ranking == Ranking::weighted) run.feed.rules.most_in_network = 4;  // feeds are shorter than depths
  Alone alone;
  const Users accounts;
  const World before(graph, accounts, world, run, {}, alone);
  const auto arm = before.branch(run, everything_kept(0.0));
  arm->run_until(90);
  const RunRecord record = arm->record();
  const std::uint64_t ranked = looks(record, &LedgerRow::ranked);
  CHECK(looks(record, &LedgerRow::shadow) == ranked);
  std::uint64_t of_ranked = 0;
  for (std::size_t tier = 0; tier < record.tiers.size(); ++tier) {
    CHECK(looks(record, tier, &LedgerRow::ranked) == record.readers[tier].impressions);
    of_ranked += record.readers[tier].impressions;
  }
  CHECK(ranked == of_ranked);
  std::uint64_t moved = 0;
  for (const LedgerRow& row : record.ledger) moved += row.shadow > row.ranked ? row.shadow - row.ranked : 0;
  CHECK(moved > ranked / 200);
}

TEST_CASE("amplification against the shadow is what it is against readers held out", "[sim][shadow][statistical]") {
  // Sessions of a reader have candidates that do not hang on what it looked at before (memory = session, nobody hides
  // a post), so the shadow of those who are ranked for is, in expectation, what those look at who are held out.
  const FollowGraph graph = lively_graph(4'000);
  const Users accounts;
  WorldParameters world = lively_parameters();
  world.campaigns.clear();
  world.tiers.from = {0, 20, 96};
  RunParameters run = lively_run();
  run.feed.ranking = Ranking::popularity;
  run.feed.holdout = 0.5;
  constexpr std::uint32_t replicates = 8;
  std::array<std::vector<double>, 3> apart, shadow;  // logarithms, by tier
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const RunRecord record = run_of(graph, accounts, world, run, r);
    const double sessions =
        static_cast<double>(record.group_sessions[0]) / static_cast<double>(record.group_sessions[1]);
    for (std::size_t tier = 0; tier < 3; ++tier) {
      const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
      const double ranked = number(looks(record, tier, &LedgerRow::ranked));
      const double held_out = number(record.readers[3 + tier].impressions) * sessions;
      shadow[tier].push_back(std::log(ranked / number(looks(record, tier, &LedgerRow::shadow))));
      apart[tier].push_back(std::log(ranked / held_out) - shadow[tier].back());
    }
  }
  for (std::size_t tier = 0; tier < 3; ++tier) {
    double mean = 0, squares = 0, told = 0;
    for (const double x : apart[tier]) mean += x / replicates;
    for (const double x : apart[tier]) squares += (x - mean) * (x - mean);
    for (const double x : shadow[tier]) told += x / replicates;
    const double error = std::sqrt(squares / replicates / (replicates - 1));
    CAPTURE(tier, mean, error, told);
    CHECK(error < 0.03);                      // which readers are held out
    CHECK(std::abs(mean) < 5.4 * error);      // t of 7 degrees: one seed in a thousand leaves it
    if (tier == 2) CHECK(told > 10 * error);  // there is something to agree on
  }
}

}  // namespace
}  // namespace grapevine
