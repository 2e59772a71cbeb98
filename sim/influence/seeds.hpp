#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "sim/influence/reader_chances.hpp"

/// Influence maximisation: which seeds win the most adopters (Kempe, Kleinberg, Tardos 2003). Several algorithms, one
/// question.
namespace grapevine {

/// How posts spread, as live edges tell it. What it points to outlives it.
struct SpreadModel {
  const FollowGraph& graph;
  const ReaderChances& chances;
  LiveEdges live = LiveEdges::independent;
};

/// What decides between candidates that are equal in all else. Numbers are sizes, so it is a hash.
struct TieKey {
  std::uint64_t key = 0, name = 0;

  std::uint64_t of(UserId user) const { return nested_mix(key, name, user.value()); }
};

/// Who may be a seed, and how many.
struct SeedQuestion {
  std::span<const UserId> candidates;  ///< all different; empty: everybody
  std::uint64_t count = UINT64_MAX;    ///< seeds, at most
  MicroMoney budget = -1;              ///< the costs of the seeds add up to at most this; -1: no bound
  std::span<const MicroMoney> costs;   ///< of the candidates, in their order, 0 or more; looked at under a budget only
  TieKey ties = {};                    ///< of equal candidates the one of least hash is taken
};

/// Seeds, and what is known of them.
struct SeedAnswer {
  std::vector<UserId> seeds;  ///< in the order in which they were chosen
  std::vector<double> gains;  ///< expected adopters that each adds to those before it, itself included; estimates
  double spread = 0;  ///< expected adopters, seeds included: the sum of `gains`. Rather too high where estimated on the
                      ///< samples that the seeds were chosen on
  double optimum_at_least =
      0;  ///< the largest spread that any seeds allowed could have is at least this, as surely as the guarantee holds
  std::uint64_t samples = 0;  ///< reverse reachable sets, or live-edge graphs
  std::string guarantee;
};

/// Called by the thread that asks for seeds, every second or so while it waits for them; it ends the search by
/// throwing. Empty: nothing is called.
using StillWanted = std::function<void()>;

/// What the bounds of a question come to.
struct SeedBounds {
  std::uint64_t candidates = 0;  ///< that can be afforded one by one
  std::uint64_t seeds = 0;       ///< at most so many can be afforded together and are asked for
  bool budget_binds = false;     ///< some choice of `seeds` candidates costs too much
  bool count_binds = false;      ///< the budget alone would allow more

  /// The share of the best coverage that the greedy choices of `best_greedy_choice` reach at least.
  double share() const;
  /// An upper bound on the logarithm of the number of choices among which the best one is.
  double log_choices() const;
};

SeedBounds bounds_of(const SeedQuestion& question, std::size_t users);

/// "0.632 (1 - 1/e, under a count)": `share`, and what it is.
std::string share_in_words(const SeedBounds& bounds);

}  // namespace grapevine
