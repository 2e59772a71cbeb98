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
  const auto alive = static_cast<std::size_t>(std::ranges::lower_bound(seen.roots, tail) - seen.roots.begin());
  empty_for(seen.roots.size() - alive);
  for (std::size_t i = alive; i < seen.roots.size(); ++i) {
    Slot& slot = slots_[place(seen.authors[i])];
    if (slot.epoch != epoch_) slot = {epoch_, {seen.authors[i]}};
    ++slot.history.looks;
    if (seen.actions[i] != 0) slot.history.actions.add(seen.actions[i]);
  }
}

}  // namespace grapevine
