#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/prefetch.hpp"
#include "sim/state/reader_slot.hpp"

namespace grapevine {

/// A list of entries for each reader of a part, most of them empty. Lists of a block of readers share an arena, which
/// is packed when more than a quarter of it is waste: 8 bytes a reader, the entries, and room for a few more. Readers
/// of different blocks may be written at once.
template <class Entry>
class ReaderLists {
public:
  explicit ReaderLists(std::size_t readers) : slot_(readers), blocks_((readers + reader_block - 1) / reader_block) {}

  /// `reader` counts from the first reader of the part.
  std::span<const Entry> of(std::size_t reader) const {
    const ReaderSlot slot = slot_[reader];
    return std::span(blocks_[reader / reader_block].entries).subspan(slot.begin, slot.count);
  }

  /// Asks for the place of the reader's list, and, once that is there, for its beginning.
  void prefetch_place(std::size_t reader) const { prefetch(&slot_[reader]); }
  void prefetch_entries(std::size_t reader) const {
    if (slot_[reader].count > 0) prefetch(of(reader).data());
  }

  /// Gives the reader another list, which lies elsewhere.
  void replace(std::size_t reader, std::span<const Entry> entries) {
    ReaderSlot& slot = slot_[reader];
    Block& block = blocks_[reader / reader_block];
    if (entries.size() > slot.room()) {
      block.waste += slot.room() - slot.unused();
      slot.move_to(block.entries.size(), entries.size(), "entries of 4096 readers",
                   "lower population.sessions or shorten the run");
      lengthen(block.entries, std::size_t{slot.begin} + slot.room());
    } else {
      block.waste += static_cast<std::uint64_t>(slot.resize(static_cast<std::uint32_t>(entries.size())));
    }
    std::copy(entries.begin(), entries.end(), block.entries.begin() + slot.begin);
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
  struct Block {
    std::vector<Entry> entries;
    std::uint64_t waste = 0;  ///< entries of the arena that no reader has
  };

  void pack(std::size_t number) {
    Block& block = blocks_[number];
    const std::size_t first = number * reader_block, end = std::min(slot_.size(), first + reader_block);
    const auto begin = block.entries.begin();
    block.entries.resize(pack_lists(std::span(slot_).subspan(first, end - first),
                                    [&](std::uint32_t from, std::uint32_t to, std::uint32_t count) {
                                      std::copy_n(begin + from, count, begin + to);
                                    }));
    block.waste = 0;
  }

  std::vector<ReaderSlot> slot_;
  std::vector<Block> blocks_;
};

}  // namespace grapevine
