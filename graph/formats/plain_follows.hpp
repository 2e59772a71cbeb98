#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/rows.hpp"

namespace grapevine {

/// How an edge list's lines are laid out.
struct EdgeLayout {
  char separator = ' ';                    ///< between fields; ' ' stands for runs of blanks and tabs
  std::size_t follower = 0, followee = 1;  ///< fields
  std::size_t fields = 0;                  ///< of every line; 0: not known yet
  bool comments = true;  ///< lines that begin with # or % are comments, where fields lie apart by blanks

  std::size_t fields_needed() const { return (follower > followee ? follower : followee) + 1; }
  /// Fields of a line that are looked at: all, where it is known how many there should be.
  std::size_t fields_looked_at() const { return fields == 0 ? fields_needed() : SIZE_MAX; }
};

/// What lines hold.
struct LinesRead {
  std::uint64_t lines = 0, comments = 0;
  std::uint32_t numbers = 0;  ///< has every bit that an id has
};

/// Zero bytes that must lie behind a text for `read_plain_follows`.
inline constexpr std::size_t margin_behind_text = 16;

/// Appends the follows of lines whose first two fields are whole numbers below 2^31 without sign, quotes and leading
/// zeros, and stops before the first line that is anything else, or before `end`. Lines end with a line end each but
/// perhaps the last, with which the text ends. The follower and the followee must be the first two fields, in either
/// order. A line with more or fewer fields than the layout says is something else, too.
const char* read_plain_follows(const char* text, const char* end, const EdgeLayout& layout,
                               UnwrittenArray<Follow>& follows, LinesRead& read);

}  // namespace grapevine
