#pragma once

#include <filesystem>

#include "graph/formats/graph_text_options.hpp"
#include "graph/formats/loaded_graph.hpp"

namespace grapevine {

/// Reads a square matrix in the coordinate form of the Matrix Market (Boisvert, Pozo, Remington 1996, NISTIR 5935),
/// plain, gzip or zstd: an entry in row i and column j reads "i follows j", whatever its value; symmetric,
/// skew-symmetric and Hermitian matrices make every entry mutual. Users are the rows, by their numbers from 1; one
/// without entries is isolated.
///
/// Throws BadRequest with file and line where the file is not of that form, or holds another number of entries than its
/// header says. A header may claim some rows more than there are entries (2^20 + 8 an entry), for nothing is allocated
/// on its word alone.
LoadedGraph load_matrix_market(const std::filesystem::path& file, const GraphTextOptions& options = {});

}  // namespace grapevine
