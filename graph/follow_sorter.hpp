#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// A huge page, where the system has them, that the system has back as soon as it is destroyed: an allocator may keep
/// what it is given back.
class HugePage {
public:
  static constexpr std::size_t bytes = std::size_t{1} << 21;

  HugePage();
  HugePage(const HugePage&) = delete;
  HugePage& operator=(const HugePage&) = delete;
  ~HugePage();
  std::uint32_t* words() const { return static_cast<std::uint32_t*>(first_); }

private:
  void* first_;
};

/// Takes follows in any order and gives them back as rows: 4 bytes each for most while they wait, and freed as the rows
/// fill up.
///
/// Follows wait in buckets of neighbouring followers. One word holds the follower's number within the bucket and the
/// followee's position within the window at hand; followees from anywhere come as a list. A bucket's follows then go to
/// parts of up to 128 rows, as words that hold row and followee, and a part is sorted in cache.
class FollowSorter {
public:
  /// At most this many positions in a window.
  static constexpr std::size_t most_in_window = 0xFFFE;

  explicit FollowSorter(std::size_t users);

  class Writer {
  public:
    Writer(int shift, std::size_t buckets)
        : shift_(shift), streams_(buckets), chunks_(buckets), pages_(buckets / sharing + 1) {}

    /// From now on positions are given that lie less than `most_in_window` above `begin`.
    void open(std::uint32_t begin) { window_ = begin; }
    void put(UserId follower, std::uint32_t followee_position) {
      Stream& stream = streams_[follower.value() >> shift_];
      if (stream.window != window_ || stream.end - stream.next < 5) start(stream);
      *stream.next++ = (followee_position - window_) << 16 | low(follower);
    }
    void put(UserId follower, std::span<const UserId> followees) {
      Stream& stream = streams_[follower.value() >> shift_];
      while (!followees.empty()) {
        if (stream.end - stream.next < 5) start(stream);
        const std::size_t count = std::min(followees.size(), static_cast<std::size_t>(stream.end - stream.next) - 2);
        *stream.next++ = list << 16 | low(follower);
        *stream.next++ = static_cast<std::uint32_t>(count);
        for (const UserId followee : followees.first(count)) *stream.next++ = followee.value();
        stream.words_besides += 2;
        followees = followees.subspan(count);
      }
    }

  private:
    friend FollowSorter;
    static constexpr std::uint32_t new_window = 0xFFFF, list = 0xFFFE;
    static constexpr std::size_t chunk_words = std::size_t{1} << 14;
    static constexpr std::size_t sharing =
        16;  // neighbouring buckets whose chunks lie in the same pages, which they give back together

    struct Stream {
      std::uint32_t* next = nullptr;
      std::uint32_t* end = nullptr;
      std::uint32_t window = UINT32_MAX;
      std::uint32_t words_besides = 0;  // that are no follow's first
    };
    struct Chunk {
      std::shared_ptr<HugePage> page;
      std::uint32_t* words;
      std::size_t used;
    };
    /// The page from which chunks are cut.
    struct Supply {
      std::shared_ptr<HugePage> page;
      std::size_t cut = HugePage::bytes;
    };

    std::uint32_t low(UserId follower) const { return follower.value() & ((std::uint32_t{1} << shift_) - 1); }
    void start(Stream& stream) {
      if (stream.end - stream.next < 5) {
        const std::size_t bucket = static_cast<std::size_t>(&stream - streams_.data());
        close(bucket);
        Supply& supply = pages_[bucket / sharing];
        if (supply.cut == HugePage::bytes) supply = {std::make_shared<HugePage>(), 0};
        stream.next = supply.page->words() + supply.cut / sizeof(std::uint32_t);
        supply.cut += chunk_words * sizeof(std::uint32_t);
        chunks_[bucket].push_back({supply.page, stream.next, 0});
        stream.end = stream.next + chunk_words;
      }
      stream.window = window_;
      stream.words_besides += 2;
      *stream.next++ = new_window << 16;
      *stream.next++ = window_;
    }
    void close(std::size_t bucket) {
      if (!chunks_[bucket].empty())
        chunks_[bucket].back().used = static_cast<std::size_t>(streams_[bucket].next - chunks_[bucket].back().words);
    }
    std::uint64_t follows(std::size_t bucket) const {
      std::uint64_t words = 0;
      for (const Chunk& chunk : chunks_[bucket]) words += chunk.used;
      return words - streams_[bucket].words_besides;
    }

    int shift_;
    std::uint32_t window_ = 0;
    std::vector<Stream> streams_;             // by bucket
    std::vector<std::vector<Chunk>> chunks_;  // by bucket
    std::vector<Supply> pages_;               // by `sharing` buckets
  };

  Writer& writer(int worker) { return writers_[static_cast<std::size_t>(worker)]; }

  /// Everything that was put, sorted, each follow once. user_at names the followee at a position.
  Rows rows(std::span<const UserId> user_at);

private:
  static constexpr std::size_t most_buckets = 256;
  static constexpr int most_part_shift =
      7;  // of the rows in a part; fewer where row and followee would not fit one word

  template <class Visit>
  void visit(std::size_t bucket, std::span<const UserId> user_at, Visit&& visit_follow) const;

  std::size_t users_;
  int shift_;
  std::size_t buckets_;
  std::vector<Writer> writers_;
};

}  // namespace grapevine
