#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>

#include "graph/formats/account_table.hpp"
#include "graph/formats/loaded_graph.hpp"

namespace grapevine {

struct EdgeListOptions {
  std::array<std::string, 2> columns =
      {};                     ///< names of the follower and the followee column; both empty: found by header
  bool undirected = false;    ///< every pair is a mutual follow
  AccountFile accounts = {};  ///< a table of all accounts; empty: the accounts are those of the edge list
  bool reversed = false;      ///< the second of a pair follows the first
  bool comments = true;       ///< lines that begin with # or % are comments, where fields lie apart by blanks or tabs
  char separator = '\0';      ///< any sign, ' ' for runs of blanks and tabs, '\0' to have it found
  std::size_t piece = std::size_t{1} << 19;  ///< bytes of text that a thread reads at a time; shows in nothing but time
  std::string chances = {};  ///< name of the column with the probability that a contact along the follow passes a post
                             ///< on; empty: none is read
};

/// Reads a list of follows, plain, gzip or zstd, one a line:
///  - fields apart by blanks or tabs without a header, lines with # or % are comments (as SNAP and KONECT write them):
///    the first follows the second; or
///  - a table with a header, apart by comma, semicolon, tab or `options.separator`: column `follower` follows
///    `followed` or `followee`, or `from` follows `to`, or `options.columns` name them. For an undirected list the
///    first two columns will do.
///
/// Every line has as many fields as the header or, without one, as the first line: others are refused, for they show
/// that the file is something else. What KONECT's first line says (`% sym`) and what the column `Type` says beside
/// `Source` and `Target` (Directed, Undirected, as Gephi writes it) is obeyed. Lines end with LF, CRLF or CR; double
/// quotes may stand around a field.
///
/// An id is any text in UTF-8. `options.accounts` is a table of the same kind with a column `id`, optionally `key`, and
/// others that are not read here; isolated users stand only there. With `key`, an account's key is the hash of that
/// text, else of its id.
///
/// The text is cut into pieces at line ends, which all threads read side by side; a packed file is unpacked by one more
/// thread ahead of them. Beside the graph it takes some 16 bytes a follow, and no text but once a user and thread. What
/// is unusual in any piece has the file read once more, in order, to say in which line.
///
/// With `chances` the file is read a second time (graph/formats/edge_chances.hpp), so it must not be a pipe.
///
/// Throws BadRequest with up to ten mistakes at once, each `file:line: found; expected; what to do`.
LoadedGraph load_edge_list(const std::filesystem::path& file, const EdgeListOptions& options = {});

}  // namespace grapevine
