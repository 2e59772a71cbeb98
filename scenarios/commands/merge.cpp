#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/commands/output_file.hpp"
#include "scenarios/commands/run.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/commands/written.hpp"
#include "scenarios/keys/understood.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/study.hpp"
#include "scenarios/study/units.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

/// Shards by their number, each with its file.
using Shards = std::map<std::uint32_t, std::pair<std::string, UnitsFile>>;

/// Has all units, and makes none.
class AllUnits final : public UnitStore {
public:
  explicit AllUnits(Shards& shards) : UnitStore() {
    names = UnitNames(stop_if_asked);
    for (auto& [number, shard] : shards)
      for (Unit& unit : shard.second.units) {
        const UnitName name = unit.name;
        units_.try_emplace(name, std::move(unit));
      }
  }

  bool has(const UnitName& unit) const { return units_.contains(unit); }
  std::optional<Unit> take(const UnitName& name) override {
    const auto at = units_.find(name);
    return at == units_.end() ? std::nullopt : std::optional<Unit>(at->second);
  }
  void keep(const UnitView&) override { GRAPEVINE_EXPECTS(!"a unit that was there"); }

private:
  std::map<UnitName, Unit> units_;
};

void expect_same_study(const std::string& file, const Shard& shard, const std::string& first_file, const Shard& first) {
  if (shard.understood != first.understood)
    throw BadRequest(fmt::format("{}: is of another study than {}: {}; expected shards of one; leave one of them out",
                                 file, first_file, words_of_difference(shard.understood, first.understood)));
  if (shard.of != first.of)
    throw BadRequest(fmt::format("{}: is one of {} shards, and {} one of {}; expected as many; run one of them again",
                                 file, shard.of, first_file, first.of));
}

/// "2, 4 and 5"
std::string list_of(const std::vector<std::uint32_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ", numbers[i]);
  return text;
}

Shards read_shards(const std::vector<std::string>& files) {
  Shards shards;
  const std::pair<std::string, UnitsFile>* first = nullptr;
  for (const std::string& file : files) {
    if (std::error_code none; fs::is_directory(file, none))
      throw BadRequest(
          fmt::format("{}: a folder: its shard is not whole; expected files that `grapevine run --shard` "
                      "wrote; run it again with --resume",
                      file));
    UnitsFile units = read_units(file, built_program());
    if (!units.shard)
      throw BadRequest(fmt::format(
          "{}: a part of a study that is not whole; expected shards; go on with that study with --resume", file));
    if (first) expect_same_study(file, *units.shard, first->first, *first->second.shard);
    const std::uint32_t number = units.shard->number;
    const auto [at, is_new] = shards.try_emplace(number, file, std::move(units));
    if (!is_new)
      throw BadRequest(fmt::format("{}: is shard {} once more, beside {}; expected each once; leave one of them out",
                                   file, number, at->second.first));
    if (!first) first = &at->second;
  }
  std::vector<std::uint32_t> absent;
  const std::uint32_t of = first->second.shard->of;
  for (std::uint32_t number = 1; number <= of && absent.size() <= 20; ++number)
    if (!shards.contains(number)) absent.push_back(number);
  if (!absent.empty())
    throw BadRequest(
        fmt::format("grapevine merge: of {} {} {} missing{}; expected all; run what is missing with "
                    "--shard {}/{}",
                    counted(std::uint64_t{of}, "shard"), list_of(absent), absent.size() == 1 ? "is" : "are",
                    absent.size() > 20 ? " at least" : "", absent[0], of));
  return shards;
}

/// The study that the shards are of.
Scenario scenario_of(const std::string& file, const Shard& shard) {
  Scenario scenario = read_scenario_again(shard.path, shard.text, shard.overrides);
  if (scenario.understood != shard.understood)
    throw BadRequest(fmt::format(
        "{}: its scenario is understood otherwise today than when it was run: {}; expected the same folder, "
        "for relative paths of --set; run the shards again",
        file, words_of_difference(scenario.understood, shard.understood)));
  return scenario;
}

}  // namespace

int merge_command(const Request& request) {
  const auto start = std::chrono::steady_clock::now();
  Shards shards = read_shards(request.files);
  const std::string file = shards.begin()->second.first;
  const Scenario scenario = scenario_of(file, *shards.begin()->second.second.shard);
  std::vector<fs::path> inputs = input_files(scenario);
  inputs.insert(inputs.end(), request.files.begin(), request.files.end());
  const std::unique_ptr<NewFile> out = take({.command = "grapevine merge SHARDS",
                                             .what = "result file",
                                             .path = request.out,
                                             .usual = fs::path(scenario.path).stem().string() + ".h5",
                                             .overwrite = request.overwrite,
                                             .inputs = std::move(inputs)});
  listen_to_signals();
  AllUnits units(shards);
  for (const UnitName& unit : units.names.all(scenario))
    if (!units.has(unit))
      throw BadRequest(
          fmt::format("grapevine merge: replicate {} is in none of the shards; expected all of the study; a file that "
                      "its keys name has changed since: bring it back, or run the shards again",
                      unit.replicate));
  const StudyResult study = run_study(
      scenario,
      {.command = request.command, .units = &units, .progress = [](const StudyProgress&) { stop_if_asked(); }});
  write_once_possible(*out, study);
  tell_result(study, request.out, start);
  const bool lacks = tell_points_with_fewer(study);
  if (!study.incomplete.empty()) say(stderr, "{}", printable(fmt::format("grapevine: {}\n", study.incomplete)));
  return lacks || !study.incomplete.empty() ? 1 : 0;
}

}  // namespace grapevine
