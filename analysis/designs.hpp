#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Which points a sweep visits: designs on the unit cube, of which a study maps each dimension to the range of a key.
/// `key` names all chance in a design: equal arguments give equal bits on every machine, other keys other designs.
namespace grapevine {

/// Points of the unit cube, one after another.
struct Design {
  std::size_t dimensions = 0;
  std::vector<double> coordinates;  ///< point after point

  std::size_t size() const { return dimensions == 0 ? 0 : coordinates.size() / dimensions; }
  std::span<const double> point(std::size_t i) const { return {coordinates.data() + i * dimensions, dimensions}; }
};

/// More points than a Latin hypercube has strata for whose ends doubles can still tell apart from its points.
inline constexpr std::size_t most_strata = std::size_t{1} << 20;

/// What the table of direction numbers reaches to (Joe and Kuo 2008, as Boost.Random has it).
inline constexpr std::size_t most_sobol_dimensions = 3667;

/// Latin hypercube (McKay, Beckman, Conover 1979): each of the n equal slices of every dimension holds exactly one of
/// the n <= `most_strata` points, at a uniform place within it; dimensions are arranged independently. A larger n is
/// another design, not more points of this one.
Design latin_hypercube(std::size_t n, std::size_t dimensions, std::uint64_t key);

/// The first n points of the sequence of Sobol' (1967) with the direction numbers of Joe and Kuo (2008), its origin
/// included (Owen 2020), each dimension shifted digitally by bits of its own: every point is uniform, and a larger n
/// adds points to those of a smaller one. Any n is allowed; equal shares of points in all cells of a grid hold where n
/// is a power of two, and other n weigh some cells by one point more than others.
Design sobol(std::size_t n, std::size_t dimensions, std::uint64_t key);

/// The design that Sobol indices are estimated from (Saltelli et al. 2010): n base rows of d + 2 points each, base row
/// after base row, so that a larger n adds points at the end. Those of base row j are
///     A_j, B_j, AB_j1 ... AB_jd,    AB_ji being A_j with the i-th coordinate of B_j.
/// A_j and B_j are the two halves of the j-th point of a Sobol sequence of 2d dimensions. Best where n is a power of
/// two.
Design saltelli(std::size_t n, std::size_t dimensions, std::uint64_t key);
constexpr std::size_t saltelli_block(std::size_t dimensions) { return dimensions + 2; }

/// Trajectories of Morris (1991): r of d + 1 points each, trajectory after trajectory. From one point to the next one
/// coordinate moves, each once, in an order and a direction drawn for the trajectory, by levels / (2 (levels - 1)).
/// Coordinates are multiples of 1 / (levels - 1), 0 and 1 included, each equally likely; `levels` is even, 4 in
/// Morris's examples.
Design morris(std::size_t trajectories, std::size_t dimensions, std::size_t levels, std::uint64_t key);
constexpr std::size_t morris_block(std::size_t dimensions) { return dimensions + 1; }

}  // namespace grapevine
