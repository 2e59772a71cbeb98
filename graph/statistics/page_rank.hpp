#pragma once

#include <vector>

#include "graph/follow_graph.hpp"

namespace grapevine {

struct PageRankParameters {
  double damping = 0.85;    ///< chance that a reader goes on to a followee instead of a user drawn evenly, 0 to below 1
  double tolerance = 1e-6;  ///< stops when all ranks together change by no more in an iteration; the change falls by
                            ///< `damping` at least
  int most_iterations = 500;  ///< 1 or more
  bool lean = false;  ///< makes no rows of followers: 4 bytes a follow less, several times the time, the same bits
};

/// Where a reader is who for ever goes from a user to one of its followees, or, with chance 1 - damping and from those
/// who follow nobody always, to a user drawn evenly (Brin and Page 1998): who is followed by the much-followed ranks
/// high.
struct PageRank {
  std::vector<double> rank;  ///< of each user; all add up to 1
  int iterations = 0;
  double change = 0.0;  ///< sum of the absolute changes of the last iteration; ranks are within change * damping / (1 -
                        ///< damping) of their limits, all together

  bool operator==(const PageRank&) const = default;
};

/// By pull: in each iteration a user adds up what its followers pass on, in the order of their numbers. What a follower
/// passes on is kept in 4 bytes, as in the GAP benchmark (Beamer, Asanovic, Patterson 2015), and added up in 8; the
/// rounding moves all ranks together by less than 4e-7 at a damping of 0.85. What no follow carries, jumps, the ranks
/// of users who follow nobody and the rounding, is spread evenly, so nothing is lost.
///
/// O(follows) an iteration, 90 of them at most for the default tolerance. 20 bytes a user, and 4 a follow for rows of
/// followers (8 more while they are made) unless `lean` or all follows are mutual.
PageRank page_rank(const FollowGraph& graph, const PageRankParameters& parameters = {});

}  // namespace grapevine
