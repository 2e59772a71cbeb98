#include "sim/feed/history.hpp"

#include <algorithm>
#include <bit>

namespace grapevine {

void AuthorHistories::empty_for(std::size_t authors) {
  if (++epoch_ == 0 || slots_.size() < 2 * authors) {
    slots_.assign(std::max(slots_.size(), std::bit_ceil(2 * authors)), {});
    epoch_ = 1;
  }
}

void AuthorHistories::gather(SeenLog::Entries seen, std::uint32_t tail, std::size_t asked) {
  constexpr std::size_t most_looks = UINT16_MAX;  // what a number of actions holds
  constexpr std::size_t few = 24;                 // measured: where both ways cost the same
  // From the youngest on: a search for the first that is alive would begin with a cache miss.
  std::size_t live = 0;
  while (live < std::min(seen.roots.size(), most_looks) && seen.roots[seen.roots.size() - 1 - live] >= tail) ++live;
  authors_ = seen.authors.last(live);
  actions_ = seen.actions.last(live);
  sorted_ = asked > few;
  if (sorted_) sort();
}

void AuthorHistories::sort() {
  empty_for(authors_.size());
  for (std::size_t i = 0; i < authors_.size(); ++i) {
    Slot& slot = slots_[place(authors_[i])];
    if (slot.epoch != epoch_) {
      // Field by field: a slot that is built elsewhere and copied would wait for its own stores.
      slot.epoch = epoch_;
      slot.author = authors_[i];
      slot.history.looks = 0;
      slot.history.actions.of.fill(0);
    }
    ++slot.history.looks;
    if (actions_[i] != 0) slot.history.actions.add(actions_[i]);
  }
}

}  // namespace grapevine
