#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/seen_log.hpp"

namespace grapevine {

/// What a reader did with those roots of one author that are still alive.
struct AuthorHistory {
  std::uint32_t looks = 0;
  ActionCounts<std::uint16_t> actions{};
};

/// The same for all authors whose roots the reader looked at; of its looks the youngest 65 535. A few candidates each
/// count for themselves, for that asks nothing of what is not asked for; for many the looks are first sorted by author:
/// open addressing, emptied by counting up an epoch. What is known of an author lies in its slot, half a cache line, so
/// that a candidate costs one look into memory.
class AuthorHistories {
public:
  /// `seen`: the reader's entries of the seen-log, with authors, valid for as long as is asked; roots below `tail` are
  /// no longer alive. `asked`: how often `of` will be called, about. O(entries).
  void gather(SeenLog::Entries seen, std::uint32_t tail, std::size_t asked);
  /// Of an author never looked at: no looks, no actions. O(entries) for a few candidates, O(1) for many.
  AuthorHistory of(UserId author) const {
    if (!sorted_) return counted(author);
    const Slot& slot = slots_[place(author)];
    return slot.epoch == epoch_ ? slot.history : AuthorHistory{};
  }

private:
  struct alignas(32) Slot {
    std::uint32_t epoch = 0;
    UserId author{};
    AuthorHistory history;
  };
  static_assert(sizeof(Slot) == 32, "two slots a cache line");

  AuthorHistory counted(UserId author) const {
    AuthorHistory history;
    for (const UserId looked_at : authors_) history.looks += looked_at == author ? 1u : 0u;
    if (history.looks == 0) return history;
    for (std::size_t i = 0; i < authors_.size(); ++i)
      if (authors_[i] == author) history.actions.add(actions_[i]);
    return history;
  }
  /// Where the author is, or would be put.
  std::size_t place(UserId author) const {
    std::size_t i = (author.value() * std::uint32_t{0x9e3779b1}) & (slots_.size() - 1);
    while (slots_[i].epoch == epoch_ && slots_[i].author != author) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void empty_for(std::size_t authors);
  void sort();

  std::span<const UserId> authors_;     ///< of the looks at roots alive
  std::span<const ActionSet> actions_;  ///< of the same
  bool sorted_ = false;
  std::vector<Slot> slots_ = std::vector<Slot>(256);  ///< a power of two, twice the authors at the least
  std::uint32_t epoch_ = 1;
};

}  // namespace grapevine
