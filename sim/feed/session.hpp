#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"
#include "sim/state/seen_log.hpp"
#include "sim/state/timelines.hpp"

/// What one session works on, from gather to react: the scratch space of a worker.
namespace grapevine {

/// A root that may be served to the reader of this session.
struct Candidate {
  std::uint32_t root = 0;
  UserId emitter{};         ///< whose emission is shown: the author, or a followee that reshared the root
  std::uint32_t when = 0;   ///< of that emission, as in Emission
  std::uint32_t proof = 0;  ///< followees of the reader that reshared the root

  Tick visible() const { return when >> 1; }
  bool reshared() const { return when & 1; }
  Source source() const { return reshared() ? Source::reshare : Source::author; }
};

/// What a reader did with those roots of one author that are still alive.
struct AuthorHistory {
  UserId author{};
  std::uint32_t looks = 0;
  ActionCounts<std::uint32_t> actions{};
};

/// A post that was looked at: 16 bytes.
struct Impression {
  static constexpr std::uint16_t last_position = 0x3fff;

  std::uint32_t root = 0;
  UserId reader{};
  UserId emitter{};                 ///< whose emission was looked at
  std::uint16_t position : 14 = 0;  ///< in the feed, from 0; `last_position`: that or further down
  std::uint16_t reshared : 1 = 0;   ///< the emission was a reshare
  std::uint16_t tracked : 1 = 0;    ///< the root is tracked
  std::uint8_t exposure = 0;        ///< impressions of this root by this reader before; 255: that many or more
  ActionSet actions = 0;            ///< taken

  bool first() const { return exposure == 0; }
  bool took(Action action) const { return has(actions, action); }
  bool operator==(const Impression&) const = default;
};
static_assert(sizeof(Impression) == 16);

/// A reshare: from the next tick on an emission on the reader's timeline.
struct Reshare {
  UserId reader{};
  std::uint32_t root = 0;
  UserId emitter{};            ///< the parent: whose emission was looked at
  std::uint16_t reshared = 0;  ///< the emission looked at was itself a reshare
  std::uint16_t tracked = 0;   ///< the root is tracked
  bool operator==(const Reshare&) const = default;
};

/// Which candidate of the session holds which root: open addressing, emptied by counting up an epoch.
class RootIndex {
public:
  static constexpr std::uint32_t blocked = UINT32_MAX;

  void clear() {
    ++epoch_;
    used_ = 0;
    if (epoch_ == 0) {
      slots_.assign(slots_.size(), {});
      epoch_ = 1;
    }
  }
  /// The value stored for `root`, which is `fresh` if the root was not there.
  std::uint32_t find_or_insert(std::uint32_t root, std::uint32_t fresh) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    for (std::size_t i = place(root);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.epoch != epoch_) {
        slot = {root, epoch_, fresh};
        ++used_;
        return fresh;
      }
      if (slot.root == root) return slot.value;
    }
  }

private:
  struct Slot {
    std::uint32_t root = 0;
    std::uint32_t epoch = 0;
    std::uint32_t value = 0;
  };
  std::size_t place(std::uint32_t root) const { return (root * std::uint32_t{0x9e3779b1}) & (slots_.size() - 1); }
  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.epoch == epoch_) {
        std::size_t i = place(slot.root);
        while (slots_[i].epoch == epoch_) i = (i + 1) & (slots_.size() - 1);
        slots_[i] = slot;
      }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(512);
  std::uint32_t epoch_ = 0;
  std::size_t used_ = 0;
};

/// A candidate's place in the order of the feed: higher keys first, equal keys by the root's identity.
struct Ranked {
  std::uint64_t key = 0;
  std::uint32_t candidate = 0;
};

struct Session {
  UserId reader{};
  Tick now = 0;
  std::vector<std::uint32_t> fresh;  ///< the first `fresh_count`: followees with something new, perhaps
  std::size_t fresh_count = 0;
  std::vector<Candidate> candidates;  ///< delivered: one a root, in no meaningful order
  std::vector<Ranked> ranked;         ///< the first `looked` entries are the feed as far as it is looked at, top first
  std::size_t served = 0;
  std::size_t looked = 0;
  std::vector<SeenLog::Entry> news;
  std::vector<AuthorHistory> history;  ///< ascending by author; for rankings that ask for it
  RootIndex index;
};

}  // namespace grapevine
