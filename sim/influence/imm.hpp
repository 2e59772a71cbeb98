#pragma once

#include <cstdint>

#include "sim/influence/seeds.hpp"

namespace grapevine {

struct ImmParameters {
  double epsilon = 0.13;  ///< above 0, and below the share that the greedy choice guarantees: 0.632, under a budget
                          ///< 0.316, under both 0.105
  double ell = 1.0;  ///< the guarantee fails with probability users^-ell at most; fewer than 1000 users count as 1000
  bool stop_when_proven = true;  ///< or only at the number of sets that IMM asks for
  std::uint64_t most_bytes = std::uint64_t{8}
                             << 30;  ///< for reverse reachable sets; lists of who is in which come on top
};

/// Seeds by IMM, influence maximisation via martingales (Tang, Shi, Xiao 2015): doubles its reverse reachable sets
/// until they show how large the largest spread is at least, adds as many as that asks for, and chooses greedily what
/// meets most of them.
///
/// With probability 1 - users^-ell at least, the spread is at least (share - epsilon) times the largest, where share is
/// `SeedBounds::share`: 1 - 1/e under a count, less under a budget. The martingale bound needs the number of sets to be
/// fixed beforehand, which it is not (Chen 2018, "An issue in the martingale analysis of the influence maximization
/// algorithm IMM"); so it is made to hold for all numbers that can come up at once, by an ell that is larger by
/// log(their count) / log(users).
///
/// That number is for the worst case, and often ten times what it takes. So the search also ends when as many other
/// sets, none of which the seeds were chosen on, show that these keep the guarantee, as in OPIM-C (Tang, Tang, Xiao,
/// Yuan 2018): their spread is at least what the other sets say, less chance; the largest at most what any seeds can
/// meet of the sets chosen on, plus chance. It is asked at numbers of sets that are fixed beforehand and double, from
/// 256 or a little less. Then spread and gains are those that the other sets tell, and are not too high.
///
/// At most about (seeds + ell) x log(users) x users / (spread x epsilon^2) sets, as for candidates, of whom only those
/// allowed are kept, and as many others; 8 bytes a set and 4 a member, and 4 for members listed (`SetCover`). Which
/// seeds come out depends on `key`, and not on threads. Throws BadRequest where epsilon is the share or more, and where
/// all sets would take more than `most_bytes`, as soon as those there are show it.
SeedAnswer choose_by_imm(const SpreadModel& model, const SeedQuestion& question, const ImmParameters& parameters,
                         std::uint64_t key, const StillWanted& still_wanted = {});

}  // namespace grapevine
