#pragma once

#include <cstdint>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/seen_log.hpp"

namespace grapevine {

/// What a reader did with those roots of one author that are still alive.
struct AuthorHistory {
  UserId author{};
  std::uint32_t looks = 0;
  ActionCounts<std::uint32_t> actions{};
};

/// The same for all authors whose roots the reader looked at: open addressing, emptied by counting up an epoch. What is
/// known of an author lies in its slot, so that a candidate costs one look into memory.
class AuthorHistories {
public:
  /// `seen`: the reader's entries of the seen-log, with authors; roots below `tail` are no longer alive. O(entries).
  void gather(SeenLog::Entries seen, std::uint32_t tail);
  /// Of an author never looked at: no looks, no actions.
  AuthorHistory of(UserId author) const {
    const Slot& slot = slots_[place(author)];
    return slot.epoch == epoch_ ? slot.history : AuthorHistory{author};
  }

private:
  struct Slot {
    std::uint32_t epoch = 0;
    AuthorHistory history;
  };
  /// Where the author is, or would be put.
  std::size_t place(UserId author) const {
    std::size_t i = (author.value() * std::uint32_t{0x9e3779b1}) & (slots_.size() - 1);
    while (slots_[i].epoch == epoch_ && slots_[i].history.author != author) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void empty_for(std::size_t authors);

  std::vector<Slot> slots_ = std::vector<Slot>(256);  ///< a power of two, twice the authors at the least
  std::uint32_t epoch_ = 1;
};

}  // namespace grapevine
