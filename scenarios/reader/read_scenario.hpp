#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"

namespace grapevine {

/// Reads `file`, with `overrides` of the form `key=value` (values are TOML) laid over it. Relative paths in the file
/// are taken from its folder, those of overrides from the working directory. Throws BadRequest with every mistake at
/// once, in order of lines, each `file:line:column: found; expected; hint`.
Scenario read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

}  // namespace grapevine
