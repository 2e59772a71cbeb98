#pragma once

#include <cstdint>

#include "graph/base/random.hpp"
#include "graph/users.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// How much each user likes each topic: hashes, no bytes. `accounts` outlives it.
class Interests {
public:
  Interests(const Users& accounts, const PopulationParameters& population, const StreamKey& dynamics)
      : accounts_(&accounts),
        key_(dynamics.key(Draw::interest)),
        topics_(population.topics),
        shared_below_(accounts.community.empty() ? 0 : coin_threshold(population.shared_interest)) {}

  /// 64 bits of which the top byte is the quantile, in 256ths, of the user's interest in the topic. With the
  /// probability `shared_interest` they are those of its community.
  std::uint64_t bits(UserId user, std::uint32_t topic) const {
    const std::uint64_t own = nested_mix(key_, user.value(), topic);
    if (!coin(static_cast<std::uint32_t>(own), shared_below_)) return own;
    return nested_mix(key_, of_communities | accounts_->community[user.index()], topic);
  }

  /// The topic that the user likes best.
  std::uint32_t main_topic(UserId user) const {
    std::uint32_t best = 0;
    for (std::uint32_t topic = 1; topic < topics_; ++topic)
      if (bits(user, topic) > bits(user, best)) best = topic;
    return best;
  }

private:
  static constexpr std::uint64_t of_communities = std::uint64_t{1} << 32;  ///< apart from every user's number
  const Users* accounts_;
  std::uint64_t key_;
  std::uint32_t topics_;
  std::uint64_t shared_below_;
};

}  // namespace grapevine
