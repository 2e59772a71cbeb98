#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// Highest expected value first: the sum over actions of weight x predicted probability. The platform predicts the rate
/// of each action per impression from what it has observed of the root, shrunk to its prior (`predicted_rate`): the
/// same for all posts, or what earlier posts of the author say. What share of its replies the author answers it expects
/// from earlier posts, too. A rate, not a count: size has no advantage of its own.
/// How far to shrink matters: with too weak a prior the order of posts that do not differ is that of their luck, and
/// luck varies with how many have looked, which is size.
class Weighted : public ScoreFactors {
public:
  explicit Weighted(const RankingGiven& given)
      : ScoreFactors(given.run.feed),
        weights_(given.run.feed.weights),
        answered_weight_(given.run.feed.answered_weight),
        prior_(given.prior) {}

  /// Whether anything observed changes a score.
  bool learns() const {
    return std::any_of(prior_.strength.begin(), prior_.strength.end(),
                       [](double strength) { return strength < std::numeric_limits<double>::infinity(); });
  }
  std::uint32_t value(const PostCounters& counters) const { return value(counters, Expectation{prior_.mean}); }
  std::uint32_t value(const PostCounters& counters, const Expectation& expected) const {
    const auto rate = [&](std::size_t a) {
      return predicted_rate(counters.actions[a], counters.impressions, expected.rates[a], prior_.strength[a]);
    };
    double sum = 0.0;
    for (std::size_t a = 0; a < action_count; ++a) sum += weights_[a] * rate(a);
    if (answered_weight_ > 0.0)
      sum += answered_weight_ * (rate(static_cast<std::size_t>(Action::reply)) * expected.answered);
    return std::bit_cast<std::uint32_t>(static_cast<float>(sum));
  }
  std::uint64_t key(const CandidateFacts& candidate) const {
    return ScoreFactors::key(std::bit_cast<float>(candidate.value()), candidate);
  }

private:
  PerAction weights_;
  double answered_weight_;
  ActionPrior prior_;
};

}  // namespace

RankingFacts about_weighted() {
  return {.name = "weighted",
          .first = "the highest sum of weights times predicted probabilities, learned from what was observed",
          .make = RankerOf<Weighted>::make};
}

}  // namespace grapevine
