#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

struct EdgeListOptions {
  std::array<std::string, 2> columns = {};  ///< names of the follower and the followee column; both empty: found by header
  bool undirected = false;                  ///< every pair is a mutual follow
  std::filesystem::path accounts = {};      ///< a table of all accounts; empty: the accounts are those of the edge list
};

/// What was read and what became of it. Follows and what was dropped count directed edges: an undirected pair is two.
struct LoadReport {
  std::uint64_t lines = 0;     ///< of the edge list, comments, header and empty lines included
  std::uint64_t comments = 0;  ///< of the edge list
  std::uint64_t follows = 0;
  std::uint64_t self_loops = 0;  ///< dropped
  std::uint64_t duplicates = 0;  ///< dropped
  std::uint64_t users = 0;
  std::uint64_t isolated = 0;  ///< users with neither followees nor followers
};

/// A graph from outside. Users are numbered by follower count, descending, then by key, so neither the order of lines nor what ids look
/// like shows in it.
struct LoadedGraph {
  FollowGraph graph;
  std::vector<std::string> outside_ids;  ///< by internal number
  std::vector<AccountKey> keys;          ///< by internal number
  LoadReport report;
};

/// Reads a list of follows, plain or gzip, one a line:
///  - fields apart by blanks or tabs without a header, lines with # or % are comments (as SNAP and KONECT write them): the first follows
///  the second; or
///  - a table with a header, apart by comma, semicolon or tab: column `follower` follows `followed` or `followee`, or `from` follows `to`,
///  or
///    `options.columns` name them. For an undirected list the first two columns will do.
///
/// An id is any text. `options.accounts` is a table of the same kind with a column `id`, optionally `key`, and others that are not read
/// here; isolated users stand only there. With `key`, an account's key is the hash of that text, else of its id.
///
/// Throws BadRequest with up to ten mistakes at once, each `file:line: found; expected; what to do`.
LoadedGraph load_edge_list(const std::filesystem::path& file, const EdgeListOptions& options = {});

}  // namespace grapevine
