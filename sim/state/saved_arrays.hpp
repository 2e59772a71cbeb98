#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/state/array_table.hpp"

namespace grapevine {

/// The arrays of a world, or of a part of one, as they were saved: behind each other, in the order of their table.
struct SavedArrays {
  std::uint64_t names = 0;                 ///< hash of the names, `hash_of_names`
  std::span<const std::uint64_t> lengths;  ///< of each, in bytes
  std::span<const std::byte> bytes;
};

std::uint64_t hash_of_names(std::span<const WorldArray> arrays);

/// Puts what was saved in the place of what is there. Throws Error if it has other names or lengths that do not fit.
void restore(std::span<const WorldArray> arrays, const SavedArrays& saved);

}  // namespace grapevine
