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
  const auto keep_old = [&] {
    block.roots.push_back(block.roots[old]);
    block.actions.push_back(block.actions[old]);
    if (with_authors_) block.authors.push_back(block.authors[old]);
    ++old;
  };
  for (const Entry& entry : news) {
    while (old < old_end && block.roots[old] <= entry.root) keep_old();
    block.roots.push_back(entry.root);
    block.actions.push_back(entry.actions);
    if (with_authors_) block.authors.push_back(entry.author);
  }
  while (old < old_end) keep_old();
  block.waste += slot.count;
  (void)numbered(block.roots.size(), "impressions remembered by 4096 readers",
                 "lower feed.length, population.sessions, population.patience or feed.window");
  slot = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(block.roots.size() - begin)};
  if (block.waste > 1024 && 4 * block.waste > block.roots.size()) pack(reader / reader_block);
}

void SeenLog::pack(std::size_t index) {
  Block& block = blocks_[index];
  Block packed;
  const std::size_t end = std::min(slot_.size(), (index + 1) * reader_block);
  const auto gather = [&](auto& from, auto& to) {
    if (from.empty()) return;
    to.reserve(from.size() - block.waste);
    for (std::size_t reader = index * reader_block; reader < end; ++reader) {
      const auto first = from.begin() + slot_[reader].begin;
      to.insert(to.end(), first, first + slot_[reader].count);
    }
  };
  gather(block.roots, packed.roots);
  gather(block.actions, packed.actions);
  gather(block.authors, packed.authors);
  std::uint32_t begin = 0;
  for (std::size_t reader = index * reader_block; reader < end; ++reader) {
    slot_[reader].begin = begin;
    begin += slot_[reader].count;
  }
  block = std::move(packed);
}

void SeenLog::look_up_authors(const Posts& posts) {
  for (Block& block : blocks_) {
    if (!with_authors_) {
      block.authors = {};
    } else if (block.authors.size() < block.roots.size()) {
      block.authors.assign(block.roots.size(), UserId{});
      for (std::size_t i = 0; i < block.roots.size(); ++i)
        if (block.roots[i] >= posts.tail()) block.authors[i] = posts.identity(block.roots[i]).author;
    }
  }
}

std::size_t SeenLog::size() const {
  std::size_t all = 0;
  for (const Slot& slot : slot_) all += slot.count;
  return all;
}

}  // namespace grapevine
