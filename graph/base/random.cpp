#include "graph/base/random.hpp"

#include <Random123/philox.h>

#include <bit>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

std::array<std::uint32_t, 4> philox(std::uint64_t key, std::array<std::uint32_t, 4> counter) {
  r123::Philox4x32::ctr_type c{{counter[0], counter[1], counter[2], counter[3]}};
  r123::Philox4x32::key_type k{{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
  const auto r = r123::Philox4x32{}(c, k);
  return {r[0], r[1], r[2], r[3]};
}

constexpr std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return low | static_cast<std::uint64_t>(high) << 32;
}

}  // namespace

StreamKey::StreamKey(std::uint64_t seed, Stream stream, std::uint32_t replicate) {
  const auto r = philox(seed, {static_cast<std::uint32_t>(stream), replicate, 0, 0});
  key_ = join(r[0], r[1]);
}

std::array<std::uint32_t, 4> StreamKey::block(Draw purpose, std::uint64_t a, std::uint32_t b) const {
  return philox(key_, {static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32), b,
                       static_cast<std::uint32_t>(purpose)});
}

std::uint64_t StreamKey::bits(Draw purpose, std::uint64_t a, std::uint32_t b) const {
  const auto r = block(purpose, a, b);
  return join(r[0], r[1]);
}

std::uint64_t StreamKey::key(Draw purpose) const { return bits(purpose, ~std::uint64_t{0}, ~std::uint32_t{0}); }

KeyedPermutation::KeyedPermutation(std::uint64_t key, std::uint64_t size) : key_(key), size_(size) {
  GRAPEVINE_EXPECTS(size > 0 && size <= std::uint64_t{1} << 62);
  const unsigned bits = static_cast<unsigned>(std::bit_width(size - 1));
  half_bits_ = bits < 2 ? 1 : (bits + 1) / 2;
}

std::uint64_t KeyedPermutation::operator()(std::uint64_t i) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  const std::uint64_t rounds = half_bits_ <= 3 ? 12 : 6;
  do {  // the network permutes 0 .. 4^half_bits - 1, fewer than 4 size values: walk until the value lies inside
    std::uint64_t left = i >> half_bits_, right = i & mask;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      const std::uint64_t next = left ^ (nested_mix(key_, round, right) & mask);
      left = right;
      right = next;
    }
    i = left << half_bits_ | right;
  } while (i >= size_);
  return i;
}

}  // namespace grapevine
