#pragma once

#include <filesystem>

#include "graph/formats/graph_text_options.hpp"
#include "graph/formats/loaded_graph.hpp"

namespace grapevine {

/// Reads GraphML (Brandes, Eiglsperger, Lerner, Pich 2013), plain, gzip or zstd: an edge from source to target reads
/// "source follows target", an undirected one is a mutual follow. Users are the nodes, by their ids; attributes and
/// data are skipped. One graph, without graphs in nodes and without hyperedges.
///
/// The XML is read as a stream by expat: Boost.Graph's reader keeps neither the ids of nodes nor a bound on what it
/// holds. Throws BadRequest with file and line.
LoadedGraph load_graphml(const std::filesystem::path& file, const GraphTextOptions& options = {});

}  // namespace grapevine
