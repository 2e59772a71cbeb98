#include "scenarios/reader/assumptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/understood.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace grapevine {

namespace {

/// The values of a scenario as they were written, before the world was scaled down.
class WrittenValues {
public:
  WrittenValues(const Scenario& scenario, const Arm& arm) : arm_(arm.name) {
    for (auto& [key, value] : understood_values(scenario.understood)) values_.emplace(key, value);
  }

  /// Of the arm, where it has its own; empty where there is none.
  std::string of(const std::string& key) const {
    for (const std::string& address : {fmt::format("arm.{}.{}", arm_, key), key})
      if (const auto found = values_.find(address); found != values_.end()) return found->second;
    return "";
  }

private:
  std::string arm_;
  std::map<std::string, std::string> values_;
};

/// How often and what for a study runs, and what is told of it; not what happens in it.
bool says_what_is_looked_at(const Key& key) {
  static const std::set<std::string> sections{"",      "arm",    "contrast", "band", "switch",
                                              "sweep", "claims", "output",   "drift"};
  return key.scope == Scope::output || sections.contains(key.section);
}

}  // namespace

std::vector<std::string> assumptions_in(const Scenario& scenario, const Arm& arm,
                                        const std::function<bool(std::string_view section)>& in) {
  Scenario changed = scenario;  // a target points to what may be written
  changed.run = arm.run;
  changed.arms.clear();  // what acts in another arm only does not feed this one
  const WrittenValues written(scenario, arm);
  std::vector<std::string> list;
  const auto look_at = [&](const Key& key, const Target& target, const std::string& label) {
    if (!key.acts(target) || (is_classic(arm) && ScenarioReader::of_feeds(key))) return;
    const std::string value = written.of(label);
    const bool neutral = key.source.find("(neutral)") != std::string_view::npos && value == default_as_toml(key);
    if (!value.empty() && !neutral) list.push_back(label + " = " + value);
  };
  for (const Key& key : keys()) {
    if (!in(key.section) || says_what_is_looked_at(key) || key.source.rfind("assumption", 0) != 0) continue;
    if (key.section == "campaign") {
      for (CampaignParameters& campaign : changed.world.campaigns)
        if (std::ranges::count(arm.run.pays, campaign.name) > 0)
          look_at(key, {.scenario = &changed, .run = &changed.run, .campaign = &campaign},
                  fmt::format("campaign.{}.{}", campaign.name, key.name));
      continue;
    }
    if (key.section == "plant") {
      for (PlantChoice& plant : changed.graph.plants)
        look_at(key, {.scenario = &changed, .run = &changed.run, .plant = &plant},
                fmt::format("plant.{}.{}", plant.name, key.name));
      continue;
    }
    if (key.section != "product") {
      look_at(key, {.scenario = &changed, .run = &changed.run}, key.dotted());
      continue;
    }
    const std::vector<std::string> sold = products_of(scenario, arm.run);
    for (ProductParameters& product : changed.world.products)
      if (std::ranges::count(sold, product.name) > 0)
        look_at(key, {.scenario = &changed, .run = &changed.run, .product = &product},
                fmt::format("product.{}.{}", product.name, key.name));
  }
  return list;
}

}  // namespace grapevine
