#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/base/memory.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"

namespace grapevine {

/// What was read and what became of it. Follows and what was dropped count directed edges: an undirected pair is two.
struct LoadReport {
  std::uint64_t lines = 0;     ///< of the file's text, comments, header and empty lines included
  std::uint64_t comments = 0;  ///< lines
  std::uint64_t pairs = 0;     ///< follows as the file writes them, dropped ones included; an undirected pair is one
  std::uint64_t follows = 0;
  std::uint64_t self_loops = 0;  ///< dropped
  std::uint64_t duplicates = 0;  ///< dropped
  std::uint64_t users = 0;
  std::uint64_t isolated = 0;  ///< users with neither followees nor followers
  bool undirected = false;     ///< every line was a mutual follow, because that was asked for or the file says so
  std::vector<std::string> notes = {};  ///< what a reader should know: sentences without a full stop
};

/// A graph from outside. Users are numbered by follower count, descending, then by key, so neither the order of lines
/// nor what ids look like shows in it; those of a graph file have the numbers that they had.
struct LoadedGraph {
  FollowGraph graph;
  Users accounts;  ///< with outside ids, but for graph files that have none
  LoadReport report = {};
  std::string provenance = {};          ///< what made it, as TOML, where the file says so
  UnwrittenArray<Chance> chances = {};  ///< of follows, in the order of the graph's rows: that a contact passes a post
                                        ///< on along the follow; empty: none are known
};

}  // namespace grapevine
