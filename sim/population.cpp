#include "sim/population.hpp"

#include <algorithm>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

const QuantileTable& normal_cells() {
  static const QuantileTable table = [] {
    QuantileTable cells;
    for (std::size_t i = 0; i < 256; ++i) cells[i] = math::normal_quantile((static_cast<double>(i) + 0.5) / 256.0);
    return cells;
  }();
  return table;
}

std::uint8_t tier_of(std::uint64_t followers, const TierParameters& tiers) {
  return static_cast<std::uint8_t>(std::upper_bound(tiers.from.begin(), tiers.from.end(), followers) - tiers.from.begin() - 1);
}

Population::Population(const FollowGraph& graph, const WorldParameters& parameters, const StreamKey& dynamics, UserRange readers)
    : interest_key_(dynamics.key(Draw::interest)),
      propensity_key_(dynamics.key(Draw::propensity)),
      topics_(parameters.population.topics),
      session_rate_(readers.size()),
      post_rate_(readers.size()),
      depth_scale_(readers.size()),
      tier_(graph.user_count()),
      tier_sizes_(parameters.tiers.from.size(), 0) {
  const PopulationParameters& p = parameters.population;
  const double ticks_per_day = parameters.time.ticks_per_day();
  parallel_for(readers.size(), [&](std::size_t i) {
    const std::uint64_t user = readers.first + i;
    // Lognormal with the given mean, whatever the spread.
    const auto lognormal = [&](Draw purpose, double mean, double spread) {
      if (spread == 0.0 || mean == 0.0) return mean;
      return mean * math::exp(spread * math::normal_quantile(uniform(dynamics.bits(purpose, user))) - 0.5 * spread * spread);
    };
    session_rate_[i] = static_cast<float>(lognormal(Draw::session_rate, p.sessions_per_day, p.session_spread) / ticks_per_day);
    post_rate_[i] = static_cast<float>(lognormal(Draw::post_rate, p.posts_per_day, p.post_spread) / ticks_per_day);
    const double patience = std::max(1.0, lognormal(Draw::patience, p.patience, p.patience_spread));
    depth_scale_[i] = static_cast<float>(patience > 1.0 ? -1.0 / math::log(1.0 - 1.0 / patience) : 0.0);
  });
  parallel_for(graph.user_count(), [&](std::size_t user) {
    tier_[user] = tier_of(graph.follower_count(UserId{static_cast<std::uint32_t>(user)}), parameters.tiers);
  });
  for (const std::uint8_t tier : tier_) ++tier_sizes_[tier];
}

std::uint32_t Population::main_topic(UserId user) const {
  std::uint32_t best = 0;
  for (std::uint32_t topic = 1; topic < topics_; ++topic)
    if (interest_bits(user, topic) > interest_bits(user, best)) best = topic;
  return best;
}

}  // namespace grapevine
