#pragma once

#include <vector>

#include "graph/base/random.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// Which follows are fake: a coin of follower and account, with the share of the account's tier.
class FakeFollowers {
public:
  FakeFollowers(const TierParameters& tiers, const StreamKey& dynamics) : key_(dynamics.key(Draw::fake_follower)) {
    for (std::size_t tier = 0; tiers.has_fakes() && tier < tiers.from.size(); ++tier)
      below_.push_back(coin_threshold(tiers.fakes(tier)));
  }

  bool any() const { return !below_.empty(); }
  /// Whether the follower of an account of that tier is one.
  bool hold(UserId follower, UserId account, std::size_t tier) const {
    return coin(static_cast<std::uint32_t>(nested_mix(key_, follower.value(), account.value()) >> 32), below_[tier]);
  }

private:
  std::uint64_t key_;
  std::vector<std::uint64_t> below_;  ///< by tier; empty: nobody has any
};

}  // namespace grapevine
