#include "scenarios/commands/graph_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/sampling/forest_fire.hpp"
#include "graph/sampling/induced.hpp"
#include "graph/sampling/snowball.hpp"
#include "graph/statistics/sampled.hpp"
#include "scenarios/commands/graph_statistics.hpp"
#include "scenarios/commands/output_file.hpp"
#include "scenarios/commands/steps.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/study.hpp"

#include "graph/base/utf8.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, GraphFormat>, 6> formats = {
    {{"detect", GraphFormat::detect},
     {"edge-list", GraphFormat::edge_list},
     {"graphml", GraphFormat::graphml},
     {"matrix-market", GraphFormat::matrix_market},
     {"metis", GraphFormat::metis},
     {"graph-file", GraphFormat::graph_file}}};

LoadOptions load_options(const GraphRequest& request) {
  LoadOptions options;
  const auto format = std::ranges::find(formats, request.format, [](const auto& entry) { return entry.first; });
  GRAPEVINE_EXPECTS(format != formats.end());
  options.format = format->second;
  if (!request.columns.empty()) options.columns = {request.columns.at(0), request.columns.at(1)};
  options.separator = separator_sign(request.separator);
  options.undirected = request.undirected;
  options.reversed = request.reversed;
  if (!request.attributes.empty() && request.accounts.empty())
    throw BadRequest("--attributes without --accounts, whose columns it names; expected a table of accounts");
  options.accounts = AccountFile(request.accounts, request.attributes);
  options.chances = request.chances;
  options.comments = request.comments;
  return options;
}

LoadedGraph read(const GraphRequest& request, Steps& steps) {
  steps.begin("reading " + request.file);
  const EndsAtOnce nothing_to_keep;
  LoadedGraph loaded = load_graph(request.file, load_options(request));
  steps.end();
  return loaded;
}

bool is_text(const std::string& file) { return written_format(file) != GraphFormat::graph_file; }

std::string name_of(const Users& accounts, UserId user) {
  return accounts.outside_ids.empty() ? with_thousands(user.value())
                                      : fmt::format("'{}'", accounts.outside_ids[user.index()]);
}

/// "Graph   81 306 users, ...", two lines.
std::string facts(const FollowGraph& graph, const Users& accounts) {
  std::string text = fmt::format("Graph   {}, {}", with_thousands(graph.user_count(), "user"),
                                 with_thousands(graph.follow_count(), "follow"));
  if (graph.follow_count() == 0) return text + "\n";
  text += fmt::format(
      ", reciprocity {}\n",
      with_decimals(static_cast<double>(graph.mutual_count()) / static_cast<double>(graph.follow_count()), 3));
  const auto counts = graph.follower_counts();
  const UserId largest(static_cast<std::uint32_t>(std::ranges::max_element(counts) - counts.begin()));
  return text + fmt::format("        the largest user, {}, has {}\n", name_of(accounts, largest),
                            with_thousands(graph.follower_count(largest), "follower"));
}

std::string what_was_read(const GraphRequest& request, const LoadReport& report) {
  if (report.lines == 0) return fmt::format("Read    {}, a graph file\n", request.file);
  std::string text =
      fmt::format("Read    {}: {}, {}; dropped {}, {} of oneself and {}\n        {} isolated\n", request.file,
                  with_thousands(report.lines, "line"), with_thousands(report.pairs, "follow"),
                  with_thousands(report.duplicates, "repetition"), with_thousands(report.self_loops),
                  with_thousands(report.comments, "line of comment", "lines of comment"),
                  with_thousands(report.isolated, "user is", "users are"));
  for (const std::string& note : report.notes) text += fmt::format("Note    {}\n", note);
  return printable(text);
}

/// The names that a command was given for what it writes, taken.
struct Outputs {
  std::unique_ptr<NewFile> graph, accounts;
};

void write(const GraphRequest& request, const Outputs& outputs, const GraphFileContent& content, Steps& steps) {
  steps.begin("writing " + request.out);
  const Users& known = content.accounts;
  const bool lossy = is_text(request.out) && (!known.active.empty() || !known.community.empty() ||
                                              !known.planted.empty() || !known.attributes.empty());
  const WriteReport report = write_graph(*outputs.graph, content, outputs.accounts.get());
  steps.end();
  say(stdout, "Written to {} ({})\n", request.out, bytes(static_cast<double>(fs::file_size(request.out))));
  if (!request.accounts_out.empty()) say(stdout, "        all accounts in {}\n", request.accounts_out);
  if (lossy)
    say(stdout,
        "        who is active, communities, planted accounts and attributes are left out; a graph file (.gvg) keeps "
        "them\n");
  if (!content.chances.empty() && written_format(request.out) == GraphFormat::graphml)
    say(stdout, "        probabilities of follows are left out; an edge list or a graph file (.gvg) keeps them\n");
  if (report.left_out > 0)
    say(stdout,
        "        {} isolated users are left out, for the file holds follows only; --accounts-out FILE.csv keeps them\n",
        with_thousands(report.left_out));
}

