#pragma once

#include <cstdint>

#include "sim/influence/seeds.hpp"

namespace grapevine {

struct LazyGreedyParameters {
  std::uint32_t runs = 1000;                          ///< live-edge graphs, 1 or more
  std::uint64_t most_bytes = std::uint64_t{4} << 30;  ///< for them
};

/// Seeds by greedy Monte Carlo with lazy evaluation (Kempe, Kleinberg, Tardos 2003; CELF: Leskovec et al. 2007), for
/// small graphs: all candidates are tried on the same `runs` live-edge graphs. Live-edge graph r of independent cascade
/// is that of the contagion `ContagionKey(stream, r)`, so what a choice is said to win is the mean over these
/// contagions.
///
/// On these graphs the mean spread is at least `SeedBounds::share` of the largest. 4 bytes a run and user, and as much
/// a run and live edge; time goes with candidates x runs x spread of one seed. `stream` is that of a `ContagionKey`, of
/// other contagions than those that the seeds are to be judged by. Throws BadRequest where the live-edge graphs would
/// take more than `most_bytes`.
SeedAnswer choose_by_lazy_greedy(const SpreadModel& model, const SeedQuestion& question,
                                 const LazyGreedyParameters& parameters, std::uint64_t stream,
                                 const StillWanted& still_wanted = {});

}  // namespace grapevine
