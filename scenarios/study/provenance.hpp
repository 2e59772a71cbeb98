#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/h5.hpp"
#include "graph/base/timing.hpp"
#include "scenarios/keys/scenario.hpp"

/// Where a result comes from: what may differ between equal runs, as the attributes of `/provenance`.
namespace grapevine {

using Provenance = std::vector<std::pair<std::string, h5::AttributeValue>>;

/// The commit that this program was built from, as `git describe --always --dirty` says it; empty where there was no
/// git.
std::string_view built_commit();

/// Program, version and commit, in words: equal ones make equal runs.
std::string built_program();
/// The same, as a result says it that was made so; empty where it does not say.
std::string program_of(const Provenance& provenance);

/// How a study was run.
struct StudyRun {
  std::string command;  ///< what was typed
  int parts = 1;
  std::string runs = {};  ///< hash of all that its records hang on; empty: not known
  std::chrono::system_clock::time_point started;
  double seconds = 0;
  std::vector<PhaseSeconds> phases = {};  ///< up to now
};
Provenance provenance_of_run(const StudyRun& run);

/// What a file that a key names is called there.
std::string name_of_input(std::string key);

/// The scenario and every file that its keys name: path, length and checksum. Reads the files from end to end; of one
/// that cannot be read there is the path alone. `alive` is called from time to time, and ends it by throwing.
Provenance provenance_of_inputs(const Scenario& scenario, const std::function<void()>& alive = {});

}  // namespace grapevine
