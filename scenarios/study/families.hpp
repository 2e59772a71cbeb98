#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"

namespace grapevine {

/// Arms under the feed model that go on from one warm-up and differ in nothing that happens but in what they pay: until
/// the first paid post of any of them they are the same world, which is run once.
struct ArmFamily {
  std::vector<const Arm*> arms;  ///< in the order in which they are declared
  const Arm* own = nullptr;  ///< the first that has the warm-up of its own that they go on from; null: the shared one
  Tick lead_in = 0;          ///< ticks of `measure` before the first paid post; 0: one run, or none pays
};

/// What an arm runs under until it pays.
RunParameters unpaid(RunParameters run);

/// All of them: those that share the study's warm-up first, for campaigns look at what accounts did in it; of one
/// warm-up those that have a lead-in last.
std::vector<ArmFamily> families_of(const Scenario& scenario);

/// Warm-ups of one replicate: arms that have their own share it where they differ in what they pay alone.
std::size_t warmups_run_of(const Scenario& scenario);

/// Ticks of one replicate after its warm-ups: those that arms have in common count once.
std::uint64_t arm_ticks_of(const Scenario& scenario);

}  // namespace grapevine
