#include "graph/base/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/catch.hpp"

// Seeds are fixed, so no test here fails by chance from run to run: a false-alarm rate says for what share of seeds
// sound code would fail.

using namespace grapevine;

namespace {

/// Philox straight from its authors' header, two words of key and four of counter.
std::array<std::uint32_t, 4> reference_philox(std::uint64_t key, std::uint32_t c0, std::uint32_t c1, std::uint32_t c2,
                                              std::uint32_t c3) {
  const auto r = r123::Philox4x32_R<10>{}({{c0, c1, c2, c3}}, {{std::uint32_t(key), std::uint32_t(key >> 32)}});
  return {r[0], r[1], r[2], r[3]};
}

std::uint64_t reference_bits(std::uint64_t key, std::uint64_t a, std::uint64_t b) {
  const auto r =
      reference_philox(key, std::uint32_t(a), std::uint32_t(a >> 32), std::uint32_t(b), std::uint32_t(b >> 32));
  return r[0] | std::uint64_t(r[1]) << 32;
}

/// How the engine addresses pairs: a names a row (a post, an author), b what varies fastest (a reader).
struct Structure {
  const char* name;
  std::function<std::uint64_t(std::uint64_t i)> bits;  ///< the i-th number of a structured walk through the addresses
};

const std::uint64_t key = StreamKey(7, Stream::dynamics, 3).key(Draw::react);

const std::vector<Structure> structures{
    {"readers of one post", [](std::uint64_t i) { return nested_mix(key, 12'345, i); }},
    {"posts of one reader", [](std::uint64_t i) { return nested_mix(key, i, 12'345); }},
    {"a square of posts and readers", [](std::uint64_t i) { return nested_mix(key, i >> 10, i & 1'023); }},
    {"every 4096th reader", [](std::uint64_t i) { return nested_mix(key, 1, i << 12); }},
    {"exposures of a reader in the upper half",
     [](std::uint64_t i) { return nested_mix(key, i >> 4, 77 | (i & 15) << 32); }},
    {"consecutive keys", [](std::uint64_t i) { return nested_mix(i, 0, 0); }},
    {"keys of one bit", [](std::uint64_t i) { return nested_mix(key ^ std::uint64_t{1} << (i & 63), 0, i >> 6); }},
};

/// Share of seeds for which sound code would give a larger, or a smaller, statistic.
double tail_probability(double chi_square, double degrees) {
  const boost::math::chi_squared distribution(degrees);
  return std::min(boost::math::cdf(distribution, chi_square),
                  boost::math::cdf(boost::math::complement(distribution, chi_square)));
}

double chi_square(const std::vector<std::uint32_t>& counts, double expected) {
  double sum = 0;
  for (const std::uint32_t count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

std::size_t collisions(std::vector<std::uint32_t> words) {
  std::sort(words.begin(), words.end());
  return words.size() - std::size_t(std::unique(words.begin(), words.end()) - words.begin());
}

}  // namespace

TEST_CASE("no two purposes of a random number are the same number", "[random]") {
  // Read from the source: two equal enumerators are one value to whoever asks the compiler.
  std::ifstream source(GRAPEVINE_SOURCE "/graph/base/random.hpp");
  std::map<std::uint32_t, std::string> purposes;
  bool inside = false;
  for (std::string line; std::getline(source, line);) {
    if (line.starts_with("enum class Draw")) inside = true;
    if (inside && line.starts_with("};")) break;
    const std::size_t equals = line.find(" = ");
    if (!inside || equals == std::string::npos) continue;
    const std::string name = line.substr(2, equals - 2);
    const auto number = static_cast<std::uint32_t>(std::stoul(line.substr(equals + 3)));
    INFO(name << " and " << purposes[number] << " are both " << number);
    CHECK(purposes[number].empty());
    purposes[number] = name;
  }
  CHECK(purposes.size() > 60);
  CHECK(purposes[static_cast<std::uint32_t>(Draw::react)] == "react");
  std::set<std::uint64_t> keys;
  for (const auto& [number, name] : purposes)
    keys.insert(StreamKey(7, Stream::dynamics, 3).key(static_cast<Draw>(number)));
  CHECK(keys.size() == purposes.size());
}

TEST_CASE("an address of zeros under key 0 gives the published Philox4x32-10 numbers", "[base][random]") {
  // Known answers of Random123, kat_vectors.
  const std::array<std::uint32_t, 4> zeros{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  CHECK(StreamKey{}.block(Draw{0}, 0, 0) == zeros);
  CHECK(reference_philox(0, 0, 0, 0, 0) == zeros);
  const std::array<std::uint32_t, 4> digits_of_pi{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  CHECK(reference_philox(0x299f31d0a4093822, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344) == digits_of_pi);
}

TEST_CASE("a stream's numbers are Philox at (a, b, purpose) under Philox of (stream, replicate) under the seed",
          "[base][random]") {
  for (const std::uint64_t seed :
       {std::uint64_t{0}, std::uint64_t{20'240'117}, ~std::uint64_t{0}, std::uint64_t{1} << 32})
    for (const Stream stream : {Stream::graph, Stream::selection, Stream::content, Stream::dynamics})
      for (const std::uint32_t replicate : {0u, 1u, 29u, ~0u}) {
        const StreamKey chance(seed, stream, replicate);
        const auto k = reference_philox(seed, std::uint32_t(stream), replicate, 0, 0);
        const std::uint64_t stream_key = k[0] | std::uint64_t(k[1]) << 32;
        for (const Draw purpose : {Draw::graph_row, Draw::session_gap, Draw::sample})
          for (const std::uint64_t a : {std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}, ~std::uint64_t{0}})
            for (const std::uint32_t b : {0u, 1u, ~0u}) {
              const auto expected =
                  reference_philox(stream_key, std::uint32_t(a), std::uint32_t(a >> 32), b, std::uint32_t(purpose));
              CHECK(chance.block(purpose, a, b) == expected);
              CHECK(chance.bits(purpose, a, b) == (expected[0] | std::uint64_t(expected[1]) << 32));
            }
        CHECK(chance.key(Draw::react) == chance.bits(Draw::react, ~std::uint64_t{0}, ~0u));
      }
}

TEST_CASE("seeds, streams, replicates and purposes never share a key", "[base][random]") {
  // 8 x 4 x 100 x 30 = 96 000 keys of 64 bits: false alarm 2.5e-10.
  std::set<std::uint64_t> keys;
  for (const std::uint64_t seed : {0ull, 1ull, 2ull, 1ull << 32, 2ull << 32, 1ull << 63, ~0ull, 20'240'117ull})
    for (std::uint32_t stream = 1; stream <= 4; ++stream)
      for (std::uint32_t replicate = 0; replicate < 100; ++replicate)
        for (std::uint32_t purpose = 1; purpose <= 30; ++purpose)
          keys.insert(StreamKey(seed, Stream(stream), replicate).key(Draw(purpose)));
  CHECK(keys.size() == 96'000);
}

TEST_CASE("the nested mix has the bits that it had when they were written down", "[base][random][golden]") {
  CHECK(mix(0) == 0);
  CHECK(mix(golden) ==
        0xe220a8397b1dcdafULL);  // the first numbers of splitmix64 from 0, as its authors' program prints them
  CHECK(mix(2 * golden) == 0x6e789e6aa1b965f4ULL);
  CHECK(mix(3 * golden) == 0x06c45d188009454fULL);
  CHECK(nested_mix(0, 0, 1) == mix(golden));
  std::uint64_t hash = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) hash = mix(hash ^ nested_mix(i * golden, i, ~i));
  CHECK(hash == 0x4242f07609a6b6a1ULL);
}

TEST_CASE("every bit of the nested mix is balanced over structured addresses", "[base][random][statistical]") {
  // 2^20 numbers: a bit is set 2^19 times, sd 512. 64 bits x 7 structures leave six sd with probability 448 x 2.0e-9 =
  // 9e-7.
  for (const Structure& structure : structures) {
    INFO(structure.name);
    std::array<std::uint32_t, 64> ones{};
    for (std::uint64_t i = 0; i < 1 << 20; ++i) {
      const std::uint64_t bits = structure.bits(i);
      for (unsigned bit = 0; bit < 64; ++bit) ones[bit] += std::uint32_t(bits >> bit & 1);
    }
    for (unsigned bit = 0; bit < 64; ++bit) {
      INFO("bit " << bit);
      CHECK(std::abs(double(ones[bit]) - 0x1p19) < 6 * 512);
    }
  }
}

TEST_CASE("each bit of key, post and reader flips each bit of the nested mix half of the time",
          "[base][random][statistical]") {
  // 2^14 addresses: a bit flips 2^13 times, sd 64. 192 x 64 pairs of bits leave 6.5 sd with probability 12 288
  // x 8.0e-11 = 1e-6.
  constexpr std::uint32_t addresses = 1 << 14;
  double farthest = 0;
  for (unsigned flipped = 0; flipped < 192; ++flipped) {
    const std::uint64_t flip = std::uint64_t{1} << flipped % 64;
    std::array<std::uint32_t, 64> flips{};
    for (std::uint64_t i = 0; i < addresses; ++i) {
      const std::uint64_t post = i >> 7, reader = i & 127;
      const std::uint64_t other = flipped < 64    ? nested_mix(key ^ flip, post, reader)
                                  : flipped < 128 ? nested_mix(key, post ^ flip, reader)
                                                  : nested_mix(key, post, reader ^ flip);
      const std::uint64_t difference = nested_mix(key, post, reader) ^ other;
      for (unsigned bit = 0; bit < 64; ++bit) flips[bit] += std::uint32_t(difference >> bit & 1);
    }
    for (const std::uint32_t count : flips)
      farthest = std::max(farthest, std::abs(double(count) - addresses / 2.0) / 64.0);
  }
  INFO("farthest pair of bits: " << farthest << " sd");
  CHECK(farthest < 6.5);
}

TEST_CASE("halves of the nested mix collide as often as chance and Philox have it", "[base][random][statistical]") {
  // n = 2^21 words of 32 bits: n^2 / 2^33 = 512 expected collisions (less 0.08 for triples), sd 22.6. Two halves of 7
  // structures and of Philox leave 6 sd with probability 16 x 2.0e-9 (Poisson tail above: 4e-9) = 6e-8.
  constexpr std::uint64_t n = 1 << 21;
  const auto count = [](const auto& bits) {
    std::vector<std::uint32_t> low(n), high(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t word = bits(i);
      low[i] = std::uint32_t(word), high[i] = std::uint32_t(word >> 32);
    }
    for (const std::size_t found : {collisions(std::move(low)), collisions(std::move(high))})
      CHECK(std::abs(double(found) - 512.0) < 6 * 22.6);
  };
  {
    INFO("Philox");
    count([](std::uint64_t i) { return reference_bits(key, i >> 10, i & 1'023); });
  }
  for (const Structure& structure : structures) {
    INFO(structure.name);
    count(structure.bits);
  }
}

TEST_CASE("no two of four million addresses share all 64 bits", "[base][random]") {
  // 2^22 numbers: 2^43 pairs over 2^64 values, false alarm 5e-7.
  std::vector<std::uint64_t> words;
  for (std::uint64_t post = 0; post < 1 << 11; ++post)
    for (std::uint64_t reader = 0; reader < 1 << 11; ++reader) words.push_back(nested_mix(key, post, reader));
  std::sort(words.begin(), words.end());
  CHECK(std::adjacent_find(words.begin(), words.end()) == words.end());
}

TEST_CASE("coins of neighbouring readers, posts and purposes are uncorrelated", "[base][random][statistical]") {
  // The sum of (c - p)(c' - p) over n pairs has mean 0 and sd p (1 - p) sqrt n, also where pairs share a coin. 2 x 9
  // neighbourhoods x 3 probabilities leave 6 sd with probability 54 x 2.0e-9 = 1e-7; at p = 0.01 the sum is skewed (105
  // joint successes expected), which makes that 1e-6.
  constexpr std::uint64_t n = 1 << 20;
  const std::uint64_t other_purpose = StreamKey(7, Stream::dynamics, 3).key(Draw::feed_order);
  const std::uint64_t other_replicate = StreamKey(7, Stream::dynamics, 4).key(Draw::react);
  struct Neighbourhood {
    const char* name;
    std::function<std::uint64_t(std::uint64_t post, std::uint64_t reader)> neighbour;
  };
  const std::vector<Neighbourhood> neighbourhoods{
      {"next reader", [](auto post, auto reader) { return nested_mix(key, post, reader + 1); }},
      {"reader after next", [](auto post, auto reader) { return nested_mix(key, post, reader + 2); }},
      {"same place in the next block", [](auto post, auto reader) { return nested_mix(key, post, reader + 4'096); }},
      {"next post", [](auto post, auto reader) { return nested_mix(key, post + 1, reader); }},
      {"post after next", [](auto post, auto reader) { return nested_mix(key, post + 2, reader); }},
      {"next post and reader", [](auto post, auto reader) { return nested_mix(key, post + 1, reader + 1); }},
      {"next exposure", [](auto post, auto reader) { return nested_mix(key, post, reader | std::uint64_t{1} << 32); }},
      {"other purpose", [&](auto post, auto reader) { return nested_mix(other_purpose, post, reader); }},
      {"other replicate", [&](auto post, auto reader) { return nested_mix(other_replicate, post, reader); }},
  };
  for (const Neighbourhood& neighbourhood : neighbourhoods)
    for (const double p : {0.01, 0.3, 0.5})
      for (const unsigned shift : {0u, 32u}) {
        const std::uint64_t threshold = coin_threshold(p);
        double sum = 0;
        for (std::uint64_t i = 0; i < n; ++i) {
          const std::uint64_t post = i >> 10, reader = i & 1'023;
          const bool mine = coin(std::uint32_t(nested_mix(key, post, reader) >> shift), threshold);
          const bool other = coin(std::uint32_t(neighbourhood.neighbour(post, reader) >> shift), threshold);
          sum += (mine - p) * (other - p);
        }
        INFO(neighbourhood.name << ", p " << p << ", bits from " << shift);
        CHECK(std::abs(sum) < 6 * p * (1 - p) * std::sqrt(double(n)));
      }
}

TEST_CASE("leading and trailing bytes of neighbours fill the square evenly", "[base][random][statistical]") {
  // 2^22 pairs in 256 x 256 cells: 64 each; chi-square with 65 535 degrees. Four squares, two tails of 1e-7: false
  // alarm 8e-7.
  constexpr std::uint64_t n = 1 << 22;
  for (const unsigned shift : {0u, 56u})
    for (const bool next_reader : {true, false}) {
      std::vector<std::uint32_t> cells(1 << 16);
      for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t post = i >> 10,
                            reader = 2 * (i & 1'023);  // readers in pairs, posts in pairs: no number is used twice
        const std::uint64_t mine = nested_mix(key, 2 * post, reader);
        const std::uint64_t other =
            next_reader ? nested_mix(key, 2 * post, reader + 1) : nested_mix(key, 2 * post + 1, reader);
        ++cells[(mine >> shift & 255) << 8 | (other >> shift & 255)];
      }
      CHECK(tail_probability(chi_square(cells, 64.0), 65'535.0) > 1e-7);
    }
}

TEST_CASE("uniform never reaches 0 or 1 and is symmetric about one half", "[base][random]") {
  CHECK(uniform(0) == 0x1p-53);
  CHECK(uniform(~std::uint64_t{0}) == 1.0 - 0x1p-53);
  CHECK(uniform(0) > 0.0);
  CHECK(uniform(~std::uint64_t{0}) < 1.0);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::uint64_t bits = nested_mix(key, 0, i);
    CHECK(uniform(~bits) == 1.0 - uniform(bits));
    CHECK((uniform(bits) - double(bits >> 12) * 0x1p-52) * 0x1p53 == 1.0);  // the centre of its cell
    if (bits < std::uint64_t{4095} << 52) CHECK(uniform(bits + (1 << 12)) > uniform(bits));
  }
}

TEST_CASE("uniform numbers spread evenly over (0, 1)", "[base][random][statistical]") {
  // 2^20 numbers in 1024 cells, chi-square with 1023 degrees, two tails of 1e-7.
  std::vector<std::uint32_t> cells(1'024);
  const StreamKey chance(11, Stream::content, 0);
  for (std::uint32_t i = 0; i < 1 << 20; ++i) ++cells[std::size_t(uniform(chance.bits(Draw::post_quality, i)) * 1'024)];
  CHECK(tail_probability(chi_square(cells, 1'024.0), 1'023.0) > 1e-7);
}

TEST_CASE("a coin of probability 1 always succeeds and one of 0 never", "[base][random]") {
  constexpr std::uint32_t highest = std::numeric_limits<std::uint32_t>::max();
  for (const double never :
       {0.0, -0.0, -0.5, -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    CHECK_FALSE(coin(0, coin_threshold(never)));
  for (const double always : {1.0, 1.5, std::numeric_limits<double>::infinity()})
    CHECK(coin(highest, coin_threshold(always)));
  CHECK_FALSE(coin(highest, coin_threshold(std::nextafter(1.0, 0.0))));
  CHECK(coin(highest - 1, coin_threshold(std::nextafter(1.0, 0.0))));
  CHECK(coin_threshold(0.5) == std::uint64_t{1} << 31);
  CHECK(coin_threshold(0x1p-32) == 1);
  CHECK(coin_threshold(0.75 * 0x1p-32) == 0);  // rounds down
}

TEST_CASE("a keyed permutation visits every number once", "[base][random]") {
  for (const std::uint64_t permutation_key : {std::uint64_t{0}, std::uint64_t{1}, key})
    for (std::uint64_t size = 1; size <= 200; ++size) {
      const KeyedPermutation permute(permutation_key, size);
      std::vector<bool> seen(size);
      for (std::uint64_t i = 0; i < size; ++i) {
        const std::uint64_t image = permute(i);
        REQUIRE(image < size);
        REQUIRE_FALSE(seen[image]);
        seen[image] = true;
      }
    }
  for (const std::uint64_t size : {4'096ull, 4'097ull, 65'537ull, 300'000ull}) {
    const KeyedPermutation permute(key, size);
    std::vector<bool> seen(size);
    for (std::uint64_t i = 0; i < size; ++i) seen[permute(i)] = true;
    CHECK(std::count(seen.begin(), seen.end(), true) == std::ptrdiff_t(size));
  }
}

TEST_CASE("a keyed permutation of a huge range stays inside and does not repeat", "[base][random]") {
  for (const std::uint64_t size : {(1ull << 32) + 1, 1ull << 40, (1ull << 61) + 1, 1ull << 62}) {
    const KeyedPermutation permute(key, size);
    std::set<std::uint64_t> images;
    for (std::uint64_t i = 0; i < 5'000; ++i) {
      images.insert(permute(i));
      images.insert(permute(size - 1 - i));
    }
    CHECK(images.size() == 10'000);
    CHECK(*images.rbegin() < size);
    CHECK(*images.rbegin() > size / 2);
  }
}

TEST_CASE("all ordered pairs are equally likely to come first in a keyed permutation", "[base][random][statistical]") {
  // Per size, 2^18 keys fill n (n - 1) cells. 11 sizes, two kinds of keys, two tails of 1e-7: false alarm 4e-6.
  constexpr std::uint64_t trials = 1 << 18;
  const StreamKey chance(5, Stream::graph, 0);
  for (const bool consecutive_keys : {false, true})
    for (const std::uint64_t n : {2u, 3u, 4u, 5u, 7u, 8u, 10u, 16u, 17u, 33u, 64u}) {
      std::vector<std::uint32_t> cells(n * (n - 1));
      for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const KeyedPermutation permute(consecutive_keys ? trial : chance.bits(Draw::graph_audience, trial), n);
        const std::uint64_t first = permute(0), second = permute(1);
        ++cells[first * (n - 1) + second - (second > first)];
      }
      INFO(n << " members, " << (consecutive_keys ? "consecutive" : "Philox") << " keys");
      CHECK(tail_probability(chi_square(cells, double(trials) / double(cells.size())), double(cells.size() - 1)) >
            1e-7);
    }
}

TEST_CASE("the first k of a keyed permutation take every member equally often", "[base][random][statistical]") {
  // A member is in a sample with probability q = k / n; counts of n members that add up to k per sample have chi-square
  // sum (O - E)^2 / E / (1 - q) * (n - 1) / n with n - 1 degrees. 3 samples, two tails of 1e-7.
  constexpr std::uint64_t trials = 5'000;
  const StreamKey chance(6, Stream::graph, 0);
  struct Sample {
    std::uint64_t n, k;
  };
  for (const auto [n, k] : {Sample{1'000, 50}, Sample{257, 200}, Sample{4'097, 40}}) {
    std::vector<std::uint32_t> chosen(n);
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
      const KeyedPermutation permute(chance.bits(Draw::graph_audience, trial), n);
      for (std::uint64_t i = 0; i < k; ++i) ++chosen[permute(i)];
    }
    const double q = double(k) / double(n);
    const double statistic = chi_square(chosen, double(trials) * q) / (1 - q) * double(n - 1) / double(n);
    INFO(n << " members, samples of " << k);
    CHECK(tail_probability(statistic, double(n - 1)) > 1e-7);
  }
}

TEST_CASE("places that differ in one half of the network are taken independently", "[base][random][statistical]") {
  // Of n = 4096 values the first two of a pair fall into one of 16 x 16 ranges of 256: probability 256 x 256 / (n (n -
  // 1)), on the diagonal 256 x 255. Two pairs of places, chi-square with 255 degrees, two tails of 1e-7: false alarm
  // 4e-7.
  constexpr std::uint64_t trials = 1 << 18, n = 4'096;
  const StreamKey chance(8, Stream::graph, 0);
  for (const std::uint64_t second_place : {std::uint64_t{1}, std::uint64_t{64}}) {
    std::vector<std::uint32_t> cells(256);
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
      const KeyedPermutation permute(chance.bits(Draw::graph_audience, trial), n);
      ++cells[permute(0) >> 8 << 4 | permute(second_place) >> 8];
    }
    double statistic = 0;
    for (std::size_t cell = 0; cell < 256; ++cell) {
      const double expected = double(trials) * 256 * (cell >> 4 == (cell & 15) ? 255 : 256) / double(n * (n - 1));
      statistic += (cells[cell] - expected) * (cells[cell] - expected) / expected;
    }
    INFO("places 0 and " << second_place);
    CHECK(tail_probability(statistic, 255) > 1e-7);
  }
}
