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
#include "graph/users.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine::slow {

struct Post;
struct Look;
struct Situations;
class Follows;

/// Sections 7.13 to 7.15 of docs/model.md, written from the text alone: what strangers, sponsorship, credibility,
/// similarity, exposures and trust do to the odds of a look, who is answered, and what moves trust.
class Mechanisms {
public:
  /// `graph`, `follows` and `accounts` outlive them.
  Mechanisms(const FollowGraph& graph, const Follows& follows, const Users& accounts, const StreamKey& dynamics,
             Tick ticks_per_day, const RunParameters& run);

  /// Goes on under other run parameters. What is neutral now keeps nothing.
  void branch(Tick t, const RunParameters& run);

  /// M of a look in tick `t` at a post with this social proof.
  double factor(Tick t, UserId reader, std::size_t post, std::uint32_t proof, std::span<const Post> posts) const;
  /// tau in tick `t`.
  double trust(Tick t, UserId reader, UserId author) const;
  /// Whether who looks at the post in tick `t` finds an answer.
  bool answer_visible(Tick t, std::size_t post) const;
  /// Answers given on the post so far.
  std::uint32_t answers_on(std::size_t post) const;

  /// A session in tick `t` is over, in which the reader looked at these, from the top.
  void after_session(Tick t, UserId reader, std::span<const Look> looks, std::span<const Post> posts,
                     Situations& situations);
  /// In a session of its own in tick `t` the author answers what it can.
  void answer(Tick t, UserId author, Tick window, std::span<const Post> posts, Situations& situations);
  /// All sessions of tick `t` are over.
  void end_tick(Tick t, std::span<const Look> looks, std::span<const Post> posts, Situations& situations);

  /// What `/mechanisms` holds if the run ends before tick `t`. The columns of discovery have their place among the
  /// others.
  std::vector<MechanismColumn> columns(Tick t, std::span<const Post> posts, std::size_t tiers,
                                       const std::function<std::size_t(UserId)>& tier,
                                       const std::function<bool(const Post&)>& counted,
                                       const std::vector<MechanismColumn>& of_discovery, Tick measure,
                                       const std::function<bool(UserId)>& writes) const;

private:
  struct Tie {
    std::uint32_t q = 0;
    Tick changed = 0;
  };
  struct Reply {
    std::size_t post = 0;
    UserId author{};
    UserId reader{};
    Tick tick = 0;
    std::uint64_t h = 0;
  };
  struct Answered {
    std::size_t post = 0;
    Tick waited = 0;
  };
  struct Met {
    std::size_t post = 0;
    double trust = 0;
  };
  struct Exposed {
    std::size_t post = 0;
    std::uint32_t k = 0;
    bool reshared = false;
  };

  bool alike(UserId reader, UserId author) const;
  std::uint32_t earlier_proof(UserId reader, std::size_t post) const;
  double base(bool follows) const { return follows ? run_.trust.start : run_.trust.of_strangers(); }
  double base(UserId reader, UserId author) const;
  double trust(Tick t, UserId reader, UserId author, double base) const;
  bool faded(Tick t, UserId reader, UserId author) const;
  double per_day(UserId author) const;
  void change(Tick t, UserId reader, const Post& post, std::uint64_t kind, double to);
  void count_follows(Tick t, UserId reader, UserId author, Situations& situations) const;

  const FollowGraph& graph_;
  const Follows& follows_;
  const Users& accounts_;
  StreamKey dynamics_;
  Tick ticks_per_day_;
  RunParameters run_;

  std::map<std::pair<UserId, UserId>, Tie> ties_;           // of reader and author
  std::vector<Reply> waiting_, answered_now_;               // those answered in this tick
  std::map<std::pair<UserId, Tick>, std::uint64_t> given_;  // of author and day
  std::map<std::size_t, Tick> visible_from_;                // of a post: the first tick in which an answer is visible
  std::set<std::pair<UserId, std::size_t>> found_answer_;   // reader and post: looked at it with an answer visible
  std::set<std::pair<UserId, UserId>> changed_by_session_now_;  // reader and author, of this tick
  std::vector<Answered> answered_;
  std::vector<Met> met_;                                           // first impressions
  std::map<std::pair<UserId, std::size_t>, std::uint32_t> proof_;  // of reader and post: social proof, added up
  std::vector<Exposed> exposed_;                                   // impressions by readers who had not reshared
};

}  // namespace grapevine::slow
