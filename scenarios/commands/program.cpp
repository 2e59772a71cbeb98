#include "scenarios/commands/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/utf8.hpp"
#include "graph/sampling/forest_fire.hpp"
#include "scenarios/commands/cascade_commands.hpp"
#include "scenarios/commands/compare.hpp"
#include "scenarios/commands/graph_commands.hpp"
#include "scenarios/commands/graph_statistics.hpp"
#include "scenarios/commands/output_file.hpp"
#include "scenarios/commands/progress.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

// Signals: the first one asks the study to stop after its tick, the second one ends the process at once. All are heard
// that people and batch systems send to end something.

volatile std::sig_atomic_t asked_to_stop = 0;

extern "C" void remember_signal(int signal) {
  // The system repeats XCPU every second, and HUP may come from the terminal and from its shell.
  if (asked_to_stop == signal && (signal == SIGXCPU || signal == SIGHUP)) return;
  if (asked_to_stop != 0) {
    remove_scratch_files();
    std::_Exit(128 + signal);
  }
  asked_to_stop = signal;
  constexpr std::string_view words =
      "\ngrapevine: stopping; a second signal ends it at once, and nothing is written then\n";
  static_cast<void>(!::write(STDERR_FILENO, words.data(), words.size()));
}

void listen_to_signals() {
  struct sigaction action = {};
  action.sa_handler = remember_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);  // nohup, for one, asks that HUP be ignored
  }
}

void stop_if_asked() {
  if (asked_to_stop != 0) throw StopStudy{asked_to_stop};
}

/// OpenMP's idle threads spin by default: on a machine that others use too, a study took ten times as long. The wish
/// that they sleep is read when the program is loaded, so it starts itself once more. A setting of the user wins; where
/// the start fails, the run is slower and right.
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
  GraphRequest graph;
  CascadeRequest cascades;
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

void use_threads(const Request& request) {
  if (request.threads > 0) set_thread_count(request.threads);
}

/// Writes the result as soon as there is room for it. A study that is done is not thrown away for a full disk or a
/// folder that is gone: it waits until either is mended, or a signal ends the wait.
void write_once_possible(NewFile& out, const StudyResult& study) {
  using namespace std::chrono_literals;
  const int heard = asked_to_stop;
  for (bool told = false;; told = true) {
    try {
      return write_result(out, study);
    } catch (const NameTaken&) {
      throw;                                 // it is written, under another name
    } catch (const std::exception& error) {  // no memory for the columns, too
      if (!told)
        say(stderr,
            "{}\nThe study is done, and its result waits in memory for room at that place. Once there is some, it is "
            "written; Ctrl-C gives it up.\n",
            error.what());
      std::fflush(stderr);
    }
    for (int step = 0; step < 20; ++step) {
      std::this_thread::sleep_for(100ms);
      if (asked_to_stop != heard) throw StopStudy{asked_to_stop};
    }
  }
}

int run(const Request& request) {
  Scenario scenario;
  std::unique_ptr<NewFile> out;
  check_all({[&] { scenario = read_scenario(request.file, request.overrides); },
             [&] {
               std::vector<fs::path> inputs = input_files(scenario);
               inputs.emplace_back(request.file);  // a scenario with mistakes does not know its own
               out = take({.command = "grapevine run " + request.file,
                           .what = "result file",
                           .path = request.out,
                           .usual = fs::path(request.file).stem().string() + ".h5",
                           .overwrite = request.overwrite,
                           .inputs = std::move(inputs)});
             }});
  expect_memory(scenario);
  use_threads(request);
  listen_to_signals();

  StudyResult study;
  std::vector<std::string> notes;
  {
    ProgressReport report(stderr, request.quiet ? ProgressForm::none : progress_form_for(stderr));
    const auto note = [&](const std::vector<std::string>& told) { notes = told; };
    study = run_study(scenario, {.parts = request.parts, .notes = note, .progress = [&](const StudyProgress& progress) {
                                   report(progress);
                                   stop_if_asked();
                                 }});
  }
  for (const std::string& note : notes)
    say(stderr, "{}", printable(fmt::format("Note: {}: {}\n", scenario.graph.file.string(), note)));
  write_once_possible(*out, study);
  say(stdout, "{}\nWritten to {} ({}), digest {}\n", printable(comparison_table(study)), request.out,
      bytes(static_cast<double>(fs::file_size(request.out))), digests(request.out).total);
  if (study.incomplete.empty()) return 0;
  std::fflush(stdout);
  say(stderr, "grapevine: {} of {} replicates are complete and written: {}\n", study.replicates, study.asked,
      study.incomplete);
  return asked_to_stop != 0 ? 128 + asked_to_stop : 1;
}

