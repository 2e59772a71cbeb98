#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/prefetch.hpp"
#include "graph/base/random.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

enum class PostOrigin : std::uint8_t { organic = 0, campaign = 1 };

/// The identity of a root: the same in every arm that has it, whatever else was posted. `author` is its profile
/// (`Purchase::profile`) for a paid post.
constexpr std::uint64_t post_key(UserId author, Tick tick, PostOrigin kind, std::uint32_t ordinal) {
  return nested_mix(0x6772617065766e65ULL, author.value(),
                    tick | static_cast<std::uint64_t>(kind) << 32 | static_cast<std::uint64_t>(ordinal) << 40);
}

/// What reacting needs to know of a post. 16 bytes: four to a cache line.
struct PostIdentity {
  std::uint64_t key = 0;
  UserId author{};
  std::uint8_t topic = 0;
  std::uint8_t quality = 0;             ///< quantile of the post's quality, in 256ths
  std::uint8_t campaign = no_campaign;  ///< its number
  std::uint8_t reserved = 0;

  static constexpr std::uint8_t no_campaign = 255;
};

/// What ranking needs to know of a post: 8 bytes, apart from everything else. `value` is the ranking's own (a count, or
/// the bits of a score); `tag` packs the author's tier (4 bits), whether the root counts, whether it is tracked, and 26
/// bits of the key that serve ties and times.
struct PostHot {
  std::uint32_t value = 0;
  std::uint32_t tag = 0;

  static constexpr std::uint32_t make_tag(std::uint64_t key, std::uint8_t tier, bool counted, bool tracked) {
    return static_cast<std::uint32_t>(key >> 38) << 6 | (tracked ? 32u : 0u) | (counted ? 16u : 0u) | tier;
  }
  constexpr std::uint32_t salt() const { return tag >> 6; }
  std::uint32_t tier() const { return tag & 15; }
  bool counted() const { return tag & 16; }
  /// The two in one: a place for each tier, of roots that count and of those that do not.
  std::uint32_t tally_place() const { return tag & 31; }
  static constexpr std::size_t counted_place(std::size_t tier) { return 16 + tier; }
  static constexpr std::size_t tally_places = 32;
  bool tracked() const { return tag & 32; }
};

struct PostCounters {
  std::uint32_t impressions = 0;  ///< UINT32_MAX: as many or more, which ends the run when the root retires
  std::uint32_t reach = 0;        ///< distinct users with an impression
  ActionCounts<std::uint32_t> actions;

  std::uint64_t engagement() const { return actions.engagement(); }
  bool operator==(const PostCounters&) const = default;
};

/// The live roots: a ring by running number. Whole ticks enter at the head and retire from the tail. 68 bytes per live
/// post.
class Posts {
public:
  /// Numbers of live posts: tail() <= number < head(). Later posts have higher numbers.
  std::uint32_t tail() const { return range_.tail; }
  std::uint32_t head() const { return range_.head; }
  bool live(PostId post) const { return range_.tail <= post.value() && post.value() < range_.head; }

  const PostHot& hot(std::uint32_t post) const { return hot_[post & mask()]; }
  PostHot& hot(std::uint32_t post) { return hot_[post & mask()]; }
  const PostIdentity& identity(std::uint32_t post) const { return identity_[post & mask()]; }
  Tick visible(std::uint32_t post) const { return visible_[post & mask()]; }
  const PostCounters& counters(std::uint32_t post) const { return counters_[post & mask()]; }
  PostCounters& counters(std::uint32_t post) { return counters_[post & mask()]; }
  void prefetch(std::uint32_t post) const { grapevine::prefetch(&hot_[post & mask()]); }
  void prefetch_counters(std::uint32_t post) const {
    grapevine::prefetch(&counters_[post & mask()]);
    grapevine::prefetch(&hot_[post & mask()]);
  }
  void prefetch_identity(std::uint32_t post) const { grapevine::prefetch(&identity_[post & mask()]); }
  void prefetch_visible(std::uint32_t post) const { grapevine::prefetch(&visible_[post & mask()]); }

  /// Makes room for `count` posts with consecutive numbers and returns the first; `write` then gives each its content.
  /// `visible` must not fall.
  PostId append(std::size_t count);
  void write(std::uint32_t post, const PostIdentity& identity, Tick visible, PostHot hot) {
    hot_[post & mask()] = hot;
    identity_[post & mask()] = identity;
    visible_[post & mask()] = visible;
    counters_[post & mask()] = {};
  }

  /// Drops all posts with visible <= limit, oldest first; `leave(number)` sees each while it is still live.
  template <class Leave>
  void retire(std::int64_t limit, Leave&& leave) {
    while (range_.tail < range_.head && visible(range_.tail) <= limit) {
      leave(range_.tail);
      ++range_.tail;
    }
  }

  template <class Visitor>
  void arrays(Visitor&& visit) {
    visit("posts.range", "world", range_);
    visit("posts.hot", "post", hot_);
    visit("posts.identity", "post", identity_);
    visit("posts.visible", "post", visible_);
    visit("posts.counters", "post", counters_);
  }

private:
  std::uint32_t mask() const { return static_cast<std::uint32_t>(hot_.size()) - 1; }
  void grow();

  struct Range {
    std::uint32_t tail = 0;
    std::uint32_t head = 0;
  } range_;
  Array<PostHot> hot_;
  Array<PostIdentity> identity_;
  Array<Tick> visible_;
  Array<PostCounters> counters_;
};

}  // namespace grapevine
