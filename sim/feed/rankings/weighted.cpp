#include "sim/feed/rankings/weighted.hpp"

#include "graph/base/math.hpp"
#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/heads.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// Highest expected value first: the sum over actions of weight x predicted probability. The platform predicts the rate
/// of each action per impression from what it has observed of the root, shrunk to its prior (`predicted_rate`): the
/// same for all posts, or what earlier posts of the author say. What share of its replies the author answers it expects
/// from earlier posts, too. A rate, not a count: size has no advantage of its own.
/// How far to shrink matters: with too weak a prior the order of posts that do not differ is that of their luck, and
/// luck varies with how many have looked, which is size.
///
/// `History` and `Matches`: it also looks at what the reader did with the author's live roots, and at how much it likes
/// the topic.
template <bool History, bool Matches>
class Weighted : public ScoreFactors {
public:
  static constexpr bool needs_history = History;
  explicit Weighted(const RankingGiven& given)
      : ScoreFactors(given),
        heads_(given.run.feed),
        mutual_reply_(given.run.feed.mutual_reply_weight),
        looks_at_ties_(given.run.feed.tie != unlimited),
        tires_(given.run.feed.rules.fatigue > 0.0),
        prior_(given.prior),
        tie_(given.run.feed.tie) {
    if constexpr (Matches)
      for (std::size_t q = 0; q < match_.size(); ++q)
        match_[q] = static_cast<float>(
            math::pow(given.behaviour.topic_match(static_cast<std::uint8_t>(q)), given.run.feed.topic_match));
  }

  /// Whether anything observed changes a score.
  bool learns() const {
    return std::any_of(prior_.strength.begin(), prior_.strength.end(),
                       [](double strength) { return strength < std::numeric_limits<double>::infinity(); });
  }
  std::uint32_t value(const PostCounters& counters) const { return value(counters, Expectation{prior_.mean}); }
  std::uint32_t value(const PostCounters& counters, const Expectation& expected) const {
    const auto rate = [&](std::size_t a) { return this->rate(a, counters, expected); };
    return std::bit_cast<std::uint32_t>(static_cast<float>(heads_.sum(rate, expected.answered)));
  }
  std::uint64_t key(const CandidateFacts& candidate) const {
    float score = std::bit_cast<float>(candidate.value());
    if constexpr (Matches) score *= match_[candidate.topic_match()];
    if constexpr (History) {
      const AuthorHistory history = candidate.history();
      if (looks_at_ties_) score = with_tie(score, history);
      if (tires_ && wants_no_more(history)) return ranking_key(0, candidate.tie());
    }
    if (mutual_reply_ > 0.0 && candidate.followed() && candidate.mutual())
      score += static_cast<float>(
          mutual_reply_ * rate(static_cast<std::size_t>(Action::reply), candidate.counters(), candidate.expectation()));
    if (heads_.squashes()) score = static_cast<float>(heads_.squashed(score));
    return ScoreFactors::key(score, candidate);
  }

private:
  double rate(std::size_t a, const PostCounters& counters, const Expectation& expected) const {
    return predicted_rate(counters.actions[a], counters.impressions, expected.rates[a], prior_.strength[a]);
  }

  static bool wants_no_more(const AuthorHistory& history) {
    return history.actions[Action::hide] > 0 || history.actions[Action::report] > 0;
  }

  /// What the reader was worth at its own looks at the author's roots, shrunk to the prediction. One strength for all
  /// actions, so the sum may be shrunk as a whole.
  float with_tie(float score, const AuthorHistory& history) const {
    if (history.looks == 0) return score;
    double taken = 0.0;
    for (std::size_t a = 0; a < action_count; ++a) taken += heads_.weights()[a] * history.actions[a];
    return static_cast<float>(predicted_rate(taken, history.looks, score, tie_));
  }

  Heads heads_;
  double mutual_reply_;
  bool looks_at_ties_, tires_;
  ActionPrior prior_;
  double tie_;
  std::array<float, 256> match_{};  ///< a factor on scores by the quantile of interest
};

}  // namespace

std::unique_ptr<const Ranker> make_weighted(const RankingGiven& given, RankingKeys keys) {
  const bool matches = given.run.feed.topic_match != 0.0;
  if (given.run.feed.tie == unlimited && given.run.feed.rules.fatigue == 0.0)
    return matches ? RankerOf<Weighted<false, true>>::make(given, keys)
                   : RankerOf<Weighted<false, false>>::make(given, keys);
  return matches ? RankerOf<Weighted<true, true>>::make(given, keys)
                 : RankerOf<Weighted<true, false>>::make(given, keys);
}

RankingFacts about_weighted() {
  return {.name = "weighted",
          .first = "the highest sum of weights times predicted probabilities, learned from what was observed",
          .make = make_weighted};
}

}  // namespace grapevine
