#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// Users by time for who never looks back: no push is earlier than the last pop (Ahuja, Mehlhorn, Orlin, Tarjan 1990). Bucket k holds times
/// whose highest difference from the last pop is bit k - 1, so each entry moves down at most once a bit, and all work is on ends of arrays.
template <class Time>
class RadixHeap {
public:
  bool empty() const noexcept { return size_ == 0; }

  void push(Time time, UserId user) {
    buckets_[bucket(time)].push_back({time, user});
    ++size_;
  }

  /// Removes all entries of the earliest time, of which there is one, and returns it; `users` become theirs, in no order to build on.
  Time pop(std::vector<UserId>& users) {
    if (buckets_[0].empty()) advance();
    users.clear();
    for (const Entry& entry : buckets_[0]) users.push_back(entry.user);
    size_ -= buckets_[0].size();
    buckets_[0].clear();
    return last_;
  }

  /// Forgets the time that has passed; the heap is empty.
  void restart() noexcept { last_ = 0; }

private:
  struct Entry {
    Time time;
    UserId user;
  };

  std::size_t bucket(Time time) const { return static_cast<std::size_t>(std::bit_width(static_cast<Time>(time ^ last_))); }

  /// Goes on to the earliest time and spreads its bucket over those below.
  void advance() {
    std::size_t k = 1;
    while (buckets_[k].empty()) ++k;
    last_ = std::ranges::min(buckets_[k], {}, &Entry::time).time;
    for (const Entry& entry : buckets_[k]) buckets_[bucket(entry.time)].push_back(entry);
    buckets_[k].clear();
  }

  std::array<std::vector<Entry>, std::numeric_limits<Time>::digits + 1> buckets_;
  Time last_ = 0;
  std::size_t size_ = 0;
};

}  // namespace grapevine
