#pragma once

#include "graph/base/math.hpp"
#include "sim/ranking/ranking.hpp"

namespace grapevine {

/// Highest expected value first: the sum over actions of weight x predicted probability, halved every `age_half_life` ticks of the root's age.
/// The platform predicts the rate of each action per impression from what it has observed of the root, smoothed towards a prior: the mean of a beta-binomial,
/// (taken + strength x prior) / (impressions + strength). A rate, not a count: size has no advantage of its own.
class Weighted {
public:
  static constexpr bool needs_value = true, needs_time = false;

  explicit Weighted(const FeedParameters& feed) : weights_(feed.weights), strength_(feed.prior_strength), ages_(feed.age_half_life > 0) {
    for (std::size_t a = 0; a < action_count; ++a) prior_[a] = feed.prior[a] * strength_;
    decay_.assign(feed.window + 2, 1.0f);
    if (ages_)
      for (std::size_t age = 0; age < decay_.size(); ++age)
        decay_[age] = static_cast<float>(math::pow(0.5, static_cast<double>(age) / feed.age_half_life));
  }

  /// Whether the root's age is read: it costs a cache miss a candidate.
  bool needs_age() const { return ages_; }
  std::uint32_t value(const PostCounters& counters) const {
    double sum = 0.0;
    for (std::size_t a = 0; a < action_count; ++a) sum += weights_[a] * (counters.actions[a] + prior_[a]);
    const double seen = counters.impressions + strength_;
    return std::bit_cast<std::uint32_t>(static_cast<float>(seen > 0.0 ? sum / seen : 0.0));
  }
  std::uint64_t key(PostHot hot, const RankingContext& context) const {
    return ranking_key(ordered_bits(std::bit_cast<float>(hot.value) * decay_[context.age]), context.tie);
  }

private:
  PerAction weights_;
  PerAction prior_{};
  double strength_;
  bool ages_;
  std::vector<float> decay_;
};

}  // namespace grapevine
