#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenarios/keys/codec.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace grapevine {

namespace fs = std::filesystem;

namespace {

std::string swept_keys_text(const SweepChoice& sweep) {
  if (sweep.design == SweepDesign::file) return "";
  std::string out;
  for (const SweptKey& key : sweep.swept) {
    if (!key.values.empty())
      out += fmt::format("{} = {}\n", key.key, as_toml(TomlValue{key.values, {}}));
    else
      out += fmt::format("{} = {{from = {}, to = {}{}{}}}\n", key.key, as_toml(key.from), as_toml(key.to),
                         key.steps > 0 ? fmt::format(", steps = {}", key.steps) : "",
                         key.logarithmic ? ", scale = \"log\"" : "");
  }
  return out;
}

/// Whether the record of a run hangs on the key. Of what is only put out, the keys of [output] do: they say what a run
/// keeps.
bool decides_runs(const Key& key) {
  return (key.scope != Scope::output || key.section == "output") && key.dotted() != "replicates" &&
         key.dotted() != "until";
}

std::string understood_switches(const Scenario& scenario) {
  std::string out;
  for (const SwitchChoice& choice : scenario.switches) {
    out += fmt::format("\n[[switch]]\nname = {}\n", in_quotes(choice.name));
    for (const KeySetting& setting : choice.settings)
      out += fmt::format("{} = {}\n", setting.key, as_toml(setting.value));
  }
  return out;
}

/// An arm, with what it has otherwise than `base`, the scenario's own.
std::string understood_arm(Scenario& scenario, Arm& arm, const Target& base, const fs::path& folder) {
  const std::uint32_t tick = scenario.world.time.tick_seconds;
  std::string out = fmt::format("\n[[arm]]\nname = {}\n", in_quotes(arm.name));
  const Target target{.scenario = &scenario, .run = &arm.run, .arm = &arm};
  if (arm.warmup != Arm{}.warmup)
    out += fmt::format("warmup = {}\n", value_as_toml(*find_key("arm", "warmup"), target, tick, folder));
  for (const Key& key : keys()) {
    if (key.scope != Scope::run || key.section == "arm" || (!key.acts(target))) continue;
    const std::string value = value_as_toml(key, target, tick, folder);
    // an arm's chance in the place of the study's adoptions may be the study's, which does not act
    const bool replaces = key.dotted() == "diffusion.chance" && scenario.run.diffusion.gives_adoptions() &&
                          !arm.run.diffusion.gives_adoptions();
    if (replaces || value != value_as_toml(key, base, tick, folder))
      out += fmt::format("{} = {}\n", key.dotted(), value);
  }
  return out;
}

}  // namespace

std::string understood_text(Scenario& scenario, const fs::path& folder, ToldKeys told) {
  const bool of_runs = told == ToldKeys::of_runs;
  const std::uint32_t tick = scenario.world.time.tick_seconds;
  std::string out;
  const auto write_section = [&](const Section& section, const Target& target) {
    std::string lines;
    for (const Key& key : keys()) {
      if (key.section != section.name || !key.acts(target) || (of_runs && !decides_runs(key))) continue;
      if (!warms_up(scenario) && ScenarioReader::of_feeds(key)) continue;  // they would be refused
      if (const std::string value = value_as_toml(key, target, tick, folder); !value.empty())
        lines += fmt::format("{} = {}\n", key.name, value);
    }
    if (lines.empty()) return;
    if (!section.name.empty()) out += "\n" + section.header() + "\n";
    out += lines;
  };
  const Target base{.scenario = &scenario, .run = &scenario.run};
  for (const Section& section : sections()) {
    if (section.name == "campaign") {
      for (CampaignParameters& campaign : scenario.world.campaigns)
        write_section(section, {.scenario = &scenario, .run = &scenario.run, .campaign = &campaign});
    } else if (section.name == "product") {
      for (ProductParameters& product : scenario.world.products)
        write_section(section, {.scenario = &scenario, .run = &scenario.run, .product = &product});
    } else if (section.name == "plant") {
      for (PlantChoice& plant : scenario.graph.plants)
        write_section(section, {.scenario = &scenario, .run = &scenario.run, .plant = &plant});
    } else if (section.name == "contrast") {
      for (ContrastChoice& contrast : scenario.contrasts)
        write_section(section, {.scenario = &scenario, .run = &scenario.run, .contrast = &contrast});
    } else if (section.name == "band") {
      for (BandChoice& band : scenario.bands)
        write_section(section, {.scenario = &scenario, .run = &scenario.run, .band = &band});
    } else if (section.name == "switch") {
      if (!of_runs) out += understood_switches(scenario);
    } else if (section.name == "arm") {
      for (Arm& arm : scenario.arms) out += understood_arm(scenario, arm, base, folder);
    } else if (section.name == "sweep") {
      if (!scenario.sweep.swept.empty()) write_section(section, base), out += swept_keys_text(scenario.sweep);
    } else {
      write_section(section, base);
    }
  }
  // As many choices of accounts are made in each world, whatever arms are left.
  if (of_runs) out += fmt::format("\n# choices of accounts: {}\n", fmt::join(draws_by_campaign(scenario), ", "));
  return out;
}

}  // namespace grapevine
