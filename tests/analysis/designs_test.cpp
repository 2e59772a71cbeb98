#include "analysis/designs.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// The cell of 2^-52 that a coordinate is the centre of.
std::uint64_t cell_of(double x) { return static_cast<std::uint64_t>(x * 0x1.0p52); }

/// The sequence before its shift: the first point is the origin shifted, so exclusive or with it takes the shift away.
double unshifted(const Design& design, std::size_t i, std::size_t d) {
  return static_cast<double>(cell_of(design.point(i)[d]) ^ cell_of(design.point(0)[d])) * 0x1.0p-52;
}

}  // namespace

TEST_CASE("each slice of every dimension of a Latin hypercube holds one point", "[analysis][designs]") {
  const std::size_t n = GENERATE(1u, 2u, 7u, 64u, 1000u, 100'000u), dimensions = GENERATE(1u, 3u, 8u);
  const Design design = latin_hypercube(n, dimensions, 42);
  REQUIRE(design.size() == n);
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::vector<int> points(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double x = design.point(i)[d];
      REQUIRE((x > 0 && x < 1));
      ++points[static_cast<std::size_t>(x * static_cast<double>(n))];
    }
    CHECK(points == std::vector<int>(n, 1));
  }
}

TEST_CASE("dimensions of a Latin hypercube are arranged independently, and places within slices are uniform",
          "[analysis][designs][statistical]") {
  // 10 000 points: the correlation of two independent orders has a standard deviation of 1 / sqrt(n - 1) = 0.01, the
  // mean of uniform places one of 1 / sqrt(12 n) = 0.0029, their variance 1/12 one of sqrt(1/180 / n) = 0.00075. Five
  // of each.
  constexpr std::size_t n = 10'000;
  const Design design = latin_hypercube(n, 4, 7);
  for (std::size_t d = 0; d < 4; ++d)
    for (std::size_t e = 0; e < d; ++e) {
      double product = 0;
      for (std::size_t i = 0; i < n; ++i) product += (design.point(i)[d] - 0.5) * (design.point(i)[e] - 0.5);
      CHECK(std::abs(product / n * 12) < 0.05);
    }
  for (std::size_t d = 0; d < 4; ++d) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double place = design.point(i)[d] * n - std::floor(design.point(i)[d] * n);
      sum += place;
      squares += (place - 0.5) * (place - 0.5);
    }
    CHECK(std::abs(sum / n - 0.5) < 5 * 0.0029);
    CHECK(std::abs(squares / n - 1. / 12) < 5 * 0.00075);
  }
}

TEST_CASE("before its shift the sequence is that of Sobol with the direction numbers of Joe and Kuo",
          "[analysis][designs]") {
  // The first ten points in three dimensions, as the program that comes with Joe and Kuo (2008) prints them.
  constexpr std::array<std::array<double, 3>, 10> published{{{0, 0, 0},
                                                             {0.5, 0.5, 0.5},
                                                             {0.75, 0.25, 0.25},
                                                             {0.25, 0.75, 0.75},
                                                             {0.375, 0.375, 0.625},
                                                             {0.875, 0.875, 0.125},
                                                             {0.625, 0.125, 0.875},
                                                             {0.125, 0.625, 0.375},
                                                             {0.1875, 0.3125, 0.9375},
                                                             {0.6875, 0.8125, 0.4375}}};
  const Design design = sobol(10, 3, GENERATE(1u, 2u));
  for (std::size_t i = 0; i < 10; ++i)
    for (std::size_t d = 0; d < 3; ++d) CHECK(unshifted(design, i, d) == published[i][d]);
}

TEST_CASE(
    "2^k points of a shifted Sobol sequence lie one in each slice of a dimension and in each cell of the first two",
    "[analysis][designs]") {
  // The first two dimensions are a (0, 2)-sequence in base 2 (Sobol' 1967): one of 2^k points in every box of 2^-a by
  // 2^-(k - a). A digital shift permutes the boxes.
  constexpr unsigned k = 8;
  constexpr std::size_t n = std::size_t{1} << k;
  const Design design = sobol(n, 40, 5);
  for (std::size_t d = 0; d < 40; ++d) {
    std::set<std::uint64_t> slices;
    for (std::size_t i = 0; i < n; ++i) slices.insert(cell_of(design.point(i)[d]) >> (52 - k));
    CHECK(slices.size() == n);
  }
  for (unsigned a = 0; a <= k; ++a) {
    std::set<std::pair<std::uint64_t, std::uint64_t>> boxes;
    for (std::size_t i = 0; i < n; ++i)
      boxes.emplace(cell_of(design.point(i)[0]) >> (52 - a), cell_of(design.point(i)[1]) >> (52 - (k - a)));
    CHECK(boxes.size() == n);
  }
}

