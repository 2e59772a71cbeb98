#include "graph/formats/id_table.hpp"

#include <algorithm>
#include <utility>

namespace grapevine {

namespace {

/// The value of a decimal number of up to nine digits as it is usually written (no sign, no leading zeros), or -1.
std::int64_t plain_number(std::string_view text) {
  if (text.empty() || text.size() > 9 || (text.front() == '0' && text.size() > 1)) return -1;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = 10 * value + (c - '0');
  }
  return value;
}

std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

/// Where the number of `id` is remembered by value, if it may be: a value below 1024 + 8 times the ids known.
std::uint32_t* IdTable::direct(std::string_view id) {
  const std::int64_t value = plain_number(id);
  if (value < 0) return nullptr;
  const std::size_t at = static_cast<std::size_t>(value);
  if (at >= by_value_.size()) {
    if (at >= 1024 + 8 * ids_.size()) return nullptr;
    by_value_.resize(std::min(std::max(at + 1, 2 * by_value_.size()), 1024 + 8 * ids_.size()), absent);
  }
  return &by_value_[at];
}

std::size_t IdTable::slot_of(std::string_view id, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number == absent || (slot.tag == tag_of(hash) && ids_[slot.number] == id)) return at;
  }
}

void IdTable::grow() {
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
  for (const Slot& slot : old)
    if (slot.number != absent) slots_[slot_of(ids_[slot.number], static_cast<std::uint64_t>(account_key(ids_[slot.number])))] = slot;
}

std::uint32_t IdTable::find(std::string_view id) {
  std::uint32_t* const remembered = direct(id);
  if (remembered != nullptr && *remembered != absent) return *remembered;
  const std::uint32_t number = slots_[slot_of(id, static_cast<std::uint64_t>(account_key(id)))].number;
  if (remembered != nullptr) *remembered = number;
  return number;
}

std::uint32_t IdTable::find_or_add(std::string_view id) {
  const std::uint32_t known = find(id);
  if (known != absent) return known;
  if (2 * (ids_.size() + 1) > slots_.size()) grow();
  const std::uint64_t hash = static_cast<std::uint64_t>(account_key(id));
  const std::uint32_t number = static_cast<std::uint32_t>(ids_.size());
  slots_[slot_of(id, hash)] = {tag_of(hash), number};
  ids_.emplace_back(id);
  return number;
}

}  // namespace grapevine
