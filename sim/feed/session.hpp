#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/feed/history.hpp"
#include "sim/feed/number_index.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/follow_changes.hpp"
#include "sim/state/number_filter.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"
#include "sim/state/seen_log.hpp"
#include "sim/state/timelines.hpp"

/// What one session works on, from gather to react: the scratch space of a worker.
namespace grapevine {

/// A root that may be served to the reader of this session.
struct Candidate {
  static constexpr std::uint32_t shown = 1u << 31;       ///< of `when`
  static constexpr std::uint32_t promoted = shown | 1u;  ///< of `when`

  std::uint32_t root = 0;
  UserId emitter{};         ///< whose emission is shown: the author, or a followee that reshared the root
  std::uint32_t when = 0;   ///< of that emission, as in Emission; with `shown`: by discovery, not by a followee; with
                            ///< `promoted`: for money
  std::uint32_t proof = 0;  ///< followees of the reader that reshared the root

  Tick visible() const { return (when & ~shown) >> 1; }
  Source source() const { return static_cast<Source>((when >> 30 & 2) | (when & 1)); }
  /// Whether a followee of the reader brought it.
  bool in_network() const { return (when & shown) == 0; }
  /// Whether the reader is known to follow the author.
  bool followed() const { return (when & promoted) == 0; }
};

/// The author of a candidate: free, but for what a followee has reshared.
inline UserId author_of(const Candidate& candidate, const Posts& posts) {
  return candidate.source() == Source::reshare ? posts.identity(candidate.root).author : candidate.emitter;
}

/// A post that was looked at: 16 bytes.
struct Impression {
  static constexpr std::uint16_t last_position = 0x1fff;

  std::uint32_t root = 0;
  UserId reader{};
  UserId emitter{};                 ///< whose emission was looked at
  std::uint16_t position : 13 = 0;  ///< in the feed, from 0; `last_position`: that or further down
  std::uint16_t from : 2 = 0;       ///< its source
  std::uint16_t tracked : 1 = 0;    ///< the root is tracked
  std::uint8_t exposure = 0;        ///< impressions of this root by this reader before; 255: that many or more
  ActionSet actions = 0;            ///< taken

  Source source() const { return static_cast<Source>(from); }
  /// Whether a followee of the reader brought it.
  bool in_network() const { return source() == Source::author || source() == Source::reshare; }
  bool first() const { return exposure == 0; }
  bool took(Action action) const { return has(actions, action); }
  bool operator==(const Impression&) const = default;
};
static_assert(sizeof(Impression) == (action_count <= 8 ? 16 : 20) && source_count <= 4);

/// A reshare: from the next tick on an emission on the reader's timeline.
struct Reshare {
  UserId reader{};
  std::uint32_t root = 0;
  UserId emitter{};           ///< the parent: whose emission was looked at
  std::uint16_t from = 0;     ///< the source of that look
  std::uint16_t tracked = 0;  ///< the root is tracked

