#pragma once

#include <bit>
#include <cstdint>

namespace grapevine {

/// A probability in two bytes, kept beside each follow: a binary floating number with 11 bits behind the leading one,
/// so that probabilities from a millionth to 1 are held to four parts in ten thousand and smaller ones to 2^-33. 0 and
/// 1 are exact.
class Chance {
public:
  constexpr Chance() = default;
  /// The nearest to `probability`, which lies in [0, 1].
  explicit Chance(double probability) : bits_(nearest(static_cast<std::uint64_t>(probability * 0x1p32 + 0.5))) {}

  /// The one whose `bits` these are, at most `most_bits`.
  static constexpr Chance from_bits(std::uint16_t bits) {
    Chance chance;
    chance.bits_ = bits;
    return chance;
  }
  static constexpr std::uint16_t most_bits = 22 << 11;  ///< of 1, whose threshold is 2^32

  /// What 32 random bits have to be below, as `coin` (graph/base/random.hpp) takes it. Integers only, so loops over
  /// follows vectorise.
  constexpr std::uint64_t threshold() const {
    const std::uint64_t exponent = bits_ >> fraction_bits, fraction = bits_ & (one - 1);
    return exponent == 0 ? fraction : (one | fraction) << (exponent - 1);
  }
  constexpr double probability() const { return static_cast<double>(threshold()) * 0x1p-32; }
  constexpr std::uint16_t bits() const { return bits_; }

  constexpr bool operator==(const Chance&) const = default;

private:
  static constexpr unsigned fraction_bits = 11;
  static constexpr std::uint64_t one = 1 << fraction_bits;

  static constexpr std::uint16_t nearest(std::uint64_t threshold) {
    if (threshold < one) return static_cast<std::uint16_t>(threshold);
    const auto spare = static_cast<unsigned>(std::bit_width(threshold)) - fraction_bits - 1;
    const std::uint64_t rounded = spare == 0 ? threshold
                                             : (threshold + (std::uint64_t{1} << (spare - 1))) >>
                                                   spare;  // 2 * one where it carries: the next exponent's 0
    return static_cast<std::uint16_t>((std::uint64_t{spare} << fraction_bits) + rounded);
  }

  std::uint16_t bits_ = 0;
};

}  // namespace grapevine
