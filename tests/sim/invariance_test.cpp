#include <fmt/format.h>

#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "graph/base/parallel.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

namespace grapevine {
namespace {

using namespace testing;

const Users no_ids;

/// A run of the world in which everything happens.
Outcome run_manifold(const FollowGraph& graph, const Users& accounts, Exchange& exchange) {
  Replicate replicate(graph, accounts, manifold_parameters(), manifold_run({}), ReplicateStreams{}, exchange);
  replicate.warm_up();
  return outcome_of(replicate.run_arm(manifold_run(every_campaign), everything_kept(0.1)));
}

/// Every mechanism has had its effect: else its invariance proves little.
void require_everything(const Outcome& run) {
  REQUIRE(run.group_sessions.at(0) > 1'000);
  REQUIRE(run.group_sessions.at(1) > 1'000);
  REQUIRE(run.nodes.size() > run.posts.size());
  REQUIRE(run.campaigns.size() == every_campaign.size());
  std::uint64_t declined = 0;
  for (const CampaignRow& row : run.campaigns) {
    REQUIRE(row.outcomes.impressions > 0);
    REQUIRE(row.audience > 0);
    declined += row.declined;
  }
  REQUIRE(declined > 10);
  REQUIRE(run.campaigns[1].audience < run.campaigns[1].audience_gross);
  for (const LedgerRow& row : run.ledger) REQUIRE((row.impressions > 0 && row.ranked > 0 && row.shadow > 0));
  REQUIRE(std::ranges::count_if(run.positions, [](const PositionRow& row) { return row.impressions > 0; }) > 40);
  REQUIRE(run.looks.size() > 1'000);
}

TEST_CASE("the number of threads does not change a run", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(10'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  const Outcome one = with_threads(1, [&] { return run_manifold(graph, accounts, alone); });
  require_everything(one);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    const bool same = with_threads(threads, [&] { return run_manifold(graph, accounts, alone); }) == one;
    CHECK(same);
  }
}

TEST_CASE("the number of parts that hold the readers does not change a run, and every part has the whole record",
          "[sim][invariance]") {
  const FollowGraph graph = lively_graph(20'500);  // five whole blocks of readers and a rest
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  const Outcome one = run_manifold(graph, accounts, alone);
  for (const int parts : {2, 3, 5}) {
    CAPTURE(parts);
    std::vector<Outcome> outcomes(static_cast<std::size_t>(parts));
    run_parts(parts, [&](Exchange& exchange) {
      outcomes[static_cast<std::size_t>(exchange.part())] = run_manifold(graph, accounts, exchange);
    });
    for (const Outcome& outcome : outcomes) {
      const bool same = outcome == one;
      CHECK(same);
    }
  }
}

TEST_CASE("a copy of the world at any tick goes on as the world does", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  const RunParameters run = manifold_run(every_campaign);
  const Tick at = GENERATE(1u, 17u, 36u, 40u, 71u, 100u);
  const auto world = [&] {
    auto before = std::make_unique<World>(graph, accounts, manifold_parameters(), run, ReplicateStreams{}, alone);
    if (at < before->parameters.time.warmup) return before;
    before->run_until(before->parameters.time.warmup);
    return before->branch(run, everything_kept(0.1));  // an arm, whose accounts were chosen by what they did until now
  }();
  world->run_until(at);
  const auto copy = world->branch(run, world->options);
  REQUIRE(copy->same_state(*world));
  CHECK(copy->digest() == world->digest());
  world->run_until(world->parameters.time.end());
  CHECK_FALSE(copy->same_state(*world));
  copy->run_until(world->parameters.time.end());
  CHECK(copy->same_state(*world));
  CHECK(copy->digest() == world->digest());
  const bool same = outcome_of(copy->record()) == outcome_of(world->record());
  CHECK(same);
}

TEST_CASE("the last arm takes the world of the warm-up and is what a copy of it is", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  RunParameters run = manifold_run(every_campaign);
  run.trust.effect = 2, run.trust.start = 0.4, run.trust.stranger = 0.2;  // who is a stranger, follows say
  run.trust.answered = 0.3, run.trust.bystander = 0.1, run.trust.half_life = 20;
  RunParameters plain;  // no mechanism goes on, and authors of what was seen are dropped
  plain.feed.window = run.feed.window;
  RunParameters edgerank = run;
  edgerank.feed.ranking = Ranking::edgerank;
  const RunParameters arm = GENERATE_REF(values({run, plain, edgerank}));
  WorldParameters parameters = manifold_parameters();
  const bool looks_back = GENERATE(true, false);
  for (CampaignParameters& campaign : parameters.campaigns)
    if (!looks_back && campaign.choose == AccountChoice::engagement) campaign.choose = AccountChoice::price;
  REQUIRE(needs_past(parameters) == looks_back);
  const auto made = [&] {
    return std::make_unique<World>(graph, accounts, parameters, run, ReplicateStreams{}, alone);
  };
  const auto before = made();
  before->run_until(before->parameters.time.warmup);
  before->look_back();
  const auto copy = before->branch(arm, everything_kept(0.1));
  const auto place = [](World& world, std::string_view name) {
    const auto arrays = world_arrays(world.state);
    return std::ranges::find(arrays, name, &WorldArray::name)->bytes.data();
  };
  const std::vector<std::string_view> large{"timelines.row", "next_session", "follows.slot"};
  CHECK(place(*before, "trust.ties") != nullptr);
  std::vector<const std::byte*> places;
  for (const std::string_view name : large) places.push_back(place(*before, name));
  const auto last = before->last_branch(arm, everything_kept(0.1));
  CHECK(last->same_state(*copy));
  for (std::size_t i = 0; i < large.size(); ++i) CHECK(place(*last, large[i]) == places[i]);

  // From what was saved of the arm no warm-up is needed, but for what campaigns chose by it.
  copy->run_until(60);
  std::vector<std::byte> bytes;
  std::vector<std::uint64_t> lengths;
  for (const WorldArray& array : world_arrays(copy->state)) {
    bytes.insert(bytes.end(), array.bytes.begin(), array.bytes.end());
    lengths.push_back(array.bytes.size());
  }
  if (!looks_back) {
    const auto resumed = made()->last_branch(arm, everything_kept(0.1));
    restore(world_arrays(resumed->state), {hash_of_names(world_arrays(copy->state)), lengths, bytes});
    resumed->run_until(resumed->parameters.time.end());
    last->run_until(last->parameters.time.end());
    CHECK(resumed->same_state(*last));
  }
  copy->run_until(copy->parameters.time.end());
  last->run_until(last->parameters.time.end());
  CHECK(last->same_state(*copy));
  const bool same = outcome_of(last->record()) == outcome_of(copy->record());
  CHECK(same);
}

TEST_CASE("a world that was saved as bytes goes on as it did, and no other world takes them", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  const auto made = [&](const RunParameters& run) {
    return std::make_unique<World>(graph, accounts, manifold_parameters(), run, ReplicateStreams{}, alone);
  };
  const auto world = made(manifold_run(every_campaign));
  world->run_until(GENERATE(1u, 17u, 36u));
  std::vector<std::byte> bytes;
  std::vector<std::uint64_t> lengths;
  for (const WorldArray& array : world_arrays(world->state)) {
    bytes.insert(bytes.end(), array.bytes.begin(), array.bytes.end());
    lengths.push_back(array.bytes.size());
  }
  const SavedArrays saved{hash_of_names(world_arrays(world->state)), lengths, bytes};
  const auto again = made(manifold_run(every_campaign));
  restore(world_arrays(again->state), saved);
  CHECK(again->same_state(*world));
  world->run_until(60);
  again->run_until(60);
  CHECK(again->same_state(*world));

  const auto other = made(manifold_run(every_campaign));
  SavedArrays renamed = saved, shorter = saved, cut = saved;
  renamed.names ^= 1;
  shorter.lengths = shorter.lengths.first(lengths.size() - 1);
  cut.bytes = cut.bytes.first(bytes.size() - 1);
  for (const SavedArrays& wrong : {renamed, shorter, cut})
    CHECK_THROWS_AS(restore(world_arrays(other->state), wrong), Error);
}

TEST_CASE("every array of the world is in its table: a changed byte anywhere is another world", "[sim]") {
  const FollowGraph graph = lively_graph(1'000);
  Alone alone;
  const Users accounts = manifold_accounts(graph.user_count());
  World world(graph, accounts, manifold_parameters(), manifold_run(every_campaign), ReplicateStreams{}, alone);
  world.run_until(60);
  std::set<std::string> names;
  for (WorldArray& array : world_arrays(world.state)) {
    if (array.bytes.empty()) continue;
    const auto copy = world.branch(world.run, world.options);
    auto theirs = world_arrays(copy->state);
    auto same = std::find_if(theirs.begin(), theirs.end(), [&](const WorldArray& a) {
      return a.name == array.name && a.bytes.size() == array.bytes.size();
    });
    REQUIRE(same != theirs.end());
    std::vector<std::byte> changed(same->bytes.begin(), same->bytes.end());
    changed[changed.size() / 2] ^= std::byte{1};
    same->assign(changed);
    names.insert(std::string(array.name));
    INFO(array.name);
    CHECK_FALSE(copy->same_state(world));
    CHECK(copy->digest() != world.digest());
  }
  for (const char* name : {"ledger", "groups", "authors", "tracked", "open_slots", "reached", "authors.pasts",
                           "authors.expected", "authors.replies", "authors.answered", "answers.counts"})
    CHECK(names.contains(name));
}

TEST_CASE("the table of arrays leaves out of a world's state only what is no state", "[sim]") {
  // An array that is missing from the table leaves a hole between those that are in it. Holes there are: the bounds of
  // the timelines, which never change; the buffers of their next merge; the list of the seen-log's blocks, whose arrays
  // are in the table one by one, with its word on authors; and the list of those who keep arrays of their own.
  WorldState state(100, 100, 24, true);
  const auto begin = reinterpret_cast<std::uintptr_t>(&state), end = begin + sizeof(WorldState);
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> visited{{begin, begin}, {end, end}};
  state.arrays([&]<class T>(std::string_view, std::string_view, T& value) {
    const auto at = reinterpret_cast<std::uintptr_t>(&value);
    if (begin <= at && at < end) visited.emplace_back(at, at + sizeof(T));
  });
  std::sort(visited.begin(), visited.end());
  std::vector<std::size_t> holes;
  for (std::size_t i = 1; i < visited.size(); ++i)
    if (const std::size_t hole = visited[i].first - visited[i - 1].second; hole >= alignof(std::max_align_t))
      holes.push_back(hole);
  CHECK(holes == std::vector<std::size_t>{16, 2 * sizeof(std::vector<int>),
                                          sizeof(std::vector<int>) + alignof(std::vector<int>),
                                          sizeof(std::vector<int>)});
}

TEST_CASE("two arms that ask for the same are the same run", "[sim][arms]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  Replicate replicate(graph, accounts, manifold_parameters(), manifold_run({}), ReplicateStreams{}, alone);
  replicate.warm_up();
  const Outcome first = outcome_of(replicate.run_arm(manifold_run({"one", "best", "clone"}), {}));
  replicate.run_arm(manifold_run({"many", "cheap"}), {});  // an arm in between leaves nothing behind
  const bool same = outcome_of(replicate.run_arm(manifold_run({"one", "best", "clone"}), {})) == first;
  CHECK(same);
}

TEST_CASE("what a run keeps beside its summary does not change it", "[sim][invariance]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  Replicate replicate(graph, accounts, manifold_parameters(), manifold_run({}), ReplicateStreams{}, alone);
  replicate.warm_up();
  const RunRecord plain = replicate.run_arm(manifold_run(every_campaign), {6, 0.0, false});
  RecordOptions watching{1, 1.0, true};
  watching.positions = watching.looks = true;
  const RunRecord much = replicate.run_arm(manifold_run(every_campaign), watching);
  CHECK(much.tiers == plain.tiers);
  CHECK(much.ledger == plain.ledger);
  CHECK(much.group_sessions == plain.group_sessions);
  CHECK(much.readers == plain.readers);
  CHECK(much.curve == plain.curve);
  CHECK(much.frequency == plain.frequency);
  CHECK(much.campaigns == plain.campaigns);
  CHECK(much.event_hash == plain.event_hash);
  // With every counted root tracked, the rows of posts add up to the tiers.
  std::uint64_t impressions = 0, tiers = 0;
  for (const PostRow& post : much.posts)
    impressions +=
        post.impressions_followed + post.impressions_reshared + post.impressions_discovered + post.impressions_promoted;
  for (const TierRow& tier : much.tiers) tiers += tier.outcomes.impressions;
  CHECK(impressions == tiers);
}

/// Everything that belongs to one root at the end of a run, by the root's identity.
std::map<std::uint64_t, std::vector<std::uint64_t>> by_root(const RunRecord& record) {
  std::map<std::uint64_t, std::vector<std::uint64_t>> rows;
  for (const PostRow& p : record.posts)
    rows[p.key] = {p.impressions_followed,
                   p.impressions_reshared,
                   p.impressions_discovered,
                   p.impressions_promoted,
                   p.reach,
                   p.actions[Action::like],
                   p.actions[Action::reply],
                   p.actions[Action::reshare],
                   p.actions[Action::click],
                   p.cascade_size,
                   p.depth};
  return rows;
}

TEST_CASE(
    "a paid post by an author without followers changes nothing but its own rows and those of the post it replaces",
    "[sim][arms]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users accounts = manifold_accounts(graph.user_count());
  Alone alone;
  WorldParameters parameters = manifold_parameters();
  std::uint32_t lonely = 0;  // a user whom nobody follows, who has posts of its own to be replaced
  while (graph.follower_count(UserId{lonely}) > 0 || !accounts.is_active(UserId{lonely})) ++lonely;
  parameters.population.post_spread = 0.0;  // so that it does post
  parameters.population.posts_per_day = 40.0;
  parameters.campaigns.resize(1);
  CampaignParameters& campaign = parameters.campaigns[0];
  campaign.choose = AccountChoice::named;
  campaign.accounts = {fmt::format("{}", lonely)};
  campaign.posts = 1;
  campaign.promotion = {};
  const auto [ranking, holdout] = GENERATE(std::pair(Ranking::chronological, 0.0), std::pair(Ranking::random, 0.3),
                                           std::pair(Ranking::popularity, 0.0), std::pair(Ranking::popularity, 0.3),
                                           std::pair(Ranking::weighted, 0.0), std::pair(Ranking::weighted, 0.3));
  RunParameters run = lively_run();
  run.feed.ranking = ranking;
  run.feed.holdout = holdout;
  RunParameters paid = run;
  paid.pays = {"one"};
  Replicate replicate(graph, accounts, parameters, run, ReplicateStreams{}, alone);
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
    CHECK(treated.series[i].actions[Action::like] == control.series[i].actions[Action::like]);
  }
  CHECK(treated.ledger == control.ledger);
  CHECK(treated.group_sessions == control.group_sessions);
  CHECK((treated.group_sessions[1] > 0) == (holdout > 0));
  CHECK(treated.readers == control.readers);
  CHECK(treated.curve == control.curve);  // one post of the author instead of another
  for (std::size_t i = 0; i < control.tiers.size(); ++i) CHECK(treated.tiers[i].outcomes == control.tiers[i].outcomes);
}

TEST_CASE("what campaigns spend stays within their budgets, and the second spends no more than the first",
          "[sim][campaigns]") {
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
  wide.campaigns[1].followers.most = 60;
  for (WorldParameters* p : {&narrow, &wide}) p->campaigns[1].budget_of.clear();
  const auto all_narrow = choose_accounts(graph, no_ids, narrow, ReplicateStreams{})[1].purchases,
             all_wide = choose_accounts(graph, no_ids, wide, ReplicateStreams{})[1].purchases;
  std::vector<UserId> kept, before;
  for (const Purchase& p : all_wide)
    if (p.followers <= 50) kept.push_back(p.user);
  for (const Purchase& p : all_narrow) before.push_back(p.user);
  REQUIRE(all_wide.size() > all_narrow.size());
  CHECK(kept == before);
}

}  // namespace
}  // namespace grapevine
