#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// A set of users that is filled from a row, asked, and emptied before the next row. Who uses it keeps the row of those
/// that are in it and shows it again.
///
/// The few users of most rows leave marks in a filter that stays in the nearest cache, and are looked for in the row
/// where marks fall together. Those of long rows have a bit each.
class UserSet {
public:
  explicit UserSet(std::size_t users) : users_(users) {}

  /// The set, which is empty, is about to take up to `most` users.
  void open(std::size_t most) {
    short_ = most <= most_marked;
    if (!short_ && bits_.empty()) bits_.resize((users_ + 63) / 64, 0);
  }
  /// Adds what `row` lists.
  void add(std::span<const UserId> row) {
    for (const UserId user : row) mark(user);
  }
  /// Whether `user` was missing and is now in the set; `row` lists the others.
  bool add(UserId user, std::span<const UserId> row) {
    if (contains(user, row)) return false;
    mark(user);
    return true;
  }
  /// Empties it; `row` lists what is in it.
  void close(std::span<const UserId> row) {
    if (short_)
      marks_.fill(0);
    else
      for (const UserId user : row) bits_[user.index() / 64] = 0;
  }

  bool contains(UserId user, std::span<const UserId> row) const {
    if (!short_) return (bits_[user.index() / 64] & bit(user.value())) != 0;
    return (marks_[place(user) / 64] & bit(place(user))) != 0 && std::ranges::find(row, user) != row.end();
  }

private:
  static constexpr std::size_t most_marked = 64;
  static constexpr int mark_bits = 11;

  static std::uint32_t place(UserId user) { return (user.value() * 0x9e3779b1U) >> (32 - mark_bits); }
  static std::uint64_t bit(std::uint32_t number) { return std::uint64_t{1} << (number % 64); }

  void mark(UserId user) {
    if (short_)
      marks_[place(user) / 64] |= bit(place(user));
    else
      bits_[user.index() / 64] |= bit(user.value());
  }

  std::size_t users_;
  bool short_ = true;
  std::array<std::uint64_t, (std::size_t{1} << mark_bits) / 64> marks_ = {};
  std::vector<std::uint64_t> bits_;
};

}  // namespace grapevine
