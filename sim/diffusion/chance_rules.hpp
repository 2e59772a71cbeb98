#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/parameters.hpp"

/// What each `Probability` says of one contact, and what weights are measured against: the same whether contacts are
/// laid out by author
/// (`Chances`) or by reader (`ReaderChances`).
namespace grapevine {

/// Of users.
inline double mean_follower_count(const FollowGraph& graph) {
  return static_cast<double>(graph.follow_count()) / static_cast<double>(graph.user_count());
}

/// Of the readers of follows, each follow counted: of an adopter who was reached along a follow drawn at random.
inline double mean_reader_followers(const FollowGraph& graph) {
  const std::uint64_t sum = parallel_sum(graph.user_count(), [&](std::size_t u) {
    const UserId user(static_cast<std::uint32_t>(u));
    return graph.followees(user).size() * graph.follower_count(user);
  });
  return static_cast<double>(sum) / static_cast<double>(graph.follow_count());
}

/// `Probability::uniform`: of every contact.
inline double uniform_chance(const FollowGraph& graph, const DiffusionParameters& parameters) {
  if (graph.follow_count() == 0) return parameters.chance;
  if (parameters.along_follows > 0.0) return std::min(1.0, parameters.along_follows / mean_reader_followers(graph));
  if (parameters.adoptions > 0.0) return std::min(1.0, parameters.adoptions / mean_follower_count(graph));
  return parameters.chance;
}

/// `Probability::weighted_cascade`: of every contact of a reader that follows somebody.
inline Chance weighted_cascade_chance(const FollowGraph& graph, UserId reader) {
  return Chance(1.0 / static_cast<double>(graph.followees(reader).size()));
}

/// Linear threshold: what stands for 1 where the weights of all followees of a reader, as `Chance::threshold`, add up
/// to `total`.
///
/// Weights that add up to more than 1 are divided by their sum. So are those that fall short of 1 by no more than a
/// `Chance` may be off, 2^-12 of its value: they were meant to add up to 1, as under weighted cascade, so a reader all
/// of whose followees adopted adopts.
constexpr std::uint64_t whole_weight(std::uint64_t total) {
  constexpr std::uint64_t one = std::uint64_t{1} << 32;
  return total >= one - (one >> 12) ? total : one;
}

/// `Probability::trivalency`: by follow.
class Trivalency {
public:
  explicit Trivalency(const StreamKey& dynamics) : key_(dynamics.key(Draw::trivalency)) {}

  Chance of(UserId author, UserId reader) const {
    return levels_[(nested_mix(key_, author.value(), reader.value()) >> 32) * 3 >> 32];
  }

private:
  std::uint64_t key_;
  std::array<Chance, 3> levels_{Chance(0.1), Chance(0.01), Chance(0.001)};
};

/// `Probability::topic_match`: of every contact of a reader.
class TopicMatch {
public:
  /// `skew`: `PopulationParameters::interest_skew`. `interests` outlives it.
  TopicMatch(double chance, const Interests& interests, double skew, std::uint32_t topic)
      : interests_(&interests), topic_(topic) {
    for (std::size_t cell = 0; cell < by_quantile_.size(); ++cell)
      by_quantile_[cell] = Chance(chance * math::pow((static_cast<double>(cell) + 0.5) / 256.0, skew));
  }

  Chance of(UserId reader) const { return by_quantile_[interests_->bits(reader, topic_) >> 56]; }

private:
  const Interests* interests_;
  std::uint32_t topic_;
  std::array<Chance, 256> by_quantile_;
};

}  // namespace grapevine
