#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/account_key.hpp"

namespace grapevine {

/// Numbers outside ids in the order in which they first appear. Ids are texts: "7" and "07" are two.
///
/// A hash table of open addresses; short decimal numbers, the most usual ids, are found by their value in a table that never outgrows the
/// ids.
class IdTable {
public:
  static constexpr std::uint32_t absent = UINT32_MAX;

  std::size_t size() const noexcept { return ids_.size(); }
  const std::vector<std::string>& ids() const noexcept { return ids_; }
  std::vector<std::string> take_ids() noexcept { return std::move(ids_); }

  /// The number of `id`, or `absent`.
  std::uint32_t find(std::string_view id);
  /// The number of `id`, which becomes the next one if it is new.
  std::uint32_t find_or_add(std::string_view id);

private:
  struct Slot {
    std::uint32_t tag = 0;  // other bits of the hash than those that place it
    std::uint32_t number = absent;
  };
  std::size_t slot_of(std::string_view id, std::uint64_t hash) const;
  void grow();
  std::uint32_t* direct(std::string_view id);

  std::vector<std::string> ids_;
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::vector<std::uint32_t> by_value_;
};

}  // namespace grapevine