  Source source() const { return static_cast<Source>(from); }
  bool operator==(const Reshare&) const = default;
};

/// A root that is shown for money, and where in the feed.
struct PromotedRoot {
  std::uint32_t root = 0;
  UserId author{};
  Tick visible = 0;
  std::uint32_t place = 0;  ///< from 1; 0: there is none
  std::uint32_t proof = 0;  ///< followees of the reader that reshared it, those of this session
};

/// A candidate's place in the order of the feed: higher keys first, equal keys by the root's identity.
struct Ranked {
  std::uint64_t key = 0;
  std::uint32_t candidate = 0;
};

/// Which candidates have the same author: all of an author in a chain, from the last of them back. Open addressing
/// with twice as many places as candidates at the least, so that most authors are where they are looked for.
class AuthorChains {
public:
  /// O(candidates).
  void link(std::span<const Candidate> candidates, const Posts& posts);
  /// The last candidates of authors with several.
  std::span<const std::uint32_t> several() const { return several_; }
  /// Writes those of an author of which `last` is the last, in falling order, where there is room for all candidates.
  /// Returns how many they are.
  std::size_t list(std::uint32_t last, std::uint32_t* candidates) const {
    std::size_t n = 0;
    for (std::uint32_t i = last + 1; i != 0; i = before_[i]) candidates[n++] = i - 1;
    return n;
  }

private:
  // By number of a candidate, from 1; 0 is none.
  std::vector<UserId> author_;
  std::vector<std::uint32_t> before_;  ///< another of the same author
  std::vector<std::uint32_t> slots_;   ///< the last of an author so far
  std::vector<std::uint32_t> several_;
};

/// What rules over lists of candidates work on.
struct ListScratch {
  AuthorChains by_author;
  std::vector<std::uint32_t> own;    ///< candidates of one author ...
  std::vector<std::uint32_t> above;  ///< ... and how many of these stand above each
};

/// One of those that lots are drawn for, by its place among them, and the hash that says when its time ends.
struct Lot {
  std::uint64_t hash = 0;
  std::uint32_t place = 0;
};

/// What a source works on that draws lots.
struct Lots {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> liked;  ///< how little a topic is liked, ascending, and which
  std::vector<Lot> drawn;                                      ///< the first `count` are they
  std::vector<double> times;                                   ///< of these
  std::size_t count = 0;
  std::vector<std::uint32_t> order;   ///< their numbers, group by group, those of a group in no order
  std::vector<std::uint32_t> groups;  ///< where each group begins, and the end
  std::vector<std::uint32_t> taken;   ///< the numbers of those that are
  FollowFilter followees;             ///< of the reader, where `filters`: where it is worth the while
  bool filters = false;
};

/// Followees of one reader who may have something new: those of the start ascending, then those that came since.
struct FreshFollowees {
  std::vector<std::uint32_t> room;  ///< the first `count` are they
  std::size_t count = 0;

  std::span<const std::uint32_t> list() const { return std::span(room).first(count); }
};

struct Session {
  UserId reader{};
  std::uint32_t ordinal = 0;  ///< sessions of the reader before
  std::size_t place = 0;      ///< of the reader among those of this part
  Tick now = 0;
  FreshFollowees fresh;
  std::vector<Candidate> candidates;  ///< delivered: one a root, in no meaningful order
  std::vector<PostHot> hot;           ///< of their posts, once they are ranked: in the posts each may cost a miss
  std::vector<std::uint32_t> ties;    ///< random bits of the reader and each of them, where the ranking asks for them
  std::vector<Candidate> queue;       ///< under `queue` memory, of readers that are ranked for, the oldest entry first
  PromotedRoot promoted;              ///< stands in the feed whatever the ranking says
  std::vector<double> odds;           ///< factors by candidate; empty: all 1, or nobody asks
  std::vector<double> scores;         ///< by candidate, of rankings that compute them together
  std::vector<double> columns;        ///< what they compute them from, or keep of each candidate beside them ...
  std::vector<double> registers;      ///< ... and what is between
  std::vector<Ranked> ranked;         ///< the first `looked` entries are the feed as far as it is looked at, top first
  std::size_t served = 0;
  std::size_t looked = 0;
  std::vector<SeenLog::Entry> news;
  AuthorHistories history;  ///< for rankings that ask for it
  ListScratch lists;
  Lots lots;
  NumberIndex index;   ///< which candidate holds which root, or `dropped`: of what may come again or must not
  NumberFilter known;  ///< passes the roots of the index

  static constexpr std::uint32_t dropped = UINT32_MAX;  ///< the root is not to be served

  void forget_candidates() {
    candidates.clear();
    index.clear();
    known.clear();
  }
  /// `candidate`: its place, or `dropped`.
  void enter(std::uint32_t root, std::uint32_t candidate) {
    known.add(root);
    index.find_or_insert(root, candidate);
  }
};

}  // namespace grapevine
