#include "sim/tick/step.hpp"

#include <algorithm>
#include <numeric>

#include "graph/base/bundle.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/timing.hpp"
#include "sim/feed/gather.hpp"
#include "sim/feed/promoted.hpp"
#include "sim/tick/attend.hpp"
#include "sim/tick/commit.hpp"
#include "sim/tick/compose.hpp"
#include "sim/tick/mechanisms/answers.hpp"
#include "sim/tick/react.hpp"
#include "sim/tick/shadow.hpp"
#include "sim/tick/wake.hpp"

namespace grapevine {

WorldKeys::WorldKeys(std::uint64_t seed, ReplicateStreams streams)
    : selection(seed, Stream::selection, streams.selection),
      content(seed, Stream::content, streams.content),
      dynamics(seed, Stream::dynamics, streams.dynamics),
      react(dynamics.key(Draw::react)),
      holdout(dynamics.key(Draw::holdout)),
      ranking{dynamics.key(Draw::feed_order), dynamics.key(Draw::emission_time), dynamics.key(Draw::perturbation),
              dynamics.key(Draw::fatigue),    dynamics.key(Draw::lottery),       content.key(Draw::appeal)},
      event_hash(dynamics.key(Draw::event_hash)),
      sample(content.key(Draw::sample)) {}

void BlockOutput::clear() {
  organic.clear();
  withheld.clear();
  impressions.clear();
  reshares.clear();
  paid_looks.clear();
  campaign_looks.clear();
  counts = {};
  positions.rows.clear();
  event_hash = 0;
  for (std::vector<Message>& list : messages) list.clear();
}

namespace {

/// Asks for what reacting needs of the first looks.
void find_looks(const Posts& posts, const Session& session) {
  for (std::size_t i = 0; i < std::min(session.looked, looks_ahead); ++i)
    posts.prefetch_identity(session.candidates[session.ranked[i].candidate].root);
}

/// Adds the candidates of the session to the tally.
void book(const Session& session, CandidateTally& tally) {
  GRAPEVINE_EXPECTS(session.hot.size() == session.candidates.size());  // whoever ranked has filled it
  const auto add = [&](CandidateCounts& counts, std::size_t candidate) {
    counts.add(session.candidates[candidate].source(), session.hot[candidate]);
  };
  for (std::size_t i = 0; i < session.candidates.size(); ++i) add(tally.delivered, i);
  for (std::size_t i = session.served; i < session.ranked.size(); ++i) add(tally.left_out, session.ranked[i].candidate);
  for (std::size_t i = 0; i < session.looked; ++i) add(tally.looked_at, session.ranked[i].candidate);
}

std::uint64_t impression_hash(const WorldKeys& keys, const PostIdentity& post, const Impression& impression, Tick now) {
  const std::uint64_t actions = impression.actions;
  return nested_mix(nested_mix(keys.event_hash, post.key,
                               impression.reader.value() | static_cast<std::uint64_t>(impression.exposure) << 32),
                    impression.emitter.value() | (actions & 0xff) << 32 |
                        static_cast<std::uint64_t>(impression.position) << 40 | actions >> 8 << 56,
                    now);
}

std::uint64_t emission_hash(const WorldKeys& keys, const PostIdentity& post, Tick now) {
  return nested_mix(nested_mix(keys.event_hash, post.key, ~std::uint64_t{0}),
                    post.author.value() | static_cast<std::uint64_t>(post.topic) << 32, now);
}

/// Counts the impressions of one session and sets the reader's bits of `WorldState::reached`.
void count_looks(const Given& given, const Before& before, std::span<const Impression> impressions,
                 std::uint32_t& reached, ReaderGroup of, std::array<GroupSums, reader_groups>& groups,
                 BlockOutput& out) {
  GroupSums& group = groups[static_cast<std::size_t>(of)];
  ++group.sessions;
  for (const Impression& impression : impressions) {
    const PostIdentity& post = before.posts.identity(impression.root);
    const PostHot hot = before.posts.hot(impression.root);
    const bool paid = post.campaign != PostIdentity::no_campaign;
    for (std::size_t a = 0; a < action_count; ++a) out.counts.actions[a] += impression.actions >> a & 1;
    if (paid && impression.first()) out.paid_looks.push_back({impression.reader, impression.root});
    if (hot.counted()) {
      const std::uint32_t campaign = paid ? 0x10000u << post.campaign : 0u;
      if (paid) out.campaign_looks.push_back({post.campaign, impression.actions, (reached & campaign) == 0});
      reached |= 1u << hot.tier() | campaign;
      ++group.impressions[hot.tier()];
      group.engagement[hot.tier()] += engagement_in(impression.actions);
      group.in_network[hot.tier()] += impression.in_network() ? 1 : 0;
      if (given.watched.positions)
        out.positions.add(of, hot.tier(), impression.position + std::uint32_t{1}, impression.actions);
    }
    out.event_hash += impression_hash(given.keys, post, impression, before.now);
  }
}

/// What the mechanisms make of the odds of acting on these candidates; empty where none has a say.
void weigh(const Given& given, const Before& before, const Session& session, std::span<const std::uint32_t> which,
           std::vector<double>& odds) {
  odds.clear();
  for (const Mechanism* mechanism : given.mechanisms) {
    if (!mechanism->weighs()) continue;
    odds.resize(which.size(), 1.0);
    mechanism->weigh(given, before, session, which, odds);
  }
}

/// Puts the feed in order, and asks for what its first looks need. Returns the factors on the odds of the looks.
std::span<const double> order_feed(const Given& given, const Before& before, const Ranker& ranker,
                                   SeenLog::Entries seen, TickScratch::Worker& worker) {
  Session& session = worker.session;
  session.odds.clear();
  if (given.mechanisms.empty()) {
    rank_around_promoted(ranker, {before.posts, seen, given.pasts}, session);
    find_looks(before.posts, session);
    return {};
  }
  if (ranker.needs_odds()) {
    worker.which.resize(session.candidates.size());
    std::iota(worker.which.begin(), worker.which.end(), 0u);
    weigh(given, before, session, worker.which, session.odds);
  }
  rank_around_promoted(ranker, {before.posts, seen, given.pasts}, session);
  find_looks(before.posts, session);
  worker.which.resize(session.looked);
  for (std::size_t i = 0; i < session.looked; ++i) worker.which[i] = session.ranked[i].candidate;
  weigh(given, before, session, worker.which, worker.odds);
  return worker.odds;
}

/// One session of the reader with index `i` in this part; `worker.session.fresh` is known.
void hold_session(const Given& given, const Before& before, std::size_t i, ReaderArrays& readers,
                  TickScratch::Worker& worker, BlockOutput& out) {
  const Tick now = before.now;
  const UserId reader = given.reader(i);
  Session& session = worker.session;
  session.reader = reader;
  session.place = i;
  session.now = now;
  session.ordinal = readers.session_ordinal[i];

  const SeenLog::Entries seen = readers.seen.entries(i);
  const bool held_out = given.held_out(reader);
  if (given.run.feed.memory != FeedMemory::queue || held_out)
    gather(given.follows, before.timelines, before.posts, given.run, given.keys.ranking.emission_time, given.dismisses,
           readers.last_session[i], seen, session);
  else  // the mechanism brings what is in the queue
    session.forget_candidates();
  session.promoted = {};
  if (!held_out)
    for (const Mechanism* mechanism : given.mechanisms) mechanism->bring(given, before, seen, session);
  const bool promoted = session.promoted.place > 0;
  if (promoted) set_promoted_apart(session);
  const Ranker& ranker = held_out ? given.chronological : given.ranker;
  const std::size_t servable = ranker.caps() ? ranker.servable(session) : session.candidates.size();
  session.served = std::min<std::size_t>(servable + (promoted ? 1 : 0), given.run.feed.length);
  const std::uint32_t depth =
      draw_depth(given.keys.dynamics, reader, readers.session_ordinal[i], given.population.depth_scale(i));
  session.looked = std::min<std::size_t>(session.served, depth);
  const std::span<const double> odds = order_feed(given, before, ranker, seen, worker);
  book(session, worker.candidates);

  const std::size_t first = out.impressions.size();
  react(given, before, seen, odds, session, out.impressions, out.reshares);
  const std::span looks = std::span<const Impression>(out.impressions).subspan(first);
  count_looks(given, before, looks, readers.reached[i], held_out ? ReaderGroup::held_out : ReaderGroup::ranked,
              worker.groups, out);
  for (std::size_t m = 0; m < given.mechanisms.size(); ++m)
    given.mechanisms[m]->after_session(given, before, session, looks, out.messages[m]);
  if (given.watched.shadow && !held_out) count_shadow(given, before, session, worker.candidates);
  readers.seen.add(i, session.news, before.posts.tail());
  ++out.counts.sessions;
  out.counts.delivered += session.candidates.size();
  out.counts.served += session.served;
  out.counts.impressions += session.looked;

  readers.last_session[i] = now;
  const double gap =
      -math::log(uniform(given.keys.dynamics.bits(Draw::session_gap, reader.value(), ++readers.session_ordinal[i])));
  readers.next_session[i] = given.schedule.next(now + 1, gap, given.population.session_rate(i));
}

/// Adds to `sum` what the readers of one block did.
void add_counts(const TickCounts& counts, TickCounts& sum) {
  sum.sessions += counts.sessions;
  sum.delivered += counts.delivered;
  sum.served += counts.served;
  sum.impressions += counts.impressions;
  for (std::size_t a = 0; a < action_count; ++a) sum.actions[a] += counts.actions[a];
}

void add_group(const GroupSums& group, GroupSums& sum) {
  sum.sessions += group.sessions;
  for (std::size_t tier = 0; tier < most_tiers; ++tier) {
    sum.impressions[tier] += group.impressions[tier];
    sum.engagement[tier] += group.engagement[tier];
    sum.in_network[tier] += group.in_network[tier];
  }
}

void add_look(const CampaignLook& look, CampaignCounts& sum) {
  sum.new_readers += look.new_reader ? 1 : 0;
  ++sum.impressions;
  for (std::size_t a = 0; a < action_count; ++a) sum.actions[a] += look.actions >> a & 1;
}

/// The readers of all blocks, in parallel.
void serve_readers(const Given& given, const Before& before, WorldState& state, TickScratch& scratch) {
  ReaderArrays readers{state.next_session, state.last_session, state.session_ordinal, state.reached, state.seen};
  const PostClocks clocks{state.next_post, state.post_ordinal};
  scratch.workers.resize(std::max<std::size_t>(scratch.workers.size(), static_cast<std::size_t>(thread_count())));
  for (TickScratch::Worker& worker : scratch.workers) worker.candidates = {}, worker.groups = {};
  scratch.blocks.resize((given.readers.size() + reader_block - 1) / reader_block);
  parallel_blocks(given.readers.size(), reader_block,
                  [&](std::size_t block, std::size_t begin, std::size_t end, int w) {
                    TickScratch::Worker& worker = scratch.workers[static_cast<std::size_t>(w)];
                    BlockOutput& out = scratch.blocks[block];
                    out.clear();
                    out.messages.resize(given.mechanisms.size());
                    if (given.watched.positions) out.positions.begin(given.parameters.tiers.from.size());
                    due_at(clocks.next.subspan(begin, end - begin), before.now, worker.due);
                    compose_organic(given, before, begin, worker.due, clocks, out.organic, out.withheld);
                    for (const PostIdentity& post : out.organic)
                      out.event_hash += emission_hash(given.keys, post, before.now);
                    due_at(readers.next_session.subspan(begin, end - begin), before.now, worker.due);
                    worker.ahead.start(given, before, readers, begin, worker.due);
                    for (std::size_t i = 0; i < worker.due.size(); ++i) {
                      worker.ahead.next(i, worker.session.fresh);
                      hold_session(given, before, begin + worker.due[i], readers, worker, out);
                    }
                  });
}

/// Keeps the looks at tracked roots.
void keep_looks(const Given& given, Tick now, std::span<const Impression> looks, WorldState& state) {
  for (const Impression& look : looks)
    if (look.tracked)
      state.tracked_looks.push_back({static_cast<std::uint32_t>(tracked_index(state.tracked, look.root)), look.reader,
                                     now, static_cast<std::uint16_t>(look.position + 1), look.actions, look.exposure,
                                     static_cast<std::uint8_t>(look.source()), given.held_out(look.reader)});
}

template <class T>
void append(const std::vector<T>& more, std::vector<T>& all) {
  all.insert(all.end(), more.begin(), more.end());
}

/// What the sessions of this part did, and, once it is handed round, those of all parts: beside the reshares, which
/// `TickScratch` keeps.
struct Happened {
  std::vector<PostIdentity> organic;
  std::vector<UserId> withheld;
  std::vector<ImpressionDelta> deltas;         ///< where there are other parts
  std::vector<std::vector<Message>> messages;  ///< by mechanism
};

/// Adds the outboxes to the sums of this part, and says what the others have to know.
Happened collect(const Given& given, Tick now, bool alone, WorldState& state, TickScratch& scratch) {
  Happened mine;
  mine.messages.resize(given.mechanisms.size());
  TickCounts& counts = state.tick_counts.emplace_back();
  const bool warm = given.parameters.time.warmup <= now;
  const std::size_t first_campaign = state.campaign_counts.size();
  if (warm) state.campaign_counts.resize(first_campaign + given.parameters.campaigns.size());
  scratch.reshares.clear();
  for (const TickScratch::Worker& worker : scratch.workers) {
    state.ledger.add(worker.candidates);
    for (std::size_t g = 0; warm && g < reader_groups; ++g) add_group(worker.groups[g], state.groups[g]);
  }
  for (const BlockOutput& out : scratch.blocks) {
    append(out.organic, mine.organic);
    append(out.withheld, mine.withheld);
    append(out.reshares, scratch.reshares);
    for (std::size_t m = 0; m < mine.messages.size(); ++m) append(out.messages[m], mine.messages[m]);
    for (const FirstPaidLook& look : out.paid_looks)
      state.paid_looks.push_back({look.reader, static_cast<std::uint32_t>(tracked_index(state.tracked, look.root))});
    for (const CampaignLook& look : out.campaign_looks)
      add_look(look, state.campaign_counts[first_campaign + look.campaign]);
    add_counts(out.counts, counts);
    state.clock.event_hash += out.event_hash;
    state.positions.add(out.positions);
    if (given.watched.looks) keep_looks(given, now, out.impressions, state);
    if (alone) continue;
    for (const Impression& impression : out.impressions)
      mine.deltas.push_back({impression.root, impression.actions, impression.first(),
                             static_cast<std::uint8_t>(impression.source()),
                             static_cast<std::uint8_t>(impression.tracked)});
  }
  return mine;
}

/// The only exchange of a tick, but for mechanisms that agree.
void hand_round(Exchange& exchange, Happened& happened, std::vector<Reshare>& reshares) {
  Bundle bundle(exchange);
  bundle.add(happened.organic);
  bundle.add(happened.withheld);
  bundle.add(happened.deltas);
  for (std::vector<Message>& messages : happened.messages) bundle.add(messages);
  bundle.add(reshares);
  bundle.hand_round();
}

/// The mechanism by which authors answer, or null.
const Answers* answers_in(const Given& given) {
  for (const Mechanism* mechanism : given.mechanisms)
    if (const auto* answers = dynamic_cast<const Answers*>(mechanism)) return answers;
  return nullptr;
}

}  // namespace

void step(const Given& given, WorldState& state, Exchange& exchange, TickScratch& scratch) {
  const Tick now = state.clock.now;
  const bool alone = exchange.parts() == 1;
  Phase phase("merging", given.readers.size() > reader_block);  // else a tick takes a few microseconds
  state.timelines.begin_tick(now);
  phase.becomes("retiring");
  retire(now, given.run.feed.window, state.posts,
         {state.tiers, state.authors, state.tracked, given.pasts, answers_in(given)});
  phase.becomes("settling");
  const std::vector<PostIdentity> paid = compose_paid(given, now, state.clock.next_planned, state.open_slots);
  const Before before{now, state.posts, state.timelines, state.open_slots};
  for (Mechanism* mechanism : given.mechanisms) {
    mechanism->before_readers(given, before);
    if (mechanism->agrees(before))
      mechanism->agree(given, before, {state.next_session, state.session_ordinal, state.seen}, exchange);
  }
  phase.becomes("sessions");
  serve_readers(given, before, state, scratch);

  phase.becomes("collecting");
  Happened happened = collect(given, now, alone, state, scratch);
  for (const PostIdentity& post : paid)
    if (given.readers.contains(post.author.value())) state.clock.event_hash += emission_hash(given.keys, post, now);
  if (!alone) phase.becomes("exchange");
  hand_round(exchange, happened, scratch.reshares);
  phase.becomes("publishing");
  scratch.posts = std::move(happened.organic);
  append(paid, scratch.posts);
  publish(given, now, scratch.posts, state.posts, state.timelines, state.tick_posts.emplace_back(), state.tracked);
  publish(now, scratch.reshares, state.tracked, state.timelines, state.tracked_reshares);
  close_slots(happened.withheld, state.open_slots, state.withheld);

  phase.becomes("counters");
  std::vector<std::span<const Impression>> lists;
  for (const BlockOutput& out : scratch.blocks)
    if (!out.impressions.empty()) lists.emplace_back(out.impressions);
  const auto count = [&](const auto& looks) {
    count_impressions(state.posts, given.ranker, given.pasts, looks);
    if (!state.tracked.empty()) count_reasons(state.tracked, looks);
  };
  alone ? count(lists) : count(std::span(&happened.deltas, 1));
  phase.becomes("mechanisms");
  const Before committed{now, state.posts, state.timelines, state.open_slots};
  for (std::size_t m = 0; m < given.mechanisms.size(); ++m)
    given.mechanisms[m]->commit(given, committed, happened.messages[m]);
  ++state.clock.now;
}

}  // namespace grapevine
