#include "graph/formats/load_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "graph/base/error.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/formats/foreign.hpp"
#include "graph/formats/graph_file.hpp"
#include "graph/formats/graphml.hpp"
#include "graph/formats/matrix_market.hpp"
#include "graph/formats/metis.hpp"
#include "graph/formats/packing.hpp"
#include "graph/formats/text_source.hpp"

namespace grapevine {

namespace {

const char* name_of(GraphFormat format) {
  switch (format) {
    case GraphFormat::detect:
      break;
    case GraphFormat::edge_list:
      return "an edge list";
    case GraphFormat::graphml:
      return "GraphML";
    case GraphFormat::matrix_market:
      return "a Matrix Market file";
    case GraphFormat::metis:
      return "a METIS graph";
    case GraphFormat::graph_file:
      return "a graph file";
  }
  return "a file";
}

/// By the name alone; edge lists have all kinds of names.
GraphFormat format_of_name(const std::filesystem::path& file) {
  const std::filesystem::path name = packing_of(file) == Packing::none ? file.filename() : file.stem();
  std::string end = name.extension().string();
  std::ranges::transform(end, end.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (end == ".graphml") return GraphFormat::graphml;
  if (end == ".mtx" || end == ".mm") return GraphFormat::matrix_market;
  if (end == ".graph" || end == ".metis") return GraphFormat::metis;
  if (end == ".gvg") return GraphFormat::graph_file;
  return GraphFormat::edge_list;
}

void expect_meaning(const std::filesystem::path& file, GraphFormat format, const LoadOptions& options) {
  const auto refuse = [&](const char* option, const char* why) {
    throw BadRequest(
        fmt::format("{}: {} has no meaning here: {}; expected it only where it has a meaning; leave it out",
                    file.string(), option, why));
  };
  if (options.undirected && options.reversed) refuse("graph.reversed", "graph.undirected makes every follow mutual");
  if (format == GraphFormat::edge_list) return;
  if (format == GraphFormat::graph_file) {
    if (options.undirected) refuse("graph.undirected", "a graph file says itself who follows whom");
    if (options.reversed) refuse("graph.reversed", "a graph file says itself who follows whom");
    if (!options.accounts.empty()) refuse("graph.accounts", "a graph file holds its accounts");
  }
  if (!options.chances.empty())
    refuse("graph.chances", format == GraphFormat::graph_file
                                ? "a graph file holds the probabilities of its follows itself"
                                : "only an edge list with a header has a column for it: write the graph as one");
  const std::string why = fmt::format("this is {}, which says itself what it holds", name_of(format));
  if (!options.columns[0].empty() || !options.columns[1].empty()) refuse("graph.columns", why.c_str());
  if (options.separator != '\0') refuse("graph.separator", why.c_str());
  if (!options.comments) refuse("graph.comments", why.c_str());
  if (format == GraphFormat::metis && options.reversed)
    refuse("graph.reversed", "the edges of a METIS graph have no direction");
  if (format == GraphFormat::metis && options.undirected)
    refuse("graph.undirected", "the edges of a METIS graph have no direction");
}

}  // namespace

namespace {

/// The first bytes of a file, unpacked; none of what is no file, for what a pipe gives is given once.
std::string beginning_of(const std::filesystem::path& file) {
  std::error_code code;
  if (std::filesystem::exists(file, code) && !std::filesystem::is_regular_file(file, code) &&
      !std::filesystem::is_directory(file, code))
    return "";
  TextSource source(file);
  std::string begin(4096, '\0');
  std::size_t size = 0;
  for (std::size_t got = 1; got > 0 && size < begin.size(); size += got)
    got = source.read(begin.data() + size, begin.size() - size);
  begin.resize(size);
  return begin;
}

/// What those bytes tell or, where they tell nothing, the name does.
GraphFormat format_of(std::string_view text, const std::filesystem::path& file) {
  if (text.starts_with("\x89HDF\r\n\x1a\n")) return GraphFormat::graph_file;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.starts_with("%%MatrixMarket")) return GraphFormat::matrix_market;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with("<?xml") || text.starts_with("<graphml") || text.starts_with("<!--"))
    return GraphFormat::graphml;
  return format_of_name(file);
}

/// The format of a file that does not say by a key what it is.
GraphFormat detected(const std::filesystem::path& file) {
  const std::string begin = beginning_of(file);
  if (const auto foreign = foreign_format(begin))
    throw BadRequest(
        fmt::format("{}: looks like {}; expected an edge list, GraphML, Matrix Market, METIS or a graph file; {} (if "
                    "it is one of these all the same, set graph.format)",
                    file.string(), foreign->name, foreign->remedy));
  return format_of(begin, file);
}

}  // namespace

GraphFormat detect_format(const std::filesystem::path& file) { return format_of(beginning_of(file), file); }

LoadedGraph load_graph(const std::filesystem::path& file, const LoadOptions& options) {
  const GraphFormat format = options.format == GraphFormat::detect ? detected(file) : options.format;
  expect_meaning(file, format, options);
  const GraphTextOptions text{
      .undirected = options.undirected, .reversed = options.reversed, .accounts = options.accounts};
  switch (format) {
    case GraphFormat::graphml:
      return load_graphml(file, text);
    case GraphFormat::matrix_market:
      return load_matrix_market(file, text);
    case GraphFormat::metis:
      return load_metis(file, options.accounts);
    case GraphFormat::graph_file:
      return load_graph_file(file);
    case GraphFormat::edge_list:
    case GraphFormat::detect:
      break;
  }
  return load_edge_list(file, {.columns = options.columns,
                               .undirected = options.undirected,
                               .accounts = options.accounts,
                               .reversed = options.reversed,
                               .comments = options.comments,
                               .separator = options.separator,
                               .chances = options.chances});
}

GraphFormat written_format(const std::filesystem::path& file, const WriteOptions& options) {
  const GraphFormat format = format_of_name(file);
  if (format == GraphFormat::matrix_market || format == GraphFormat::metis)
    throw BadRequest(
        fmt::format("{}: {} is not written; expected a graph file (.gvg), an edge list (.csv, .tsv, .txt, packed with "
                    ".gz or .zst) or .graphml; change the name",
                    file.string(), name_of(format)));
  if (format != GraphFormat::edge_list && !options.accounts.empty())
    throw BadRequest(
        fmt::format("{}: {} holds all accounts itself; expected no table of accounts beside {}; leave it out",
                    options.accounts.string(), name_of(format), file.string()));
  return format;
}

WriteReport write_graph(NewFile& file, const GraphFileContent& content, NewFile* accounts) {
  const FollowGraph& graph = content.graph;
  const std::span<const std::string> ids = content.accounts.outside_ids;
  switch (written_format(file.name(), {.accounts = accounts != nullptr ? accounts->name() : ""})) {
    case GraphFormat::graphml:
      return write_graphml(file, graph, ids);
    case GraphFormat::graph_file:
      write_graph_file(file, content);
      return {.follows = graph.follow_count(), .users = graph.user_count()};
    case GraphFormat::edge_list:
    case GraphFormat::matrix_market:
    case GraphFormat::metis:
    case GraphFormat::detect:
      break;
  }
  return write_edge_list(file, graph, ids, accounts, content.chances);
}

WriteReport write_graph(const std::filesystem::path& file, const GraphFileContent& content,
                        const WriteOptions& options) {
  written_format(file, options);
  NewFile out(file);
  std::optional<NewFile> accounts;
  if (!options.accounts.empty()) accounts.emplace(options.accounts);
  return write_graph(out, content, accounts ? &*accounts : nullptr);
}

}  // namespace grapevine
