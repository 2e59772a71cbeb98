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

void AuthorHistories::gather(SeenLog::Entries seen, std::uint32_t tail) {
  empty_for(seen.roots.size());
  // From the youngest on: a search for the first that is alive would begin with a cache miss.
  for (std::size_t i = seen.roots.size(); i > 0 && seen.roots[i - 1] >= tail; --i) {
    Slot& slot = slots_[place(seen.authors[i - 1])];
    if (slot.epoch != epoch_) slot = {epoch_, {seen.authors[i - 1]}};
    ++slot.history.looks;
    if (seen.actions[i - 1] != 0) slot.history.actions.add(seen.actions[i - 1]);
  }
}

}  // namespace grapevine