/// `inputs`: files that the command reads, besides the graph.
Outputs take_out(const GraphRequest& request, const char* command, const char* ending,
                 std::vector<fs::path> inputs = {}) {
  const std::string called = fmt::format("grapevine graph {} {}", command, request.file);
  inputs.emplace_back(request.file);
  if (!request.accounts.empty()) inputs.emplace_back(request.accounts);
  if (!request.out.empty()) written_format(request.out, {.accounts = request.accounts_out});
  Outputs outputs;
  outputs.graph = take({.command = called,
                        .what = "file to write",
                        .path = request.out,
                        .usual = fs::path(request.file).stem().string() + ending,
                        .overwrite = request.overwrite,
                        .inputs = inputs});
  if (!request.accounts_out.empty())
    outputs.accounts = take({.command = called,
                             .what = "table of accounts",
                             .path = request.accounts_out,
                             .usual = "accounts.csv",
                             .overwrite = request.overwrite,
                             .inputs = inputs,
                             .others = {request.out}});
  return outputs;
}

/// A text in TOML.
std::string toml_text(std::string_view text) {
  std::string toml = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') toml += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      toml += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    else
      toml += c;
  }
  return toml + '"';
}

/// What is known of the users of a part, by their numbers in it.
Users users_of(const Users& whole, const Subgraph& part, std::size_t all) {
  Users users = whole;
  users.planted.clear(), users.plants.clear();  // they lose followers, so they are no longer what was asked for
  users.select(part.original, all);
  if (whole.outside_ids.empty())  // the numbers of the whole are the ids that are known
    for (const UserId original : part.original) users.outside_ids.push_back(fmt::format("{}", original.value()));
  return users;
}

std::vector<UserId> chosen(const FollowGraph& graph, const GraphRequest& request) {
  const StreamKey key(request.seed, Stream::graph, 0);
  const ForestFire usual;
  if (request.method == "forest-fire")
    return forest_fire(
        graph, request.users,
        {.forward = request.forward.value_or(usual.forward), .backward = request.backward.value_or(usual.backward)},
        key);
  if (request.method == "snowball") return snowball(graph, request.users, key);
  return sample_users(graph.user_count(), request.users, key);
}

}  // namespace

char separator_sign(const std::string& named) {
  if (named.size() > 1)
    throw BadRequest(fmt::format("--separator is '{}'; expected one character, such as ';'", named));
  return named.empty() ? '\0' : named.front();
}

void generate_graph(const GraphRequest& request) {
  Scenario scenario;
  std::vector<std::string> mistakes;
  const auto check = [&](auto&& what) {
    try {
      what();
    } catch (const BadRequest& mistake) {
      mistakes.insert(mistakes.end(), mistake.messages().begin(), mistake.messages().end());
    }
  };
  check([&] { scenario = read_scenario(request.file, request.overrides); });
  Outputs outputs;
  check([&] { outputs = take_out(request, "generate", ".gvg", input_files(scenario)); });
  if (mistakes.empty() && request.replicate >= scenario.replicates)
    mistakes.push_back(fmt::format("--replicate is {}; expected 0 to {}, as the scenario has {}", request.replicate,
                                   scenario.replicates - 1, counted(scenario.replicates, "replicate")));
  if (!mistakes.empty()) throw BadRequest(std::move(mistakes));

  Steps steps(request.quiet, request.stop_if_asked);
  steps.begin("generating");
  const StudyGraph made = [&] {
    const EndsAtOnce nothing_to_keep;
    return make_graph(scenario, request.replicate);
  }();
  steps.end();
  say(stdout, "{}", facts(made.graph, made.accounts));
  const std::string provenance = fmt::format("# made by grapevine {}, replicate {} of:\n{}", GRAPEVINE_VERSION,
                                             request.replicate, scenario.understood);
  write(request, outputs,
        {.graph = made.graph, .accounts = made.accounts, .provenance = provenance, .chances = made.chances}, steps);
}

