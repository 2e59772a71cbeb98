#include "graph/base/checksum.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>

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

namespace {

std::string digits_of(XXH128_hash_t hash) { return fmt::format("{:016x}{:016x}", hash.high64, hash.low64); }

Fingerprint fingerprint(std::uint64_t bytes, XXH128_hash_t hash) { return {bytes, digits_of(hash)}; }

}  // namespace

struct ContentHash::State {
  XXH3_state_t hash;
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->hash); }
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash::~ContentHash() = default;

void ContentHash::add(std::uint64_t word) {
  std::array<unsigned char, 8> bytes;
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(word), word >>= 8;
  XXH3_128bits_update(&state_->hash, bytes.data(), bytes.size());
}

void ContentHash::add(double value) {
  add(std::bit_cast<std::uint64_t>(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value));
}

void ContentHash::add(std::string_view text) {
  add(std::uint64_t{text.size()});
  XXH3_128bits_update(&state_->hash, text.data(), text.size());
}

std::string ContentHash::hexadecimal() const { return digits_of(XXH3_128bits_digest(&state_->hash)); }

Fingerprint fingerprint_of(std::string_view bytes) {
  return fingerprint(bytes.size(), XXH3_128bits(bytes.data(), bytes.size()));
}

std::optional<Fingerprint> fingerprint_of_file(const std::filesystem::path& file, const std::function<void()>& alive) {
  if (std::error_code code; !std::filesystem::is_regular_file(file, code)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::vector<char> piece(std::size_t{16} << 20);
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  std::uint64_t bytes = 0;
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    XXH3_128bits_update(&state, piece.data(), static_cast<std::size_t>(in.gcount()));
    bytes += static_cast<std::uint64_t>(in.gcount());
    if (alive) alive();
  }
  if (!in.eof()) return std::nullopt;
  return fingerprint(bytes, XXH3_128bits_digest(&state));
}

}  // namespace grapevine