TEST_CASE("the base rows of Saltelli's design are two halves of a Sobol point, exchanged one coordinate at a time",
          "[analysis][designs]") {
  const std::size_t n = 13, dimensions = GENERATE(1u, 2u, 5u);
  const Design design = saltelli(n, dimensions, 3), halves = sobol(n, 2 * dimensions, 3);
  REQUIRE(design.size() == n * (dimensions + 2));
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t first = j * (dimensions + 2);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const double a = halves.point(j)[d], b = halves.point(j)[dimensions + d];
      CHECK(design.point(first)[d] == a);
      CHECK(design.point(first + 1)[d] == b);
      for (std::size_t i = 0; i < dimensions; ++i) CHECK(design.point(first + 2 + i)[d] == (i == d ? b : a));
    }
  }
}

TEST_CASE("a trajectory of Morris moves each coordinate once, by the step that makes all levels equally likely",
          "[analysis][designs]") {
  const std::size_t levels = GENERATE(2u, 4u, 6u, 10u), dimensions = GENERATE(1u, 3u, 9u), r = 50;
  const double step = static_cast<double>(levels) / (2. * static_cast<double>(levels - 1));
  const Design design = morris(r, dimensions, levels, 8);
  REQUIRE(design.size() == r * (dimensions + 1));
  for (std::size_t t = 0; t < r; ++t) {
    std::set<std::size_t> moved;
    for (std::size_t k = 0; k < dimensions; ++k) {
      const auto from = design.point(t * (dimensions + 1) + k), to = design.point(t * (dimensions + 1) + k + 1);
      for (std::size_t d = 0; d < dimensions; ++d) {
        const double level = to[d] * static_cast<double>(levels - 1);
        CHECK((to[d] >= 0 && to[d] <= 1 && std::abs(level - std::round(level)) < 1e-12));
        if (from[d] == to[d]) continue;
        moved.insert(d);
        CHECK(std::abs(std::abs(to[d] - from[d]) - step) < 1e-15);
      }
    }
    CHECK(moved.size() == dimensions);  // d moves, d coordinates moved: each once
  }
}

TEST_CASE("levels, directions and orders of Morris's trajectories are equally likely",
          "[analysis][designs][statistical]") {
  // 6 000 trajectories, 4 levels: each level begins 1 500 (sd 33.5), each of three coordinates moves first 2 000 times
  // (sd 36.5), half go up (sd 38.7). Five of each.
  constexpr std::size_t r = 6'000;
  const Design design = morris(r, 3, 4, 21);
  std::array<std::array<int, 4>, 3> begins{};
  std::array<int, 3> first{}, up{};
  for (std::size_t t = 0; t < r; ++t) {
    const auto start = design.point(4 * t), next = design.point(4 * t + 1), end = design.point(4 * t + 3);
    for (std::size_t d = 0; d < 3; ++d) {
      ++begins[d][static_cast<std::size_t>(std::lround(start[d] * 3))];
      first[d] += start[d] != next[d];
      up[d] += end[d] > start[d];
    }
  }
  for (std::size_t d = 0; d < 3; ++d) {
    for (const int count : begins[d]) CHECK(std::abs(count - 1'500) < 5 * 33.5);
    CHECK(std::abs(first[d] - 2'000) < 5 * 36.5);
    CHECK(std::abs(up[d] - 3'000) < 5 * 38.7);
  }
}

TEST_CASE("equal keys give equal designs, other keys others, and more points begin with those of fewer",
          "[analysis][designs][invariance]") {
  const auto begins_with = [](const Design& many, const Design& few) {
    return many.dimensions == few.dimensions &&
           std::equal(few.coordinates.begin(), few.coordinates.end(), many.coordinates.begin());
  };
  const auto differ = [](const Design& one, const Design& other) { return one.coordinates != other.coordinates; };
  CHECK_FALSE(differ(latin_hypercube(9, 2, 1), latin_hypercube(9, 2, 1)));
  CHECK(differ(latin_hypercube(9, 2, 1), latin_hypercube(9, 2, 2)));
  CHECK(differ(sobol(9, 2, 1), sobol(9, 2, 2)));
  CHECK(differ(morris(9, 2, 4, 1), morris(9, 2, 4, 2)));
  CHECK(begins_with(sobol(64, 3, 1), sobol(9, 3, 1)));
  CHECK(begins_with(saltelli(64, 3, 1), saltelli(9, 3, 1)));
  CHECK(begins_with(morris(64, 3, 4, 1), morris(9, 3, 4, 1)));
}