void import_graph(const GraphRequest& request) {
  const Outputs outputs = take_out(request, "import", ".gvg");
  if (is_text(request.out))
    throw BadRequest(
        fmt::format("{}: import makes graph files; expected a name that ends in .gvg; for other formats use `grapevine "
                    "graph export`",
                    request.out));
  Steps steps(request.quiet, request.stop_if_asked);
  const LoadedGraph loaded = read(request, steps);
  say(stdout, "{}{}", facts(loaded.graph, loaded.accounts), what_was_read(request, loaded.report));
  const std::string provenance =
      loaded.provenance.empty() ? fmt::format("[graph]\nfile = {}\n", toml_text(request.file)) : loaded.provenance;
  write(request, outputs,
        {.graph = loaded.graph, .accounts = loaded.accounts, .provenance = provenance, .chances = loaded.chances},
        steps);
}

void export_graph(const GraphRequest& request) {
  const Outputs outputs = take_out(request, "export", ".csv");
  if (!is_text(request.out))
    throw BadRequest(
        fmt::format("{}: export makes text; expected a name that ends in .csv, .tsv, .txt or .graphml, packed with .gz "
                    "or .zst; for graph "
                    "files use `grapevine graph import`",
                    request.out));
  Steps steps(request.quiet, request.stop_if_asked);
  const LoadedGraph loaded = read(request, steps);
  say(stdout, "{}{}", facts(loaded.graph, loaded.accounts), what_was_read(request, loaded.report));
  write(request, outputs, {.graph = loaded.graph, .accounts = loaded.accounts, .chances = loaded.chances}, steps);
}

void measure_graph(const GraphRequest& request) {
  std::unique_ptr<NewFile> out;
  if (!request.out.empty())
    out = take({.command = "grapevine graph stats",
                .what = "file to write",
                .path = request.out,
                .usual = "statistics.h5",
                .overwrite = request.overwrite,
                .inputs = {request.file}});
  Steps steps(request.quiet, request.stop_if_asked);
  const LoadedGraph loaded = read(request, steps);
  GraphStatisticsOptions options{.exact = request.exact, .seed = request.seed, .all = request.all};
  if (request.sources) options.sample = options.small = *request.sources;
  if (request.least_tail) options.least_tail = *request.least_tail;
  options.progress = [&](std::string_view what) { steps.begin(fmt::format("measuring {}", what)); };
  const GraphStatistics statistics = [&] {
    const EndsAtOnce nothing_to_keep;
    return graph_statistics(loaded.graph, loaded.accounts.community, options);
  }();
  steps.end();
  say(stdout, "{}\n{}", what_was_read(request, loaded.report), graph_statistics_text(statistics));
  if (!out) return;
  write_graph_statistics(*out, statistics, request.file);
  say(stdout, "\nWritten to {} ({})\n", request.out, bytes(static_cast<double>(fs::file_size(request.out))));
}

void sample_graph(const GraphRequest& request) {
  const Outputs outputs = take_out(request, "sample", "-sample.gvg");
  if (request.method != "forest-fire" && (request.forward || request.backward))
    throw BadRequest(
        fmt::format("--forward and --backward have no meaning with --method {}; expected them with forest-fire only; "
                    "leave them out",
                    request.method));
  Steps steps(request.quiet, request.stop_if_asked);
  const LoadedGraph loaded = read(request, steps);
  if (request.users > loaded.graph.user_count())
    throw BadRequest(fmt::format("--users is {}; expected at most {}, the users of {}", request.users,
                                 loaded.graph.user_count(), request.file));
  steps.begin("sampling");
  const Subgraph part = [&] {
    const EndsAtOnce nothing_to_keep;
    return induced(loaded.graph, chosen(loaded.graph, request));
  }();
  const Users accounts = users_of(loaded.accounts, part, loaded.graph.user_count());
  UnwrittenArray<Chance> chances;
  if (!loaded.chances.empty()) chances = chances_within(part, loaded.graph, loaded.chances);
  steps.end();
  say(stdout, "{}{}", what_was_read(request, loaded.report), facts(part.graph, accounts));
  const std::string provenance =
      fmt::format("[sample]\nfile = {}\nmethod = {}\nusers = {}\nseed = {}\n", toml_text(request.file),
                  toml_text(request.method), request.users, request.seed);
  write(request, outputs, {.graph = part.graph, .accounts = accounts, .provenance = provenance, .chances = chances},
        steps);
}

}  // namespace grapevine
