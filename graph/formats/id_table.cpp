#include "graph/formats/id_table.hpp"

#include <utility>

namespace grapevine {

namespace {
std::uint32_t tag_of(AccountKey hash) { return static_cast<std::uint32_t>(static_cast<std::uint64_t>(hash) >> 32); }

/// The value of a whole number of 10 to 19 digits, written without leading zeros; 0 for any other text.
std::uint64_t long_number(std::string_view text) {
  if (text.size() < 10 || text.size() > 19 || text.front() == '0') return 0;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    value = 10 * value + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}
}  // namespace

std::uint32_t IdTable::find(std::string_view id) const {
  if (const std::uint64_t value = long_number(id); value != 0) return long_numbers_[place_of(value)].number;
  return slots_[slot_of(id, account_key(id))].number;
}

std::size_t IdTable::place_of(std::uint64_t value) const {
  const std::size_t mask = long_numbers_.size() - 1;
  for (std::size_t at = static_cast<std::size_t>(mix(value)) & mask;; at = (at + 1) & mask)
    if (long_numbers_[at].number == absent || long_numbers_[at].value == value) return at;
}

void IdTable::grow_long() {
  const std::vector<LongNumber> old = std::exchange(long_numbers_, std::vector<LongNumber>(2 * long_numbers_.size()));
  for (const LongNumber& entry : old)
    if (entry.number != absent) long_numbers_[place_of(entry.value)] = entry;
}

std::uint32_t IdTable::find_or_add(std::string_view id, std::uint64_t value) {
  std::size_t at = place_of(value);
  if (long_numbers_[at].number != absent) return long_numbers_[at].number;
  if (2 * (long_count_ + 1) > long_numbers_.size()) {
    grow_long();
    at = place_of(value);
  }
  ++long_count_;
  long_numbers_[at] = {value, append(id)};
  return long_numbers_[at].number;
}

std::uint32_t IdTable::append(std::string_view id) {
  const std::uint32_t number = static_cast<std::uint32_t>(size());
  texts_.insert(texts_.end(), id.begin(), id.end());
  begin_.push_back(texts_.size());
  return number;
}

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
    std::size_t at = static_cast<std::size_t>(account_key((*this)[slot.number])) &
                     mask;  // all are different: the first free place is its own
    while (slots_[at].number != absent) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::uint32_t IdTable::find_or_add(std::string_view id) {
  if (const std::uint64_t value = long_number(id); value != 0) return find_or_add(id, value);
  const AccountKey hash = account_key(id);
  std::size_t at = slot_of(id, hash);
  if (slots_[at].number != absent) return slots_[at].number;
  if (2 * (size() - long_count_ + 1) > slots_.size()) {
    grow();
    at = slot_of(id, hash);
  }
  slots_[at] = {tag_of(hash), append(id)};
  return slots_[at].number;
}

}  // namespace grapevine
