#include "sim/diffusion/skip_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "graph/base/math.hpp"
#include "sim/diffusion/gap_table.hpp"
#include "tests/catch.hpp"
#include "tests/sim/cascades.hpp"

namespace grapevine {
namespace {

/// The definition, for 0 < p < 1.
std::uint64_t slow_gap(double p, std::uint64_t bits, std::uint64_t most) {
  const double failures = math::log(uniform(bits)) * math::per_log_failure(p);
  return failures >= double(most) ? most : std::uint64_t(failures);
}

}  // namespace

TEST_CASE("a gap is what the logarithm says, to the last bit", "[sim][cascades][skip]") {
  for (const double p : {1e-19, 1e-17, 1e-15, 1e-12, 1e-9, 3e-5, 0.001, 0.02, 0.129, 0.5, 0.8, 0.999, 1 - 0x1p-53}) {
    const SkipSampler sampler(p);
    std::uint64_t different = 0;
    const auto look = [&](std::uint64_t bits) {
      for (const std::uint64_t most : {1ULL, 3ULL, 1000ULL, 1ULL << 60})
        different += sampler.gap(bits, most) != slow_gap(p, bits, most);
    };
    for (std::uint64_t i = 0; i < 40'000; ++i) look(mix(i * golden));
    // Where one more failure begins: the cells of u on both sides of (1 - p)^k.
    for (int k = 0; k < 2'000; ++k) {
      const double edge = std::pow(1 - p, k);
      const auto cell = static_cast<std::uint64_t>(edge * 0x1p52);
      for (std::uint64_t offset = 0; offset < 9; ++offset)
        if (cell + offset >= 4 && cell + offset - 4 < std::uint64_t{1} << 52) look((cell + offset - 4) << 12);
    }
    for (unsigned shift = 0; shift < 64; ++shift) look(~std::uint64_t{0} >> shift), look(~std::uint64_t{0} << shift);
    CHECK(different == 0);
  }
}

TEST_CASE("a gap is -E / p of a small chance, and both samplers have the same", "[sim][cascades][skip]") {
  // floor(E / -log(1 - p)), E = -log u: 1 / -log(1 - p) is 1 / p less a half, so gap and E / p are no further apart
  // than E / 2 + 1, but for rounding, 4 units of 2^-53.
  for (const double p : {1e-19, 1e-17, 1e-16, 1e-15, 1e-13, 1e-12, 1e-10, 1e-8, 1e-6}) {
    CAPTURE(p);
    const SkipSampler sampler(p);
    const GapTable table(p);
    std::uint64_t off = 0, different = 0;
    const auto look = [&](std::uint64_t bits) {
      const double e = -std::log(uniform(bits)), expected = e / p;
      const std::uint64_t most = std::uint64_t{1} << 62;
      const double gap = double(sampler.gap(bits, most));
      off += expected < 0x1p61 ? std::abs(gap - expected) > e / 2 + 1 + 8 * 0x1p-53 * expected
                               : expected > 0x1p63 && gap != double(most);
      for (const std::uint64_t row : {1ULL, 25ULL, 1'000'000ULL, 4'000'000'000ULL})
        different += table.gap(bits, row) != sampler.gap(bits, row) ||
                     sampler.gap(bits, row) != std::min(row, sampler.gap(bits, most));
    };
    for (std::uint64_t i = 0; i < 20'000; ++i) look(mix(i * golden));
    for (unsigned shift = 0; shift < 64; ++shift) look(~std::uint64_t{0} >> shift), look(~std::uint64_t{0} << shift);
    CHECK(off == 0);
    CHECK(different == 0);
  }
}

TEST_CASE("gaps are geometric", "[sim][cascades][skip][statistical]") {
  // P(gap >= k) = (1 - p)^k; five standard deviations, eight looks: one seed in 200 000.
  constexpr std::uint64_t draws = 100'000;
  for (const double p : {0.05, 0.35}) {
    const SkipSampler sampler(p);
    for (const std::uint64_t k : {1, 2, 5, 10}) {
      std::uint64_t at_least = 0;
      for (std::uint64_t i = 0; i < draws; ++i) at_least += sampler.gap(nested_mix(17, k, i), 1'000) >= k;
      CHECK(std::abs(testing::deviation(at_least, draws, std::pow(1 - p, double(k)))) < 5);
    }
  }
}

TEST_CASE("successes of a row are as far apart as its gaps say, and are visited until told to stop",
          "[sim][cascades][skip]") {
  const SkipSampler sampler(0.2);
  const GapTable table(0.2);
  constexpr std::uint64_t trials = 50;
  for (std::uint64_t adopter = 0; adopter < 200; ++adopter) {
    std::vector<std::uint64_t> expected;
    std::uint64_t next = 0;
    for (std::uint64_t j = 0; (next += sampler.gap(nested_mix(5, adopter, j), trials)) < trials; ++j)
      expected.push_back(next++);
    const auto visited = [&](const auto& gaps, std::size_t most) {
      std::vector<std::uint64_t> successes;
      each_success(gaps, mix(5 ^ adopter), trials, [&](std::uint64_t i) {
        successes.push_back(i);
        return successes.size() < most;
      });
      return successes;
    };
    REQUIRE(visited(sampler, trials + 1) == expected);
    REQUIRE(visited(table, trials + 1) == expected);
    expected.resize(std::min<std::size_t>(expected.size(), 3));
    REQUIRE(visited(sampler, 3) == expected);
  }
  each_success(sampler, 1, 0, [](std::uint64_t) -> bool { throw 0; });  // nobody to visit
}

TEST_CASE("without a chance all fail, with certainty none", "[sim][cascades][skip]") {
  for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}, mix(5)}) {
    CHECK(SkipSampler(0.0).gap(bits, 7) == 7);
    CHECK(SkipSampler(1.0).gap(bits, 7) == 0);
    CHECK(GapTable(1.0).gap(bits, 7) == 0);
    for (const double p : {0.0, 1e-300, 1e-20}) {
      CHECK(SkipSampler(p).gap(bits, UINT64_MAX) == UINT64_MAX);
      CHECK(GapTable(p).gap(bits, 4'000'000'000) == 4'000'000'000);
    }
    CHECK(SkipSampler(0.3).gap(bits, 0) == 0);
  }
}

}  // namespace grapevine
