#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "sim/feed/prior.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine::slow {

struct Post;
struct Situations;
class Follows;

/// Section 7.17 of docs/model.md, written from the text alone: which posts are listed, and whom they are shown to that
/// does not follow their authors.
class Discovery {
public:
  /// A session, and all that what is shown in it hangs on.
  struct Visit {
    UserId reader{};
    Tick tick = 0;
    std::uint32_t sessions_before = 0;
    std::vector<std::uint64_t> liking;            ///< i(u, k), by topic
    std::vector<double> interest;                 ///< by topic
    std::set<std::size_t> candidates;             ///< posts that followees brought
    std::function<bool(std::size_t)> was_looked;  ///< by the reader at the post, earlier
  };

  /// `graph` and `follows` outlive it.
  Discovery(const FollowGraph& graph, const Follows& follows, const StreamKey& dynamics, const RunParameters& run);

  /// Goes on under other run parameters. What is neutral now keeps nothing.
  void branch(const RunParameters& run);

  /// What a reader who is not held out is shown beside its candidates.
  std::vector<std::size_t> draw(const Visit& visit, std::span<const Post> posts, Situations& situations) const;
  /// Tick `t` is over, and so are its counters.
  void end_tick(Tick t, std::span<const Post> posts, const ActionPrior& prior, Situations& situations);

  std::vector<MechanismColumn> columns(std::span<const Post> posts, std::size_t tiers,
                                       const std::function<std::size_t(UserId)>& tier,
                                       const std::function<bool(const Post&)>& counted) const;

private:
  struct Entry {
    std::size_t post = 0;
    double value = 0;
    std::uint64_t hash = 0;
  };
  using Pools = std::map<std::uint32_t, std::vector<std::size_t>>;  // by topic

  double value(const Post& post, const ActionPrior& prior) const;
  std::vector<std::size_t> greatest(std::vector<Entry>& entries) const;

  const FollowGraph& graph_;
  const Follows& follows_;
  StreamKey dynamics_;
  RunParameters run_;

  Pools proven_, cold_;
  bool of_warmup_ = false;                            // pools were made before the arm branched
  std::vector<std::size_t> ever_proven_, ever_cold_;  // posts, as often as they were listed
};

}  // namespace grapevine::slow
