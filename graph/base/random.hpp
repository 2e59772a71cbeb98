#pragma once

#include <array>
#include <cstdint>

/// Addressed randomness: a number is named by what it is for (seed, stream, replicate, purpose, who, what) and never by
/// when it is drawn. Threads, visiting order and other people's draws therefore cannot change it.
namespace grapevine {

/// The independent sources of chance of a study: who follows whom; who is paid; topics and qualities of posts; what
/// users are, when they come and what they do. Each is redrawn, or kept, by replicate on its own (`redraw`).
enum class Stream : std::uint32_t { graph = 1, selection = 2, content = 3, dynamics = 4 };

/// What a number of a stream is for. One list for the whole program, so no two purposes share numbers (designs of
/// sweeps have a key and purposes of their own); values are part of the results: never renumber. A test,
/// tests/base/random_test.cpp, fails while two are equal.
enum class Draw : std::uint32_t {
  // graph
  graph_row = 1,
  graph_size = 2,
  graph_audience = 3,
  graph_class = 4,
  graph_place = 5,
  graph_pair = 6,
  graph_return = 7,
  graph_closure = 8,
  graph_stub = 9,
  graph_swap = 10,
  graph_plant = 11,
  graph_growth = 12,
  graph_rewiring = 13,
  graph_sample = 14,
  graph_affinity = 15,
  // population: a property of a user
  session_rate = 16,
  post_rate = 17,
  patience = 18,
  propensity = 19,
  interest = 20,
  // schedule
  session_gap = 32,
  post_gap = 33,
  depth = 34,
  // content
  post_topic = 49,
  post_quality = 50,
  emission_time = 51,
  appeal = 52,
  content_quality = 53,
  // reader and root
  feed_order = 64,
  react = 65,
  holdout = 66,
  perturbation = 67,
  fatigue = 87,
  lottery = 88,
  // authors and their readers
  answer_rate = 68,
  answers_of_day = 69,
  answer_choice = 70,
  trust = 71,
  conversion = 72,
  unfollow = 77,
  verified = 78,
  creator = 89,
  fake_follower = 79,
  // posts of authors that a reader does not follow
  discovery = 73,
  discovery_gate = 74,
  discovery_cold = 75,
  discovery_count = 76,
  promotion = 86,
  // campaigns
  selection = 80,
  campaign_slot = 81,
  acceptance = 82,
  price = 83,
  answer_time = 84,
  promotion_share = 85,
  // records
  event_hash = 96,
  sample = 97,
  // classic diffusion
  contagion = 112,
  contact = 113,
  contact_gap = 114,
  parent_tie = 115,
  adoption_threshold = 116,
  recovery = 117,
  contagion_root = 118,
  offspring = 119,
  trivalency = 120,
  reverse_reach = 121,
};

/// 64 random bits to 64 random bits: the finaliser "Mix13" of Stafford, as used by splitmix64 (Steele, Lea, Flood
/// 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}

/// The golden-ratio increment of splitmix64: odd, so multiplication by it is a bijection.
inline constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;

/// The nested mix of the hottest loops: 64 bits for the pair (a, b) under key k. Vectorises; its quality is tested in
/// tests/base/random_test.cpp.
constexpr std::uint64_t nested_mix(std::uint64_t k, std::uint64_t a, std::uint64_t b) {
  return mix(mix(k ^ a) + b * golden);
}

/// A key for one stream of one replicate; hands out keys for one purpose.
class StreamKey {
public:
  StreamKey() = default;
  StreamKey(std::uint64_t seed, Stream stream, std::uint32_t replicate);

  /// Philox4x32-10 (Salmon et al. 2011) at the address (purpose, a, b): 128 random bits. About 10 ns.
  std::array<std::uint32_t, 4> block(Draw purpose, std::uint64_t a, std::uint32_t b = 0) const;
  /// The first 64 bits of `block`.
  std::uint64_t bits(Draw purpose, std::uint64_t a, std::uint32_t b = 0) const;

  /// A key for `nested_mix` that belongs to `purpose` alone.
  std::uint64_t key(Draw purpose) const;

  bool operator==(const StreamKey&) const = default;

private:
  std::uint64_t key_ = 0;
};

/// Uniform in the open interval (0, 1): the centre of one of 2^52 cells, so neither end is ever drawn. Every centre is
/// a double, which those of 2^53 cells are not; hence uniform(~bits) == 1 - uniform(bits).
constexpr double uniform(std::uint64_t bits) { return (static_cast<double>(bits >> 12) + 0.5) * 0x1.0p-52; }

/// A number below `range` from 64 random bits: floor(u n). Each has the same probability up to range / 2^64.
constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t range) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(bits) * range >> 64);
}

/// A probability as a threshold for 32 random bits; coins compare integers. 1 always succeeds, 0 never.
constexpr std::uint64_t coin_threshold(double probability) {
  if (!(probability > 0.0)) return 0;
  return probability >= 1.0 ? std::uint64_t{1} << 32 : static_cast<std::uint64_t>(probability * 0x1.0p32);
}
constexpr bool coin(std::uint32_t bits, std::uint64_t threshold) { return bits < threshold; }

/// A keyed permutation of 0 .. size-1 (Feistel network with cycle walking). A sample of k without replacement is its
/// first k values. 6 rounds; up to 64 values 12, for there 6 leave the pairs (first, second) unequal by up to 9 % (root
/// mean square).
class KeyedPermutation {
public:
  KeyedPermutation(std::uint64_t key, std::uint64_t size);
  std::uint64_t operator()(std::uint64_t i) const;
  std::uint64_t size() const { return size_; }

private:
  std::uint64_t key_;
  std::uint64_t size_;
  unsigned half_bits_;
};

}  // namespace grapevine
