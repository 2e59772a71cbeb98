#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "scenarios/program/compare.hpp"
#include "scenarios/program/keys.hpp"
#include "scenarios/program/outlook.hpp"
#include "scenarios/program/progress.hpp"
#include "scenarios/program/scenario.hpp"
#include "scenarios/program/study.hpp"
#include "scenarios/program/table.hpp"
#include "scenarios/program/text.hpp"
#include "sim/record/result.hpp"

/// The program `grapevine`: words of the command line in, exit status out. 0: done. 1: failed while running. 2: nothing was run, because
/// the request was wrong. 128 + n: stopped by signal n.
namespace grapevine {

namespace {

namespace fs = std::filesystem;

// Signals: the first one asks the study to stop after its tick, the second one ends the process at once.

volatile std::sig_atomic_t asked_to_stop = 0;

extern "C" void remember_signal(int signal) {
  if (asked_to_stop != 0) std::_Exit(128 + signal);
  asked_to_stop = signal;
}

void listen_to_signals() {
  struct sigaction action = {};
  action.sa_handler = remember_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

struct Stopped {
  int signal;
};

void stop_if_asked() {
  if (asked_to_stop != 0) throw Stopped{asked_to_stop};
}

/// OpenMP's idle threads spin by default: on a machine that others use too, a study took ten times as long. The wish that they sleep is
/// read when the program is loaded, so it starts itself once more. A setting of the user wins; where the start fails, the run is slower and
/// right.
void let_idle_threads_sleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", argv);
}

struct Request {
  std::string file;
  std::vector<std::string> files;
  std::string arm, against;
  std::string out;
  std::vector<std::string> overrides;
  int threads = 0;  ///< 0: as many as processors
  int parts = 1;
  bool overwrite = false;
  bool quiet = false;
  bool digest = false;
  bool markdown = false;
  bool json_schema = false;
};

/// Runs all `checks` and throws their mistakes at once.
void check_all(std::initializer_list<std::function<void()>> checks) {
  std::vector<std::string> mistakes;
  for (const auto& check : checks) {
    try {
      check();
    } catch (const BadRequest& mistake) {
      mistakes.insert(mistakes.end(), mistake.messages().begin(), mistake.messages().end());
    }
  }
  if (!mistakes.empty()) throw BadRequest(mistakes);
}

void expect_free(const Request& request) {
  if (request.out.empty())
    throw BadRequest(fmt::format("grapevine run: no result file is named; expected -o OUT.h5; for example `grapevine run {} -o {}`",
                                 request.file, fs::path(request.file).stem().string() + ".h5"));
  std::error_code ignored;  // whatever it is, `expect_writable` meets it too
  if (fs::is_directory(request.out, ignored))
    throw BadRequest(fmt::format("{}: a folder; expected the name of a file; for example -o {}", request.out,
                                 (fs::path(request.out) / fs::path(request.file).stem()).string() + ".h5"));
  if (const fs::path folder = fs::path(request.out).parent_path(); !folder.empty() && !fs::exists(folder, ignored) && !ignored)
    throw BadRequest(fmt::format("{}: there is no folder {}; expected one that is there; make it first", request.out, folder.string()));
  if (!request.overwrite && fs::exists(fs::symlink_status(request.out, ignored)))
    throw BadRequest(fmt::format("{}: exists already; expected a new file; choose another name, or add --overwrite", request.out));
  expect_writable(request.out);
}

void use_threads(const Request& request) {
  if (request.threads > 0) set_thread_count(request.threads);
}

int run(const Request& request) {
  Scenario scenario;
  check_all({[&] { scenario = read_scenario(request.file, request.overrides); }, [&] { expect_free(request); }});
  use_threads(request);
  listen_to_signals();

  StudyResult study;
  {
    ProgressReport report(stderr, request.quiet ? ProgressForm::none : progress_form_for(stderr));
    study = run_study(scenario, {.parts = request.parts, .progress = [&](const StudyProgress& progress) {
                                   report(progress);
                                   stop_if_asked();
                                 }});
  }
  stop_if_asked();
  write_result(request.out, study);
  fmt::print("{}\nWritten to {} ({}), digest {}\n", comparison_table(study), request.out,
             bytes(static_cast<double>(fs::file_size(request.out))), digests(request.out).total);
  return 0;
}

int check(const Request& request) {
  const Scenario scenario = read_scenario(request.file, request.overrides);
  use_threads(request);
  fmt::print("{}", outlook_text(scenario, look_ahead(scenario)));
  return 0;
}

int keys(const Request& request) {
  fmt::print("{}", request.markdown ? keys_as_markdown() : request.json_schema ? keys_as_json_schema() : keys_as_text());
  return 0;
}

int show(const Request& request) {
  if (!request.digest) {
    fmt::print("{}", comparison_table(read_result(request.file)));
    return 0;
  }
  const Digests all = digests(request.file);
  fmt::print("{}\n", all.total);
  for (const auto& [name, digest] : all.lines) fmt::print("{}  {}\n", digest, name);
  return 0;
}

int compare(const Request& request) {
  if (request.arm.empty() != request.against.empty())
    throw BadRequest(fmt::format("grapevine compare: {} is missing; expected both --arm and --against, or neither", request.arm.empty() ? "--arm" : "--against"));
  const bool arms = !request.arm.empty();
  if (!arms && request.files.size() < 2)
    throw BadRequest(fmt::format("grapevine compare: one result and no arms; expected two results or more, or --arm and --against; `grapevine show {}` shows what it holds",
                                 request.files.front()));
  std::vector<std::pair<std::string, StudyResult>> studies;
  for (const std::string& file : request.files) {
    studies.emplace_back(fs::path(file).stem().string(), read_result(file));
    if (arms) fmt::print("{}{}\n{}", studies.size() > 1 ? "\n" : "", file, compare_arms(studies.back().second, request.arm, request.against));
  }
  if (!arms) fmt::print("{}", compare_studies(studies));
  return 0;
}

constexpr auto examples = R"(Examples:
  grapevine check one-or-many.toml                       what would run, and how long
  grapevine run one-or-many.toml -o one-or-many.h5
  grapevine run your-graph.toml -o mine.h5 --set 'graph.file="follows.csv.gz"' --set replicates=20
  grapevine show one-or-many.h5                          the comparison again
  grapevine compare one-or-many.h5 --arm many-weighted --against many-chronological
  grapevine compare small.h5 large.h5                    what two studies have in common, side by side
  grapevine show --digest one-or-many.h5                 equal for equal results

Exit status: 0 done; 1 failed while running; 2 nothing was run because the request was wrong; 128+n stopped by signal n.)";

/// One subcommand and what it does with the request.
struct Command {
  CLI::App* app;
  int (*act)(const Request&);
};

/// Accepts whole numbers from `least` to `most`.
CLI::Validator whole_number(int least, int most) {
  return CLI::Validator(
      [=](const std::string& text) {
        int number = 0;
        if (CLI::detail::lexical_cast(text, number) && number >= least && number <= most) return std::string();
        return fmt::format("'{}'; expected a whole number, {} to {}", text, least, most);
      },
      "");
}

void add_scenario_options(CLI::App& app, Request& request) {
  app.add_option("FILE.toml", request.file, "the scenario")->required();
  app.add_option("--set", request.overrides, "lays KEY=VALUE over the scenario; the value is TOML, so texts stand in quotes")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--threads", request.threads, "threads; no result depends on it (default: all processors)")
      ->type_name("N")
      ->check(whole_number(1, 4096));
}

int main(int argc, char** argv) {
  CLI::App app(
      "Grapevine simulates how content spreads on a follow graph, and compares what many small accounts bring with what a large one does.");
  app.name("grapevine");
  app.footer(examples);
  app.set_version_flag("--version", "grapevine " GRAPEVINE_VERSION);
  app.require_subcommand(1);

  Request request;
  std::vector<Command> commands;
  const auto command = [&](const char* name, const char* sentence, int (*act)(const Request&)) -> CLI::App& {
    commands.push_back({app.add_subcommand(name, sentence), act});
    return *commands.back().app;
  };

  CLI::App& run_app = command("run", "Runs a study and writes its result", run);
  add_scenario_options(run_app, request);
  run_app.add_option("-o,--out", request.out, "the result file (HDF5), written when the study is done")->type_name("OUT.h5");
  run_app.add_option("--parts", request.parts, "parts of the process that each world is cut into; no result depends on it")
      ->type_name("N")
      ->check(whole_number(1, 1024));
  run_app.add_flag("--overwrite", request.overwrite, "replaces a result file that exists");
  run_app.add_flag("--quiet", request.quiet, "no progress");

  CLI::App& check_app = command("check", "Says what a study would run: world, campaigns, time, memory and disk", check);
  add_scenario_options(check_app, request);

  CLI::App& keys_app = command("keys", "Lists every key of a scenario with type, range, default and meaning", keys);
  auto* markdown = keys_app.add_flag("--markdown", request.markdown, "as the manual has it");
  keys_app.add_flag("--json-schema", request.json_schema, "as a JSON Schema, for editors")->excludes(markdown);

  CLI::App& show_app = command("show", "Shows the comparison that a result file holds", show);
  show_app.add_option("OUT.h5", request.file, "the result file")->required();
  show_app.add_flag("--digest", request.digest, "the digest of what scenario and seed determine, then one for each group of the file");

  CLI::App& compare_app = command("compare", "Compares two arms of a result, or several results with each other", compare);
  compare_app.add_option("OUT.h5", request.files, "the result files")->required();
  compare_app.add_option("--arm", request.arm, "the arm whose outcome is compared ...")->type_name("NAME");
  compare_app.add_option("--against", request.against, "... with that of this arm of the same result")->type_name("NAME");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    const auto parsed = app.get_subcommands();
    if (const auto words = app.remaining(); parsed.empty() && !words.empty())
      throw BadRequest(fmt::format("grapevine: '{}' is no command; expected run, check, keys, show or compare; see `grapevine --help`", words.front()));
    const std::string asked = parsed.empty() ? "grapevine" : "grapevine " + parsed.front()->get_name();
    throw BadRequest(fmt::format("{}: {}; see `{} --help`", asked, error.what(), asked));
  }
  for (const Command& c : commands)
    if (c.app->parsed()) return c.act(request);
  return 0;
}

}  // namespace

}  // namespace grapevine

int main(int argc, char** argv) {
  grapevine::let_idle_threads_sleep(argv);
  try {
    const int status = grapevine::main(argc, argv);
    if (std::fflush(stdout) != 0) throw grapevine::Error("standard output: cannot be written; check where it leads");
    return status;
  } catch (const grapevine::BadRequest& mistake) {
    fmt::print(stderr, "{}\n", mistake.what());
    return 2;
  } catch (const grapevine::Stopped& stopped) {
    fmt::print(stderr, "grapevine: stopped by signal {}; no result was written\n", stopped.signal);
    return 128 + stopped.signal;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "grapevine: out of memory; `grapevine check` says how much a study needs\n");
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
