#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// What `Weighted` does before it has seen anything: every post scores alike, so that age and perturbation order the
/// feed, if asked for, and else chance. A control.
class NoLearning : public ScoreFactors {
public:
  explicit NoLearning(const RankingGiven& given) : ScoreFactors(given) {}
  std::uint64_t key(const CandidateFacts& candidate) const { return ScoreFactors::key(1.0f, candidate); }
};

}  // namespace

RankingFacts about_no_learning() {
  return {.name = "no-learning",
          .first =
              "whatever age, perturbation and a keyed hash put first, for all posts score alike: `weighted` before "
              "it has seen anything",
          .make = RankerOf<NoLearning>::make};
}

}  // namespace grapevine
