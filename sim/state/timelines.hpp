#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/checked.hpp"
#include "graph/base/ids.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/prefetch.hpp"

namespace grapevine {

/// A post or a reshare on its author's timeline. 8 bytes.
struct Emission {
  std::uint32_t root = 0;
  std::uint32_t when = 0;  ///< tick from which it is visible, times two; plus one for a reshare

  static constexpr Emission make(PostId root, Tick visible, bool reshare) {
    return {root.value(), visible << 1 | (reshare ? 1u : 0u)};
  }
  Tick visible() const { return when >> 1; }
  bool reshare() const { return when & 1; }
  bool operator==(const Emission&) const = default;
};

/// What every user emitted within the window, newest first.
///
/// Two levels: rows by author in one array, and a small second level of chains for what came since the last merge, so
/// that a quiet tick does not pay for a rebuild. One byte per user, the coarse tick of its newest emission, answers
/// "nothing new" without touching either; it may err towards "perhaps", never the other way.
class Timelines {
public:
  /// `window`: ticks an emission lives.
  Timelines(std::size_t users, Tick window);

  /// Call with now = 0, 1, 2, ... before anything is read in that tick; merges the second level once it has grown to an
  /// eighth of an entry a user, or a quarter of the window is over: a merge reads every row, so a quiet world merges
  /// seldom and a busy one before chains grow long.
  void begin_tick(Tick now);

  /// Adds `count` emissions, all visible from the next tick; at(i) gives the i-th as {author, emission}. Later ones
  /// count as newer.
  template <class At>
  void emit(std::size_t count, At&& at) {
    const std::size_t before = recent_.size();
    recent_.resize(live_emissions(before + count));
    parallel_by_owner(count, 6, [&](const auto& owns) {  // 64 stamps to a cache line
      for (std::size_t i = 0; i < count; ++i) {
        const std::pair<UserId, Emission> next = at(i);
        const std::uint32_t author = next.first.value();
        if (!owns(author)) continue;
        recent_[before + i] = {next.second, author, recent_head_[author]};
        recent_head_[author] = static_cast<std::uint32_t>(before + i + 1);
        stamp_[author] = coarse(next.second.visible());
      }
    });
  }

  /// A filter for one reader in one tick: may author v have emissions with since < visible <= now?
  class Fresh {
  public:
    bool operator()(std::uint8_t stamp) const { return static_cast<std::uint8_t>(now_ - stamp) <= reach_; }

  private:
    friend class Timelines;
    std::uint8_t now_;
    std::uint8_t reach_;
  };
  Fresh fresh_since(std::int64_t since) const;
  std::span<const std::uint8_t> stamps() const { return stamp_; }

  void prefetch_offsets(UserId author) const {
    prefetch(&offset_[author.index()]);
    prefetch(&recent_head_[author.index()]);
  }
  /// Asks for the newest emissions of both levels, once the offsets are there: every third row lies on two lines.
  void prefetch_row(UserId author) const {
    const std::size_t at = offset_[author.index()];
    prefetch(row_.data() + at);
    prefetch(row_.data() + std::min(at + 3, row_.size()));
    prefetch(recent_.data() + (std::max(recent_head_[author.index()], 1u) - 1));
  }

  /// visit(emission) for the emissions of `author` with visible > since, newest first. Nothing older than the window is
  /// ever seen if since >= now - window.
  template <class Visit>
  void for_each_since(UserId author, std::int64_t since, Visit&& visit) const {
    const std::uint64_t bound = since < 0 ? 1 : 2 * static_cast<std::uint64_t>(since) + 1;  // visible >= 1 always
    for (std::uint32_t i = recent_head_[author.index()]; i != 0; i = recent_[i - 1].next) {
      if (recent_[i - 1].emission.when <= bound) return;
      visit(recent_[i - 1].emission);
    }
    const Emission* end = row_.data() + offset_[author.index() + 1];
    for (const Emission* e = row_.data() + offset_[author.index()]; e != end && e->when > bound; ++e) visit(*e);
  }

  std::size_t emission_count() const { return offset_.back() + recent_.size(); }

  template <class Visitor>
  void arrays(Visitor&& visit) {
    visit("timelines.clock", "world", clock_);
    visit("timelines.stamp", "user", stamp_);
    visit("timelines.offset", "user", offset_);
    visit("timelines.row", "emission", row_);
    visit("timelines.recent_head", "user", recent_head_);
    visit("timelines.recent", "recent emission", recent_);
  }

private:
  void merge();
  static std::uint32_t live_emissions(std::uint64_t count) {
    return numbered(count, "posts and reshares within feed.window",
                    "lower graph.users, population.posts, behaviour.reshare or feed.window");
  }
  std::uint8_t coarse(std::int64_t tick) const { return static_cast<std::uint8_t>(tick / unit_); }
  /// The stamp of a user without emissions: just older than the window today, and not yet so old by the next merge that
  /// a byte wraps round.
  std::uint8_t stale() const { return static_cast<std::uint8_t>(coarse(clock_.now) - (window_ / unit_ + 2)); }

  struct Recent {
    Emission emission;
    std::uint32_t author;
    std::uint32_t next;  ///< 1 + index of the author's next older one; 0: none
  };
  struct Clock {
    Tick now = 0;
    Tick next_merge = 0;  ///< at the latest
  } clock_;

  Tick window_;
  Tick longest_;  ///< ticks between merges at most
  Tick unit_;     ///< ticks per step of a stamp: a window and the longest time between merges fit in 250 steps
  Array<std::uint8_t> stamp_;
  Array<std::uint32_t> offset_;  ///< users + 1
  Array<Emission> row_;
  Array<std::uint32_t> recent_head_;  ///< 1 + index of the newest; 0: none
  Array<Recent> recent_;
  // The buffers that the next merge writes; not state.
  Array<Emission> spare_row_;
  Array<std::uint32_t> spare_offset_;
};

}  // namespace grapevine
