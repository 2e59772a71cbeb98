#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "graph/base/math.hpp"
#include "sim/feed/rankings/ranking.hpp"

namespace grapevine {

/// What every ranking by score multiplies its score with, in this order: a decay that halves every `age_half_life`
/// ticks of the root's age, a factor exp(perturbation z) with z of reader and root: the normal distribution in 256
/// cells, and what verified authors have, in and outside the network of the reader.
class ScoreFactors : public RankingRule {
public:
  explicit ScoreFactors(const FeedParameters& feed)
      : ages_(feed.age_half_life > 0),
        perturbs_(feed.perturbation > 0),
        verifies_(feed.looks_at_verified()),
        in_network_(static_cast<float>(feed.verified)),
        outside_(static_cast<float>(feed.verified_outside)) {
    decay_.assign(feed.window + 2, 1.0f);
    if (ages_)
      for (std::size_t age = 0; age < decay_.size(); ++age)
        decay_[age] = static_cast<float>(math::pow(0.5, static_cast<double>(age) / feed.age_half_life));
    for (std::size_t i = 0; i < 256; ++i)
      noise_[i] = static_cast<float>(math::exp(feed.perturbation * normal_cells()[i]));
  }

  std::uint64_t key(float score, const CandidateFacts& candidate) const {
    if (ages_) score *= decay_[candidate.age()];
    if (perturbs_) score *= noise_[candidate.noise()];
    if (verifies_ && candidate.verified()) score *= candidate.in_network() ? in_network_ : outside_;
    return ranking_key(ordered_bits(score), candidate.tie());
  }

private:
  bool ages_, perturbs_, verifies_;
  float in_network_, outside_;
  std::vector<float> decay_;
  std::array<float, 256> noise_{};
};

}  // namespace grapevine
