#include "graph/base/checksum.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "graph/base/parallel.hpp"

namespace grapevine {

void Checksum::add(std::span<const std::byte> piece) {
  const std::size_t before = blocks_.size();
  blocks_.resize(before + (piece.size() + block - 1) / block);
  parallel_blocks(piece.size(), block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
    blocks_[before + b] = XXH3_64bits(piece.data() + first, last - first);
  });
}

std::uint64_t Checksum::value() const { return XXH3_64bits(blocks_.data(), blocks_.size() * sizeof(std::uint64_t)); }

}  // namespace grapevine
