#include "analysis/designs.hpp"

#include <boost/random/sobol.hpp>

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

namespace {

/// What a random number of a design is for: part of the addresses, never to be renumbered.
enum class DesignDraw : std::uint64_t {
  stratum = 1,
  place_in_stratum = 2,
  digital_shift = 3,
  start_level = 4,
  direction = 5,
  order_of_moves = 6,
};

std::uint64_t design_bits(std::uint64_t key, DesignDraw purpose, std::uint64_t a, std::uint64_t b = 0) {
  const std::uint64_t own = mix(key + static_cast<std::uint64_t>(purpose) * golden);  // neighbouring keys share nothing
  return nested_mix(nested_mix(own, a, b), a, b);
}

Design empty_design(std::size_t points, std::size_t dimensions) {
  return {dimensions, std::vector<double>(points * dimensions)};
}

}  // namespace

Design latin_hypercube(std::size_t n, std::size_t dimensions, std::uint64_t key) {
  GRAPEVINE_EXPECTS(n >= 1 && n <= most_strata && dimensions >= 1);
  Design design = empty_design(n, dimensions);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const KeyedPermutation stratum(design_bits(key, DesignDraw::stratum, d), n);
    for (std::size_t i = 0; i < n; ++i) {
      // 32 bits of the place beside 20 of the stratum are exact, and further from its ends than rounding reaches.
      const std::uint64_t bits = design_bits(key, DesignDraw::place_in_stratum, d, i) >> 32;
      const double place = (static_cast<double>(bits) + 0.5) * 0x1.0p-32;
      design.coordinates[i * dimensions + d] = (static_cast<double>(stratum(i)) + place) / static_cast<double>(n);
    }
  }
  return design;
}

Design sobol(std::size_t n, std::size_t dimensions, std::uint64_t key) {
  GRAPEVINE_EXPECTS(n >= 1 && dimensions >= 1 && dimensions <= most_sobol_dimensions);
  std::vector<std::uint64_t> shift(dimensions);
  for (std::size_t d = 0; d < dimensions; ++d) shift[d] = design_bits(key, DesignDraw::digital_shift, d);

  Design design = empty_design(n, dimensions);
  boost::random::sobol sequence(dimensions);  // begins after the origin
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t d = 0; d < dimensions; ++d)
      design.coordinates[i * dimensions + d] = uniform((i == 0 ? 0 : sequence()) ^ shift[d]);
  return design;
}

Design saltelli(std::size_t n, std::size_t dimensions, std::uint64_t key) {
  const Design base = sobol(n, 2 * dimensions, key);
  Design design{dimensions, {}};
  design.coordinates.reserve(n * saltelli_block(dimensions) * dimensions);
  const auto add = [&](std::span<const double> point) {
    design.coordinates.insert(design.coordinates.end(), point.begin(), point.end());
  };
  for (std::size_t j = 0; j < n; ++j) {
    const auto a = base.point(j).first(dimensions), b = base.point(j).last(dimensions);
    add(a);
    add(b);
    for (std::size_t i = 0; i < dimensions; ++i) {
      std::vector<double> mixed(a.begin(), a.end());
      mixed[i] = b[i];
      add(mixed);
    }
  }
  return design;
}

Design morris(std::size_t trajectories, std::size_t dimensions, std::size_t levels, std::uint64_t key) {
  GRAPEVINE_EXPECTS(trajectories >= 1 && dimensions >= 1 && levels >= 2 && levels % 2 == 0);
  Design design{dimensions, {}};
  design.coordinates.reserve(trajectories * morris_block(dimensions) * dimensions);
  const std::size_t half = levels / 2;
  const auto coordinate = [&](std::size_t level) {
    return static_cast<double>(level) / static_cast<double>(levels - 1);
  };
  for (std::size_t t = 0; t < trajectories; ++t) {
    std::vector<double> now(dimensions), then(dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::size_t low = below(design_bits(key, DesignDraw::start_level, t, d), half);
      const bool up = below(design_bits(key, DesignDraw::direction, t, d), 2) == 1;
      now[d] = coordinate(up ? low : low + half);
      then[d] = coordinate(up ? low + half : low);
    }
    const KeyedPermutation order(design_bits(key, DesignDraw::order_of_moves, t), dimensions);
    design.coordinates.insert(design.coordinates.end(), now.begin(), now.end());
    for (std::size_t move = 0; move < dimensions; ++move) {
      const std::size_t d = order(move);
      now[d] = then[d];
      design.coordinates.insert(design.coordinates.end(), now.begin(), now.end());
    }
  }
  return design;
}

}  // namespace grapevine
