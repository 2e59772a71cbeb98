#include "sim/state/seen_log.hpp"

#include "graph/base/checked.hpp"

namespace grapevine {

void SeenLog::add(std::size_t reader, std::span<const Entry> news, std::uint32_t tail) {
  Slot& slot = slot_[reader];
  Block& block = blocks_[reader / reader_block];
  const std::size_t begin = block.roots.size();
  std::size_t old = slot.begin;
  const std::size_t old_end = slot.begin + slot.count;
  while (old < old_end && block.roots[old] < tail) ++old;
  for (const Entry& entry : news) {
    for (; old < old_end && block.roots[old] <= entry.root; ++old) {
      block.roots.push_back(block.roots[old]);
      block.actions.push_back(block.actions[old]);
    }
    block.roots.push_back(entry.root);
    block.actions.push_back(entry.actions);
  }
  for (; old < old_end; ++old) {
    block.roots.push_back(block.roots[old]);
    block.actions.push_back(block.actions[old]);
  }
  block.waste += slot.count;
  (void)numbered(block.roots.size(), "impressions remembered by 4096 readers",
                 "lower feed.length, population.sessions, population.patience or feed.window");
  slot = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(block.roots.size() - begin)};
  if (block.waste > 1024 && 4 * block.waste > block.roots.size()) pack(reader / reader_block);
}

void SeenLog::pack(std::size_t index) {
  Block& block = blocks_[index];
  Block packed;
  packed.roots.reserve(block.roots.size() - block.waste);
  packed.actions.reserve(block.roots.size() - block.waste);
  const std::size_t end = std::min(slot_.size(), (index + 1) * reader_block);
  for (std::size_t reader = index * reader_block; reader < end; ++reader) {
    Slot& slot = slot_[reader];
    const std::size_t begin = packed.roots.size();
    packed.roots.insert(packed.roots.end(), block.roots.begin() + slot.begin,
                        block.roots.begin() + slot.begin + slot.count);
    packed.actions.insert(packed.actions.end(), block.actions.begin() + slot.begin,
                          block.actions.begin() + slot.begin + slot.count);
    slot.begin = static_cast<std::uint32_t>(begin);
  }
  block = std::move(packed);
}

std::size_t SeenLog::size() const {
  std::size_t all = 0;
  for (const Slot& slot : slot_) all += slot.count;
  return all;
}

}  // namespace grapevine
