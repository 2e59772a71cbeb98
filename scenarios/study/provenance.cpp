#include "scenarios/study/provenance.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>

#include "graph/base/checksum.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/study/built_commit.hpp"  // made by cmake/commit.cmake

namespace grapevine {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

void add_input(const std::string& name, const std::string& path, const std::optional<Fingerprint>& fingerprint,
               Provenance& list) {
  list.emplace_back(name, printable(path));
  if (!fingerprint) return;
  list.emplace_back(name + "_bytes", h5::whole_attribute(fingerprint->bytes));
  list.emplace_back(name + "_xxh3_128", fingerprint->xxh3_128);
}

double to_the_millisecond(double seconds) { return std::round(seconds * 1000.0) / 1000.0; }

/// Of phases that took a millisecond or more.
void add_phases(const std::vector<PhaseSeconds>& phases, Provenance& list) {
  for (const PhaseSeconds& phase : phases) {
    std::string name = "seconds_" + (phase.name.empty() ? "other" : phase.name);
    std::ranges::replace_if(
        name, [](char c) { return !(c >= 'a' && c <= 'z'); }, '_');
    if (phase.clock() < 0.0005) continue;
    list.emplace_back(name + "_serial", to_the_millisecond(phase.serial));
    list.emplace_back(name + "_parallel", to_the_millisecond(phase.parallel));
  }
  list.emplace_back("serial_share", std::round(serial_share(phases) * 1e4) / 1e4);
}

}  // namespace

std::string_view built_commit() { return GRAPEVINE_COMMIT; }

std::string built_program() {
  return fmt::format("grapevine " GRAPEVINE_VERSION "{}{}", built_commit().empty() ? "" : ", commit ", built_commit());
}

std::string program_of(const Provenance& provenance) {
  const auto text = [&](std::string_view name) {
    const auto at = std::ranges::find(provenance, name, &Provenance::value_type::first);
    const auto* value = at == provenance.end() ? nullptr : std::get_if<std::string>(&at->second);
    return value ? *value : std::string();
  };
  const std::string commit = text("commit");
  return text("program") + (commit.empty() ? "" : ", commit " + commit);
}

Provenance provenance_of_run(const StudyRun& run) {
#if defined(GRAPEVINE_CLONES)
  constexpr auto clones = "on";
#else
  constexpr auto clones = "off";
#endif
  const std::time_t started = std::chrono::system_clock::to_time_t(run.started);
  Provenance list{{"program", "grapevine " GRAPEVINE_VERSION},
                  {"commit", std::string(built_commit())},
                  {"command", run.command},
                  {"compiler", __VERSION__},
                  {"function_clones", clones},
                  {"host", host_name()},
                  {"threads", std::int64_t{thread_count()}},
                  {"parts", std::int64_t{run.parts}},
                  {"started", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(started))},
                  {"seconds", to_the_millisecond(run.seconds)}};
  if (!run.phases.empty()) add_phases(run.phases, list);
  if (!run.runs.empty()) list.emplace_back("runs_xxh3_128", run.runs);
  return list;
}

std::string name_of_input(std::string key) {
  std::ranges::replace(key, '.', '_');
  return key;
}

Provenance provenance_of_inputs(const Scenario& scenario, const std::function<void()>& alive) {
  Provenance list;
  if (!scenario.path.empty()) add_input("scenario_file", scenario.path, fingerprint_of(scenario.text), list);
  for (const NamedFile& file : named_files(scenario)) {
    add_input(name_of_input(file.key), file.path.string(), fingerprint_of_file(file.path, alive), list);
  }
  return list;
}

}  // namespace grapevine
