#include "scenarios/commands/command_line.hpp"
#include "scenarios/commands/stopping.hpp"

namespace grapevine {

namespace {

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

}  // namespace

void add_cascade_commands(CLI::App& app, const AddCommand& command, Request& request) {
  CascadeRequest& cascades = request.cascades;
  CLI::App& cascades_app = *app.add_subcommand("cascades", "Recorded cascades without a study: measure");
  cascades_app.require_subcommand(1);
  cascades_app.footer(cascade_examples);

  CLI::App& stats = command(cascades_app, "stats",
                            "Measures recorded cascades: size, depth, breadth, broadcasts, structural virality, delays",
                            cascades_stats);
  stats.add_option("TREES.csv", cascades.file, "a table of nodes, plain, gzip or zstd")->required();
  stats.add_option("-o,--out", cascades.out, "also writes a table with one line per tree (.csv, also .gz or .zst)")
      ->type_name("OUT.csv");
  stats.add_flag("--overwrite", cascades.overwrite, "replaces a file that exists");
  stats
      .add_option("--columns", cascades.columns,
                  "names of the columns of cascade, node and parent (default: these words)")
      ->type_name("CASCADE NODE PARENT")
      ->expected(2, 3);
  stats.add_flag("--no-parents", cascades.without_parents,
                 "the file does not say who has a post from whom: sizes only");
  auto* time = stats
                   .add_option("--time", cascades.time,
                               "name of the column of times (default: time, delay, time_... or delay_...)")
                   ->type_name("NAME");
  stats.add_flag("--no-time", cascades.without_times, "the table has no column of times")->excludes(time);
  stats.add_option("--separator", cascades.separator, "the character between fields")->type_name("CHARACTER");
  add_threads(stats, request);
  stats.add_flag("--quiet", cascades.quiet, "no progress");
}

}  // namespace grapevine
