#pragma once

#include <cstdint>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/feed/number_index.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/seen_log.hpp"

namespace grapevine {

/// What a reader did with those roots of one author that are still alive.
struct AuthorHistory {
  UserId author{};
  std::uint32_t looks = 0;
  ActionCounts<std::uint32_t> actions{};
};

/// The same for all authors whose roots the reader looked at.
class AuthorHistories {
public:
  /// `seen`: the reader's entries of the seen-log, with authors; roots below `tail` are no longer alive. O(entries).
  void gather(SeenLog::Entries seen, std::uint32_t tail);
  /// Of an author never looked at: no looks, no actions.
  AuthorHistory of(UserId author) const {
    const std::uint32_t* place = index_.find(author.value());
    return place ? all_[*place] : AuthorHistory{author};
  }

private:
  std::vector<AuthorHistory> all_;  ///< as many as `index_` leads to, and leftovers
  NumberIndex index_;
};

}  // namespace grapevine
