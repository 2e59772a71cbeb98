#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/accounts.hpp"
#include "graph/base/checked.hpp"
#include "graph/base/exchange.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "sim/behaviour.hpp"
#include "sim/campaigns.hpp"
#include "sim/parameters.hpp"
#include "sim/population.hpp"
#include "sim/posts.hpp"
#include "sim/record/run_record.hpp"
#include "sim/replicate.hpp"
#include "sim/schedule.hpp"
#include "sim/seen_log.hpp"
#include "sim/tick/rank.hpp"
#include "sim/timelines.hpp"

namespace grapevine {

/// A paid post that may still take the place of an organic one of its author.
struct OpenSlot {
  UserId author{};
  Tick until = 0;  ///< last tick in which an organic post is withheld
  std::uint32_t campaign = 0;
};

/// A root whose impressions and cascade are kept.
struct TrackedPost {
  std::uint64_t key = 0;
  std::uint32_t post = 0;
  UserId author{};
  Tick tick = 0;  ///< of emission, from the start of the warm-up
  std::uint16_t campaign = 0;
  std::uint16_t topic = 0;
  std::uint32_t impressions_reshared = 0;
  PostCounters counters;  ///< when it retired
  std::uint32_t reserved = 0;
};

/// A reshare of a tracked root.
struct TrackedReshare {
  std::uint32_t tracked = 0;  ///< index of the root among the tracked ones
  UserId user{};
  UserId emitter{};
  Tick tick = 0;
  std::uint32_t reshared = 0;  ///< whether the emission looked at was itself a reshare
};

/// What happened in one tick: sessions of this part, and posts of all.
struct TickCounts {
  std::uint64_t sessions = 0, delivered = 0, served = 0, impressions = 0;
  std::uint64_t actions[action_count] = {};
};
struct TickPosts {
  std::uint64_t organic = 0, paid = 0;
};

/// Sums over the counted roots of the authors of one tier.
struct TierSums {
  std::uint64_t posts = 0, impressions = 0, first_looks = 0;
  std::uint64_t actions[action_count] = {};
};

/// What became of the counted roots of one author that have retired.
struct AuthorTotals {
  std::uint32_t posts = 0;  ///< one organic post a tick at most
  WideCount impressions;
  WideCount first_looks;
  WideCount engagement;
};

/// Sessions from the start of `measure` on, of this part's readers of one group.
struct GroupSums {
  std::uint64_t sessions = 0;
  std::uint64_t impressions[most_tiers] = {};  ///< at counted roots, by tier of their authors
  std::uint64_t engagement[most_tiers] = {};
};

/// Where the ledger keeps the candidates of one tier and source.
constexpr std::size_t ledger_place(std::size_t tier, bool reshared) { return 2 * tier + (reshared ? 1 : 0); }
inline constexpr std::size_t ledger_size = 2 * most_tiers;

/// A user looked at a paid root for the first time.
struct FirstPaidLook {
  UserId reader{};
  std::uint32_t root = 0;
};

/// A withheld organic post, and the campaign it made room for.
struct Withheld {
  UserId author{};
  std::uint32_t campaign = 0;
};

/// Everything that changes while a run goes on. `arrays` is the one table of it: copying, comparing, digesting and measuring a world all go through it, so an
/// array that is forgotten there is missed by the branch itself and a test fails.
struct WorldState {
  WorldState(std::size_t users, std::size_t readers, Tick window)
      : next_session(readers), last_session(readers, never), session_ordinal(readers), next_post(readers), post_ordinal(readers), reached(readers), ledger(ledger_size),
        groups(reader_groups), authors(users), timelines(users, window), seen(readers) {}

  struct Clock {
    Tick now = 0;
    std::uint32_t next_planned = 0;  ///< in the plan of paid posts
    std::uint64_t event_hash = 0;    ///< sum of a hash of every emission, impression and action of this part
  } clock;

  // Of this part's readers.
  std::vector<Tick> next_session;
  std::vector<Tick> last_session;  ///< never: none yet
  std::vector<std::uint32_t> session_ordinal;
  std::vector<Tick> next_post;
  std::vector<std::uint32_t> post_ordinal;
  std::vector<std::uint32_t> reached;  ///< by a counted root: bit i: of tier i, bit 16 + i: of campaign i
  std::vector<LedgerRow> ledger;       ///< of counted roots, by `ledger_place`
  std::vector<GroupSums> groups;       ///< by ReaderGroup
  std::vector<FirstPaidLook> paid_looks;  ///< in no order; roots by their place among the tracked ones: who was reached by which account

  // Of all users, the same in every part.
  std::vector<AuthorTotals> authors;
  Posts posts;
  Timelines timelines;
  SeenLog seen;
  std::vector<OpenSlot> open_slots;  ///< ascending by author, oldest first
  std::vector<TrackedPost> tracked;  ///< ascending by post
  std::vector<TrackedReshare> tracked_reshares;
  std::vector<Withheld> withheld;
  std::vector<TierSums> tiers;
  std::vector<TickCounts> tick_counts;  ///< one a tick, of this part
  std::vector<TickPosts> tick_posts;    ///< one a tick, of all parts

