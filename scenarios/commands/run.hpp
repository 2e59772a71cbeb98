#pragma once

#include <optional>
#include <string>

#include "scenarios/commands/command_line.hpp"

/// The commands that make results.
namespace grapevine {

int run_command(const Request& request);
int merge_command(const Request& request);

/// "2/5": the second of five shares.
bool is_shard(const std::string& text);
bool is_time_limit(const std::string& text);

/// "4"; "auto" is 0; none: it is neither.
std::optional<int> jobs_in(const std::string& text);
bool is_number_of_jobs(const std::string& text);

/// Parts stand for the ranks of a cluster: more of them than threads have each wait for the others, with a copy of the
/// posts for each.
void say_of_parts(const Request& request);

}  // namespace grapevine
