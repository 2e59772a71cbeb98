#pragma once

#include <cstdint>
#include <vector>

#include "graph/base/memory.hpp"
#include "sim/influence/reverse_reach.hpp"

namespace grapevine {

/// How many reverse reachable sets the seeds taken so far meet, and how many more each user would: the `Gains` of
/// sim/influence/greedy.hpp.
///
/// A seed takes the sets that it meets from the gains of their members. Which sets a user is in is listed only for
/// users in many sets, for no others are ever taken as a rule: whoever is taken and is not listed brings in all that
/// are in as many sets, and those next to them up to a 32nd of all members. Beside the sets: 16 bytes a user, a bit a
/// set, 4 bytes for each set that the most frequent user is in, and 4 bytes a member listed. Time goes with the members
/// of the sets that are met.
class SetCover {
public:
  /// Looks at the sets as they are now, and after each `refresh`.
  explicit SetCover(const ReverseReachSets& sets);
  void refresh();

  std::uint64_t first(UserId user) const { return counts_[user.index()]; }
  std::uint64_t of(UserId user) const { return gains_[user.index()]; }
  void take(UserId user);
  void forget();

  /// A bound on how many sets any `count` users meet: those met now, and the largest gains (submodularity).
  std::uint64_t most_met_by(std::uint64_t count) const;

private:
  std::span<const std::uint32_t> sets_of(UserId user);
  std::uint32_t next_least(std::uint32_t count) const;
  void list(std::uint32_t least);

  const ReverseReachSets* sets_;
  Array<std::uint32_t> counts_;  ///< sets that the user is in
  Array<std::uint32_t> gains_;   ///< of them, those that are not met
  std::uint64_t met_count_ = 0;
  std::vector<std::uint32_t> users_with_;  ///< users that are in so many sets
  std::uint32_t least_ = 0;                ///< users in at least so many sets are listed; 0: none are
  Array<std::uint64_t> begin_;             ///< of the user's sets within `lists_`
  UnwrittenArray<std::uint32_t> lists_;
  Array<std::uint64_t> met_;  ///< one bit a set
};

}  // namespace grapevine
