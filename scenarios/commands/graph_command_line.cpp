#include <fmt/format.h>

#include "graph/sampling/forest_fire.hpp"
#include "scenarios/commands/command_line.hpp"
#include "scenarios/commands/graph_statistics.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

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
  app.add_option("--format", graph.format, "its format (default: detected by its first bytes, else by its name)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"detect", "edge-list", "graphml", "matrix-market", "metis", "graph-file"}));
  app.add_option("--columns", graph.columns, "names of the follower's and the followee's column")
      ->type_name("FOLLOWER FOLLOWED")
      ->expected(2);
  app.add_option("--separator", graph.separator, "the character between fields")->type_name("CHARACTER");
  app.add_option("--accounts", graph.accounts, "a table of all accounts, with a column id")->type_name("FILE");
  app.add_flag("!--no-comments", graph.comments, "lines that begin with # or % are follows, not comments");
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

/// For what keeps columns of the table of accounts.
void add_attributes(CLI::App& app, Request& request) {
  app.add_option("--attributes", request.graph.attributes,
                 "names of columns of the table of accounts that hold numbers, which a graph file keeps")
      ->type_name("COLUMN ...");
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

void add_graph_stats(CLI::App& graph_app, const AddCommand& command, Request& request) {
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
      ->check(whole_number(1));
  stats.add_option("--seed", graph.seed, fmt::format("of the sample (default: {})", graph.seed))
      ->type_name("SEED")
      ->check(seed_number());
  stats
      .add_option(
          "--least-tail", graph.least_tail,
          fmt::format("fewest users that the tail of a fitted power law may have (default: {})", usual.least_tail))
      ->type_name("N")
      ->check(whole_number(2));
  stats.add_flag("--all", graph.all, "also measures what takes much time or memory above 100 million follows");
  stats.add_flag("--exact", graph.exact, "nothing is sampled; implies --all");
  stats.footer(R"(Examples:
  grapevine graph stats follows.csv.gz
  grapevine graph stats links.txt --undirected --exact -o statistics.h5)");
}

void add_graph_sample(CLI::App& graph_app, const AddCommand& command, Request& request) {
  GraphRequest& graph = request.graph;
  CLI::App& sample = command(graph_app, "sample", "Writes a part of a graph: some users and the follows among them",
                             graph_command<sample_graph>);
  add_graph_file(sample, request);
  add_chances(sample, request);
  add_attributes(sample, request);
  add_graph_out(sample, request, "a graph file (.gvg), an edge list or .graphml", "FILE");
  sample.add_option("--users", graph.users, "how many")->type_name("N")->required()->check(whole_number(1));
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
  sample.footer(R"(Examples:
  grapevine graph sample mine.gvg --users 10000 --method forest-fire -o small.gvg)");
}

}  // namespace

void add_graph_commands(CLI::App& app, const AddCommand& command, Request& request) {
  GraphRequest& graph = request.graph;
  CLI::App& graph_app =
      *app.add_subcommand("graph", "Follow graphs without a study: generate, import, export, measure, sample");
  graph_app.require_subcommand(1);
  graph_app.footer(graph_examples);

  CLI::App& generate = command(graph_app, "generate", "Makes the graph that a scenario asks for and writes it",
                               graph_command<generate_graph>);
  generate.add_option("FILE.toml", graph.file, "the scenario; its [graph] and [[plant]] tables are read")->required();
  add_overrides(generate, graph.overrides);
  generate
      .add_option("--replicate", graph.replicate, "number of the replicate whose graph is made (default: 0, the first)")
      ->type_name("N");
  add_graph_out(generate, request, "a graph file (.gvg), an edge list (.csv, .tsv, .txt, also .gz or .zst) or .graphml",
                "FILE");
  add_accounts_out(generate, request);
  add_threads(generate, request);
  generate.add_flag("--quiet", graph.quiet, "no progress");
  generate.footer(R"(Examples:
  grapevine graph generate smaller-is-better.toml -o world.gvg --set graph.users=100000)");

  CLI::App& import =
      command(graph_app, "import", "Reads a graph in any format and writes a graph file, which is loaded at once",
              graph_command<import_graph>);
  add_graph_file(import, request);
  add_chances(import, request);
  add_attributes(import, request);
  add_graph_out(import, request, "the graph file", "FILE.gvg");
  import.footer(R"(Examples:
  grapevine graph import follows.csv.gz --columns follower followed -o mine.gvg

A scenario runs on it: graph.file = "mine.gvg".)");

  CLI::App& exported = command(graph_app, "export", "Reads a graph in any format and writes an edge list or GraphML",
                               graph_command<export_graph>);
  add_graph_file(exported, request);
  add_chances(exported, request);
  add_graph_out(exported, request, "an edge list (.csv, .tsv, .txt, also .gz or .zst) or .graphml", "FILE");
  add_accounts_out(exported, request);
  exported.footer(R"(Examples:
  grapevine graph export mine.gvg -o mine.graphml
  grapevine graph export mine.gvg -o mine.csv.gz --accounts-out accounts.csv)");

  add_graph_stats(graph_app, command, request);
  add_graph_sample(graph_app, command, request);
}

}  // namespace grapevine
