#include "sim/world.hpp"

#include <algorithm>
#include <bit>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "sim/ranking/prior.hpp"
#include "sim/tick/attend.hpp"
#include "sim/tick/commit.hpp"
#include "sim/tick/compose.hpp"
#include "sim/tick/gather.hpp"
#include "sim/tick/react.hpp"
#include "sim/tick/scratch.hpp"
#include "sim/tick/wake.hpp"

namespace grapevine {

// ---- the table of arrays ----

std::vector<WorldArray> world_arrays(WorldState& state) {
  std::vector<WorldArray> table;
  const auto add = [&]<class T>(std::string_view name, std::string_view unit, T& value) {
    if constexpr (requires { value.data(); }) {
      using Element = typename T::value_type;
      static_assert(std::is_trivially_copyable_v<Element> && std::has_unique_object_representations_v<Element>, "bytes stand for the value");
      table.push_back({name, unit, std::as_bytes(std::span(value)), [&value](std::span<const std::byte> bytes) {
                         value.resize(bytes.size() / sizeof(Element));
                         if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), bytes.size());
                       }});
    } else {
      static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>, "bytes stand for the value");
      table.push_back({name, unit, std::as_bytes(std::span(&value, 1)), [&value](std::span<const std::byte> bytes) {
                         GRAPEVINE_EXPECTS(bytes.size() == sizeof(T));
                         std::memcpy(&value, bytes.data(), sizeof(T));
                       }});
    }
  };
  state.arrays(add);
  return table;
}

std::uint64_t World::digest() const {
  std::uint64_t hash = 0;
  for (const WorldArray& array : world_arrays(const_cast<WorldState&>(state))) {  // read only
    std::uint64_t word = 0;
    std::size_t i = 0;
    hash = mix(hash + array.bytes.size() + golden);
    for (; i + 8 <= array.bytes.size(); i += 8) {
      std::memcpy(&word, array.bytes.data() + i, 8);
      hash = mix(hash ^ word) + golden;
    }
    word = 0;
    if (i < array.bytes.size()) std::memcpy(&word, array.bytes.data() + i, array.bytes.size() - i);
    hash = mix(hash ^ word) + golden;
  }
  return hash;
}

bool World::same_state(const World& other) const {
  const auto mine = world_arrays(const_cast<WorldState&>(state)), theirs = world_arrays(const_cast<WorldState&>(other.state));
  return std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(),
                    [](const WorldArray& a, const WorldArray& b) { return a.name == b.name && std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()); });
}

std::vector<MemoryLine> World::memory() const {
  std::vector<MemoryLine> lines;
  const auto add = [&](std::string_view name, std::string_view unit, std::size_t bytes) {
    if (!lines.empty() && lines.back().name == name) lines.back().bytes += bytes;
    else if (const auto same = std::find_if(lines.begin(), lines.end(), [&](const MemoryLine& l) { return l.name == name; }); same != lines.end()) same->bytes += bytes;
    else lines.push_back({std::string(name), std::string(unit), bytes});
  };
  add("graph", "follow", graph.memory());
  const_cast<Population&>(*population).arrays([&](std::string_view name, std::string_view unit, auto& array) { add(name, unit, array.size() * sizeof(array[0])); });
  for (const WorldArray& array : world_arrays(const_cast<WorldState&>(state))) add(array.name, array.unit, array.bytes.size());
  return lines;
}

// ---- making ----

namespace {

/// The share of a post's audience that has the interest of its author's community in its topic: audiences as large as they are, so over follows.
double share_of_audience(const FollowGraph& graph, const Accounts& accounts, const PopulationParameters& population) {
  if (population.shared_interest == 0.0 || accounts.community.empty() || graph.follow_count() == 0) return 0.0;
  const std::uint64_t within = parallel_sum(graph.user_count(), [&](std::size_t u) {
    std::uint64_t own = 0;
    for (const UserId followee : graph.followees(UserId{static_cast<std::uint32_t>(u)})) own += accounts.community[followee.index()] == accounts.community[u] ? 1 : 0;
    return own;
  });
  return population.shared_interest * (static_cast<double>(within) / static_cast<double>(graph.follow_count()));
}

}  // namespace

