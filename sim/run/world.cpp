#include "sim/run/world.hpp"

#include <algorithm>
#include <map>
#include <typeinfo>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "sim/model/fake_followers.hpp"
#include "sim/tick/commit.hpp"
#include "sim/tick/step.hpp"

namespace grapevine {

std::vector<MemoryLine> World::memory() const {
  std::vector<MemoryLine> lines;
  const auto add = [&](std::string_view name, std::string_view unit, std::size_t bytes) {
    if (!lines.empty() && lines.back().name == name)
      lines.back().bytes += bytes;
    else if (const auto same =
                 std::find_if(lines.begin(), lines.end(), [&](const MemoryLine& l) { return l.name == name; });
             same != lines.end())
      same->bytes += bytes;
    else
      lines.push_back({std::string(name), std::string(unit), bytes});
  };
  add("graph", "follow", graph.memory());
  const_cast<Population&>(*population).arrays([&](std::string_view name, std::string_view unit, auto& array) {
    add(name, unit, array.size() * sizeof(array[0]));
  });
  for (const WorldArray& array : world_arrays(const_cast<WorldState&>(state)))
    add(array.name, array.unit, array.bytes.size());
  return lines;
}

namespace {

/// The share of a post's audience that has the interest of its author's community in its topic: audiences as large as
/// they are, so over follows.
double share_of_audience(const FollowGraph& graph, const Users& accounts, const PopulationParameters& population) {
  if (population.shared_interest == 0.0 || accounts.community.empty() || graph.follow_count() == 0) return 0.0;
  const std::uint64_t within = parallel_sum(graph.user_count(), [&](std::size_t u) {
    std::uint64_t own = 0;
    for (const UserId followee : graph.followees(UserId{static_cast<std::uint32_t>(u)}))
      own += accounts.community[followee.index()] == accounts.community[u] ? 1 : 0;
    return own;
  });
  return population.shared_interest * (static_cast<double>(within) / static_cast<double>(graph.follow_count()));
}

/// Gives `mine` what is kept in `theirs` under the same names. Mechanisms that only one side has are left out: those of
/// `mine` begin.
template <class Give>
void take_over(WorldState& theirs, WorldState& mine, Give&& give) {
  const std::vector<WorldArray> there = kept_arrays(theirs);
  std::map<std::string_view, std::vector<const WorldArray*>> kept;  // several arrays may have one name
  for (const WorldArray& array : there) kept[array.name].push_back(&array);
  std::map<std::string_view, std::size_t> taken;
  std::vector<WorldArray> here = kept_arrays(mine), wanted;
  std::vector<const WorldArray*> given;
  for (WorldArray& array : here)
    if (const auto same = kept.find(array.name); same != kept.end()) {
      given.push_back(same->second.at(taken[array.name]++));
      wanted.push_back(std::move(array));
    }
  parallel_for(
      given.size(), [&](std::size_t i) { give(*given[i], wanted[i]); }, 1);
}

}  // namespace

World::World(const FollowGraph& graph_, const Users& accounts_, const WorldParameters& parameters_,
             const RunParameters& run_, ReplicateStreams streams, Exchange& exchange_, const ExpectedSpread& expected)
    : World(graph_, accounts_, parameters_, run_, streams, exchange_,
            std::make_shared<Deals>(graph_, accounts_, parameters_, streams, expected)) {}

World::World(const FollowGraph& graph_, const Users& accounts_, const WorldParameters& parameters_,
             const RunParameters& run_, ReplicateStreams streams, Exchange& exchange_, std::shared_ptr<Deals> choices)
    : graph(graph_),
      accounts(accounts_),
      parameters(parameters_),
      run(run_),
      exchange(exchange_),
      readers(exchange_.readers(graph_.user_count())),
      keys(parameters_.seed, streams),
      schedule(parameters_.population.daily_profile, parameters_.time.ticks_per_day()),
      population(std::make_shared<const Population>(graph_, accounts_, parameters_, keys.dynamics, readers)),
      shared_audience(share_of_audience(graph_, accounts_, parameters_.population)),
      deals(std::make_shared<const std::vector<Deal>>(choices->of(0))),
      behaviour(run_.behaviour, parameters_.population),
      rates(rates_of_posts(behaviour, run.behaviour, parameters.population, shared_audience)),
      prior(platform_prior(run.feed, rates)),
      ranking_prior(prior_by_author(run.feed, rates)),
      follows(graph, readers.first),
      ranker(make_ranker(run_.feed.ranking)),
      chronological(make_ranker(Ranking::chronological)),
      plan(plan_posts(*deals, parameters_, run_.pays, keys.selection)),
      state(graph_.user_count(), readers.size(), run_.feed.window, ranker->needs_history()),
      changes(make_changes(false)),
      dismisses(run.behaviour.dismisses()),
      pasts(make_pasts()),
      mechanisms(make_mechanisms()),
      choices_(std::move(choices)),
      held_out_below_(coin_threshold(run_.feed.holdout)) {
  state.tiers.resize(parameters.tiers.from.size());
  start_users();
  leave_out_fakes();
}

World::World(const World& other, const WorldParameters& parameters_, std::shared_ptr<Deals> choices,
             const RunParameters& run_, const RecordOptions& options_, std::uint32_t draw, WorldState begun)
    : graph(other.graph),
      accounts(other.accounts),
      parameters(parameters_),
      run(run_),
      exchange(other.exchange),
      readers(other.readers),
      keys(other.keys),
      schedule(other.schedule),
      population(other.population),
      shared_audience(other.shared_audience),
      deals(choices == other.choices_ ? other.deals_of(draw)
                                      : std::make_shared<const std::vector<Deal>>(choices->of(draw))),
      behaviour(run_.behaviour, parameters.population),
      rates(rates_of_posts(behaviour, run.behaviour, parameters.population, shared_audience)),
      prior(platform_prior(run.feed, rates)),
      ranking_prior(prior_by_author(run.feed, rates)),
      follows(graph, readers.first),
      ranker(make_ranker(run_.feed.ranking)),
      chronological(make_ranker(Ranking::chronological)),
      plan(plan_posts(*deals, parameters, run_.pays, other.keys.selection)),
      options(options_),
      state(std::move(begun)),
      changes(make_changes(other.changes != nullptr)),
      dismisses(run.behaviour.dismisses() || other.dismisses),
      pasts(make_pasts()),
      mechanisms(make_mechanisms()),
      choices_(std::move(choices)),
      held_out_below_(coin_threshold(run_.feed.holdout)) {}

/// What is kept was taken over.
void World::go_on_from(const World& other) {
  for (Mechanism* mine : mechanisms)
    for (const Mechanism* before : other.mechanisms)
      if (typeid(*mine) == typeid(*before)) mine->go_on(*before, state.clock.now);
  state.seen.keep_authors(ranker->needs_history(), state.posts);
  state.clock.next_planned =
      static_cast<std::uint32_t>(std::lower_bound(plan.begin(), plan.end(), state.clock.now,
                                                  [](const PlannedPost& p, Tick t) { return p.tick < t; }) -
                                 plan.begin());
  if (pasts) pasts->advance(state.posts.tail(), state.posts.head());
  parallel_for(state.posts.head() - state.posts.tail(), [&](std::size_t i) {
    const std::uint32_t post = state.posts.tail() + static_cast<std::uint32_t>(i);
    state.posts.hot(post).value = ranking_value(*ranker, pasts, state.posts, post);
  });
}

std::unique_ptr<World> World::copy(const WorldParameters& offers, const std::shared_ptr<Deals>& choices,
                                   const RunParameters& new_run, const RecordOptions& new_options,
                                   std::uint32_t draw) const {
  auto& mine = const_cast<WorldState&>(state);  // read only
  WorldState begun(graph.user_count(), readers.size(), run.feed.window, false);
  const std::vector<WorldArray> all = world_arrays(mine), common = world_arrays(begun);
  parallel_for(
      common.size(), [&](std::size_t i) { common[i].assign(all[i].bytes); }, 1);
  std::unique_ptr<World> other(new World(*this, offers, choices, new_run, new_options, draw, std::move(begun)));
  take_over(mine, other->state, [](const WorldArray& from, const WorldArray& to) { to.assign(from.bytes); });
  other->go_on_from(*this);
  return other;
}

std::unique_ptr<World> World::branch(const RunParameters& new_run, const RecordOptions& new_options,
                                     std::uint32_t draw) const {
  GRAPEVINE_EXPECTS(new_run.feed.window == run.feed.window);
  return copy(parameters, choices_, new_run, new_options, draw);
}

std::unique_ptr<World> World::last_branch(const RunParameters& new_run, const RecordOptions& new_options) {
  GRAPEVINE_EXPECTS(new_run.feed.window == run.feed.window);
  if (state.clock.now == parameters.time.warmup) look_back();  // while there is something to look at
  WorldState begun = std::move(state);
  state.kept = std::move(begun.kept);  // for they go on from each other
  begun.kept.clear();
  std::unique_ptr<World> other(new World(*this, parameters, choices_, new_run, new_options, 0, std::move(begun)));
  take_over(state, other->state, [](const WorldArray& from, const WorldArray& to) { to.take(from); });
  follows.look_at(other->changes);  // those that were here
  other->go_on_from(*this);
  other->scratch_ = std::move(scratch_);
  return other;
}

std::unique_ptr<World> World::offering(const WorldParameters& offers, std::shared_ptr<Deals> choices) const {
  GRAPEVINE_EXPECTS(state.clock.now == parameters.time.warmup && choices != nullptr);
  GRAPEVINE_EXPECTS(offers.campaigns.size() == parameters.campaigns.size());
  std::unique_ptr<World> other = copy(offers, choices, run, options, 0);
  other->look_back();
  return other;
}

void World::look_back() const {
  GRAPEVINE_EXPECTS(state.clock.now == parameters.time.warmup);
  if (!needs_past(parameters)) return;
  if (exchange.part() == 0) choices_->look_back([&] { return past_rates(); });
  exchange.gather(std::vector<char>{});  // the others wait, for the choices may be theirs too
  choices_->look_back([&] { return past_rates(); });
}

std::shared_ptr<const std::vector<Deal>> World::deals_of(std::uint32_t draw) const {
  if (state.clock.now < parameters.time.warmup) return deals;
  if (state.clock.now == parameters.time.warmup) look_back();
  return std::make_shared<const std::vector<Deal>>(choices_->of(draw));
}

std::unique_ptr<const Ranker> World::make_ranker(Ranking ranking) const {
  return Ranker::make(ranking, {follows, parameters.time, run, behaviour, *population, ranking_prior}, keys.ranking);
}

/// `there_are_some`: what readers have changed stays, even where they change nothing more.
FollowChanges* World::make_changes(bool there_are_some) {
  if (!there_are_some && !run.changes_follows() && !parameters.tiers.has_fakes()) return nullptr;
  auto made = std::make_unique<FollowChanges>(readers.size());
  FollowChanges* const mine = made.get();
  state.kept.push_back(std::move(made));
  follows.look_at(mine);
  return mine;
}

AuthorPasts* World::make_pasts() {
  if (!ranking_prior.looks_at_authors() && !run.feed.looks_at_answers()) return nullptr;
  auto made = std::make_unique<AuthorPasts>(graph.user_count(), ranking_prior, run.feed);
  AuthorPasts* const mine = made.get();
  state.kept.push_back(std::move(made));
  return mine;
}

std::vector<Mechanism*> World::make_mechanisms() {
  std::vector<Mechanism*> made;
  for (const MechanismFacts& facts : all_mechanisms())
    if (std::unique_ptr<Mechanism> mechanism = facts.make(
            {graph, follows, changes, accounts, parameters, run, *population, prior, keys.dynamics, readers, made})) {
      made.push_back(mechanism.get());
      state.kept.push_back(std::move(mechanism));
    }
  return made;
}

/// Engagement per impression of the live roots of each user: for each action the rate that `weighted` would predict of
/// that many impressions, shrunk to the rate of all.
std::vector<double> World::past_rates() const {
  struct Past {
    std::uint64_t impressions = 0;
    ActionCounts<std::uint64_t> actions;
  };
  std::vector<Past> live(graph.user_count());
  double impressions = 0;
  PerAction taken{};
  for (std::uint32_t post = state.posts.tail(); post < state.posts.head(); ++post) {
    const PostCounters& counters = state.posts.counters(post);
    Past& author = live[state.posts.identity(post).author.index()];
    author.impressions += counters.impressions;
    impressions += counters.impressions;
    author.actions.add(counters.actions);
    for (std::size_t a = 0; a < action_count; ++a) taken[a] += counters.actions[a];
  }
  const PerAction strength = prior.strength;
  std::vector<double> by_user(live.size(), 0.0);
  parallel_for(live.size(), [&](std::size_t u) {
    for (std::size_t a = 0; a < action_count; ++a) {
      if (!action_table[a].engagement) continue;
      by_user[u] += predicted_rate(static_cast<double>(live[u].actions[a]), static_cast<double>(live[u].impressions),
                                   impressions > 0 ? taken[a] / impressions : 0.0, strength[a]);
    }
  });
  return by_user;
}

/// First session and first organic post of every reader: as if the process had always been going on.
void World::start_users() {
  parallel_for(readers.size(), [&](std::size_t i) {
    const std::uint64_t user = readers.first + i;
    const auto gap = [&](Draw purpose) { return -math::log(uniform(keys.dynamics.bits(purpose, user))); };
    state.next_session[i] = schedule.next(0, gap(Draw::session_gap), population->session_rate(i));
    state.next_post[i] = schedule.next(0, gap(Draw::post_gap), population->post_rate(i));
  });
}

/// Who follows an account as a fake does not follow it, but for being counted.
void World::leave_out_fakes() {
  const FakeFollowers fakes(parameters.tiers, keys.dynamics);
  if (!fakes.any()) return;
  parallel_blocks(readers.size(), reader_block, [&](std::size_t, std::size_t begin, std::size_t end, int) {
    std::vector<FollowChange> row;
    for (std::size_t i = begin; i < end; ++i) {
      const UserId reader{readers.first + static_cast<std::uint32_t>(i)};
      row.clear();
      for (const UserId followee : graph.followees(reader))
        if (fakes.hold(reader, followee, population->tier(followee))) row.push_back({followee, 0});
      if (!row.empty()) changes->begin(i, row);
    }
  });
}

Given World::given() const {
  return {graph,
          follows,
          parameters,
          run,
          *population,
          keys,
          schedule,
          behaviour,
          *ranker,
          *chronological,
          plan,
          readers,
          held_out_below_,
          options.track_share,
          {options.shadow, options.positions, options.looks},
          dismisses,
          pasts,
          mechanisms};
}

void World::step() { grapevine::step(given(), state, exchange, scratch_); }

void World::run_until(Tick end, const TickHook& hook) {
  const Tick start = state.clock.now;
  while (state.clock.now < end) {
    step();
    if (hook) hook(state.clock.now - start);
  }
}

World::Events World::last_events() const {
  Events events{scratch_.posts, {}, scratch_.reshares};
  for (const BlockOutput& out : scratch_.blocks)
    events.impressions.insert(events.impressions.end(), out.impressions.begin(), out.impressions.end());
  return events;
}

}  // namespace grapevine
