#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/checked.hpp"

namespace grapevine {

/// Where a reader's entries lie in the arena of the reader's block, and for how many more there is room behind them.
/// Lists whose length goes up and down are then written where they are, nearly always, and an arena is seldom packed.
struct ReaderSlot {
  static constexpr std::uint32_t most_entries = (std::uint32_t{1} << 24) - 1;
  static constexpr std::uint32_t most_spare = 255;

  std::uint32_t begin = 0;
  std::uint32_t count : 24 = 0;
  std::uint32_t spare : 8 = 0;

  std::uint32_t room() const { return count + spare; }
  /// What is left free behind a list that gets a new place.
  static std::uint8_t spare_behind(std::uint32_t entries) {
    return entries == 0 ? 0 : static_cast<std::uint8_t>(std::min(most_spare, entries / 4 + 1));
  }

  /// What is left free of that when an arena is packed.
  std::uint8_t spare_packed() const { return std::min<std::uint8_t>(spare, spare_behind(count)); }
  /// The rest, which is waste until the list grows again.
  std::uint32_t unused() const { return spare - spare_packed(); }

  /// The list has so many entries now, which fit. Returns the change of waste.
  std::int64_t resize(std::uint32_t entries) {
    const std::uint32_t free = room() - entries;
    const std::int64_t before = unused();
    count = entries & most_entries;
    spare = static_cast<std::uint8_t>(std::min(most_spare, free));
    return std::int64_t{free} - spare + unused() - before;
  }
  /// The list goes to the end of an arena of so many entries. An Error where the arena or the list is too long for
  /// that: `things` says of what, `remedy` what to do.
  void move_to(std::uint64_t end, std::uint64_t entries, const char* things, const char* remedy) {
    if (entries > most_entries) [[unlikely]]
      throw Error("more than 16777215 of the " + std::string(things) + " are of one; expected at most so many; " +
                  remedy);
    count = static_cast<std::uint32_t>(entries) & most_entries;
    spare = spare_behind(count);
    (void)numbered(end + room(), things, remedy);
    begin = static_cast<std::uint32_t>(end);
  }
};

/// Makes an arena as long as that, with room for a quarter more where it has to move: vectors double else.
template <class Entry>
void lengthen(std::vector<Entry>& arena, std::size_t length) {
  if (length > arena.capacity()) arena.reserve(length + length / 4);
  arena.resize(length);
}

/// Moves the lists of a block together, each in its arena towards the beginning, in the order in which they lie: no
/// memory is asked for and none given back. `move(from, to, count)` moves entries. Returns what the arenas are long
/// now. O(entries), and a sort of the slots.
template <class Move>
std::size_t pack_lists(std::span<ReaderSlot> slots, Move&& move) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order;
  order.reserve(slots.size());
  for (std::uint32_t i = 0; i < slots.size(); ++i)
    if (slots[i].room() > 0) order.emplace_back(slots[i].begin, i);
  std::ranges::sort(order);
  std::uint32_t end = 0;
  for (const auto& [begin, i] : order) {
    ReaderSlot& slot = slots[i];
    if (begin != end) move(begin, end, slot.count);
    slot.begin = end;
    slot.spare = slot.spare_packed();
    end += slot.room();
  }
  return end;
}

}  // namespace grapevine
