#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "graph/formats/account_table.hpp"
#include "graph/formats/graph_file.hpp"
#include "graph/formats/loaded_graph.hpp"
#include "graph/formats/write_text.hpp"

namespace grapevine {

/// What a file is written in. Text formats may be packed with gzip or zstd.
enum class GraphFormat : std::uint8_t {
  detect,         ///< by its first bytes, else by its name
  edge_list,      ///< a follow a line
  graphml,        ///< .graphml
  matrix_market,  ///< .mtx
  metis,          ///< .metis or .graph
  graph_file,     ///< Grapevine's own: .gvg
};

struct LoadOptions {
  GraphFormat format = GraphFormat::detect;
  std::array<std::string, 2> columns =
      {};                   ///< edge lists: names of the follower and the followee column; both empty: found by header
  char separator = '\0';    ///< edge lists: between fields, ' ' for runs of blanks; '\0': found
  bool undirected = false;  ///< every pair is a mutual follow
  bool reversed = false;    ///< the second of a pair, the target of an edge, follows the first
  AccountFile accounts = {};  ///< a table of all accounts; empty: the accounts are those of the file
  bool comments = true;       ///< edge lists: lines that begin with # or % are comments
  std::string chances =
      {};  ///< edge lists: name of the column with the probability of each follow; empty: none is read
};

/// The format of a file, from its first bytes (unpacked) or, where these tell nothing, from its name; an edge list, if
/// neither does.
GraphFormat detect_format(const std::filesystem::path& file);

/// Reads a graph in any of the formats. Throws BadRequest where the file is not sound, or an option says nothing to its
/// format.
LoadedGraph load_graph(const std::filesystem::path& file, const LoadOptions& options = {});

struct WriteOptions {
  std::filesystem::path accounts =
      {};  ///< edge lists: where to write the table of all accounts; empty: isolated users are left out
};

/// The format that a file of this name is written in: .gvg, .graphml, else an edge list. Throws BadRequest for a format
/// that is not written, or that holds all accounts itself where a table of them is asked for.
GraphFormat written_format(const std::filesystem::path& file, const WriteOptions& options = {});

/// Writes a graph; where there are no outside ids, the numbers are the ids. The file appears whole or not at all. Edge
/// lists and GraphML hold the follows and the ids, a graph file everything. Matrix Market and METIS, which hold no ids,
/// are not written.
WriteReport write_graph(const std::filesystem::path& file, const GraphFileContent& content,
                        const WriteOptions& options = {});

/// The same into files whose names were taken before; `accounts` may be null.
WriteReport write_graph(NewFile& file, const GraphFileContent& content, NewFile* accounts);

}  // namespace grapevine
