#include "scenarios/study/units.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/checksum.hpp"
#include "scenarios/reader/read_scenario.hpp"

namespace grapevine {

std::string content_line(std::string_view key, std::string_view content) {
  return fmt::format("the content of {} = {}\n", key, content.empty() ? "unknown" : content);
}

const std::string& UnitNames::content_of(const std::filesystem::path& file) {
  const auto [at, is_new] = contents_.try_emplace(file);
  if (is_new)
    if (const std::optional<Fingerprint> found = fingerprint_of_file(file, alive_))
      at->second = fmt::format("{} {}", found->bytes, found->xxh3_128);
  return at->second;
}

std::string UnitNames::runs_of(const Scenario& scenario) {
  std::string text = scenario.runs_understood;
  for (const NamedFile& file : named_files(scenario))
    text += fmt::format("# {}: {}\n", file.key, content_of(file.path));
  return fingerprint_of(text).xxh3_128;
}

std::string UnitNames::hangs_on(const Scenario& scenario) {
  std::string text;
  for (const NamedFile& file : named_files(scenario)) text += content_line(file.key, content_of(file.path));
  return text + scenario.runs_understood;
}

UnitName UnitNames::of(const Scenario& scenario, std::uint32_t replicate) { return {runs_of(scenario), replicate}; }

std::vector<UnitName> UnitNames::all(const Scenario& scenario) {
  std::vector<UnitName> units;
  const auto add = [&](const Scenario& part) {
    const std::string runs = runs_of(part);
    const bool known = std::ranges::find(units, runs, &UnitName::runs) != units.end();
    for (std::uint32_t replicate = 0; replicate < part.replicates && !known; ++replicate)
      units.push_back({runs, replicate});
  };
  const std::vector<const Scenario*> studies = studies_of(scenario);
  for (const Scenario* study : studies) add(*study);
  for (const Scenario* study : studies)
    for (const std::vector<std::size_t>& off : switched_off(*study)) add(with_switches_off(*study, off));
  return units;
}

}  // namespace grapevine
