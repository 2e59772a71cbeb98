#include "scenarios/keys/scenario.hpp"

#include <algorithm>

#include "sim/money/campaigns.hpp"

namespace grapevine {

bool runs_feeds(const Scenario& scenario) {
  return std::any_of(scenario.arms.begin(), scenario.arms.end(),
                     [](const Arm& arm) { return arm.run.diffusion.model == DiffusionModel::feed; });
}

bool warms_up(const Scenario& scenario) { return runs_feeds(scenario) || needs_past(scenario.world); }

std::uint32_t draws_of(const Scenario& scenario, const Arm& arm) {
  return vary_by_draw(scenario.world, arm.run.pays) ? arm.run.draws : 1;
}

std::vector<std::uint32_t> draws_by_campaign(const Scenario& scenario) {
  std::vector<std::uint32_t> most;
  for (const CampaignParameters& campaign : scenario.world.campaigns) {
    most.push_back(1);
    for (const Arm& arm : scenario.arms)
      if (std::ranges::find(arm.run.pays, campaign.name) != arm.run.pays.end())
        most.back() = std::max(most.back(), draws_of(scenario, arm));
  }
  return most;
}

double scale_of(const GraphChoice& graph) {
  return graph.stands_for == 0 ? 1.0 : static_cast<double>(graph.users) / static_cast<double>(graph.stands_for);
}

}  // namespace grapevine
