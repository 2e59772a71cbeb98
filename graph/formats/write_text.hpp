#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "graph/base/new_file.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

struct WriteReport {
  std::uint64_t follows = 0;
  std::uint64_t users = 0;     ///< that the file holds, with the table of accounts if there is one
  std::uint64_t left_out = 0;  ///< isolated users that it does not
};

/// Writes an edge list, a follow a line, in the order of users' numbers. Packed if the name ends with .gz or .zst;
/// before that,
///  - .txt: fields apart by a blank, as SNAP writes them; with a header `follower followee` if some id is no number;
///  - .tsv: a header and tabs; all other names: a header and commas, quotes where ids need them.
///
/// `chances` of follows, in the order of the graph's rows, make a third column, `probability`, in the shortest numbers
/// that are read as the same chances; then .txt has the header too. `ids` are the users' ids by number; if empty, the
/// numbers are the ids. Isolated users stand in the table `accounts`, if there is one, with all others:
/// columns `id` and `followers`. `load_edge_list` makes the same graph of it, with the same ids and, unless keys were
/// given in a table, the same numbers. Threads write text (and pack it) side by side, piece by piece; the bytes are the
/// same for any number of them. Throws BadRequest, before anything is written, where an id cannot be written so that it
/// is read again.
WriteReport write_edge_list(NewFile& file, const FollowGraph& graph, std::span<const std::string> ids,
                            NewFile* accounts = nullptr, std::span<const Chance> chances = {});

/// Writes GraphML, plain or packed, with a node for every user and a directed edge from follower to followee. Ids must
/// be UTF-8 without control characters.
WriteReport write_graphml(NewFile& file, const FollowGraph& graph, std::span<const std::string> ids);

}  // namespace grapevine
