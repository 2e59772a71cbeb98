#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// What equal content has in common: the 128-bit XXH3, seed 0, of numbers and texts in the order in which they come.
/// They are hashed as bytes that say what they are, the same on every machine, and never as a type lies in memory.
class ContentHash {
public:
  ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ~ContentHash();

  /// Eight bytes, the lowest first.
  void add(std::uint64_t word);
  /// The bits of the number; one NaN is like another.
  void add(double value);
  /// Its length in bytes as a number, then its bytes.
  void add(std::string_view text);

  /// 32 digits, as `xxh128sum` prints them.
  std::string hexadecimal() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What tells a file from others: its length and the 128-bit XXH3 of its bytes, seed 0, in 32 hexadecimal digits, as
/// `xxh128sum` prints it.
struct Fingerprint {
  std::uint64_t bytes = 0;
  std::string xxh3_128;
};
Fingerprint fingerprint_of(std::string_view bytes);
/// Of a file as it lies there, read from end to end; none of what is no regular file, or cannot be read. `alive` is
/// called from time to time, and ends it by throwing.
std::optional<Fingerprint> fingerprint_of_file(const std::filesystem::path& file,
                                               const std::function<void()>& alive = {});

}  // namespace grapevine
