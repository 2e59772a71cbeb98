#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "graph/follow_graph.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/cascade_tally.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/model/parameters.hpp"

/// Cascades by number, each an experiment of its own from one root: a billion of them on a graph of millions (Goel et
/// al. 2016), added up while they run. Nothing but the trees that are kept grows with their number.
namespace grapevine {

/// Which cascades, and what is kept of them.
struct ManyCascadesParameters {
  std::uint64_t stream = 0;    ///< `StreamKey::key(Draw::contagion)` of the stream "dynamics"
  std::uint64_t first = 0;     ///< the first number; the contagion of number k is `ContagionKey(stream, k)`
  std::uint64_t cascades = 0;  ///< how many numbers
  /// Roots are drawn among these; empty: among all users, so a tier that has none is for the caller to refuse. On a
  /// graph without users nothing spreads.
  std::span<const UserId> roots;
  std::uint32_t steps = 0;    ///< adopters of this step try no more; 0: all do. A contagion of a factory knows its own
  TierParameters tiers;       ///< the tally's
  std::uint32_t large = 100;  ///< adopters from which the tally counts the shape
  std::uint32_t trees_from = 0;  ///< adopters from which the tree is kept; 0: none is
  /// Called now and then with the number of cascades that are done, by one thread at a time; may throw to stop.
  std::function<void(std::uint64_t)> progress;
};

/// A cascade that was kept. Steps ascend, parents come before children.
struct KeptTree {
  std::uint64_t number = 0;
  std::vector<Adopter> adopters;

  bool operator==(const KeptTree&) const = default;
};

struct ManyCascades {
  CascadeTally tally;
  std::vector<KeptTree> trees;   ///< by number, ascending
  std::uint64_t event_hash = 0;  ///< sum of `adoption_hash` over all adopters
};

/// A hash of one adoption, to be added up in any order; a seed is its own parent.
constexpr std::uint64_t adoption_hash(ContagionKey key, UserId user, UserId parent, std::uint32_t step) {
  return nested_mix(key.key(Draw::event_hash), std::uint64_t{parent.value()} << 32 | user.value(), step);
}

/// The root of a contagion, of `roots`, or where these are empty of `users` users. An index floor(u n): adding a user
/// moves the roots of others, which design section 5 forbids for sets that arms share. Roots are billions, and nothing
/// but their cascades hangs on them; keyed hashes of all users would cost a pass over the users for each.
UserId drawn_root(ContagionKey key, std::span<const UserId> roots, std::size_t users);

/// Makes the contagion of one thread.
using ContagionFactory = std::function<std::unique_ptr<Contagion>()>;

/// Any model, one cascade after another in each thread.
ManyCascades spread_many(const FollowGraph& graph, const ManyCascadesParameters& parameters,
                         const ContagionFactory& factory);

/// Independent cascades (`IndependentCascade`) whose trials all succeed with `probability`: the same trees. Hundreds
/// advance together in each thread, a step at a time, so that the looks at the graph that each needs are under way at
/// once; those that outgrow a few cache lines run alone. A thread holds about 200 KB and what its largest cascade
/// needs, whatever the number of users.
ManyCascades spread_many_independent(const Audience& audience, double probability, TrialSampling sampling,
                                     const ManyCascadesParameters& parameters);

/// Branching processes (`Branching`), in the same way.
ManyCascades spread_many_branching(const FollowGraph& graph, double probability,
                                   const ManyCascadesParameters& parameters);

}  // namespace grapevine