WorldKeys::WorldKeys(std::uint64_t seed, ReplicateStreams streams)
    : selection(seed, Stream::selection, streams.selection),
      content(seed, Stream::content, streams.content),
      dynamics(seed, Stream::dynamics, streams.dynamics),
      react(dynamics.key(Draw::react)),
      holdout(dynamics.key(Draw::holdout)),
      ranking{dynamics.key(Draw::feed_order), dynamics.key(Draw::emission_time), dynamics.key(Draw::perturbation)},
      event_hash(dynamics.key(Draw::event_hash)),
      sample(content.key(Draw::sample)) {}

World::World(const FollowGraph& graph_, const Accounts& accounts_, const WorldParameters& parameters_, const RunParameters& run_,
             ReplicateStreams streams, Exchange& exchange_, const ExpectedSpread& expected)
    : World(graph_, accounts_, parameters_, run_, streams, exchange_, std::make_shared<Deals>(graph_, accounts_, parameters_, streams, expected)) {}

World::World(const FollowGraph& graph_, const Accounts& accounts_, const WorldParameters& parameters_, const RunParameters& run_,
             ReplicateStreams streams, Exchange& exchange_, std::shared_ptr<Deals> choices)
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
      ranker(make_ranker(run_.feed.ranking)),
      chronological(make_ranker(Ranking::chronological)),
      plan(plan_posts(*deals, parameters_, run_.pays, keys.selection)),
      state(graph_.user_count(), readers.size(), run_.feed.window),
      choices_(std::move(choices)),
      held_out_below_(coin_threshold(run_.feed.holdout)),
      scratch_(std::make_unique<TickScratch>()) {
  state.tiers.resize(parameters.tiers.from.size());
  start_users();
}

World::World(const World& other, const RunParameters& run_, const RecordOptions& options_, std::uint32_t draw)
    : graph(other.graph),
      accounts(other.accounts),
      parameters(other.parameters),
      run(run_),
      exchange(other.exchange),
      readers(other.readers),
      keys(other.keys),
      schedule(other.schedule),
      population(other.population),
      shared_audience(other.shared_audience),
      deals(other.deals_of(draw)),
      behaviour(run_.behaviour, other.parameters.population),
      ranker(make_ranker(run_.feed.ranking)),
      chronological(make_ranker(Ranking::chronological)),
      plan(plan_posts(*deals, other.parameters, run_.pays, other.keys.selection)),
      options(options_),
      state(graph.user_count(), readers.size(), run_.feed.window),
      choices_(other.choices_),
      held_out_below_(coin_threshold(run_.feed.holdout)),
      scratch_(std::make_unique<TickScratch>()) {
  const auto from = world_arrays(const_cast<WorldState&>(other.state));
  const auto to = world_arrays(state);
  GRAPEVINE_EXPECTS(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i].assign(from[i].bytes);
  state.clock.next_planned = static_cast<std::uint32_t>(std::lower_bound(plan.begin(), plan.end(), state.clock.now, [](const PlannedPost& p, Tick t) { return p.tick < t; }) - plan.begin());
  parallel_for(state.posts.head() - state.posts.tail(), [&](std::size_t i) {
    const std::uint32_t post = state.posts.tail() + static_cast<std::uint32_t>(i);
    state.posts.hot(post).value = ranker->value(state.posts.counters(post));
  });
}

World::~World() = default;

std::unique_ptr<World> World::branch(const RunParameters& new_run, const RecordOptions& new_options, std::uint32_t draw) const {
  GRAPEVINE_EXPECTS(new_run.feed.window == run.feed.window);
  return std::unique_ptr<World>(new World(*this, new_run, new_options, draw));
}

void World::look_back() const {
  GRAPEVINE_EXPECTS(state.clock.now == parameters.time.warmup);
  if (!needs_past(parameters)) return;
  if (exchange.part() == 0) choices_->look_back([&] { return past_rates(); });
  exchange.gather(std::vector<char>{});                 // the others wait, for the choices may be theirs too
  choices_->look_back([&] { return past_rates(); });
}

