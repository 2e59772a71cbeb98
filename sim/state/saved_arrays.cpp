#include "sim/state/saved_arrays.hpp"

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

std::uint64_t hash_of_names(std::span<const WorldArray> arrays) {
  std::uint64_t hash = arrays.size();
  for (const WorldArray& array : arrays) {
    for (const char letter : array.name) hash = mix(hash + golden) ^ static_cast<unsigned char>(letter);
    hash = mix(hash);
  }
  return hash;
}

void restore(std::span<const WorldArray> arrays, const SavedArrays& saved) {
  std::size_t sum = 0;
  for (const std::uint64_t length : saved.lengths) sum += length;
  if (saved.names != hash_of_names(arrays) || saved.lengths.size() != arrays.size() || sum != saved.bytes.size())
    throw Error("what was saved of a world does not fit it");
  std::span<const std::byte> left = saved.bytes;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    arrays[i].assign(left.first(saved.lengths[i]));
    left = left.subspan(saved.lengths[i]);
  }
}

}  // namespace grapevine
