#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/graph_builder.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/schedule.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"

// Worlds so simple that what must happen in them can be worked out on paper. Five standard deviations of a normal
// variable are left, on either side, by sound code for one seed in 1.7 million. Seeds are fixed: a test that passes
// once passes always.
namespace grapevine {
namespace {

constexpr double certain = 60.0;  // of a rate a tick: missed with probability e^-60
constexpr double endless = 1e8;   // a patience: k posts or fewer are looked at with probability k / 10^8

bool within_five_sd(double found, double trials, double p) {
  return std::abs(found - trials * p) < 5 * std::sqrt(trials * p * (1 - p));
}

/// All users alike, one-hour ticks, rates a tick.
WorldParameters alike(std::uint64_t seed, double session_rate, double post_rate, double patience, TimeParameters time) {
  WorldParameters p;
  p.seed = seed;
  p.time = time;
  p.population.sessions_per_day = 24 * session_rate;
  p.population.session_spread = 0;
  p.population.posts_per_day = 24 * post_rate;
  p.population.post_spread = 0;
  p.population.patience = patience;
  return p;
}

RunParameters plain_run(Tick window, PerAction probability) {
  RunParameters run;
  run.feed.window = window;
  run.behaviour.probability = probability;
  return run;
}

FollowGraph graph_of(std::uint32_t users, const std::function<bool(std::uint32_t, std::uint32_t)>& follows) {
  GraphBuilder builder(users);
  for (std::uint32_t u = 0; u < users; ++u)
    for (std::uint32_t v = 0; v < users; ++v)
      if (u != v && follows(u, v)) builder.add(UserId{u}, UserId{v});
  return builder.build();
}

/// User 0 and `followers` others, who follow nobody else.
FollowGraph star(std::uint32_t followers) {
  GraphBuilder builder(followers + 1);
  builder.reserve(followers);
  for (std::uint32_t u = 1; u <= followers; ++u) builder.add(UserId{u}, UserId{0});
  return builder.build();
}

/// A world with what it stands on.
struct Town {
  Town(FollowGraph graph_, const WorldParameters& parameters, const RunParameters& run)
      : graph(std::move(graph_)),
        world(std::make_unique<World>(graph, ids, parameters, run, ReplicateStreams{}, alone)) {}

  /// Warms up, branches, runs to the end and records, with every counted root tracked.
  RunRecord record(const RunParameters& arm) {
    world->run_until(world->parameters.time.warmup);
    RecordOptions options;
    options.track_share = 1.0;
    world = world->branch(arm, options);
    world->run_until(world->parameters.time.end());
    return world->record();
  }
  std::uint64_t key(std::uint32_t root) const { return world->state.posts.identity(root).key; }
  UserId author(std::uint32_t root) const { return world->state.posts.identity(root).author; }

