#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "sim/feed/author_pasts.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "sim/feed/session.hpp"
#include "sim/feed/time_in_tick.hpp"

/// Rankings: how the platform orders the candidates of a session. A ranking keeps 32 bits a post (`value`, renewed
/// after each tick from the counters, so it knows earlier ticks only) and makes of them, and of whatever it asks of the
/// candidate, a 64-bit key; higher keys are served first, equal ones by the root's identity. See docs/extending.md.
namespace grapevine {

/// One session, for those who ask about its candidates.
struct SessionFacts {
  const RankingGiven& given;
  const RankingBefore& before;
  const Session& session;
  RankingKeys keys;

  /// The author that was last asked about, and whether it follows the reader.
  struct Pair {
    UserId author{};
    bool mutual = false;
  };
  mutable Pair last_pair{session.reader};
};

/// What a ranking may ask of a candidate. Nothing is computed that is not asked for; the cost of each answer is said.
class CandidateFacts {
public:
  CandidateFacts(const SessionFacts& facts, const Candidate& candidate)
      : facts_(facts), candidate_(candidate), hot_(facts.session.hot[place()]) {}

  // Free: the ranking's own 32 bits of the root, and what the candidate itself holds.
  std::uint32_t value() const { return hot_.value; }
  UserId reader() const { return facts_.session.reader; }
  UserId emitter() const { return candidate_.emitter; }
  Source source() const { return candidate_.source(); }
  Tick visible() const { return candidate_.visible(); }        ///< of the emission shown
  bool in_network() const { return candidate_.in_network(); }  ///< a followee of the reader wrote or reshared it
  std::uint32_t proof() const { return candidate_.proof; }     ///< followees of the reader that reshared the root
  Tick now() const { return facts_.session.now; }
  /// Random bits of the root and the reader; needs `needs_ties`.
  std::uint32_t tie() const { return facts_.session.ties[place()]; }

  /// The factor that mechanisms put on the odds of acting; needs `needs_odds`.
  double odds() const { return facts_.session.odds.empty() ? 1.0 : facts_.session.odds[place()]; }
  /// What `score_all` made of it.
  double score() const { return facts_.session.scores[place()]; }
  /// What it left in `Session::columns`, one a candidate.
  double column() const { return facts_.session.columns[place()]; }

  // A hash each.
  std::uint32_t time() const { return time_in_tick(facts_.keys.emission_time, hot_, emitter()); }
  /// A quantile of whatever is drawn for the reader and the root, in 256ths.
  std::uint8_t noise() const {
    return static_cast<std::uint8_t>(nested_mix(facts_.keys.perturbation, hot_.salt(), reader().value()) >> 56);
  }

  /// 64 bits drawn anew for the root in each session of the reader. The identity of the post: a cache miss.
  std::uint64_t lot() const {
    return nested_mix(nested_mix(facts_.keys.lottery, post().key, reader().value()), facts_.session.ordinal, 0);
  }

  // A cache miss each, but for the age of what a followee has not reshared: it is shown as its author's.
  Tick age() const {  ///< since visible
    return facts_.session.now -
           (source() == Source::reshare ? facts_.before.posts.visible(candidate_.root) : visible());
  }
  const PostIdentity& post() const { return facts_.before.posts.identity(candidate_.root); }
  const PostCounters& counters() const { return facts_.before.posts.counters(candidate_.root); }  ///< of earlier ticks