int check(const Request& request) {
  const Scenario scenario = read_scenario(request.file, request.overrides);
  use_threads(request);
  say(stdout, "{}", printable(outlook_text(scenario, look_ahead(scenario))));
  return 0;
}

int keys(const Request& request) {
  say(stdout, "{}",
      request.markdown      ? keys_as_markdown()
      : request.json_schema ? keys_as_json_schema()
                            : keys_as_text());
  return 0;
}

int show(const Request& request) {
  if (!request.digest) {
    say(stdout, "{}", printable(comparison_table(read_result(request.file))));
    return 0;
  }
  const Digests all = digests(request.file);
  say(stdout, "{}\n", all.total);
  for (const auto& [name, digest] : all.lines) say(stdout, "{}  {}\n", digest, name);
  return 0;
}

int compare(const Request& request) {
  if (request.arm.empty() != request.against.empty())
    throw BadRequest(fmt::format("grapevine compare: {} is missing; expected both --arm and --against, or neither",
                                 request.arm.empty() ? "--arm" : "--against"));
  const bool arms = !request.arm.empty();
  if (!arms && request.files.size() < 2)
    throw BadRequest(
        fmt::format("grapevine compare: one result and no arms; expected two results or more, or --arm and --against; "
                    "`grapevine show {}` shows what it holds",
                    request.files.front()));
  std::vector<std::pair<std::string, StudyResult>> studies;
  for (const std::string& file : request.files) {
    studies.emplace_back(fs::path(file).stem().string(), read_result(file));
    if (const StudyResult& study = studies.back().second; !study.incomplete.empty())
      say(stdout, "{}",
          printable(
              fmt::format("{} has {} of {} replicates: {}\n", file, study.replicates, study.asked, study.incomplete)));
    if (arms)
      say(stdout, "{}{}\n{}", studies.size() > 1 ? "\n" : "", file,
          compare_arms(studies.back().second, request.arm, request.against));
  }
  if (!arms) say(stdout, "{}", compare_studies(studies));
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
  grapevine graph stats follows.csv.gz                   what a follow graph looks like
  grapevine graph import follows.csv.gz -o mine.gvg      a file that is loaded at once
  grapevine cascades stats trees.csv.gz                  what recorded cascades look like

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

/// Accepts what a seed may be.
CLI::Validator seed_number() {
  return CLI::Validator(
      [](const std::string& text) {
        std::uint64_t seed = 0;
        const char* const end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data(), end, seed);
        if (error == std::errc{} && last == end) return std::string();
        return fmt::format("'{}'; expected a whole number, 0 to {}", text, UINT64_MAX);
      },
      "");
}

void add_threads(CLI::App& app, Request& request) {
  app.add_option("--threads", request.threads, "threads; no result depends on it (default: all processors)")
      ->type_name("N")
      ->check(whole_number(1, 4096));
}

void add_scenario_options(CLI::App& app, Request& request) {
  app.add_option("FILE.toml", request.file, "the scenario")->required();
  app.add_option("--set", request.overrides,
                 "lays KEY=VALUE over the scenario; the value is TOML, so texts stand in quotes")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  add_threads(app, request);
}

/// Does what a graph command does once threads and signals are seen to.
template <void (*act)(const GraphRequest&)>
int graph_command(const Request& request) {
  use_threads(request);
  listen_to_signals();
  GraphRequest graph = request.graph;
  graph.stop_if_asked = stop_if_asked;
  act(graph);
  return 0;  // what was asked for is there, also if a signal came while it was written
}

