#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/base/new_file.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "graph/formats/loaded_graph.hpp"
#include "graph/users.hpp"

namespace grapevine {

/// What a graph file is made of.
struct GraphFileContent {
  const FollowGraph& graph;
  const Users& accounts;  ///< of the users of `graph`
  std::string_view provenance =
      {};  ///< what made the graph: model and parameters, or the file it was read from, as TOML
  std::span<const Chance> chances = {};  ///< of each follow, in the order of the graph's rows; empty: none are known
};

/// Writes the project's own graph file, an HDF5 file that docs/graph-files.md specifies; the usual name ends in `.gvg`.
/// Equal contents give equal bytes. The file appears whole or not at all, and may be the one that the graph is mapped
/// from. Takes 64 MiB beside the content. Throws Error if it cannot be written.
void write_graph_file(const std::filesystem::path& path, const GraphFileContent& content);

/// The same into a file whose name was taken before.
void write_graph_file(NewFile& file, const GraphFileContent& content);

struct GraphFileOptions {
  bool checksums =
      true;  ///< compare every array with its checksum: off, damage may go unnoticed that leaves a sound graph
};

/// Maps a graph file; the graph stands on it, under the numbers that its users had: pages are shared with whoever else
/// reads it, and memory of its own is taken only for `Users`, keys and chances, which is less than the file has
/// bytes for them, text apart (40 bytes an id). The file must not be changed in place while the graph lives; that it is
/// removed or replaced does no harm. Everything is looked at once, so that nothing in the file can lead astray whoever
/// uses the graph: O(follows), at the speed of memory.
///
/// Throws BadRequest, which names the file and the dataset, if it is no graph file, damaged, of a newer format, or no
/// graph.
LoadedGraph load_graph_file(const std::filesystem::path& path, const GraphFileOptions& options = {});

/// Whether the file begins as HDF5 files do: then it is for `load_graph_file` to say what is wrong with it. False if it
/// cannot be read.
bool is_graph_file(const std::filesystem::path& path);

}  // namespace grapevine
