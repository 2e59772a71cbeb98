#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/heads.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// Highest true expected value first: the sum over actions of weight x the probability with which this reader, looking
/// at this candidate for the first time, takes it. No platform knows that; a control for what is lost by having to
/// learn, and for what a ranking does that makes no mistakes. What share of its replies an author will answer it does
/// not know; it expects of that what `weighted` does, and keeps it as the value of the post.
class Oracle : public ScoreFactors {
public:
  static constexpr bool needs_odds = true;
  explicit Oracle(const RankingGiven& given)
      : ScoreFactors(given),
        heads_(given.run.feed),
        mutual_reply_(given.run.feed.mutual_reply_weight),
        behaviour_(given.behaviour),
        population_(given.population) {}
  using ScoreFactors::value;
  std::uint32_t value(const PostCounters&, const Expectation& expected) const {
    return std::bit_cast<std::uint32_t>(static_cast<float>(expected.answered));
  }
  std::uint64_t key(const CandidateFacts& candidate) const {
    const double odds = behaviour_.odds(population_.propensity(candidate.reader()), candidate.topic_match(),
                                        candidate.post().quality, candidate.proof()) *
                        candidate.odds();
    const auto probability = [&](std::size_t a) {
      if (static_cast<Action>(a) != Action::follow) return behaviour_.probability(static_cast<Action>(a), odds);
      return candidate.follows_author() ? 0.0 : behaviour_.follow_probability(odds);
    };
    double sum = heads_.sum(probability, static_cast<double>(std::bit_cast<float>(candidate.value())));
    if (mutual_reply_ > 0.0 && candidate.followed() && candidate.mutual())
      sum += mutual_reply_ * behaviour_.probability(Action::reply, odds);
    if (heads_.squashes()) sum = heads_.squashed(sum);
    return ScoreFactors::key(static_cast<float>(sum), candidate);
  }

private:
  Heads heads_;
  double mutual_reply_;
  const Behaviour& behaviour_;
  const Population& population_;
};

}  // namespace

RankingFacts about_oracle() {
  return {.name = "oracle",
          .first = "the highest sum of weights times true probabilities: what `weighted` would do if it knew",
          .make = RankerOf<Oracle>::make};
}

}  // namespace grapevine
