#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/prefetch.hpp"
#include "graph/base/search.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/reader_slot.hpp"

namespace grapevine {

/// What each reader looked at and did, for as long as the root lives: serves feed memory, once-only actions, exposure
/// numbers and distinct reach.
///
/// One entry an impression: 4 bytes of root number, 1 byte of actions, and 4 bytes of the root's author where a ranking
/// asks for what readers did with authors: a look into the posts for each entry would cost a miss; a reader's entries
/// are contiguous and ascend by root. Entries of a block of readers share an arena; a session writes the reader's
/// entries where they are, or, where they have no room, at its end, and an arena that is more than a quarter waste is
/// packed. Readers of different blocks may be written at once.
class SeenLog {
public:
  explicit SeenLog(std::size_t readers, bool with_authors = false)
      : slot_(readers), blocks_((readers + reader_block - 1) / reader_block), with_authors_(with_authors) {}

  struct Entries {
    std::span<const std::uint32_t> roots;  ///< ascending; one for each impression
    std::span<const ActionSet> actions;    ///< bit i: action i was taken at that impression
    std::span<const UserId> authors;       ///< of the roots that are alive; empty where they are not kept

    /// Impressions of `root` so far, and all actions taken on it.
    struct Past {
      std::uint32_t exposures = 0;
      ActionSet actions = 0;
    };
    Past of(std::uint32_t root) const {
      Past past;
      for (std::size_t i = count_below(roots, root); i < roots.size() && roots[i] == root; ++i) {
        ++past.exposures;
        past.actions |= actions[i];
      }
      return past;
    }
  };

  /// `reader` counts from the first reader of the part.
  Entries entries(std::size_t reader) const {
    const ReaderSlot slot = slot_[reader];
    const Block& block = blocks_[reader / reader_block];
    return {std::span(block.roots).subspan(slot.begin, slot.count),
            std::span(block.actions).subspan(slot.begin, slot.count),
            with_authors_ ? std::span(block.authors).subspan(slot.begin, slot.count) : std::span<const UserId>{}};
  }

  /// Asks for the place of the reader's entries, and, once that is there, for the first of them; where authors are
  /// kept, which are asked for from the end, for the youngest.
  void prefetch_place(std::size_t reader) const { prefetch(&slot_[reader]); }
  void prefetch_entries(std::size_t reader) const {
    const Entries all = entries(reader);
    prefetch(all.roots.data());
    prefetch(all.actions.data());
    constexpr std::size_t line = 64 / sizeof(std::uint32_t);
    const std::size_t end = all.authors.size();
    for (std::size_t back = 1; back <= std::min(end, 4 * line); back += line) {
      prefetch(&all.roots[end - back]);
      prefetch(&all.authors[end - back]);
    }
    if (end > 0) prefetch(&all.actions[end - 1]);
  }

  struct Entry {
    std::uint32_t root;
    ActionSet actions;
    UserId author;
  };
  /// Adds the impressions of one session, ascending by root, and forgets roots below `tail`.
  void add(std::size_t reader, std::span<const Entry> news, std::uint32_t tail);

  /// From now on authors are kept, those of live roots at first, or they are dropped.
  void keep_authors(bool kept, const Posts& posts);

  /// Impressions remembered, retired ones included until their reader's next session.
  std::size_t size() const;

  template <class Visitor>
  void arrays(Visitor&& visit) {
    visit("seen.slot", "reader", slot_);
    for (Block& block : blocks_) {
      visit("seen.roots", "remembered impression", block.roots);
      visit("seen.actions", "remembered impression", block.actions);
      visit("seen.authors", "remembered impression", block.authors);
      visit("seen.waste", "block of readers", block.waste);
    }
  }

private:
  struct Block {
    std::vector<std::uint32_t> roots;
    std::vector<ActionSet> actions;
    std::vector<UserId> authors;  ///< empty where they are not kept
    std::uint64_t waste = 0;      ///< entries of the arena that no reader points to
    template <class Action>
    void each(Action&& action, bool with_authors) {
      action(roots);
      action(actions);
      if (with_authors) action(authors);
    }
  };
  void merge(Block& block, std::size_t begin, std::size_t kept, std::span<const Entry> news) const;
  void pack(std::size_t block);

  std::vector<ReaderSlot> slot_;
  std::vector<Block> blocks_;
  bool with_authors_;
};

}  // namespace grapevine
