#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace grapevine {

/// The checksum of an array that comes in pieces: the 64-bit XXH3 (Collet, github.com/Cyan4973/xxHash), seed 0, of the
/// 64-bit XXH3s of its blocks of 1 MiB, these one after the other as little-endian words. Blocks are hashed in
/// parallel. It notices damage, not malice.
class Checksum {
public:
  static constexpr std::size_t block = std::size_t{1} << 20;

  /// The next bytes. Every piece but the last is a multiple of `block`.
  void add(std::span<const std::byte> piece);

  std::uint64_t value() const;

private:
  std::vector<std::uint64_t> blocks_;
};

}  // namespace grapevine
