#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/prefetch.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/parameters.hpp"
#include "sim/model/verified.hpp"

namespace grapevine {

/// 256 values at the centres of 256 equally likely cells of a distribution; a draw is the top byte of a hash.
using QuantileTable = std::array<double, 256>;

/// The standard normal distribution in 256 cells, bounded at 2.9.
const QuantileTable& normal_cells();

/// How interested a user is in a topic, 0 to 1, by the quantile of its interest.
QuantileTable interest_cells(const PopulationParameters& population);

/// What users are: drawn once a replicate, never changed. All draws belong to the user's internal number and none looks
/// at its follower count. Lives as long as `accounts`.
class Population {
public:
  Population(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
             const StreamKey& dynamics, UserRange readers);

  // Of the readers of this part; `reader` counts from the first of them.
  double session_rate(std::size_t reader) const { return session_rate_[reader]; }  ///< per tick
  double post_rate(std::size_t reader) const { return post_rate_[reader]; }        ///< organic, per tick
  double depth_scale(std::size_t reader) const {
    return depth_scale_[depth_scale_.size() > 1 ? reader : 0];
  }  ///< see `draw_depth`

  void prefetch_reader(std::size_t reader) const {
    prefetch(&session_rate_[reader]);
    if (depth_scale_.size() > 1) prefetch(&depth_scale_[reader]);
  }

  // Of any user.
  std::uint8_t tier(UserId user) const { return tier_[user.index()]; }
  const std::vector<std::uint64_t>& tier_sizes() const { return tier_sizes_; }
  bool any_verified() const { return verified_.any(); }
  bool any_creators() const { return creators_.any(); }
  bool verified(UserId user) const { return verified_.hold(user, tier(user)); }
  bool creator(UserId user) const { return creators_.hold(user, tier(user)); }
  const Interests& interests() const { return interests_; }
  /// The quantile, in 256ths, of the user's interest in the topic.
  std::uint8_t interest(UserId user, std::uint32_t topic) const {
    return static_cast<std::uint8_t>(interests_.bits(user, topic) >> 56);
  }
  /// The quantile, in 256ths, of the user's own propensity to act.
  std::uint8_t propensity(UserId user) const {
    return static_cast<std::uint8_t>(nested_mix(propensity_key_, user.value(), 0) >> 56);
  }
  template <class Visitor>
  void arrays(Visitor&& visit) {
    visit("population.session_rate", "reader", session_rate_);
    visit("population.post_rate", "reader", post_rate_);
    visit("population.depth_scale", "reader", depth_scale_);
    visit("population.tier", "user", tier_);
  }

private:
  Interests interests_;
  VerifiedAccounts verified_;
  CreatorAccounts creators_;
  std::uint64_t propensity_key_;
  std::vector<float> session_rate_;
  std::vector<float> post_rate_;
  std::vector<float> depth_scale_;  ///< one for all where patience does not vary
  std::vector<std::uint8_t> tier_;
  std::vector<std::uint64_t> tier_sizes_;
};

/// The tier of a follower count.
std::uint8_t tier_of(std::uint64_t followers, const TierParameters& tiers);

}  // namespace grapevine