  const FollowGraph graph;
  const Users ids;
  Alone alone;
  std::unique_ptr<World> world;
};

TEST_CASE("every follower with a session while the root lives has one impression of it, and no other follower has one",
          "[sim][closed-form]") {
  constexpr std::uint32_t followers = 2'000;
  constexpr Tick window = 10, end = 60;
  constexpr double rate = 0.1;
  // At most ten posts wait for a session and there are 12 000 sessions: a reader leaves before the end of its feed with
  // probability 0.0012 at most in the whole test.
  Town town(star(followers), alike(31, rate, 0.15, endless, {3600, 20, 20, 20}), plain_run(window, {0.073, 0, 0, 0.3}));
  std::vector<std::vector<Tick>> sessions(followers + 1);
  std::map<std::uint64_t, Tick> visible;                              // of the author's roots
  std::map<std::uint64_t, std::map<std::uint32_t, int>> impressions;  // of a root, by reader
  double looked = 0, likes = 0, clicks = 0;
  for (Tick t = 0; t < end; ++t) {
    town.world->step();
    for (std::uint32_t u = 1; u <= followers; ++u)
      if (town.world->state.last_session[u] == t) sessions[u].push_back(t);
    const World::Events events = town.world->last_events();
    for (const PostIdentity& post : events.posts)
      if (post.author == UserId{0}) visible[post.key] = t + 1;
    for (const Impression& impression : events.impressions) {
      ++impressions[town.key(impression.root)][impression.reader.value()];
      CHECK(town.author(impression.root) == UserId{0});
      ++looked;
      likes += impression.took(Action::like);
      clicks += impression.took(Action::click);
    }
  }
  REQUIRE(visible.size() > 3);
  bool same = true;
  for (const auto& [root, since] : visible)
    for (std::uint32_t u = 1; u <= followers; ++u) {
      const bool there = std::any_of(sessions[u].begin(), sessions[u].end(),
                                     [&, from = since](Tick t) { return from <= t && t < from + window; });
      same = same && impressions[root][u] == (there ? 1 : 0);
    }
  CHECK(same);
  // A window has no session with probability e^(-rate window). Windows overlap, so the first root alone is counted:
  // mean 1264, sd 21.6.
  const auto first = std::min_element(visible.begin(), visible.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  REQUIRE(first->second + window <= end);
  double readers = 0;
  for (const auto& [reader, count] : impressions[first->first]) readers += count;
  CHECK(within_five_sd(readers, followers, 1 - std::exp(-rate * window)));
  // One coin an impression, whatever the others did.
  CHECK(within_five_sd(likes, looked, 0.073));
  CHECK(within_five_sd(clicks, looked, 0.3));
}

TEST_CASE("where everybody reshares, a cascade along a chain is a path", "[sim][closed-form]") {
  constexpr std::uint32_t users = 30;
  const RunParameters run = plain_run(40, {0, 0, 1, 0});
  Town town(graph_of(users, [](auto u, auto v) { return u == v + 1; }),
            alike(32, certain, 0.1, endless, {3600, 40, 60, 40}), run);
  const RunRecord record = town.record(run);
  std::set<std::uint32_t> authors;
  for (const PostRow& row : record.posts) {
    // From user k over all below in the chain, one hop a tick.
    const std::uint32_t k = row.author.value(), nodes = users - k;
    authors.insert(k);
    REQUIRE(row.cascade_size == nodes);
    REQUIRE(row.depth == nodes - 1);
    REQUIRE(row.reach == nodes - 1);
    REQUIRE(row.actions[Action::reshare] == nodes - 1);
    REQUIRE(row.impressions_followed == (nodes > 1 ? 1 : 0));
    REQUIRE(row.impressions_followed + row.impressions_reshared == nodes - 1);
    // The mean distance in a path of n nodes is (n + 1) / 3.
    if (nodes == 1)
      REQUIRE(std::isnan(row.structural_virality));
    else
      REQUIRE(row.structural_virality == Approx((nodes + 1) / 3.0).epsilon(1e-13));
    for (std::uint32_t j = 0; j < nodes; ++j) {
      const CascadeNode& node = record.cascades.at(row.first_node + j);
      REQUIRE(node.user == UserId{k + j});
      REQUIRE(node.parent == static_cast<std::int32_t>(j) - 1);
      REQUIRE(node.tick == row.tick + j);
      REQUIRE(node.reason == (j == 0 ? Reason::root : j == 1 ? Reason::followed : Reason::reshared));
    }
  }
  // 30 users, 60 ticks, 0.095 posts a user and tick: about 171 roots; a user has none of them with probability e^-6.
  CHECK(record.posts.size() > 100);
  CHECK(authors.size() > 20);
  CHECK(record.tiers.at(0).outcomes.posts == record.posts.size());
}

/// Looked-at posts of every session of 200 readers who follow 100 authors that post in every tick.
std::vector<std::size_t> depths(double patience, std::uint64_t seed) {
  constexpr std::uint32_t authors = 100, readers = 200;
  Town town(graph_of(authors + readers, [&](auto u, auto v) { return u >= authors && v < authors; }),
            alike(seed, certain, certain, patience, {3600, 60, 60, 60}), plain_run(20, {0, 0, 0, 0}));
  std::vector<std::size_t> all;
  for (Tick t = 0; t <= 150; ++t) {
    town.world->step();
    std::vector<std::size_t> looked(readers);
    for (const Impression& impression : town.world->last_events().impressions)
      ++looked.at(impression.reader.value() - authors);
    if (t > 0) all.insert(all.end(), looked.begin(), looked.end());
  }
  return all;
}

TEST_CASE("readers leave after each post with the same probability", "[sim][closed-form]") {
  const std::vector<std::size_t> sessions = depths(4.0, 33);
  // A feed of 100 posts runs out with probability (3/4)^100 = 3e-13. Cells: 1 .. 20 posts and more; the smallest
  // expectation is that of 20 posts, 30 000 x 0.25 x 0.75^19 = 31.7.
  std::vector<double> found(22);
  for (const std::size_t depth : sessions) ++found[std::min<std::size_t>(depth, 21)];
  const double n = static_cast<double>(sessions.size());
  REQUIRE(n == 30'000);
  CHECK(found[0] == 0);
  double chi_square = 0;
  for (std::size_t k = 1; k <= 21; ++k) {
    const double expected = n * std::pow(0.75, static_cast<double>(k - 1)) * (k == 21 ? 1.0 : 0.25);
    chi_square += (found[k] - expected) * (found[k] - expected) / expected;
  }
  CHECK(within_five_sd(found[1], n, 0.25));
  CHECK(chi_square < 66.5);  // 20 degrees of freedom: one sound seed in 1.5 million is above
}

TEST_CASE("a reader with a patience of one looks at one post", "[sim][closed-form][long]") {
  const std::vector<std::size_t> sessions = depths(1.0, 34);
  CHECK(std::count(sessions.begin(), sessions.end(), 1U) == 30'000);
}

TEST_CASE("sessions of a day are binomial in its ticks", "[sim][closed-form]") {
  constexpr std::uint32_t users = 2'000;
  constexpr Tick days = 5;
  constexpr double rate = 0.5;
  const double p = 1 - std::exp(-rate);  // of a session in a tick, whatever the ticks before
  Town town(GraphBuilder(users).build(), alike(35, rate, rate, 5, {3600, 40, 40, 40}), plain_run(10, {}));
  std::vector<double> user_days(25);
  std::vector<unsigned> today(users);
  double sessions = 0, posts = 0;
  for (Tick t = 0; t < 24 * days; ++t) {
    town.world->step();
    posts += static_cast<double>(town.world->last_events().posts.size());
    for (std::uint32_t u = 0; u < users; ++u) today[u] += town.world->state.last_session[u] == t;
    if (t % 24 != 23) continue;
    for (unsigned& count : today) {
      sessions += count;
      ++user_days[count];
      count = 0;
    }
  }
  const double trials = static_cast<double>(users) * 24 * days;
  CHECK(within_five_sd(sessions, trials, p));
  CHECK(within_five_sd(posts, trials, p));
  // 10 000 user-days in 13 cells: 4 sessions or fewer, 5, ..., 15, 16 or more; the smallest expectation is that of 16
  // or more, 62.
  std::vector<double> expected(25);
  for (unsigned k = 0; k <= 24; ++k)
    expected[k] = users * days * std::exp(std::lgamma(25.0) - std::lgamma(k + 1.0) - std::lgamma(25.0 - k)) *
                  std::pow(p, k) * std::pow(1 - p, 24.0 - k);
  double chi_square = 0;
  for (unsigned cell = 4; cell <= 16; ++cell) {
    double found = 0, mean = 0;
    for (unsigned k = cell == 4 ? 0 : cell; k <= (cell == 16 ? 24 : cell); ++k) {
      found += user_days[k];
      mean += expected[k];
    }
    chi_square += (found - mean) * (found - mean) / mean;
  }
  CHECK(chi_square < 52.0);  // 12 degrees of freedom: one sound seed in 1.6 million is above
}

TEST_CASE("sessions and posts follow the daily profile", "[sim][closed-form]") {
  constexpr std::uint32_t users = 3'000;
  constexpr Tick days = 4;
  constexpr double rate = 0.4;  // a tick of half an hour
  WorldParameters parameters = alike(36, 2 * rate, 2 * rate, 5, {1800, 70, 70, 60});
  double weights = 0;
  for (std::size_t hour = 0; hour < 24; ++hour)
    weights += parameters.population.daily_profile[hour] =
        hour == 3 || hour == 4 ? 0.0 : 1.0 + static_cast<double>(hour * hour % 7);
  Town town(GraphBuilder(users).build(), parameters, plain_run(10, {}));
  std::vector<double> sessions(24), posts(24);
  for (Tick t = 0; t < 48 * days; ++t) {
    town.world->step();
    sessions[t % 48 / 2] += static_cast<double>(town.world->state.tick_counts.back().sessions);
    posts[t % 48 / 2] += static_cast<double>(town.world->last_events().posts.size());
  }
  // A tick of weight w, where the mean weight is 1, has a session with probability 1 - e^(-rate w), whatever the ticks
  // before. 44 comparisons: one sound seed in 39 000 fails.
  for (std::size_t hour = 0; hour < 24; ++hour) {
    INFO("hour " << hour);
    const double p = 1 - std::exp(-rate * parameters.population.daily_profile[hour] * 24 / weights),
                 trials = 2.0 * users * days;
    if (p == 0.0) {
      CHECK(sessions[hour] == 0);
      CHECK(posts[hour] == 0);
    } else {
      CHECK(within_five_sd(sessions[hour], trials, p));
      CHECK(within_five_sd(posts[hour], trials, p));
    }
  }
}

TEST_CASE("a tick that no hour is a multiple of has a share of every hour it lies in", "[sim][closed-form]") {
  std::array<double, 24> profile{};
  double weights = 0;
  for (std::size_t hour = 0; hour < 24; ++hour)
    weights += profile[hour] = hour == 3 || hour == 4 ? 0.0 : 1.0 + static_cast<double>(hour * hour % 7);
  for (const Tick minutes : {9u, 16u, 32u, 40u, 45u}) {
    INFO("ticks of " << minutes << " minutes");
    const Tick day = 1440 / minutes;
    const Schedule schedule(profile, day);
    double before = 0;  // minute by minute
    for (Tick minute = 0; minute < 2 * 1440; ++minute) {
      if (minute % minutes == 0) CHECK(schedule.activity_before(minute / minutes) == Approx(before).epsilon(1e-12));
      before += profile[minute / 60 % 24] * 24 / weights / minutes;
    }
    CHECK(schedule.next(0, 1.5, 1.0 / day) ==
          schedule.next(0, 0.5, 1.0 / day) + day);  // a day has as much activity as ticks
  }
}

/// A crowd in which posts come back again and again.
FollowGraph crowd(std::uint32_t users) {
  return graph_of(users, [](auto u, auto v) { return nested_mix(1, u, v) % 3 == 0; });
}

TEST_CASE("an action is taken once by a reader on a root, however often the root comes back", "[sim][conservation]") {
  Town town(crowd(40), alike(37, 0.3, 0.05, 30, {3600, 100, 100, 100}), plain_run(80, {0.3, 0.2, 0.3, 0.5}));
  std::set<std::tuple<std::uint64_t, std::uint32_t, unsigned>> taken;
  std::map<std::pair<std::uint64_t, std::uint32_t>, unsigned> exposures;
  std::uint64_t twice = 0, wrong = 0, again = 0, most = 0;
  for (Tick t = 0; t < 300; ++t) {
    town.world->step();
    for (const Impression& impression : town.world->last_events().impressions) {
      const std::uint64_t key = town.key(impression.root);
      unsigned& before = exposures[{key, impression.reader.value()}];
      wrong += impression.exposure != before || impression.first() != (before == 0);
      again += before > 0;
      most = std::max<std::uint64_t>(most, ++before);
      for (unsigned action = 0; action < action_count; ++action)
        if (impression.took(static_cast<Action>(action)))
          twice += !taken.insert({key, impression.reader.value(), action}).second;
    }
  }
  CHECK(twice == 0);
  CHECK(wrong == 0);
  CHECK(again > 10'000);
  CHECK(most > 4);
}

TEST_CASE("a reader who meets a post again decides once, or anew", "[sim][closed-form]") {
  constexpr std::uint32_t relays = 3, readers = 400;
  constexpr double p = 0.2;
  RunParameters run = plain_run(8, {p, 0, 1, 0});
  run.behaviour.again = GENERATE(Again::once, Again::fresh);
  // User 0 writes, 1 to 3 hand on what the one before them has, a tick later each; all others follow these four and
  // meet every root four times. Sessions in every tick, patience for everything.
  Town town(graph_of(1 + relays + readers, [](auto u, auto v) { return u > relays ? v <= relays : u == v + 1; }),
            alike(37, certain, 0.5, endless, {3600, 10, 30, 10}), run);
  double roots = 0, looks = 0, first_looks = 0, likes = 0;
  for (const PostRow& row : town.record(run).posts)
    if (row.author == UserId{0}) {
      ++roots;
      looks += static_cast<double>(row.impressions_followed + row.impressions_reshared);
      first_looks += static_cast<double>(row.reach);
      likes += static_cast<double>(row.actions[Action::like]);
    }
  REQUIRE(roots >= 8);
  CHECK(looks == roots * (readers * (1 + relays) + relays));
  CHECK(first_looks == roots * (readers + relays));
  const double share = run.behaviour.again == Again::once ? p : 1 - std::pow(1 - p, 1 + relays);  // 0.2 or 0.59
  CHECK(within_five_sd(likes - roots * relays * p, roots * readers, share));
}

TEST_CASE("impressions by reader, by author, by root and by tick add up to the same number", "[sim][conservation]") {
  const FeedMemory memory = GENERATE(FeedMemory::session, FeedMemory::window);
  RunParameters run = plain_run(24, {0.3, 0.2, 0.1, 0.5});
  run.feed.memory = memory;
  Town town(crowd(60), alike(38, 0.2, 0.1, 10, {3600, 80, 80, 40}), run);
  const WorldState& state = town.world->state;
  std::vector<std::uint64_t> by_reader(60), by_author(60);
  std::map<std::uint64_t, std::uint64_t> by_root;
  std::uint64_t all = 0;
  for (Tick t = 0; t < 200; ++t) {
    town.world->step();
    for (const Impression& impression : town.world->last_events().impressions) {
      ++by_reader[impression.reader.index()];
      ++by_author[town.author(impression.root).index()];
      ++by_root[town.key(impression.root)];
      ++all;
    }
    bool roots_agree = true;
    for (std::uint32_t root = state.posts.tail(); root < state.posts.head(); ++root) {
      const auto found = by_root.find(town.key(root));
      roots_agree =
          roots_agree && state.posts.counters(root).impressions == (found == by_root.end() ? 0 : found->second);
    }
    REQUIRE(roots_agree);
  }
  CHECK(std::accumulate(by_reader.begin(), by_reader.end(), std::uint64_t{0}) == all);
  std::uint64_t ticks = 0;
  for (const TickCounts& counts : state.tick_counts) {
    ticks += counts.impressions;
    REQUIRE(counts.impressions <= counts.served);
    REQUIRE(counts.served <= counts.delivered);
  }
  CHECK(ticks == all);
  CHECK(all > 5'000);
  CHECK(state.posts.tail() > 500);  // most roots have retired
}

TEST_CASE("nobody does nothing", "[sim][closed-form]") {
  const RunParameters run = plain_run(10, {1, 1, 1, 1});
  Town town(FollowGraph(), alike(39, 1, 1, 5, {3600, 20, 20, 20}), run);
  const RunRecord record = town.record(run);
  CHECK(record.tiers.at(0).accounts == 0);
  CHECK(record.tiers.at(0).outcomes == Outcomes{});
  CHECK(record.posts.empty());
  CHECK(record.cascades.empty());
}

TEST_CASE("posts that nobody can see are made, counted and dropped", "[sim][closed-form]") {
  // One user alone; and two of whom the one that follows the other has nobody to tell it.
  const std::uint32_t users = GENERATE(1U, 2U);
  const RunParameters run = plain_run(10, {1, 1, 1, 1});
  Town town(users == 1 ? GraphBuilder(1).build() : star(1), alike(40, certain, certain, 5, {3600, 20, 20, 20}), run);
  const RunRecord record = town.record(run);
  REQUIRE(record.tiers.at(0).accounts == users);
  REQUIRE(record.posts.size() == 20 * users);  // one a tick
  for (const PostRow& row : record.posts) {
    const bool seen = users == 2 && row.author == UserId{0};
    REQUIRE(row.reach == (seen ? 1 : 0));
    REQUIRE(row.impressions_followed == (seen ? 1 : 0));
    REQUIRE(row.impressions_reshared == 0);
    REQUIRE(row.actions[Action::like] == (seen ? 1 : 0));
    REQUIRE(row.actions[Action::click] == (seen ? 1 : 0));
    REQUIRE(row.cascade_size == (seen ? 2 : 1));
    REQUIRE(row.depth == (seen ? 1 : 0));
    REQUIRE(std::isnan(row.structural_virality) == !seen);
  }
  std::uint64_t sessions = 0, organic = 0;
  for (const SeriesRow& row : record.series) {
    sessions += row.sessions;
    organic += row.organic_posts;
  }
  CHECK(sessions == 40 * users);
  CHECK(organic == 40 * users);
  CHECK(record.tiers.at(0).outcomes.delivered == (users == 1 ? 0 : 20));
  CHECK(town.world->state.posts.head() - town.world->state.posts.tail() <= 11 * users);
}

TEST_CASE("a post of an account with a million followers reaches a million readers", "[sim][closed-form][long]") {
  constexpr std::uint32_t followers = 1'000'000;
  WorldParameters parameters = alike(41, certain, 0, 5, {3600, 2, 1, 2});
  CampaignParameters one;  // its post is the only one
  one.name = "one";
  one.choose = AccountChoice::named;
  one.accounts = {"0"};
  one.slots = 1;
  parameters.campaigns = {one};
  const RunParameters before = plain_run(2, {0.073, 0, 0, 0});
  RunParameters run = before;
  run.pays = {"one"};
  Town town(star(followers), parameters, before);
  const RunRecord record = town.record(run);
  REQUIRE(record.posts.size() == 1);
  CHECK(record.posts[0].reach == followers);
  CHECK(record.posts[0].impressions_followed == followers);
  CHECK(within_five_sd(static_cast<double>(record.posts[0].actions[Action::like]), followers, 0.073));
  CHECK(record.campaigns.at(0).outcomes.reach == followers);
  CHECK(record.campaigns.at(0).spent == parameters.prices.post + followers * parameters.prices.follower);
}

}  // namespace
}  // namespace grapevine
