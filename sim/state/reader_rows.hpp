#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graph/base/checked.hpp"
#include "graph/base/ids.hpp"

namespace grapevine {

/// A list of entries for each reader of a part, most of them empty. Lists of a block of readers share an arena, which
/// is packed when more than a quarter of it is waste: 8 bytes a reader, and the entries. Readers of different blocks
/// may be written at once.
template <class Entry>
class ReaderRows {
public:
  explicit ReaderRows(std::size_t readers) : slot_(readers), blocks_((readers + reader_block - 1) / reader_block) {}

  /// `reader` counts from the first reader of the part.
  std::span<const Entry> of(std::size_t reader) const {
    const Slot slot = slot_[reader];
    return std::span(blocks_[reader / reader_block].entries).subspan(slot.begin, slot.count);
  }

  /// Gives the reader another list, which lies elsewhere.
  void replace(std::size_t reader, std::span<const Entry> entries) {
    Slot& slot = slot_[reader];
    Block& block = blocks_[reader / reader_block];
    if (entries.size() > slot.count) {
      block.waste += slot.count;
      slot.begin =
          numbered(block.entries.size(), "entries of 4096 readers", "lower population.sessions or shorten the run");
      const std::size_t needed = block.entries.size() + entries.size();
      if (needed > block.entries.capacity()) block.entries.reserve(needed + needed / 8);  // not twice as much
      block.entries.insert(block.entries.end(), entries.begin(), entries.end());
    } else {
      block.waste += slot.count - entries.size();
      std::copy(entries.begin(), entries.end(), block.entries.begin() + slot.begin);
    }
    slot.count = static_cast<std::uint32_t>(entries.size());
    if (block.waste > 64 && 4 * block.waste > block.entries.size()) pack(reader / reader_block);
  }

  template <class Visitor>
  void arrays(std::string_view slots, std::string_view entries, std::string_view unit, Visitor&& visit) {
    visit(slots, "reader", slot_);
    for (Block& block : blocks_) {
      visit(entries, unit, block.entries);
      visit(slots, "reader", block.waste);
    }
  }

private:
  struct Slot {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  struct Block {
    std::vector<Entry> entries;
    std::uint64_t waste = 0;  ///< entries of the arena that no reader has
  };

  void pack(std::size_t number) {
    Block& block = blocks_[number];
    std::vector<Entry> packed;
    packed.reserve(block.entries.size() - block.waste);
    const std::size_t first = number * reader_block;
    for (std::size_t reader = first; reader < std::min(first + reader_block, slot_.size()); ++reader) {
      const std::span<const Entry> mine = of(reader);
      slot_[reader].begin = static_cast<std::uint32_t>(packed.size());
      packed.insert(packed.end(), mine.begin(), mine.end());
    }
    block.entries = std::move(packed);
    block.waste = 0;
  }

  std::vector<Slot> slot_;
  std::vector<Block> blocks_;
};

}  // namespace grapevine
