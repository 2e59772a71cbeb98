#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// Highest true expected value first: the sum over actions of weight x the probability with which this reader, looking
/// at this candidate for the first time, takes it. No platform knows that; a control for what is lost by having to
/// learn, and for what a ranking does that makes no mistakes.
class Oracle : public ScoreFactors {
public:
  static constexpr bool needs_time = false, needs_post = true;

  explicit Oracle(const RankingGiven& given)
      : ScoreFactors(given.feed),
        weights_(given.feed.weights),
        behaviour_(given.behaviour),
        population_(given.population) {}
  bool learns() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
  std::uint64_t key(PostHot, const RankingContext& context) const {
    const double odds = behaviour_.odds(population_.propensity(context.reader),
                                        population_.interest(context.reader, context.post->topic),
                                        context.post->quality, context.proof);
    double sum = 0.0;
    for (std::size_t a = 0; a < action_count; ++a)
      sum += weights_[a] * behaviour_.probability(static_cast<Action>(a), odds);
    return ScoreFactors::key(static_cast<float>(sum), context);
  }

private:
  PerAction weights_;
  const Behaviour& behaviour_;
  const Population& population_;
};

}  // namespace

std::unique_ptr<const Ranker> make_oracle(const RankingGiven& given, RankingKeys keys) {
  return std::make_unique<RankerOf<Oracle>>(given, keys);
}

}  // namespace grapevine
