#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// What `Weighted` does before it has seen anything: every post scores alike, so that age and perturbation order the
/// feed, if asked for, and else chance. A control.
class NoLearning : public ScoreFactors {
public:
  static constexpr bool needs_time = false, needs_post = false;

  explicit NoLearning(const RankingGiven& given) : ScoreFactors(given.feed) {}
  bool learns() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
  std::uint64_t key(PostHot, const RankingContext& context) const { return ScoreFactors::key(1.0f, context); }
};

}  // namespace

std::unique_ptr<const Ranker> make_no_learning(const RankingGiven& given, RankingKeys keys) {
  return std::make_unique<RankerOf<NoLearning>>(given, keys);
}

}  // namespace grapevine
