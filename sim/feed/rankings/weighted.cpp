#include <algorithm>

#include "sim/feed/prior.hpp"
#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// Highest expected value first: the sum over actions of weight x predicted probability. The platform predicts the rate
/// of each action per impression from what it has observed of the root, shrunk to its prior (`predicted_rate`). A rate,
/// not a count: size has no advantage of its own. How far to shrink matters: with too weak a prior the order of posts
/// that do not differ is that of their luck, and luck varies with how many have looked, which is size.
class Weighted : public ScoreFactors {
public:
  static constexpr bool needs_time = false, needs_post = false;

  explicit Weighted(const RankingGiven& given)
      : ScoreFactors(given.feed), weights_(given.feed.weights), prior_(given.prior) {}

  /// Whether anything observed changes a score.
  bool learns() const {
    return std::any_of(prior_.strength.begin(), prior_.strength.end(),
                       [](double strength) { return strength < std::numeric_limits<double>::infinity(); });
  }
  std::uint32_t value(const PostCounters& counters) const {
    double sum = 0.0;
    for (std::size_t a = 0; a < action_count; ++a)
      sum +=
          weights_[a] * predicted_rate(counters.actions[a], counters.impressions, prior_.mean[a], prior_.strength[a]);
    return std::bit_cast<std::uint32_t>(static_cast<float>(sum));
  }
  std::uint64_t key(PostHot hot, const RankingContext& context) const {
    return ScoreFactors::key(std::bit_cast<float>(hot.value), context);
  }

private:
  PerAction weights_;
  ActionPrior prior_;
};

}  // namespace

std::unique_ptr<const Ranker> make_weighted(const RankingGiven& given, RankingKeys keys) {
  return std::make_unique<RankerOf<Weighted>>(given, keys);
}

}  // namespace grapevine
