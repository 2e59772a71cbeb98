#pragma once

#include <vector>

#include "sim/feed/session.hpp"

namespace grapevine {

/// What the reader with these entries of the seen-log did, by author of the roots that are still alive. Ascending by
/// author. O(entries log entries).
void gather_history(const Posts& posts, SeenLog::Entries seen, std::vector<AuthorHistory>& history);

}  // namespace grapevine
