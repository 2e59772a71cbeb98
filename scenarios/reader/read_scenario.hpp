#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"

namespace grapevine {

/// Reads `file`, with `overrides` of the form `key=value` (values are TOML) laid over it. Relative paths in the file
/// are taken from its folder, those of overrides from the working directory. Throws BadRequest with every mistake at
/// once, in order of lines, each `file:line:column: found; expected; hint`.
Scenario read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

/// The same once more, of a text that was read before under that name, with what was laid over it then.
Scenario read_scenario_again(const std::string& name, const std::string& text,
                             const std::vector<std::string>& overrides);

/// The same of a text that stands for a file called `name`; relative paths are taken from `folder`. Not for
/// `with_switches_off`.
Scenario read_scenario_text(const std::string& name, const std::string& text, const std::filesystem::path& folder);

/// The arms that claims name; may hold "".
std::set<std::string> claimed_arms(const ClaimsChoice& claims);

/// The sets of switches, by number, that the study is run without beside itself: each by itself, or all combinations;
/// none is empty.
std::vector<std::vector<std::size_t>> switched_off(const Scenario& scenario);

/// The study of the arms that the claims name, with these switches off.
Scenario with_switches_off(const Scenario& scenario, std::span<const std::size_t> off);

}  // namespace grapevine
