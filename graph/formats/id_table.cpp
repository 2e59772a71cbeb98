#include "graph/formats/id_table.hpp"

#include <utility>

namespace grapevine {

namespace {
std::uint32_t tag_of(AccountKey hash) { return static_cast<std::uint32_t>(static_cast<std::uint64_t>(hash) >> 32); }
}  // namespace

std::size_t IdTable::slot_of(std::string_view id, AccountKey hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = static_cast<std::size_t>(hash) & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number == absent || (slot.tag == tag_of(hash) && (*this)[slot.number] == id)) return at;
  }
}

void IdTable::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number == absent) continue;
    std::size_t at = static_cast<std::size_t>(account_key((*this)[slot.number])) & mask;  // all are different: the first free place is its own
    while (slots_[at].number != absent) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::uint32_t IdTable::find_or_add(std::string_view id) {
  const AccountKey hash = account_key(id);
  std::size_t at = slot_of(id, hash);
  if (slots_[at].number != absent) return slots_[at].number;
  if (2 * (size() + 1) > slots_.size()) {
    grow();
    at = slot_of(id, hash);
  }
  const std::uint32_t number = static_cast<std::uint32_t>(size());
  slots_[at] = {tag_of(hash), number};
  texts_.insert(texts_.end(), id.begin(), id.end());
  begin_.push_back(texts_.size());
  return number;
}

}  // namespace grapevine
