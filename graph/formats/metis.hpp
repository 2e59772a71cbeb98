#pragma once

#include <filesystem>

#include "graph/formats/account_table.hpp"
#include "graph/formats/loaded_graph.hpp"

namespace grapevine {

/// Reads the graph format of METIS 5 (Karypis 2013, manual section 4.1.1), plain, gzip or zstd: a header
/// `vertices edges [format [weights]]` and a line for each vertex with its neighbours, who follow each other. Weights
/// and sizes are skipped. Users are the vertices, by their numbers from 1; an empty line is an isolated user. Lines may
/// be of any length.
///
/// Throws BadRequest with file and line where the file is not of that form, where its header counts other vertices or
/// edges than its lines, and where a vertex lists one that does not list it.
LoadedGraph load_metis(const std::filesystem::path& file, const AccountFile& accounts = {});

}  // namespace grapevine
