#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/base/account_key.hpp"

namespace grapevine {

/// Numbers texts in the order in which they first appear. A hash table of open addresses; the texts lie end to end in
/// one array. Whole numbers of 10 to 19 digits, as the large platforms' ids are, are found by value in a table of their
/// own: one look at memory instead of three.
class IdTable {
public:
  static constexpr std::uint32_t absent = UINT32_MAX;

  std::size_t size() const noexcept { return begin_.size() - 1; }
  /// The text of a number; it lives until the next addition.
  std::string_view operator[](std::size_t number) const {
    return {texts_.data() + begin_[number], begin_[number + 1] - begin_[number]};
  }

  /// The number of `id`, or `absent`.
  std::uint32_t find(std::string_view id) const;
  /// The number of `id`, which becomes the next one if it is new.
  std::uint32_t find_or_add(std::string_view id);

private:
  struct Slot {
    std::uint32_t tag = 0;  // other bits of the hash than those that place it
    std::uint32_t number = absent;
  };
  struct LongNumber {
    std::uint64_t value = 0;
    std::uint32_t number = absent;
  };
  std::size_t slot_of(std::string_view id, AccountKey hash) const;
  std::size_t place_of(std::uint64_t value) const;
  std::uint32_t find_or_add(std::string_view id, std::uint64_t value);
  std::uint32_t append(std::string_view id);
  void grow();
  void grow_long();

  std::vector<char> texts_;
  std::vector<std::uint64_t> begin_ = {0};
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::vector<LongNumber> long_numbers_ = std::vector<LongNumber>(64);
  std::size_t long_count_ = 0;
};

}  // namespace grapevine
