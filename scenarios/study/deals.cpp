#include "scenarios/study/deals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

namespace {

/// Throws the same, with the place of each campaign before what is said of it.
[[noreturn]] void throw_in_file(const Scenario& scenario, const CampaignRefusal& refusal) {
  std::vector<std::string> messages;
  std::string why;
  bool of_money = true;
  for (const CampaignRefusal::Mistake& mistake : refusal.mistakes()) {
    const auto& all = scenario.world.campaigns;
    const auto campaign = std::ranges::find(all, mistake.campaign, &CampaignParameters::name);
    const auto i = static_cast<std::size_t>(campaign - all.begin());
    messages.push_back(i < scenario.campaign_places.size()
                           ? fmt::format("{}: {}", scenario.campaign_places[i], mistake.text)
                           : mistake.text);
    why += (why.empty() ? "" : "; ") + mistake.text;
    of_money = of_money && mistake.of_money;
  }
  if (of_money) throw Infeasible(std::move(messages), std::move(why));
  throw BadRequest(std::move(messages));
}

}  // namespace

std::shared_ptr<Deals> make_deals(const Scenario& scenario, const WorldParameters& parameters, const StudyGraph& world,
                                  std::uint32_t replicate, std::function<void()> alive) {
  if (!scenario.infeasible.empty()) throw Infeasible({scenario.infeasible}, scenario.infeasible);
  try {
    return std::make_shared<Deals>(world.graph, world.accounts, parameters, streams_of(scenario, replicate),
                                   ExpectedSpread{scenario.run.diffusion, world.chances, std::move(alive)},
                                   draws_by_campaign(scenario));
  } catch (const CampaignRefusal& refusal) {
    throw_in_file(scenario, refusal);
  }
}

}  // namespace grapevine
