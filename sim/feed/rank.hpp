#pragma once

#include <memory>

#include "sim/feed/session.hpp"
#include "sim/model/behaviour.hpp"
#include "sim/model/parameters.hpp"
#include "sim/model/population.hpp"
#include "sim/state/follow_changes.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/seen_log.hpp"

namespace grapevine {

struct ActionPrior;
class AuthorPasts;
struct Expectation;

/// Keys that ranking draws with.
struct RankingKeys {
  std::uint64_t feed_order;     ///< ties, by root and reader
  std::uint64_t emission_time;  ///< see time_in_tick
  std::uint64_t perturbation;   ///< of scores, by root and reader
  std::uint64_t fatigue;        ///< by author and reader
  std::uint64_t lottery = 0;    ///< of posts, by root and session of a reader
  std::uint64_t appeal = 0;     ///< of a root, where a ranking looks at that
};

/// What a ranking is made from. All of it outlives the ranking, but for `prior`.
struct RankingGiven {
  const Follows& follows;
  const TimeParameters& time;
  const RunParameters& run;
  const Behaviour& behaviour;
  const Population& population;
  const ActionPrior& prior;  ///< what the platform of this run expects of a post, by its author too
};

/// What a ranking may look at when a session begins.
struct RankingBefore {
  const Posts& posts;
  SeenLog::Entries seen;               ///< of the reader
  const AuthorPasts* pasts = nullptr;  ///< what was expected of each root when it was published; null: the same of all
};

/// Fills `session.ties` for what `session.hot` holds: all at once, for so hashes take vectors.
void draw_ties(std::uint64_t feed_order, Session& session);

/// Orders feeds. One object a run. A ranking is a file under sim/feed/rankings: a rule that `RankerOf` makes a Ranker
/// of, and what it says of itself.
class Ranker {
public:
  virtual ~Ranker() = default;
  static std::unique_ptr<const Ranker> make(Ranking ranking, const RankingGiven& given, RankingKeys keys);

  /// The 32 bits the ranking keeps of a post.
  virtual std::uint32_t value(const PostCounters& counters) const = 0;
  /// The same of one of which the platform expected that when it was published.
  virtual std::uint32_t value(const PostCounters& counters, const Expectation& expected) const = 0;
  /// Whether `value` changes with the counters.
  virtual bool learns() const = 0;

  /// Whether it asks what a reader did with an author: the seen-log then remembers whose posts were looked at.
  virtual bool needs_history() const = 0;

  /// Whether it asks what mechanisms make of the odds of each candidate: `Session::odds` has them then.
  virtual bool needs_odds() const = 0;

  /// How many of the session's candidates the feed may hold; asked where `caps`.
  virtual std::size_t servable(const Session& session) const = 0;
  virtual bool caps() const = 0;

  /// Puts the `served` best candidates in front of session.ranked and the first `looked` of them in order, top first.
  /// `looked` <= `served` <= number of candidates. Fills `session.hot` with what posts keep of all candidates.
  virtual void rank(const RankingBefore& before, Session& session, std::size_t served, std::size_t looked) const = 0;
};

}  // namespace grapevine
