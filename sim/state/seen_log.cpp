#include "sim/state/seen_log.hpp"

namespace grapevine {

void SeenLog::add(std::size_t reader, std::span<const Entry> news, std::uint32_t tail) {
  ReaderSlot& slot = slot_[reader];
  Block& block = blocks_[reader / reader_block];
  std::uint32_t alive = slot.begin;
  const std::uint32_t end = slot.begin + slot.count;
  while (alive < end && block.roots[alive] < tail) ++alive;
  const std::size_t kept = end - alive, total = kept + news.size();
  if (total > slot.room()) {
    block.waste += slot.room() - slot.unused();
    slot.move_to(block.roots.size(), total, "impressions remembered by 4096 readers",
                 "lower feed.length, population.sessions, population.patience or feed.window");
    block.each([&](auto& arena) { lengthen(arena, std::size_t{slot.begin} + slot.room()); }, with_authors_);
  } else {
    block.waste += static_cast<std::uint64_t>(slot.resize(static_cast<std::uint32_t>(total)));
  }
  if (alive != slot.begin)
    block.each([&](auto& arena) { std::copy_n(arena.begin() + alive, kept, arena.begin() + slot.begin); },
               with_authors_);
  merge(block, slot.begin, kept, news);
  if (block.waste > 1024 && 4 * block.waste > block.roots.size()) pack(reader / reader_block);
}

/// Puts the news among the `kept` entries from `begin` on, from the youngest, most of which are news, to the oldest
/// that moves.
void SeenLog::merge(Block& block, std::size_t begin, std::size_t kept, std::span<const Entry> news) const {
  std::size_t old = begin + kept, to = old + news.size();
  for (std::size_t left = news.size(); left > 0;) {
    const Entry& entry = news[left - 1];
    --to;
    if (old > begin && block.roots[old - 1] > entry.root) {
      --old;
      block.each([&](auto& arena) { arena[to] = arena[old]; }, with_authors_);
      continue;
    }
    block.roots[to] = entry.root;
    block.actions[to] = entry.actions;
    if (with_authors_) block.authors[to] = entry.author;
    --left;
  }
}

void SeenLog::pack(std::size_t index) {
  Block& block = blocks_[index];
  const std::size_t first = index * reader_block, end = std::min(slot_.size(), first + reader_block);
  const std::size_t length = pack_lists(
      std::span(slot_).subspan(first, end - first), [&](std::uint32_t from, std::uint32_t to, std::uint32_t count) {
        block.each([&](auto& arena) { std::copy_n(arena.begin() + from, count, arena.begin() + to); }, with_authors_);
      });
  block.each([&](auto& arena) { arena.resize(length); }, with_authors_);
  block.waste = 0;
}

void SeenLog::keep_authors(bool kept, const Posts& posts) {
  with_authors_ = kept;
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
  for (const ReaderSlot& slot : slot_) all += slot.count;
  return all;
}

}  // namespace grapevine