std::shared_ptr<const std::vector<Deal>> World::deals_of(std::uint32_t draw) const {
  if (state.clock.now != parameters.time.warmup) return deals;
  look_back();
  return std::make_shared<const std::vector<Deal>>(choices_->of(draw));
}

/// What the platform of this run expects of a post.
ActionPrior World::prior() const { return platform_prior(run.feed, rates_of_posts(behaviour, run.behaviour, parameters.population, shared_audience)); }

std::unique_ptr<const Ranker> World::make_ranker(Ranking ranking) const {
  FeedParameters feed = run.feed;
  feed.ranking = ranking;
  return Ranker::make({feed, ranking == Ranking::weighted ? prior() : ActionPrior{}, behaviour, *population}, keys.ranking);
}

/// Engagement per impression of the live roots of each user: for each action the rate that `weighted` would predict of that many impressions, shrunk to the rate of all.
std::vector<double> World::past_rates() const {
  constexpr std::array actions{Action::like, Action::reply, Action::reshare};
  struct Past {
    std::uint64_t impressions = 0;
    std::array<std::uint64_t, action_count> actions{};
  };
  std::vector<Past> live(graph.user_count());
  double impressions = 0;
  PerAction taken{};
  for (std::uint32_t post = state.posts.tail(); post < state.posts.head(); ++post) {
    const PostCounters& counters = state.posts.counters(post);
    Past& author = live[state.posts.identity(post).author.index()];
    author.impressions += counters.impressions;
    impressions += counters.impressions;
    for (std::size_t a = 0; a < action_count; ++a) {
      author.actions[a] += counters.actions[a];
      taken[a] += counters.actions[a];
    }
  }
  const PerAction strength = prior().strength;
  std::vector<double> rates(live.size(), 0.0);
  parallel_for(live.size(), [&](std::size_t u) {
    for (const Action action : actions) {
      const auto a = static_cast<std::size_t>(action);
      rates[u] += predicted_rate(static_cast<double>(live[u].actions[a]), static_cast<double>(live[u].impressions), impressions > 0 ? taken[a] / impressions : 0.0, strength[a]);
    }
  });
  return rates;
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

// ---- a tick ----

void BlockOutput::clear() {
  organic.clear();
  withheld.clear();
  impressions.clear();
  reshares.clear();
  paid_looks.clear();
  counts = {};
  delivered = {};
  left_out = {};
  looked_at = {};
  groups = {};
  event_hash = 0;
}

namespace {

/// Adds the candidates of the session to the ledger.
void book(const Posts& posts, const Session& session, BlockOutput& out) {
  const auto place = [&](const Candidate& candidate) { return posts.hot(candidate.root).tier_and_counted() | (candidate.reshared() ? BlockOutput::reshared : 0u); };
  for (const Candidate& candidate : session.candidates) ++out.delivered[place(candidate)];
  for (std::size_t i = session.served; i < session.ranked.size(); ++i) ++out.left_out[place(session.candidates[session.ranked[i].candidate])];
  for (std::size_t i = 0; i < session.looked; ++i) ++out.looked_at[place(session.candidates[session.ranked[i].candidate])];
}

/// One session of the reader with index `i` in this part: writes the reader's own state and the output of its block only.
void hold_session(World& world, std::size_t i, Session& session, BlockOutput& out) {
  WorldState& state = world.state;
  const Tick now = state.clock.now;
  const UserId reader{world.readers.first + static_cast<std::uint32_t>(i)};
  session.reader = reader;
  session.now = now;

  const SeenLog::Entries seen = state.seen.entries(i);
  gather(world.graph, state.timelines, state.posts, world.run.feed, world.run.behaviour.parent, world.keys.ranking.emission_time, state.last_session[i], seen, session);
  session.served = std::min<std::size_t>(session.candidates.size(), world.run.feed.length);
  const std::uint32_t depth = draw_depth(world.keys.dynamics, reader, state.session_ordinal[i], world.population->depth_scale(i));
  session.looked = std::min<std::size_t>(session.served, depth);
  const bool held_out = world.held_out(reader);
  (held_out ? world.chronological : world.ranker)->rank(state.posts, session, session.served, session.looked);
  book(state.posts, session, out);

  const std::size_t first = out.impressions.size();
  react(world.behaviour, *world.population, state.posts, world.run.behaviour.again, world.keys.react, seen, session, out.impressions, out.reshares);
  std::uint32_t reached = 0;
  GroupSums& group = out.groups[static_cast<std::size_t>(held_out ? ReaderGroup::held_out : ReaderGroup::ranked)];
  ++group.sessions;
  for (std::size_t k = first; k < out.impressions.size(); ++k) {
    const Impression& impression = out.impressions[k];
    const PostIdentity& post = state.posts.identity(impression.root);
    const PostHot hot = state.posts.hot(impression.root);
    if (hot.counted()) reached |= 1u << hot.tier() | (post.campaign != PostIdentity::no_campaign ? 0x10000u << post.campaign : 0u);
    for (std::size_t a = 0; a < action_count; ++a) out.counts.actions[a] += impression.bits >> a & 1;
    if (post.campaign != PostIdentity::no_campaign && impression.bits & Impression::first) out.paid_looks.push_back({reader, impression.root});
    if (hot.counted()) {
      ++group.impressions[hot.tier()];
      group.engagement[hot.tier()] += static_cast<std::uint64_t>(std::popcount(static_cast<unsigned>(impression.bits) & Impression::engagement_bits));
    }
    out.event_hash += nested_mix(nested_mix(world.keys.event_hash, post.key, reader.value() | static_cast<std::uint64_t>(impression.exposure) << 32),
                                 impression.emitter.value() | static_cast<std::uint64_t>(impression.bits & Impression::action_bits) << 32 |
                                     static_cast<std::uint64_t>(impression.position) << 40,
                                 now);
  }
  state.reached[i] |= reached;
  state.seen.add(i, session.news, state.posts.tail());
  ++out.counts.sessions;
  out.counts.delivered += session.candidates.size();
  out.counts.served += session.served;
  out.counts.impressions += session.looked;

  state.last_session[i] = now;
  const double gap = -math::log(uniform(world.keys.dynamics.bits(Draw::session_gap, reader.value(), ++state.session_ordinal[i])));
  state.next_session[i] = world.schedule.next(now + 1, gap, world.population->session_rate(i));
}

std::uint64_t emission_hash(const WorldKeys& keys, const PostIdentity& post, Tick now) {
  return nested_mix(nested_mix(keys.event_hash, post.key, ~std::uint64_t{0}), post.author.value() | static_cast<std::uint64_t>(post.topic) << 32, now);
}

}  // namespace

void World::step() {
  const Tick now = state.clock.now;
  TickScratch& scratch = *scratch_;
  state.timelines.begin_tick(now);
  retire(*this);
  std::vector<PostIdentity> paid = compose_paid(*this);

  scratch.workers.resize(std::max<std::size_t>(scratch.workers.size(), static_cast<std::size_t>(thread_count())));
  scratch.blocks.resize((readers.size() + reader_block - 1) / reader_block);
  parallel_blocks(readers.size(), reader_block, [&](std::size_t block, std::size_t begin, std::size_t end, int w) {
    TickScratch::Worker& worker = scratch.workers[static_cast<std::size_t>(w)];
    BlockOutput& out = scratch.blocks[block];
    out.clear();
    due_at(std::span(state.next_post).subspan(begin, end - begin), now, worker.due);
    compose_organic(*this, begin, worker.due, out.organic, out.withheld);
    for (const PostIdentity& post : out.organic) out.event_hash += emission_hash(keys, post, now);
    due_at(std::span(state.next_session).subspan(begin, end - begin), now, worker.due);
    for (const std::uint32_t reader : worker.due) hold_session(*this, begin + reader, worker.session, out);
  });
  std::vector<PostIdentity> organic;
  for (const BlockOutput& out : scratch.blocks) organic.insert(organic.end(), out.organic.begin(), out.organic.end());
  for (const PostIdentity& post : paid)
    if (readers.contains(post.author.value())) state.clock.event_hash += emission_hash(keys, post, now);
  commit(std::move(organic), std::move(paid));
  ++state.clock.now;
}

void World::commit(std::vector<PostIdentity>&& organic, std::vector<PostIdentity>&& paid) {
  TickScratch& scratch = *scratch_;
  state.tick_counts.push_back({});
  state.tick_posts.push_back({});
  TickCounts& counts = state.tick_counts.back();
  const TimeParameters& time = parameters.time;
  const bool warm = time.warmup <= state.clock.now;
  scratch.reshares.clear();
  std::vector<UserId> withheld;
  std::vector<ImpressionDelta> deltas;
  for (BlockOutput& out : scratch.blocks) {
    scratch.reshares.insert(scratch.reshares.end(), out.reshares.begin(), out.reshares.end());
    withheld.insert(withheld.end(), out.withheld.begin(), out.withheld.end());
    for (const FirstPaidLook& look : out.paid_looks) state.paid_looks.push_back({look.reader, static_cast<std::uint32_t>(tracked_index(state, look.root))});
    counts.sessions += out.counts.sessions;
    counts.delivered += out.counts.delivered;
    counts.served += out.counts.served;
    counts.impressions += out.counts.impressions;
    for (std::size_t a = 0; a < action_count; ++a) counts.actions[a] += out.counts.actions[a];
    state.clock.event_hash += out.event_hash;
    for (std::size_t tier = 0; tier < state.tiers.size(); ++tier)
      for (const bool reshared : {false, true}) {
        const std::size_t from = tier | BlockOutput::counted | (reshared ? BlockOutput::reshared : 0u);
        LedgerRow& row = state.ledger[ledger_place(tier, reshared)];
        row.delivered += out.delivered[from];
        row.served += out.delivered[from] - out.left_out[from];
        row.impressions += out.looked_at[from];
      }
    if (warm)
      for (std::size_t g = 0; g < reader_groups; ++g) {
        state.groups[g].sessions += out.groups[g].sessions;
        for (std::size_t tier = 0; tier < state.tiers.size(); ++tier) {
          state.groups[g].impressions[tier] += out.groups[g].impressions[tier];
          state.groups[g].engagement[tier] += out.groups[g].engagement[tier];
        }
      }
    if (exchange.parts() > 1)
      for (const Impression& impression : out.impressions) deltas.push_back({impression.root, impression.bits});
  }
  scratch.posts = exchange.gather(std::move(organic));
  scratch.posts.insert(scratch.posts.end(), paid.begin(), paid.end());
  scratch.reshares = exchange.gather(std::move(scratch.reshares));
  publish(*this, std::span<const PostIdentity>(scratch.posts));
  publish(*this, std::span<const Reshare>(scratch.reshares));
  close_slots(state, exchange.gather(std::move(withheld)));

  if (exchange.parts() > 1) {
    const std::vector<ImpressionDelta> all[] = {exchange.gather(std::move(deltas))};
    count_impressions(state.posts, *ranker, all);
    count_reasons(state, all);
  } else {
    std::vector<std::span<const Impression>> lists;
    for (const BlockOutput& out : scratch.blocks)
      if (!out.impressions.empty()) lists.emplace_back(out.impressions);
    count_impressions(state.posts, *ranker, lists);
    if (!state.tracked.empty()) count_reasons(state, lists);
  }
}

void World::run_until(Tick end, const TickHook& hook) {
  const Tick start = state.clock.now;
  while (state.clock.now < end) {
    step();
    if (hook) hook(state.clock.now - start);
  }
}

World::Events World::last_events() const {
  Events events{scratch_->posts, {}, scratch_->reshares};
  for (const BlockOutput& out : scratch_->blocks) events.impressions.insert(events.impressions.end(), out.impressions.begin(), out.impressions.end());
  return events;
}

}  // namespace grapevine
