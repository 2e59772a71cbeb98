#include "sim/model/population.hpp"

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

QuantileTable interest_cells(const PopulationParameters& population) {
  QuantileTable cells;
  for (std::size_t i = 0; i < 256; ++i)
    cells[i] = math::pow((static_cast<double>(i) + 0.5) / 256.0, population.interest_skew);
  return cells;
}

std::uint8_t tier_of(std::uint64_t followers, const TierParameters& tiers) {
  return static_cast<std::uint8_t>(std::upper_bound(tiers.from.begin(), tiers.from.end(), followers) -
                                   tiers.from.begin() - 1);
}

Population::Population(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
                       const StreamKey& dynamics, UserRange readers)
    : interests_(accounts, parameters.population, dynamics),
      verified_(accounts, parameters.tiers, dynamics),
      creators_(accounts, parameters.tiers, dynamics),
      propensity_key_(dynamics.key(Draw::propensity)),
      session_rate_(readers.size()),
      post_rate_(readers.size()),
      depth_scale_(parameters.population.patience_spread > 0.0 ? readers.size() : 1),
      tier_(graph.user_count()),
      tier_sizes_(parameters.tiers.from.size(), 0) {
  const PopulationParameters& p = parameters.population;
  const double ticks_per_day = parameters.time.ticks_per_day();
  // Lognormal with the given mean, whatever the spread.
  const auto lognormal = [&](Draw purpose, std::uint64_t user, double mean, double spread) {
    if (spread == 0.0 || mean == 0.0) return mean;
    return mean *
           math::exp(spread * math::normal_quantile(uniform(dynamics.bits(purpose, user))) - 0.5 * spread * spread);
  };
  const auto depth_scale = [](double patience) { return static_cast<float>(-math::per_log_failure(1.0 / patience)); };
  const double users = static_cast<double>(graph.user_count());
  const double active = static_cast<double>(parallel_sum(graph.user_count(), [&](std::size_t u) {
    return std::uint64_t{accounts.is_active(UserId{static_cast<std::uint32_t>(u)})};
  }));
  const bool mixed = 0.0 < active && active < users;
  const double sessions_active = mixed ? p.sessions_per_day * p.active_sessions * users / active : p.sessions_per_day;
  const double sessions_inactive =
      mixed ? p.sessions_per_day * (1.0 - p.active_sessions) * users / (users - active) : p.sessions_per_day;
  const double posts_active = active > 0.0 ? p.posts_per_day * users / active : 0.0;
  if (p.patience_spread == 0.0) depth_scale_[0] = depth_scale(std::max(1.0, p.patience));
  parallel_for(readers.size(), [&](std::size_t i) {
    const std::uint64_t user = readers.first + i;
    const bool posts = accounts.is_active(UserId{static_cast<std::uint32_t>(user)});
    session_rate_[i] = static_cast<float>(
        lognormal(Draw::session_rate, user, posts ? sessions_active : sessions_inactive, p.session_spread) /
        ticks_per_day);
    post_rate_[i] =
        posts ? static_cast<float>(lognormal(Draw::post_rate, user, posts_active, p.post_spread) / ticks_per_day)
              : 0.0f;
    if (p.patience_spread > 0.0)
      depth_scale_[i] = depth_scale(std::max(1.0, lognormal(Draw::patience, user, p.patience, p.patience_spread)));
  });
  parallel_for(graph.user_count(), [&](std::size_t user) {
    tier_[user] = tier_of(graph.follower_count(UserId{static_cast<std::uint32_t>(user)}), parameters.tiers);
  });
  for (const std::uint8_t tier : tier_) ++tier_sizes_[tier];
}

}  // namespace grapevine
