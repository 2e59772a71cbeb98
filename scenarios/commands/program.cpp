#include "scenarios/commands/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/commands/command_line.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

namespace {

/// OpenMP's idle threads spin by default: on a machine that others use too, a study took ten times as long. The wish
/// that they sleep is read when the program is loaded, so it starts itself once more. A setting of the user wins; where
/// the start fails, the run is slower and right.
void let_idle_threads_sleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", argv);
}

constexpr auto examples = R"(Examples:
  grapevine check one-or-many.toml                       what would run, and how long
  grapevine run one-or-many.toml -o one-or-many.h5
  grapevine run your-graph.toml -o mine.h5 --set graph.file=follows.csv.gz --set replicates=20
  grapevine show one-or-many.h5                          the comparison again
  grapevine compare one-or-many.h5 --arm many-weighted --against many-chronological
  grapevine compare small.h5 large.h5                    what two studies have in common, side by side
  grapevine show --digest one-or-many.h5                 equal for equal results
  grapevine graph stats follows.csv.gz                   what a follow graph looks like
  grapevine graph import follows.csv.gz -o mine.gvg      a file that is loaded at once
  grapevine cascades stats trees.csv.gz                  what recorded cascades look like

Exit status: 0 done; 1 failed while running; 2 nothing was run because the request was wrong; 128+n stopped by signal n.)";

/// One subcommand and what it does with the request.
struct Command {
  CLI::App* app;
  int (*act)(const Request&);
};

/// "run, check, keys or show": the commands below this one.
std::string commands_below(const CLI::App& app) {
  std::string names;
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (std::size_t i = 0; i < below.size(); ++i)
    names += (i == 0 ? "" : i + 1 == below.size() ? " or " : ", ") + below[i]->get_name();
  return names;
}

/// Takes in the words of the command line. True: all was said already (--help, --version), with this exit status.
bool parse(CLI::App& app, int argc, char** argv, int& status) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help or --version
      say(stdout, "{}\n", error.get_name() == "CallForHelp" ? app.help() : error.what());
      return status = 0, true;
    }
    std::string asked = "grapevine";
    const CLI::App* last = &app;
    for (auto parsed = last->get_subcommands(); !parsed.empty(); parsed = last->get_subcommands()) {
      last = parsed.front();
      asked += " " + last->get_name();
    }
    if (const auto words = last->remaining(); last->get_require_subcommand_min() > 0 && !words.empty())
      throw BadRequest(fmt::format("{}: '{}' is not a command; expected {}; see `{} --help`", asked, words.front(),
                                   commands_below(*last), asked));
    std::string what = error.what();
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError))  // it has the words backwards
      what = fmt::format("not expected: {}", printable(quoted(app.remaining(true))));
    throw BadRequest(fmt::format("{}: {}; see `{} --help`", asked, what, asked));
  }
  return false;
}

/// Commands whose product is a file: what they print tells of it.
bool makes_a_file(const CLI::App& command) {
  const std::string& name = command.get_name();
  return name == "run" || name == "merge" || name == "generate" || name == "import" || name == "export" ||
         name == "sample";
}

int act(int argc, char** argv) {
  CLI::App app(
      "Grapevine simulates how content spreads on a follow graph, and compares what many small accounts bring with "
      "what a large one does.");
  app.name("grapevine");
  app.footer(examples);
  app.set_version_flag("--version", "grapevine " GRAPEVINE_VERSION);
  app.require_subcommand(1);

  Request request;
  request.command = printable(quoted({argv, argv + argc}));
  std::vector<Command> commands;
  const AddCommand add_command = [&](CLI::App& above, const char* name, const char* sentence,
                                     int (*act)(const Request&)) -> CLI::App& {
    commands.push_back({above.add_subcommand(name, sentence), act});
    return *commands.back().app;
  };
  add_study_commands(app, add_command, request);
  add_explain_command(app, add_command, request);
  add_graph_commands(app, add_command, request);
  add_cascade_commands(app, add_command, request);
  int status = 0;
  if (parse(app, argc, argv, status)) return status;
  for (const Command& c : commands)
    if (c.app->parsed()) {
      status = c.act(request);
      if (makes_a_file(*c.app)) return status;  // tables are beside the point
      switch (told_on_stdout()) {
        case Told::all:
          break;
        case Told::to_nobody:
          return 128 + SIGPIPE;
        case Told::in_part:
          throw Error("standard output: cannot be written; check where it leads");
      }
    }
  return status;
}

}  // namespace

int program(int argc, char** argv) {
  let_idle_threads_sleep(argv);
  secure_standard_streams();
  set_page(page_of_stdout());
  std::signal(SIGXFSZ, SIG_IGN);  // beyond a limit of file size writing fails with a message
  try {
    return act(argc, argv);
  } catch (const BadRequest& mistake) {
    say(stderr, "{}\n", printable(mistake.what()));
    return 2;
  } catch (const StopStudy& stopped) {
    say(stderr, "grapevine: stopped by signal {}; nothing was written\n", stopped.signal);
    return 128 + stopped.signal;
  } catch (const std::bad_alloc&) {
    say(stderr, "grapevine: out of memory; `grapevine check` says how much a study needs\n");
    return 1;
  } catch (const std::exception& error) {
    say(stderr, "{}\n", printable(error.what()));
    return 1;
  }
}

}  // namespace grapevine
