#pragma once

#include <cstdint>

#include "sim/diffusion/first_passage.hpp"

namespace grapevine {

/// SI and SIR in steps (Kermack and McKendrick 1927; on networks Pastor-Satorras et al. 2015). In every step each
/// infectious user tries each of its followers with that follow's chance; those that did not have the post adopt it and
/// are infectious from the next step on; then the user recovers with probability `recovery`. Under SI, recovery is 0.
/// The parent is, among those that succeeded in the step, the one of lowest `parent_rank`. With recovery 1 this is the
/// independent cascade under its contact coins, adopter by adopter.
///
/// A contagion ends with the first step at whose beginning no infectious user has a follower that could still adopt;
/// contacts are the followers of all infectious users, step by step until then.
///
/// Trials are not made one by one: `FirstPassage` says how, and what it costs, which does not depend on the number of
/// steps.
class Epidemic : public Contagion {
public:
  /// No trials after step `horizon`; 0: until nothing can change, and 2^31 - 1 steps at most. `audience` and `chances`
  /// outlive it.
  Epidemic(const Audience& audience, const Chances& chances, double recovery, std::uint32_t horizon = 0)
      : audience_(&audience), chances_(&chances), passage_(audience, chances, recovery, horizon) {}

  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) override;

private:
  std::uint32_t steps(const Spread& spread) const;
  bool has_reachable_follower(UserId adopter) const;

  const Audience* audience_;
  const Chances* chances_;
  FirstPassage<std::uint32_t> passage_;
};

}  // namespace grapevine
