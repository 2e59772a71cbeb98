#pragma once

#include <cstdint>
#include <span>

#include "graph/base/memory.hpp"
#include "graph/base/random.hpp"
#include "graph/chance.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// With which probability a contact passes the post on from an adopter to one of its followers (independent cascade,
/// SI, SIR: per trial), or how much the adopter weighs with that follower (linear threshold). Either the same for all
/// follows, or two bytes for each, in the order of the rows of followers.
class Chances {
public:
  /// The same for all.
  static Chances uniform(double probability);
  /// By follow, in the order of `Audience::rows`.
  static Chances by_follow(UnwrittenArray<Chance> chances);

  bool is_uniform() const noexcept { return by_follow_.empty(); }
  /// Of `is_uniform`.
  double probability() const noexcept { return probability_; }
  /// Of `is_uniform`, as `coin` takes it.
  std::uint64_t threshold() const noexcept { return coin_threshold(probability_); }

  /// Of the followers of v, in their order; empty if `is_uniform`.
  std::span<const Chance> of(const Audience& audience, UserId v) const {
    if (is_uniform()) return {};
    const std::span<const std::uint64_t> begin = audience.rows().begin;
    return std::span<const Chance>(by_follow_).subspan(begin[v.index()], begin[v.index() + 1] - begin[v.index()]);
  }
  /// Of all follows; empty if `is_uniform`.
  std::span<const Chance> all() const noexcept { return by_follow_; }

private:
  double probability_ = 0;
  UnwrittenArray<Chance> by_follow_;
};

/// The probabilities that `parameters` ask for. `of_follows` are those that came with the graph, in the order of its
/// rows of followees
/// (`Probability::follow`); `interests` and `topic` serve `Probability::topic_match`. O(follows) where they differ by
/// follow.
Chances make_chances(const Audience& audience, const DiffusionParameters& parameters,
                     std::span<const Chance> of_follows, const Interests& interests, double interest_skew,
                     std::uint32_t topic, const StreamKey& dynamics);

/// The mean number of adoptions that one adopter, a user drawn at random, brings about while all its followers are
/// untouched: the r of Goel et al. 2016 for uniform chances.
double mean_adoptions(const Audience& audience, const Chances& chances);

}  // namespace grapevine
