#include "sim/model/parameters/run.hpp"

#include <algorithm>

namespace grapevine {

bool hangs_on(AccountChoice choose, const CampaignParameters& campaign, const WorldParameters& parameters) {
  const auto& campaigns = parameters.campaigns;
  const CampaignParameters* at = &campaign;
  for (std::size_t steps = 0; at != nullptr && steps <= campaigns.size(); ++steps) {
    if (at->choose == choose) return true;
    const auto other = std::ranges::find(campaigns, at->budget_of, &CampaignParameters::name);
    at = at->budget_of.empty() || other == campaigns.end() ? nullptr : &*other;
  }
  return false;
}

bool waits_for_past(const CampaignParameters& campaign, const WorldParameters& parameters) {
  return parameters.prices.looks_back() || hangs_on(AccountChoice::engagement, campaign, parameters);
}

bool needs_past(const WorldParameters& parameters) {
  return std::ranges::any_of(parameters.campaigns,
                             [&](const CampaignParameters& c) { return waits_for_past(c, parameters); });
}

bool vary_by_draw(const WorldParameters& parameters, const std::vector<std::string>& pays) {
  return std::ranges::any_of(parameters.campaigns, [&](const CampaignParameters& campaign) {
    return std::ranges::find(pays, campaign.name) != pays.end() &&
           hangs_on(AccountChoice::random, campaign, parameters);
  });
}

}  // namespace grapevine
