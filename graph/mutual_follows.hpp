#pragma once

#include <cstdint>

#include "graph/base/memory.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// One bit for each follow whose reverse exists, 64 in a word, in the order of the rows. Rows are sorted and free of
/// repetitions and self-loops.
///
/// Each pair is looked for once, from the user of lower number: where users are numbered by followers, that is the
/// smaller part of the follows. A question goes to the bucket of the row that may hold the answer; a bucket's questions
/// and rows, both sorted, are then read side by side. O(follows), and half a byte a follow and a word a user while it
/// works.
Array<std::uint64_t> mutual_follows(RowsView rows);

/// The same where the rows of followers are known too, in any order. O(follows), and a bit a user and thread while it
/// works.
Array<std::uint64_t> mutual_follows(RowsView followees, RowsView followers);

}  // namespace grapevine
