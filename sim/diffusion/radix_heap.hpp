#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// Users by time, for who never looks back, one window of time after the other (a radix heap, Ahuja, Mehlhorn, Orlin,
/// Tarjan 1990). Bucket k holds windows whose highest difference from the current one is bit k - 1, so each entry moves
/// down at most once a bit, and all work is on ends of arrays.
template <class Time>
class RadixHeap {
public:
  struct Entry {
    Time time;
    UserId user;

    auto operator<=>(const Entry&) const = default;
  };

  /// A window is 2^window_bits units of time.
  explicit RadixHeap(unsigned window_bits) : window_bits_(window_bits) {}

  bool empty() const noexcept { return size_ == 0; }
  /// Whether the time lies in the window of the last pop.
  bool is_current(Time time) const { return time >> window_bits_ == window_; }

  /// The window of `entry` is after that of the last pop.
  void push(const Entry& entry) {
    buckets_[bucket(entry)].push_back(entry);
    ++size_;
  }

  /// Goes on to the earliest window that has entries and moves those, unordered, to `entries`, which come empty.
  void pop(std::vector<Entry>& entries) {
    if (buckets_[0].empty()) advance();
    entries.swap(buckets_[0]);
    size_ -= entries.size();
  }

  /// Before the first window again; the heap is empty.
  void restart() noexcept { window_ = 0; }

private:
  std::size_t bucket(const Entry& entry) const {
    return static_cast<std::size_t>(std::bit_width(static_cast<Time>(entry.time >> window_bits_ ^ window_)));
  }

  /// Spreads the first bucket over those below.
  void advance() {
    std::size_t k = 1;
    while (buckets_[k].empty()) ++k;
    window_ = std::ranges::min(buckets_[k], {}, &Entry::time).time >> window_bits_;
    for (const Entry& entry : buckets_[k]) buckets_[bucket(entry)].push_back(entry);
    buckets_[k].clear();
  }

  unsigned window_bits_;
  std::array<std::vector<Entry>, std::numeric_limits<Time>::digits + 1> buckets_;
  Time window_ = 0;
  std::size_t size_ = 0;
};

}  // namespace grapevine