/// The graph that a command reads, and how.
void add_graph_file(CLI::App& app, Request& request) {
  GraphRequest& graph = request.graph;
  app.add_option("GRAPH", graph.file,
                 "a graph in any format: .gvg, edge list, GraphML, Matrix Market, METIS; text plain, gzip or zstd")
      ->required();
  app.add_option("--format", graph.format, "what it is written in (default: told by its first bytes, else by its name)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"detect", "edge-list", "graphml", "matrix-market", "metis", "graph-file"}));
  app.add_option("--columns", graph.columns, "names of the follower's and the followee's column")
      ->type_name("FOLLOWER FOLLOWED")
      ->expected(2);
  app.add_option("--separator", graph.separator, "the sign between fields")->type_name("SIGN");
  app.add_option("--accounts", graph.accounts, "a table of all accounts, with a column id")->type_name("FILE");
  app.add_flag("!--no-comments", graph.comments, "lines that begin with # or % are follows, too");
  app.add_flag("--undirected", graph.undirected, "every pair is a mutual follow");
  app.add_flag("--reversed", graph.reversed, "the second of a pair follows the first");
  add_threads(app, request);
  app.add_flag("--quiet", graph.quiet, "no progress");
}

/// For what keeps the probabilities of follows.
void add_chances(CLI::App& app, Request& request) {
  app.add_option("--chances", request.graph.chances,
                 "name of the column of an edge list with the probability of each follow, 0 to 1, which is kept")
      ->type_name("COLUMN");
}

void add_graph_out(CLI::App& app, Request& request, const char* sentence, const char* name) {
  app.add_option("-o,--out", request.graph.out, sentence)->type_name(name);
  app.add_flag("--overwrite", request.graph.overwrite, "replaces a file that exists");
}

void add_accounts_out(CLI::App& app, Request& request) {
  app.add_option("--accounts-out", request.graph.accounts_out,
                 "writes a table of all accounts beside an edge list, which leaves out isolated ones")
      ->type_name("FILE.csv");
}

constexpr auto graph_examples = R"(Examples:
  grapevine graph stats follows.csv.gz
  grapevine graph stats links.txt --undirected --exact -o statistics.h5
  grapevine graph import follows.csv.gz --columns follower followed -o mine.gvg
  grapevine graph generate smaller-is-better.toml -o world.gvg --set graph.users=100000
  grapevine graph sample mine.gvg --users 10000 --method forest-fire -o small.gvg
  grapevine graph export mine.gvg -o mine.graphml

A scenario runs on any of these files: graph.file = "mine.gvg".)";

template <class AddCommand>
void add_graph_stats(CLI::App& graph_app, AddCommand&& command, Request& request) {
  GraphRequest& graph = request.graph;
  CLI::App& stats = command(
      graph_app, "stats", "Measures a graph: degrees and their tails, mixing, components, clustering, distances, ranks",
      graph_command<measure_graph>);
  add_graph_file(stats, request);
  add_graph_out(stats, request, "writes everything to an HDF5 file too", "OUT.h5");
  const GraphStatisticsOptions usual;
  stats
      .add_option("--sample", graph.sources,
                  fmt::format("users from whom distances (of very large graphs clustering too) are estimated, with "
                              "intervals (default: {}, but everybody where there are up to {})",
                              with_thousands(usual.sample), with_thousands(usual.small)))
      ->type_name("N")
      ->check(whole_number(1, std::numeric_limits<int>::max()));
  stats.add_option("--seed", graph.seed, fmt::format("of the sample (default: {})", graph.seed))
      ->type_name("SEED")
      ->check(seed_number());
  stats
      .add_option(
          "--least-tail", graph.least_tail,
          fmt::format("users that the tail of a fitted power law has at the least (default: {})", usual.least_tail))
      ->type_name("N")
      ->check(whole_number(2, std::numeric_limits<int>::max()));
  stats.add_flag("--all", graph.all, "also what takes long or much memory on more than 100 million follows");
  stats.add_flag("--exact", graph.exact, "nothing is sampled; implies --all");
}

