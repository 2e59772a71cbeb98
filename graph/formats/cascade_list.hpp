#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "graph/formats/id_table.hpp"

namespace grapevine {

/// Cascades that somebody recorded, each a tree, in the order in which the file first names them. Where the file does
/// not say who has a post from whom, they are sets of nodes.
struct CascadeList {
  IdTable ids;                        ///< of cascades
  std::vector<std::size_t> begin{0};  ///< cascade c has the nodes begin[c] to begin[c + 1] - 1, level by level
  bool trees = true;                  ///< false: parents are not known, and nodes are in the order of the file
  /// By node: where in its cascade the node stands that it hangs from; -1 for the root, and where parents are not
  /// known.
  std::vector<std::int32_t> parents;
  std::vector<double> times;  ///< by node, NaN where the file says none; empty if it has no column of times
  std::string time_column;    ///< its name; empty if there is none
  bool delays = false;  ///< times count from the root, for the column's name begins with "delay"; else from anywhere
  std::uint64_t lines = 0;  ///< of the file

  std::size_t size() const noexcept { return begin.size() - 1; }
  std::span<const std::int32_t> tree(std::size_t cascade) const { return part(parents, cascade); }
  std::span<const double> times_of(std::size_t cascade) const {
    return times.empty() ? std::span<const double>() : part(times, cascade);
  }

private:
  template <class T>
  std::span<const T> part(const std::vector<T>& all, std::size_t cascade) const {
    return {all.data() + begin[cascade], begin[cascade + 1] - begin[cascade]};
  }
};

struct CascadeListOptions {
  std::array<std::string, 3> columns = {};  ///< names of the columns of cascade, node and parent; empty: these words
  std::string time = {};                    ///< name of the column of times; empty: found by header
  bool without_times = false;               ///< no column is one of times
  bool without_parents = false;             ///< the file has no column of parents
  char separator = '\0';                    ///< any sign, ' ' for runs of blanks and tabs, '\0' to have it found
};

/// Reads cascades from text, plain, gzip or zstd: a header with the columns `cascade`, `node`, `parent` and perhaps one
/// of times, called `time`, `delay`, `time_...` or `delay_...`, in any order beside others, then a line a node. Ids are
/// any text but "-1" and count within their cascade; the root's parent is -1 or empty. Nodes stand in any order, those
/// of one cascade together or scattered. Times are numbers; some may be empty.
///
/// In memory a node takes 32 bytes while it is read and 4 afterwards, 12 with times, and each id once: a bounded
/// multiple of the text.
///
/// Without parents there is no such column, and a cascade is the set of its nodes.
///
/// Throws BadRequest with up to ten mistakes at once, each `file:line: found; expected; what to do`: a cascade with no
/// root or with two, a node that stands there twice, one whose parent its cascade lacks, and nodes that hang from each
/// other in a circle.
CascadeList load_cascades(const std::filesystem::path& file, const CascadeListOptions& options = {});

}  // namespace grapevine
