#pragma once

#include <cstdint>
#include <span>

#include "graph/base/exchange.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "sim/feed/rank.hpp"
#include "sim/model/behaviour.hpp"
#include "sim/model/parameters.hpp"
#include "sim/model/population.hpp"
#include "sim/model/schedule.hpp"
#include "sim/state/follow_changes.hpp"
#include "sim/state/world_state.hpp"
#include "sim/tick/planned_post.hpp"

/// What the phases of a tick look at. They get what is *given*, which no tick changes, what was *before*, which nothing
/// changes until the readers are done, and by name the arrays that they may write.
namespace grapevine {

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

class AuthorPasts;
class Mechanism;

/// What is counted and kept beside what every run keeps. Nothing that happens hangs on it.
struct Watched {
  bool shadow;     ///< what readers would look at, newest first
  bool positions;  ///< looks by position in the feed
  bool looks;      ///< every look at a tracked root
};

/// What no tick changes. All of it outlives the tick.
struct Given {
  const FollowGraph& graph;  ///< at the start
  const Follows& follows;    ///< by now: a reader's own session changes what it follows
  const WorldParameters& parameters;
  const RunParameters& run;
  const Population& population;
  const WorldKeys& keys;
  const Schedule& schedule;
  const Behaviour& behaviour;
  const Ranker& ranker;
  const Ranker& chronological;        ///< for the readers that are held out
  std::span<const PlannedPost> plan;  ///< the paid posts of this run, by tick
  UserRange readers;                  ///< of this part
  std::uint64_t held_out_below;       ///< threshold of the coin that holds a reader out
  double track_share;                 ///< of organic roots that are tracked
  Watched watched;
  bool dismisses;      ///< readers may have hidden or reported posts, in the warm-up too
  AuthorPasts* pasts;  ///< of this run, or null; written when roots are published and when they retire
  std::span<Mechanism* const> mechanisms;  ///< of this run, which write what they keep themselves

  UserId reader(std::size_t i) const { return UserId{readers.first + static_cast<std::uint32_t>(i)}; }
  bool held_out(UserId user) const {
    return coin(static_cast<std::uint32_t>(nested_mix(keys.holdout, user.value(), 0) >> 32), held_out_below);
  }
};

/// What was there when the readers' sessions begin, and stays as it is until the last one is over.
struct Before {
  Tick now;
  const Posts& posts;
  const Timelines& timelines;
  std::span<const OpenSlot> open_slots;
};

/// What belongs to the readers of this part: a session writes the entries of its own reader.
struct ReaderArrays {
  std::span<Tick> next_session, last_session;
  std::span<std::uint32_t> session_ordinal, reached;
  SeenLog& seen;
};

}  // namespace grapevine