template <class AddCommand>
void add_graph_sample(CLI::App& graph_app, AddCommand&& command, Request& request) {
  GraphRequest& graph = request.graph;
  CLI::App& sample = command(graph_app, "sample", "Writes a part of a graph: some users and the follows among them",
                             graph_command<sample_graph>);
  add_graph_file(sample, request);
  add_chances(sample, request);
  add_graph_out(sample, request, "a graph file (.gvg), an edge list or .graphml", "FILE");
  sample.add_option("--users", graph.users, "how many")
      ->type_name("N")
      ->required()
      ->check(whole_number(1, std::numeric_limits<int>::max()));
  add_accounts_out(sample, request);
  sample
      .add_option("--method", graph.method,
                  "users: uniformly; forest-fire (Leskovec and Faloutsos 2006); snowball (default: users)")
      ->type_name("METHOD")
      ->check(CLI::IsMember({"users", "forest-fire", "snowball"}));
  sample.add_option("--seed", graph.seed, fmt::format("of the sample (default: {})", graph.seed))
      ->type_name("SEED")
      ->check(seed_number());
  sample
      .add_option("--forward", graph.forward,
                  fmt::format("forest-fire: chance to burn one more followee (default: {})", ForestFire{}.forward))
      ->type_name("P");
  sample
      .add_option("--backward", graph.backward,
                  fmt::format("forest-fire: chance to burn one more follower (default: {})", ForestFire{}.backward))
      ->type_name("P");
}

template <class AddCommand>
void add_graph_commands(CLI::App& app, AddCommand&& command, Request& request) {
  GraphRequest& graph = request.graph;
  CLI::App& graph_app =
      *app.add_subcommand("graph", "Follow graphs without a study: generate, import, export, measure, sample");
  graph_app.require_subcommand(1);
  graph_app.footer(graph_examples);

  CLI::App& generate = command(graph_app, "generate", "Makes the graph that a scenario asks for and writes it",
                               graph_command<generate_graph>);
  generate.add_option("FILE.toml", graph.file, "the scenario; its [graph] and [[plant]] tables are read")->required();
  generate
      .add_option("--set", graph.overrides,
                  "lays KEY=VALUE over the scenario; the value is TOML, so texts stand in quotes")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  generate.add_option("--replicate", graph.replicate, "whose graph (default: 0, the first)")->type_name("N");
  add_graph_out(generate, request, "a graph file (.gvg), an edge list (.csv, .tsv, .txt, also .gz or .zst) or .graphml",
                "FILE");
  add_accounts_out(generate, request);
  add_threads(generate, request);
  generate.add_flag("--quiet", graph.quiet, "no progress");

  CLI::App& import =
      command(graph_app, "import", "Reads a graph in any format and writes a graph file, which is loaded at once",
              graph_command<import_graph>);
  add_graph_file(import, request);
  add_chances(import, request);
  add_graph_out(import, request, "the graph file", "FILE.gvg");

  CLI::App& exported = command(graph_app, "export", "Reads a graph in any format and writes an edge list or GraphML",
                               graph_command<export_graph>);
  add_graph_file(exported, request);
  add_chances(exported, request);
  add_graph_out(exported, request, "an edge list (.csv, .tsv, .txt, also .gz or .zst) or .graphml", "FILE");
  add_accounts_out(exported, request);

  add_graph_stats(graph_app, command, request);
  add_graph_sample(graph_app, command, request);
}

int cascades_stats(const Request& request) {
  use_threads(request);
  listen_to_signals();
  CascadeRequest cascades = request.cascades;
  cascades.stop_if_asked = stop_if_asked;
  measure_cascades(cascades);
  return 0;
}

constexpr auto cascade_examples = R"(Examples:
  grapevine cascades stats trees.csv.gz
  grapevine cascades stats trees.csv.gz -o cascades.csv
  grapevine cascades stats retweets.tsv --columns story tweet retweeted --time posted

A table of nodes: cascade,node,parent and perhaps a time, one line a node; the root's parent is -1 or empty.)";