  // The post's identity, and what it leads to; the author of what a followee has not reshared is free.
  UserId author() const { return author_of(candidate_, facts_.before.posts); }
  /// How much the reader likes the post's topic: a quantile over users, in 256ths.
  std::uint8_t topic_match() const { return facts_.given.population.interest(reader(), post().topic); }
  bool verified() const { return facts_.given.population.verified(author()); }
  bool by_creator() const { return facts_.given.population.creator(author()); }
  std::uint64_t followers() const {
    return facts_.given.follows.at_start().follower_count(author());
  }  ///< at the start
  /// Random bits of reader and author, for whether and since when the reader wants to see fewer of the author's.
  std::uint64_t fatigue() const { return nested_mix(facts_.keys.fatigue, author().value(), reader().value()); }
  /// What the platform expected of the root when that was published.
  Expectation expectation() const {
    return facts_.before.pasts ? facts_.before.pasts->expected(candidate_.root) : Expectation{facts_.given.prior.mean};
  }
  /// Free: it stands in the feed because the reader follows its author.
  bool followed() const { return candidate_.followed(); }
  bool follows_author() const { return facts_.given.follows.hold(reader(), author(), source()); }
  /// Reader and author follow each other; the author as at the start, for what it has changed since may be known to
  /// another part only. O(log followees).
  bool mutual() const {
    if (!follows_author()) return false;
    SessionFacts::Pair& last = facts_.last_pair;  // candidates of a followee come one after the other
    if (last.author != author()) last = {author(), mutual_at_start()};
    return last.mutual;
  }
  /// What the reader did with the author's live roots; needs `needs_history`.
  AuthorHistory history() const { return history_with(author()); }
  AuthorHistory history_with(UserId account) const { return facts_.session.history.of(account); }

private:
  /// Of an author that the reader follows by now.
  bool mutual_at_start() const {
    const FollowGraph& graph = facts_.given.follows.at_start();
    const auto follow = graph.find(reader(), author());
    return follow ? graph.is_mutual(*follow) : graph.find(author(), reader()).has_value();
  }
  /// Among the candidates of the session.
  std::size_t place() const { return static_cast<std::size_t>(&candidate_ - facts_.session.candidates.data()); }

  const SessionFacts& facts_;
  const Candidate& candidate_;
  PostHot hot_;
};

/// What a rule is unless it says otherwise.
struct RankingRule {
  static constexpr bool needs_history = false;
  static constexpr bool needs_odds = false;
  static constexpr bool needs_ties = true;
  bool learns() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
};

/// A rule whose value of a post hangs on what was expected of that when it was published:
///
///     std::uint32_t value(const PostCounters& counters, const Expectation& expected) const;
template <class Rule>
concept Expects = requires(const Rule& rule, const PostCounters& counters, const Expectation& expected) {
  rule.value(counters, expected);
};

/// A rule under the rules of [feed.rules] that look at more than one candidate:
///
///     const ListRules& lists() const;
template <class Rule>
concept HasListRules = requires(const Rule& rule) {
  rule.lists();
};

/// A score times a factor of 0 or more: a factor below 1 lowers it whatever its sign.
constexpr float scaled(float score, float factor) { return score >= 0.0f ? score * factor : score / factor; }

/// A rule that scores all candidates of a session together, before it is asked for their keys:
///
///     void score_all(const SessionFacts& facts, Session& session) const;
///
/// It fills `session.scores`; what else `key` needs of a candidate may go into `session.columns`.
template <class Rule>
concept ScoresTogether = requires(const Rule& rule, const SessionFacts& facts, Session& session) {
  rule.score_all(facts, session);
};

/// A rule that rearranges what it has ordered, such as one that spreads authors out:
///
///     void arrange(const SessionFacts& facts, std::span<Ranked> feed, std::size_t looked) const;
///
/// `feed` is everything served, in order; its first `looked` entries are looked at.
template <class Rule>
concept Arranges = requires(const Rule& rule, const SessionFacts& facts, std::span<Ranked> feed) {
  rule.arrange(facts, feed, std::size_t{});
};

constexpr std::uint64_t ranking_key(std::uint32_t value, std::uint32_t tie) {
  return static_cast<std::uint64_t>(value) << 32 | tie;
}

/// Floats as integers of the same order.
constexpr std::uint32_t ordered_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return bits & 0x8000'0000u ? ~bits : bits | 0x8000'0000u;
}
constexpr float float_of_ordered_bits(std::uint32_t bits) {
  return std::bit_cast<float>(bits & 0x8000'0000u ? bits & 0x7fff'ffffu : ~bits);
}

}  // namespace grapevine
