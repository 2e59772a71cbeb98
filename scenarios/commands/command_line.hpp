#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/commands/cascade_commands.hpp"
#include "scenarios/commands/graph_commands.hpp"

/// The words of the command line: what may be asked, and what several commands have in common.
namespace grapevine {

/// Which post `explain` is asked about.
struct ExplainRequest {
  std::string post, arm;
  int replicate = 0, most = 12;
  std::optional<int> draw{};  ///< none: the first for a post, all for a list
};

struct Request {
  std::string command;  ///< what was typed, quoted as a shell takes it
  std::string file;
  std::vector<std::string> files;
  std::string arm, against;
  std::string point;   ///< of a sweep: its name or its number
  std::string filter;  ///< of keys
  std::string out;
  std::vector<std::string> overrides;
  int threads = 0;  ///< 0: as many as processors
  int parts = 1;
  int jobs = 1;                     ///< of run; 0: as many as fit
  bool ranks_share_worlds = false;  ///< of run and check
  int processes = 0;                ///< of check: that will share the study; 0: as many as share this one
  bool overwrite = false;
  bool resume = false;             ///< of run
  double checkpoint_minutes = 15;  ///< of run; 0: never
  std::string shard, time_limit;   ///< of run; empty: none
  bool quiet = false;
  bool timings = false;  ///< of run
  bool digest = false;
  std::string preset;  ///< of keys
  bool markdown = false;
  bool json_schema = false;
  bool csv = false;                                                                 ///< of compare
  std::vector<std::string> arms;                                                    ///< of show
  bool every_arm = false, positions = false, scenario = false, understood = false;  ///< of show
  GraphRequest graph;
  CascadeRequest cascades;
  ExplainRequest explain;
};

/// Adds a command below another: its name, its sentence, and what it does with the request.
using AddCommand =
    std::function<CLI::App&(CLI::App& above, const char* name, const char* sentence, int (*act)(const Request&))>;

void add_study_commands(CLI::App& app, const AddCommand& command, Request& request);
void add_explain_command(CLI::App& app, const AddCommand& command, Request& request);
void add_graph_commands(CLI::App& app, const AddCommand& command, Request& request);
void add_cascade_commands(CLI::App& app, const AddCommand& command, Request& request);

/// The words of a command line, quoted so that a shell takes them as they are.
std::string quoted(const std::vector<std::string>& words);

/// Accepts whole numbers from `least` to `most`.
CLI::Validator whole_number(int least, int most = std::numeric_limits<int>::max());
/// Accepts what a seed may be.
CLI::Validator seed_number();

/// What `tell` makes of a result; a mistake that it finds is told with the file in front.
template <class Tell>
auto told_of(const std::string& file, Tell tell) {
  try {
    return tell();
  } catch (const BadRequest& mistake) {
    std::vector<std::string> messages = mistake.messages();
    for (std::string& message : messages) message = file + ": " + message;
    throw BadRequest(std::move(messages));
  }
}

/// --point, of commands that tell of one.
void add_point(CLI::App& app, Request& request);
void add_threads(CLI::App& app, Request& request);
/// The threads that were asked for, if any were.
void use_threads(const Request& request);
/// --set KEY=VALUE, as often as one likes.
void add_overrides(CLI::App& app, std::vector<std::string>& overrides);

}  // namespace grapevine