template <class AddCommand>
void add_cascade_commands(CLI::App& app, AddCommand&& command, Request& request) {
  CascadeRequest& cascades = request.cascades;
  CLI::App& cascades_app = *app.add_subcommand("cascades", "Recorded cascades without a study: measure");
  cascades_app.require_subcommand(1);
  cascades_app.footer(cascade_examples);

  CLI::App& stats = command(cascades_app, "stats",
                            "Measures recorded cascades: size, depth, breadth, broadcasts, structural virality, delays",
                            cascades_stats);
  stats.add_option("TREES.csv", cascades.file, "a table of nodes, plain, gzip or zstd")->required();
  stats.add_option("-o,--out", cascades.out, "writes a line a tree to a table too (.csv, also .gz or .zst)")
      ->type_name("OUT.csv");
  stats.add_flag("--overwrite", cascades.overwrite, "replaces a file that exists");
  stats
      .add_option("--columns", cascades.columns,
                  "names of the columns of cascade, node and parent (default: these words)")
      ->type_name("CASCADE NODE PARENT")
      ->expected(3);
  auto* time = stats
                   .add_option("--time", cascades.time,
                               "name of the column of times (default: time, delay, time_... or delay_...)")
                   ->type_name("NAME");
  stats.add_flag("--no-time", cascades.without_times, "no column is one of times")->excludes(time);
  stats.add_option("--separator", cascades.separator, "the sign between fields")->type_name("SIGN");
  add_threads(stats, request);
  stats.add_flag("--quiet", cascades.quiet, "no progress");
}

/// "run, check, keys or show": the commands below this one.
std::string commands_below(const CLI::App& app) {
  std::string names;
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (std::size_t i = 0; i < below.size(); ++i)
    names += (i == 0 ? "" : i + 1 == below.size() ? " or " : ", ") + below[i]->get_name();
  return names;
}

template <class AddCommand>
void add_study_commands(CLI::App& app, AddCommand&& add_command, Request& request) {
  const auto command = [&](const char* name, const char* sentence, int (*act)(const Request&)) -> CLI::App& {
    return add_command(app, name, sentence, act);
  };
  CLI::App& run_app = command("run", "Runs a study and writes its result", run);
  add_scenario_options(run_app, request);
  run_app.add_option("-o,--out", request.out, "the result file (HDF5), written when the study is done")
      ->type_name("OUT.h5");
  run_app
      .add_option("--parts", request.parts, "parts of the process that each world is cut into; no result depends on it")
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
  show_app.add_flag("--digest", request.digest,
                    "the digest of what scenario and seed determine, then one for each group of the file");

  CLI::App& compare_app =
      command("compare", "Compares two arms of a result, or several results with each other", compare);
  compare_app.add_option("OUT.h5", request.files, "the result files")->required();
  compare_app.add_option("--arm", request.arm, "the arm whose outcome is compared ...")->type_name("NAME");
  compare_app.add_option("--against", request.against, "... with that of this arm of the same result")
      ->type_name("NAME");
}

/// Takes in the words of the command line. True: all was said already (--help, --version), with this exit status.
bool parse(CLI::App& app, int argc, char** argv, int& status) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return status = app.exit(error), true;
    std::string asked = "grapevine";
    const CLI::App* last = &app;
    for (auto parsed = last->get_subcommands(); !parsed.empty(); parsed = last->get_subcommands()) {
      last = parsed.front();
      asked += " " + last->get_name();
    }
    if (const auto words = last->remaining(); last->get_require_subcommand_min() > 0 && !words.empty())
      throw BadRequest(fmt::format("{}: '{}' is no command; expected {}; see `{} --help`", asked, words.front(),
                                   commands_below(*last), asked));
    throw BadRequest(fmt::format("{}: {}; see `{} --help`", asked, error.what(), asked));
  }
  return false;
}

/// Commands whose product is a file: what they print tells of it.
bool makes_a_file(const CLI::App& command) {
  const std::string& name = command.get_name();
  return name == "run" || name == "generate" || name == "import" || name == "export" || name == "sample";
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
  std::vector<Command> commands;
  const auto add_command = [&](CLI::App& above, const char* name, const char* sentence,
                               int (*act)(const Request&)) -> CLI::App& {
    commands.push_back({above.add_subcommand(name, sentence), act});
    return *commands.back().app;
  };
  add_study_commands(app, add_command, request);
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
