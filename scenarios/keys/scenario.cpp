#include "scenarios/keys/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/keys/keys.hpp"
#include "sim/money/campaigns.hpp"

namespace grapevine {

namespace {

/// Collects the values of keys that name files.
template <class Struct>
struct NamedFiles {
  const Struct& values;
  std::vector<NamedFile>& files;
  std::string prefix = {};

  void section(std::string_view name, std::string_view, Scope, bool = false) { prefix = std::string(name) + "."; }
  template <class Member>
  void operator()(std::string_view name, Member member, const KeyFacts&) {
    if constexpr (std::is_same_v<Member, std::filesystem::path Struct::*>)
      if (!(values.*member).empty()) files.push_back({prefix + std::string(name), values.*member});
  }
};

bool names_file(const std::string& dotted) {
  const std::size_t dot = dotted.rfind('.');
  const Key* key = dot == std::string::npos ? nullptr : find_key(dotted.substr(0, dot), dotted.substr(dot + 1));
  return key && key->kind == Kind::path;
}

}  // namespace

std::vector<NamedFile> named_files(const Scenario& scenario) {
  std::vector<NamedFile> files;
  GraphChoice::keys(NamedFiles<GraphChoice>{scenario.graph, files});
  SweepChoice::keys(NamedFiles<SweepChoice>{scenario.sweep, files});
  for (std::size_t p = 0; p < scenario.at.size(); ++p)
    for (NamedFile& file : named_files(scenario.at[p]))
      if (std::ranges::find(files, file.path, &NamedFile::path) == files.end())
        files.push_back({fmt::format("point.{}.{}", p, file.key), std::move(file.path)});
  for (const SwitchChoice& off : scenario.switches)
    for (const KeySetting& setting : off.settings)
      if (const auto* path = setting.value.as<std::string>(); path && names_file(setting.key))
        // Relative to the scenario's folder, or where --set says it to the working directory, as the reader has it.
        files.push_back({fmt::format("switch.{}.{}", off.name, setting.key),
                         setting.value.place.source == 0
                             ? std::filesystem::path(scenario.path).parent_path() / std::filesystem::path(*path)
                             : std::filesystem::path(*path)});
  return files;
}

std::vector<const Scenario*> studies_of(const Scenario& scenario) {
  if (scenario.at.empty()) return {&scenario};
  std::vector<const Scenario*> studies;
  for (const Scenario& point : scenario.at) studies.push_back(&point);
  return studies;
}

std::vector<std::filesystem::path> input_files(const Scenario& scenario) {
  std::vector<std::filesystem::path> files;
  if (!scenario.path.empty()) files.emplace_back(scenario.path);
  for (NamedFile& file : named_files(scenario)) files.push_back(std::move(file.path));
  return files;
}

std::vector<std::string> products_of(const Scenario& scenario, const RunParameters& run) {
  std::set<std::string> names;
  for (const CampaignParameters& campaign : scenario.world.campaigns)
    if (std::ranges::count(run.pays, campaign.name) > 0 &&
        std::ranges::count(scenario.world.products, campaign.product, &ProductParameters::name) > 0)
      names.insert(campaign.product);
  return {names.begin(), names.end()};
}

bool sells(const Scenario& scenario, const std::string& arm) {
  const auto found = std::ranges::find(scenario.arms, arm, &Arm::name);
  if (found == scenario.arms.end() || is_classic(*found)) return false;
  const std::vector<std::string> sold = products_of(scenario, found->run);
  return std::ranges::any_of(scenario.world.products, [&](const ProductParameters& product) {
    return std::ranges::count(sold, product.name) > 0 && (product.look != 0.0 || product.click != 0.0);
  });
}

bool runs_feeds(const Scenario& scenario) {
  return std::any_of(scenario.arms.begin(), scenario.arms.end(),
                     [](const Arm& arm) { return arm.run.diffusion.model == DiffusionModel::feed; });
}

bool warms_up(const Scenario& scenario) { return runs_feeds(scenario) || needs_past(scenario.world); }

bool shares_warmup(const Scenario& scenario) {
  return needs_past(scenario.world) || std::ranges::any_of(scenario.arms, [](const Arm& arm) {
           return !is_classic(arm) && arm.warmup == ArmWarmup::shared;
         });
}

std::uint32_t warmups_of(const Scenario& scenario) {
  const auto own = std::ranges::count_if(
      scenario.arms, [](const Arm& arm) { return !is_classic(arm) && arm.warmup == ArmWarmup::own; });
  return static_cast<std::uint32_t>(own) + (shares_warmup(scenario) ? 1 : 0);
}

std::uint32_t draws_of(const Scenario& scenario, const Arm& arm) {
  return vary_by_draw(scenario.world, arm.run.pays) ? arm.run.draws : 1;
}

std::vector<std::uint32_t> draws_by_campaign(const Scenario& scenario) {
  if (!scenario.campaign_draws.empty()) return scenario.campaign_draws;
  const std::vector<CampaignParameters>& campaigns = scenario.world.campaigns;
  std::vector<std::uint32_t> most;
  std::vector<bool> paid;
  for (const CampaignParameters& campaign : campaigns) {
    most.push_back(1);
    paid.push_back(false);
    for (const Arm& arm : scenario.arms)
      if (std::ranges::find(arm.run.pays, campaign.name) != arm.run.pays.end()) {
        most.back() = std::max(most.back(), draws_of(scenario, arm));
        paid.back() = true;
      }
  }
  // What takes its money from another, and differs from draw to draw by that alone, needs as many choices of the other;
  // so does whatever takes it from one that no arm pays. A chain is as long as there are campaigns, at most.
  for (std::size_t step = 1; step < campaigns.size(); ++step)
    for (std::size_t i = 0; i < campaigns.size(); ++i) {
      const auto giver = std::ranges::find(campaigns, campaigns[i].budget_of, &CampaignParameters::name);
      if (campaigns[i].budget_of.empty() || giver == campaigns.end()) continue;
      const auto j = static_cast<std::size_t>(giver - campaigns.begin());
      if (campaigns[i].choose != AccountChoice::random || !paid[j]) most[j] = std::max(most[j], most[i]);
    }
  return most;
}

double scale_of(const GraphChoice& graph) {
  return graph.stands_for == 0 ? 1.0 : static_cast<double>(graph.users) / static_cast<double>(graph.stands_for);
}

}  // namespace grapevine
