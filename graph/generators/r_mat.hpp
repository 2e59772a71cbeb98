#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/generators/defaults.hpp"

namespace grapevine {

struct RMatParameters {
  std::size_t users = 0;
  double mean_followees = generator_defaults::mean_followees;  ///< before self-loops and repeated follows are dropped
  /// The chances a, b, c, d that follower and followee come from the first halves of the users, the first and the
  /// second, the second and the first, the second halves; together 1.
  std::array<double, 4> quadrants = {0.57, 0.19, 0.19, 0.05};
  double noise = 0.0;  ///< chances of a level move by up to so much, at most what b, c and (a + d) / 2 leave
};

/// The recursive matrix (Chakrabarti, Zhan, Faloutsos 2004): each follow u -> v, "u follows v", is dropped into the
/// matrix of followers (rows) and followees (columns) by choosing a quadrant, a quadrant of that, and so on. Users are
/// halved, so their number need not be a power of two: where a half has one user more it is the first. `noise` draws m
/// from -noise to noise for each level and moves b and c by +m, a and d by -2 m a / (a + d) and -2 m d / (a + d), which
/// smooths the degrees' steps (Seshadhri, Pinar, Kolda 2013).
///
/// users * mean_followees follows are drawn; self-loops and repetitions are dropped, a tenth or more of them in dense
/// or uneven graphs. Users are numbered by followers. O(follows log users). Throws BadRequest with all of
/// `r_mat_mistakes`.
FollowGraph r_mat(const RMatParameters& parameters, const StreamKey& key);

/// The follows as drawn, users in the order of the matrix: row u lists whom u follows, repetitions and loops and all.
Rows r_mat_draws(const RMatParameters& parameters, const StreamKey& key);

/// Everything that no graph can meet, each with what would fit; empty if there is nothing.
std::vector<std::string> r_mat_mistakes(const RMatParameters& parameters);

}  // namespace grapevine
