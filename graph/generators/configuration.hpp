#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/generators/defaults.hpp"
#include "graph/generators/degree_sequences.hpp"

namespace grapevine {

/// The directed configuration model (Molloy & Reed 1995; directed: Newman, Strogatz, Watts 2001): every user has
/// exactly the followers and followees given, and who follows whom is left to chance. The edge u -> v reads "u follows
/// v". Users keep the numbers they are given by.
///
/// Each user has a stub for each follower and one for each followee; a random permutation matches them. Self-loops and
/// repeated follows are then taken out by swapping followees with a random other follow, so both degrees stay exact and
/// the graph is simple. Where few are repeated the result is close to a uniform draw among all simple graphs of these
/// degrees; `randomised` makes it one. Degrees so dense that random swaps find no way out get the graph of Kleitman &
/// Wang (1973), `randomised`.
///
/// Throws BadRequest where no simple graph has these degrees (`why_not_simple`). O(follows), 8 bytes a follow.
FollowGraph configuration(const DegreeSequences& degrees, const StreamKey& key);

/// The rows of `configuration`, sorted.
Rows configuration_rows(const DegreeSequences& degrees, const StreamKey& key);

/// Heavy-tailed degrees that add up to the same number of follows.
struct ConfigurationParameters {
  std::size_t users = 0;
  double mean_followees = generator_defaults::mean_followees;
  double exponent = generator_defaults::exponent;  ///< of the density of follower counts, above 1
  std::uint64_t most_followers =
      generator_defaults::largest;    ///< upper cut-off; the lower one follows from the mean ...
  std::uint64_t least_followers = 0;  ///< ... or is this, 1 or more, and the mean follows; 0: the mean says it
  double followees_exponent = 2.5;    ///< of the density of followee counts, above 1
  std::uint64_t most_followees = 5'000;
};

/// Power laws on both sides (`power_law_degrees`). Users are numbered by followers; followees go to them by a keyed
/// permutation, so the two are independent. Throws BadRequest with all of `configuration_mistakes`.
DegreeSequences power_law_sequences(const ConfigurationParameters& parameters, const StreamKey& key);

/// Everything in `parameters` that no graph can meet, each with what would fit; empty if there is nothing. Whether
/// degrees within all bounds can be had together shows only once they are drawn: `configuration` says.
std::vector<std::string> configuration_mistakes(const ConfigurationParameters& parameters);

}  // namespace grapevine
