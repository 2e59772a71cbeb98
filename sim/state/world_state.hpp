#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "graph/base/checked.hpp"
#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/array_table.hpp"
#include "sim/state/ledger.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"
#include "sim/state/seen_log.hpp"
#include "sim/state/timelines.hpp"

/// What a world is in one tick: the arrays that the phases of the tick read and write.
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
  std::uint32_t impressions_discovered = 0;
  std::uint32_t impressions_promoted = 0;
  PostCounters counters;                                       ///< when it retired
  std::array<std::uint32_t, 1 + action_count % 2> reserved{};  ///< fills it up to whole words
};

/// A reshare of a tracked root.
struct TrackedReshare {
  std::uint32_t tracked = 0;  ///< index of the root among the tracked ones
  UserId user{};
  UserId emitter{};
  Tick tick = 0;
  std::uint32_t source = 0;  ///< of the emission that was looked at
};

/// A look at a tracked root, where they are kept.
struct TrackedLook {
  std::uint32_t tracked = 0;  ///< index of the root among the tracked ones
  UserId reader{};
  Tick tick = 0;               ///< from the start of the warm-up
  std::uint16_t position = 0;  ///< in the feed, 1 for the top
  std::uint16_t actions = 0;   ///< taken
  std::uint8_t exposure = 0;   ///< as in Impression
  std::uint8_t source = 0;
  std::uint8_t held_out = 0;
  std::uint8_t reserved = 0;
};

/// What happened in one tick: sessions of this part, and posts of all.
struct TickCounts {
  std::uint64_t sessions = 0, delivered = 0, served = 0, impressions = 0;
  ActionCounts<std::uint64_t> actions;
};
struct TickPosts {
  std::uint64_t organic = 0, paid = 0;
};

/// What happened in one tick to the counted roots of one campaign, by readers of this part.
struct CampaignCounts {
  std::uint64_t new_readers = 0;  ///< who had looked at none of them before
  std::uint64_t impressions = 0;
  ActionCounts<std::uint64_t> actions;
};

/// Sums over the counted roots of the authors of one tier.
struct TierSums {
  std::uint64_t posts = 0, impressions = 0, first_looks = 0;
  ActionCounts<std::uint64_t> actions;
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
  std::uint64_t in_network[most_tiers] = {};  ///< impressions of what followees brought
};

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

/// Everything that changes while a run goes on. `arrays` is the one table of it: copying, comparing, digesting and
/// measuring a world all go through it, so an array that is forgotten there is missed by the branch itself and a test
/// fails.
struct WorldState {
  /// `histories`: readers remember whose posts they looked at.
  WorldState(std::size_t users, std::size_t readers, Tick window, bool histories)
      : next_session(readers),
        last_session(readers, never),
        session_ordinal(readers),
        next_post(readers),
        post_ordinal(readers),
        reached(readers),
        groups(reader_groups),
        authors(users),
        timelines(users, window),
        seen(readers, histories) {}

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
  Ledger ledger;                       ///< of counted roots
  PositionTally positions;
  std::vector<GroupSums> groups;  ///< by ReaderGroup
  /// In no order; roots by their place among the tracked ones: who was reached by which account.
  std::vector<FirstPaidLook> paid_looks;

  // Of all users, the same in every part.
  std::vector<AuthorTotals> authors;
  Posts posts;
  Timelines timelines;
  SeenLog seen;
  std::vector<OpenSlot> open_slots;  ///< ascending by author, oldest first
  std::vector<TrackedPost> tracked;  ///< ascending by post
  std::vector<TrackedReshare> tracked_reshares;
  std::vector<TrackedLook> tracked_looks;  ///< of this part's readers, as they came
  std::vector<Withheld> withheld;
  std::vector<TierSums> tiers;
  std::vector<TickCounts> tick_counts;  ///< one a tick, of this part
  std::vector<TickPosts> tick_posts;    ///< one a tick, of all parts
  std::vector<CampaignCounts>
      campaign_counts;  ///< by tick from the end of the warm-up and campaign, the latter fastest

  std::vector<std::unique_ptr<KeptArrays>> kept;  ///< by mechanisms, their own arrays

  template <class Visitor>
  void arrays(Visitor&& visit) {
    visit("clock", "world", clock);
    visit("next_session", "reader", next_session);
    visit("last_session", "reader", last_session);
    visit("session_ordinal", "reader", session_ordinal);
    visit("next_post", "reader", next_post);
    visit("post_ordinal", "reader", post_ordinal);
    visit("reached", "reader", reached);
    visit("ledger", "tier and source", ledger.rows);
    visit("positions", "group of readers, tier and position", positions.rows);
    visit("groups", "group of readers", groups);
    visit("paid_looks", "first look at a paid post", paid_looks);
    visit("authors", "user", authors);
    posts.arrays(visit);
    timelines.arrays(visit);
    seen.arrays(visit);
    visit("open_slots", "open slot", open_slots);
    visit("tracked", "tracked post", tracked);
    visit("tracked_reshares", "tracked reshare", tracked_reshares);
    visit("tracked_looks", "look at a tracked post", tracked_looks);
    visit("withheld", "withheld post", withheld);
    visit("tiers", "tier", tiers);
    visit("tick_counts", "tick", tick_counts);
    visit("tick_posts", "tick", tick_posts);
    visit("campaign_counts", "tick and campaign", campaign_counts);
  }
};

/// The table of all arrays, those that mechanisms keep behind the others.
std::vector<WorldArray> world_arrays(WorldState& state);
/// Those that mechanisms keep.
std::vector<WorldArray> kept_arrays(WorldState& state);

/// Hash of every array, in order.
std::uint64_t digest(const WorldState& state);
bool same_state(const WorldState& a, const WorldState& b);

}  // namespace grapevine
