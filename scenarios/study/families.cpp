#include "scenarios/study/families.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "scenarios/study/hangs_on.hpp"
#include "sim/run/partners.hpp"

namespace grapevine {

namespace {

/// From the start of `measure` to the first tick in which a campaign of the arm may post; all of it, if none does.
Tick unpaid_ticks(const Scenario& scenario, const Arm& arm) {
  Tick first = scenario.world.time.measure;
  for (const CampaignParameters& campaign : scenario.world.campaigns)
    if (runs_campaign(arm.run.pays, campaign)) first = std::min(first, campaign.start);
  return first;
}

std::uint64_t runs_of_arms(const Scenario& scenario, const std::vector<const Arm*>& arms) {
  std::uint64_t runs = 0;
  for (const Arm* arm : arms) runs += draws_of(scenario, *arm);
  return runs;
}

Tick common_ticks(const Scenario& scenario, const std::vector<const Arm*>& arms) {
  bool pays = false;
  Tick ticks = scenario.world.time.measure;
  for (const Arm* arm : arms) {
    pays = pays || !arm->run.pays.empty();
    ticks = std::min(ticks, unpaid_ticks(scenario, *arm));
  }
  return runs_of_arms(scenario, arms) > 1 && pays ? ticks : 0;
}

}  // namespace

RunParameters unpaid(RunParameters run) {
  run.pays.clear();
  run.draws = 1;
  return run;
}

std::vector<ArmFamily> families_of(const Scenario& scenario) {
  std::vector<ArmFamily> families;
  std::map<std::string, std::size_t> known;
  for (const Arm& arm : scenario.arms) {
    if (is_classic(arm)) continue;
    const auto [at, is_new] = known.emplace(family_hangs_on(scenario, arm), families.size());
    if (is_new) families.push_back({.arms = {}, .own = arm.warmup == ArmWarmup::own ? &arm : nullptr});
    families[at->second].arms.push_back(&arm);
  }
  for (ArmFamily& family : families) family.lead_in = common_ticks(scenario, family.arms);
  std::ranges::stable_sort(
      families, {}, [](const ArmFamily& family) { return std::pair(family.own != nullptr, family.lead_in > 0); });
  return families;
}

std::size_t warmups_run_of(const Scenario& scenario) {
  const std::vector<ArmFamily> families = families_of(scenario);
  const auto own = static_cast<std::size_t>(
      std::ranges::count_if(families, [](const ArmFamily& family) { return family.own != nullptr; }));
  return own + (shares_warmup(scenario) ? 1 : 0);
}

std::uint64_t arm_ticks_of(const Scenario& scenario) {
  const TimeParameters& time = scenario.world.time;
  std::uint64_t ticks = 0;
  for (const ArmFamily& family : families_of(scenario)) {
    ticks += runs_of_arms(scenario, family.arms) * (std::uint64_t{time.measure} + time.followup - family.lead_in) +
             family.lead_in;
  }
  return ticks;
}

}  // namespace grapevine