  template <class Visitor>
  void arrays(Visitor&& visit) {
    visit("clock", "world", clock);
    visit("next_session", "reader", next_session);
    visit("last_session", "reader", last_session);
    visit("session_ordinal", "reader", session_ordinal);
    visit("next_post", "reader", next_post);
    visit("post_ordinal", "reader", post_ordinal);
    visit("reached", "reader", reached);
    visit("ledger", "tier and source", ledger);
    visit("groups", "group of readers", groups);
    visit("paid_looks", "first look at a paid post", paid_looks);
    visit("authors", "user", authors);
    posts.arrays(visit);
    timelines.arrays(visit);
    seen.arrays(visit);
    visit("open_slots", "open slot", open_slots);
    visit("tracked", "tracked post", tracked);
    visit("tracked_reshares", "tracked reshare", tracked_reshares);
    visit("withheld", "withheld post", withheld);
    visit("tiers", "tier", tiers);
    visit("tick_counts", "tick", tick_counts);
    visit("tick_posts", "tick", tick_posts);
  }
};

/// One array of a world, by name: its bytes, and a way to put others in their place.
struct WorldArray {
  std::string_view name;
  std::string_view unit;  ///< what it has an entry for
  std::span<const std::byte> bytes;
  std::function<void(std::span<const std::byte>)> assign;
};
std::vector<WorldArray> world_arrays(WorldState& state);

/// Keys of the streams, and of the hottest draws.
struct WorldKeys {
  WorldKeys(std::uint64_t seed, ReplicateStreams streams);

  StreamKey selection;
  StreamKey content;
  StreamKey dynamics;  ///< what users are, when they come, and what they do
  std::uint64_t react;
  std::uint64_t holdout;
  RankingKeys ranking;
  std::uint64_t event_hash;
  std::uint64_t sample;
};

/// Buffers of one tick; not state.
struct TickScratch;

/// A world in one tick: what is given, what the run asks for, and the state that the phases change. One part of it, if there are several.
class World {
public:
  /// `choices`: of this replicate; parts of one process may share them.
  World(const FollowGraph& graph, const Accounts& accounts, const WorldParameters& parameters, const RunParameters& run, ReplicateStreams streams,
        Exchange& exchange, std::shared_ptr<Deals> choices);
  /// With choices of its own, of one draw.
  World(const FollowGraph& graph, const Accounts& accounts, const WorldParameters& parameters, const RunParameters& run, ReplicateStreams streams,
        Exchange& exchange, const ExpectedSpread& expected = {});
  ~World();

  /// A copy that goes on under other run parameters. Its records start here. At the end of the warm-up it takes the deals of `draw`, and all parts must come; at other times it
  /// keeps those that there are.
  std::unique_ptr<World> branch(const RunParameters& run, const RecordOptions& options, std::uint32_t draw = 0) const;

  /// One tick: wake, compose, gather, rank, attend, react; then everything that happened is committed in a fixed order.
  void step();
  void run_until(Tick end, const TickHook& hook = {});

  /// Lets the campaigns choose that look at what accounts did in the warm-up, which is over; once, however often it is called. All parts must come.
  void look_back() const;

  /// What the run so far leaves behind. All parts return the same.
  RunRecord record() const;

  /// Hash of every array of the state, in order.
  std::uint64_t digest() const;
  bool same_state(const World& other) const;
  std::vector<MemoryLine> memory() const;

  /// Events of the last step, of this part: for records, tests and traces.
  struct Events {
    std::vector<PostIdentity> posts;  ///< of all parts
    std::vector<Impression> impressions;
    std::vector<Reshare> reshares;  ///< of all parts
  };
  Events last_events() const;

  bool held_out(UserId reader) const { return coin(static_cast<std::uint32_t>(nested_mix(keys.holdout, reader.value(), 0) >> 32), held_out_below_); }

  // Given.
  const FollowGraph& graph;
  const Accounts& accounts;
  const WorldParameters parameters;
  const RunParameters run;
  Exchange& exchange;
  const UserRange readers;
  const WorldKeys keys;
  const Schedule schedule;
  std::shared_ptr<const Population> population;
  const double shared_audience;  ///< see `rates_of_posts`
  std::shared_ptr<const std::vector<Deal>> deals;
  const Behaviour behaviour;
  const std::unique_ptr<const Ranker> ranker;
  const std::unique_ptr<const Ranker> chronological;  ///< for the readers that are held out
  std::vector<PlannedPost> plan;  ///< the paid posts of this run
  RecordOptions options;

  WorldState state;

private:
  World(const World& other, const RunParameters& run, const RecordOptions& options, std::uint32_t draw);
  std::shared_ptr<const std::vector<Deal>> deals_of(std::uint32_t draw) const;
  void start_users();
  std::vector<double> past_rates() const;
  ActionPrior prior() const;
  std::unique_ptr<const Ranker> make_ranker(Ranking ranking) const;
  void commit(std::vector<PostIdentity>&& organic, std::vector<PostIdentity>&& paid);
  std::shared_ptr<Deals> choices_;
  std::uint64_t held_out_below_;
  std::unique_ptr<TickScratch> scratch_;
};

}  // namespace grapevine
