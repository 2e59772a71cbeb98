#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>

#include "graph/base/memory.hpp"
#include "graph/chance.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/formats/loaded_graph.hpp"
#include "graph/formats/plain_follows.hpp"

namespace grapevine {

/// Where the lines of an edge list with a header hold the probability of their follow.
struct ChanceColumn {
  std::string name;
  EdgeLayout layout;
  std::size_t field = 2;

  std::size_t fields_needed() const { return std::max(layout.fields_needed(), field + 1); }
};

/// Reads the edge list that `loaded` was made of once more, for the probability of each follow, in the order of the
/// graph's rows. Loops are passed over; with `options.undirected` a line speaks for both follows. All threads read,
/// piece by piece; the result does not depend on them, nor on the order of lines, because a follow that is written
/// twice must have the same chance both times. Takes 2 bytes a follow and some 40 a user. O(lines · log followees).
///
/// Throws BadRequest with up to ten mistakes at once, each with file and line: a text that is no number from 0 to 1, or
/// a follow that an earlier line gives another probability.
UnwrittenArray<Chance> read_chances(const std::filesystem::path& file, const ChanceColumn& column,
                                    const EdgeListOptions& options, const LoadedGraph& loaded);

}  // namespace grapevine
