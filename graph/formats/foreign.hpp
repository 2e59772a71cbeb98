#pragma once

#include <optional>
#include <string_view>

namespace grapevine {

/// A kind of file that is known and not read.
struct ForeignFormat {
  std::string_view name;    ///< "a DIMACS graph"
  std::string_view remedy;  ///< "write its arcs as a CSV with the header follower,followed"
};

/// What the first bytes of a file, some thousands, show it to be, where that is no graph that is read: such a file
/// would pass for an edge list between users called `c`, `p` and `a`.
std::optional<ForeignFormat> foreign_format(std::string_view beginning);

}  // namespace grapevine
