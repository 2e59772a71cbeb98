#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

namespace grapevine {

struct DirectedScaleFreeParameters {
  std::size_t users = 0;
  double alpha = 0.41;  ///< share of steps in which a new user follows one who is there
  double gamma =
      0.05;  ///< share of steps in which a new user is followed by one who is there; alpha + gamma above 0, at most 1
  double delta_in = 0.2;   ///< added to everybody's followers where someone to be followed is drawn, 0 or more
  double delta_out = 0.0;  ///< added to everybody's followees where someone who follows is drawn, 0 or more
};

/// Growth of a directed graph (Bollobas, Borgs, Chayes, Riordan 2003). Each step makes one follow u -> v, "u follows
/// v": with probability alpha of a new user u, with gamma to a new user v, else, beta = 1 - alpha - gamma, between two
/// who are there. Who is followed is drawn in proportion to followers + delta_in, who follows in proportion to
/// followees + delta_out. It begins with one user and ends with the step that brings the last. Follower counts fall
/// with density exponent 1 + (1 + delta_in (alpha + gamma)) / (alpha + beta), followee counts with 1 + (1 + delta_out
/// (alpha + gamma)) / (beta + gamma).
///
/// Draws trace back the ends of earlier steps by recomputing them, as in `barabasi_albert`, so no step waits for
/// another. The process may repeat follows and make self-loops; they count while it runs and are left out of the graph,
/// which has fewer than users / (alpha + gamma) follows by what was repeated: nothing to speak of where most steps
/// bring a user, but 64 % of a million users' where one in twenty does and both deltas are 1 (exponents of 2.08). Users
/// are numbered by followers, equal ones by age. O(steps). Throws BadRequest with all mistakes.
FollowGraph directed_scale_free(const DirectedScaleFreeParameters& parameters, const StreamKey& key);

/// Everything that no graph can meet, each with what would fit; empty if there is nothing.
std::vector<std::string> directed_scale_free_mistakes(const DirectedScaleFreeParameters& parameters);

}  // namespace grapevine
