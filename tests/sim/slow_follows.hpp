#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine::slow {

struct Post;
struct Look;

/// How often something happened that an engine could get wrong where follows change, as `Situations` counts the rest.
struct FollowSituations {
  std::uint64_t after_visit = 0;  ///< follows, by whether the reader visits the profile at this look
  std::uint64_t without_visit = 0;
  std::uint64_t again = 0;  ///< follows of an account that the reader had unfollowed
  // Follows that the coin allowed and that are refused for this reason.
  std::uint64_t refused_followee = 0;  ///< the reader followed the author when the session began
  std::uint64_t refused_session = 0;   ///< has followed it at a look higher up
  std::uint64_t refused_root = 0;      ///< has taken up a follow on this root before, and does not follow any more
  std::uint64_t lost_hidden = 0;
  std::uint64_t lost_crowded = 0;
  std::uint64_t lost_at_once = 0;         ///< by the hide of the very look that brought the follow
  std::uint64_t hid_stranger = 0;         ///< counts of hides that begin anew though nobody was unfollowed
  std::uint64_t hid_before_branch = 0;    ///< unfollowed by a count of hides that the warm-up had begun
  std::uint64_t hid_more_than_asked = 0;  ///< ... that had reached the number of the arm in the warm-up
  std::uint64_t crowd_endured = 0;    ///< sessions with a crowded feed after which nobody is unfollowed, by the coin
  std::uint64_t crowd_not_least = 0;  ///< unfollowed though another has the least number: that one was hidden away
  std::uint64_t brought = 0;          ///< candidates shown by an emission of somebody followed during the run
  std::uint64_t brought_before = 0;   ///< ... which was visible before that follow
  std::uint64_t kept_away = 0;        ///< roots not brought because the reader unfollowed
  std::uint64_t brought_neutral = 0;  ///< both in an arm that may change nothing
  std::uint64_t kept_away_neutral = 0;
  std::uint64_t dismissed = 0;           ///< under `memory = session`: emissions of roots hidden or reported
  std::uint64_t stranger_no_more = 0;    ///< looks under `behaviour.stranger` at roots of accounts followed meanwhile
  std::uint64_t stranger_now = 0;        ///< ... and unfollowed
  std::uint64_t base_moved = 0;          ///< looks with another base of trust than at the start
  std::uint64_t base_of_tie_moved = 0;   ///< ... where something had happened
  std::uint64_t ties_woken = 0;          ///< ... and would have faded with the base of the start
  std::uint64_t answered_meanwhile = 0;  ///< answers to readers who changed whether they follow the author in that tick
  std::uint64_t drift_moved = 0;         ///< looks of drift whose base of trust changed after their session
  std::uint64_t discovery_refused = 0;   ///< roots of a pool refused because their author was followed meanwhile
  std::uint64_t discovery_drawn = 0;     ///< roots that are drawn because their author was unfollowed
  std::uint64_t fakes = 0;               ///< emissions that are not brought because the follow is fake
  std::uint64_t earnest = 0;             ///< follows of an account that the reader was a fake follower of
  std::uint64_t valued = 0;  ///< candidates under `oracle` with a chance of a follow that is worth something
};

/// Section 7.19 of docs/model.md, written from the text alone: whom readers follow, and how that changes.
class Follows {
public:
  /// A candidate that followees brought, and whose emission of it is shown.
  struct Brought {
    std::size_t post = 0;
    UserId emitter{};
  };
  /// A session that is over.
  struct Visit {
    UserId reader{};
    Tick tick = 0;
    std::uint32_t sessions_before = 0;
    std::span<const Look> looks;  ///< from the top
    std::vector<Brought> brought;
  };

  /// `graph`, who follows whom at the start or is counted as a follower without, outlives it.
  Follows(const FollowGraph& graph, const TierParameters& tiers, const StreamKey& dynamics, const RunParameters& run);

  /// Goes on under other run parameters.
  void branch(const RunParameters& run);

  bool follows(UserId reader, UserId account) const;
  /// Whether it did at the start, and not as a fake.
  bool at_start(UserId reader, UserId account) const;
  /// Whether it is a fake follower of the account, as which it counts at the start.
  bool faked(UserId reader, UserId account) const;
  /// Whether it follows an account that it did not at the start, or the other way round.
  bool changed(UserId reader, UserId account) const { return follows(reader, account) != at_start(reader, account); }
  /// The tick after a session of which the reader last followed or unfollowed the account; `never` if it did not.
  Tick changed_in(UserId reader, UserId account) const;

  /// Whether a reader that the coin allows to follow the author does so. `above` are the looks of this session higher
  /// up, `on_root` tells whether it has taken up a follow on this root before.
  bool take_up(UserId reader, UserId author, bool on_root, std::span<const Look> above, std::span<const Post> posts,
               FollowSituations& situations) const;
  void after_session(const Visit& visit, std::span<const Post> posts, FollowSituations& situations);

  std::vector<MechanismColumn> columns() const;

private:
  using Pair = std::pair<UserId, UserId>;  // reader and account

  std::size_t tier(UserId account) const;
  bool fake(UserId reader, UserId account) const;
  void follow(const Pair& pair, Tick t);
  void unfollow(const Pair& pair, Tick t);
  void hide(const Pair& pair, bool just_followed, Tick t, FollowSituations& situations);
  void leave_crowd(const Visit& visit, std::span<const Post> posts, FollowSituations& situations);

  const FollowGraph& graph_;
  TierParameters tiers_;
  StreamKey dynamics_;
  RunParameters run_;

  std::set<Pair> followed_, unfollowed_;  // that did not follow at the start; that did
  std::set<Pair> ever_unfollowed_;
  std::map<Pair, Tick> changed_in_;
  std::map<Pair, std::uint32_t> hides_, hides_of_warmup_;
  std::vector<UserId> gained_, after_visit_, lost_hidden_, lost_crowded_;  // accounts, since the arms branched
};

}  // namespace grapevine::slow
