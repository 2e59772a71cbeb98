#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "graph/base/math.hpp"
#include "sim/feed/rankings/list_rules.hpp"
#include "sim/feed/rankings/ranking.hpp"

namespace grapevine {

/// What age leaves of a score: 0.5^(age / half-life), and the sigmoid of [feed.rules]. `age` and both times in ticks.
inline double age_factor(const FeedParameters& feed, double age, double minutes_per_tick) {
  double factor = feed.age_half_life > 0 ? math::pow(0.5, age / feed.age_half_life) : 1.0;
  if (const FeedRules& rules = feed.rules; rules.ages())
    factor *= rules.age_floor + (1.0 - rules.age_floor) /
                                    (1.0 + math::exp(rules.age_slope * ((age - rules.age_middle) * minutes_per_tick)));
  return factor;
}

/// What is left of a score by fatigue, `days` after the reader asked to see fewer posts of the author (Twitter's
/// FeedbackFatigueScorer.scala, 2023).
inline double fatigue_factor(double days) {
  constexpr double silent = 14.0, rising = 140.0, least = 0.2;
  if (days < silent) return 0.0;
  return days < silent + rising ? least + (1.0 - least) * (days - silent) / rising : 1.0;
}

/// What every ranking by score multiplies its score with, in this order: what age leaves of it, a factor
/// exp(perturbation z) with z of reader and root: the normal distribution in 256 cells, what verified authors and
/// creators have, in and outside the network of the reader, what posts have by how they came into the feed, and what
/// fatigue leaves. A score below 0 is divided. All of it neutral unless keys say otherwise.
class ScoreFactors : public RankingRule {
public:
  explicit ScoreFactors(const RankingGiven& given)
      : ages_(given.run.feed.age_half_life > 0 || given.run.feed.rules.ages()),
        perturbs_(given.run.feed.perturbation > 0),
        verifies_(given.run.feed.looks_at_verified() && given.population.any_verified()),
        creates_(given.run.feed.looks_at_creators() && given.population.any_creators()),
        sorts_(given.run.feed.rules.out_of_network != 1.0 || given.run.feed.rules.reposts != 1.0),
        tires_(given.run.feed.rules.fatigue > 0.0),
        any_(ages_ || perturbs_ || verifies_ || creates_ || sorts_ || tires_),
        seldom_(perturbs_ || verifies_ || creates_ || tires_),
        in_network_(static_cast<float>(given.run.feed.verified)),
        outside_(static_cast<float>(given.run.feed.verified_outside)),
        creator_(static_cast<float>(given.run.feed.creator)),
        creator_outside_(static_cast<float>(given.run.feed.creator_outside)),
        days_per_tick_(given.time.tick_seconds / 86'400.0),
        fatigued_below_(coin_threshold(given.run.feed.rules.fatigue)),
        lists_(given.run.feed.rules) {
    const FeedParameters& feed = given.run.feed;
    by_source_.fill(1.0f);
    by_source_[static_cast<std::size_t>(Source::reshare)] = static_cast<float>(feed.rules.reposts);
    for (const Source outside : {Source::discovery, Source::promoted})
      by_source_[static_cast<std::size_t>(outside)] = static_cast<float>(feed.rules.out_of_network);
    decay_.assign(feed.window + 2, 1.0f);
    if (ages_)
      for (std::size_t age = 0; age < decay_.size(); ++age)
        decay_[age] = static_cast<float>(age_factor(feed, static_cast<double>(age), given.time.tick_seconds / 60.0));
    for (std::size_t i = 0; i < 256; ++i)
      noise_[i] = static_cast<float>(math::exp(feed.perturbation * normal_cells()[i]));
  }

  std::uint64_t key(float score, const CandidateFacts& candidate) const {
    if (any_) score = multiplied(score, candidate);
    return ranking_key(ordered_bits(score), candidate.tie());
  }

  const ListRules& lists() const { return lists_; }

private:
  float multiplied(float score, const CandidateFacts& candidate) const {
    if (ages_) score = scaled(score, decay_[candidate.age()]);
    if (seldom_) return multiplied_by_all(score, candidate);
    return scaled(score, by_source_[static_cast<std::size_t>(candidate.source())]);
  }

  /// By all but age. Not inlined, so that a ranking without such factors is a short loop.
  [[gnu::noinline]] float multiplied_by_all(float score, const CandidateFacts& candidate) const {
    if (perturbs_) score = scaled(score, noise_[candidate.noise()]);
    if (candidate.source() != Source::reshare) {
      if (verifies_ && candidate.verified()) score = scaled(score, candidate.in_network() ? in_network_ : outside_);
      if (creates_ && candidate.by_creator())
        score = scaled(score, candidate.in_network() ? creator_ : creator_outside_);
    }
    score = scaled(score, by_source_[static_cast<std::size_t>(candidate.source())]);
    if (tires_) score = scaled(score, fatigue(candidate));
    return score;
  }

  float fatigue(const CandidateFacts& candidate) const {
    const std::uint64_t bits = candidate.fatigue();
    if (!coin(static_cast<std::uint32_t>(bits >> 32), fatigued_below_)) return 1.0f;
    const double at_start = static_cast<double>(static_cast<std::uint32_t>(bits)) * 0x1p-32 * 154.0;
    return static_cast<float>(fatigue_factor(at_start + candidate.now() * days_per_tick_));
  }

  bool ages_, perturbs_, verifies_, creates_, sorts_, tires_;
  bool any_, seldom_;  ///< of these: one at the least; one of those that are off in most scenarios
  float in_network_, outside_, creator_, creator_outside_;
  std::array<float, source_count> by_source_{};
  double days_per_tick_;
  std::uint64_t fatigued_below_;
  ListRules lists_;
  std::vector<float> decay_;
  std::array<float, 256> noise_{};
};

}  // namespace grapevine
