#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/memory.hpp"
#include "graph/base/prefetch.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/chance_rules.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/contagion.hpp"

namespace grapevine {

/// How much all followees of each reader weigh together, in units of 2^-32: what the weights of linear threshold are
/// measured against, by the rule of `whole_weight`.
class ReaderWeights {
public:
  /// 8 bytes a user where chances differ by follow, else none. O(follows).
  ReaderWeights(const Audience& audience, const Chances& chances);

  /// Of all followees of `reader`.
  std::uint64_t total(UserId reader) const {
    return by_reader_.empty() ? uniform_ * audience_->followee_count(reader) : by_reader_[reader.index()];
  }
  /// What stands for 1: a followee's weight is its `Chance::threshold` divided by this, and `whole - total` is the
  /// weight of nobody.
  std::uint64_t whole(UserId reader) const { return whole_weight(total(reader)); }
  /// Brings what these ask for nearer.
  void fetch(UserId reader) const {
    prefetch(by_reader_.empty() ? &audience_->graph().rows().begin[reader.index()] : &by_reader_[reader.index()]);
  }

private:
  const Audience* audience_;
  std::uint64_t uniform_;  ///< of one follow
  Array<std::uint64_t> by_reader_;
};

/// The linear threshold model (Granovetter 1978; Kempe, Kleinberg, Tardos 2003): chances are weights, scaled as
/// `ReaderWeights` says. Each user has a threshold, uniform in (0, 1), and adopts in the step after its adopted
/// followees weigh as much. The parent is one of the followees that adopted in the step before, in proportion to their
/// weights: of the live-edge form (Kempe et al., theorem 2.5), in which each user keeps one followee by weight, or
/// none, it is the one that was kept, so trees have the law of live edges.
///
/// A threshold is addressed by (contagion, user) under `Draw::adoption_threshold`, a parent by `parent_rank`. Weights
/// are added as integers, so neither order nor threads matter. Time goes with the contacts and with the follows of
/// adopters, memory is 12 bytes a user.
class LinearThreshold : public Contagion {
public:
  /// Nobody adopts after step `horizon`; 0: until nothing can change. `audience` and `chances` outlive it.
  LinearThreshold(const Audience& audience, const Chances& chances, std::uint32_t horizon = 0);

  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) override;

private:
  static constexpr std::uint64_t untouched = UINT64_MAX;
  static constexpr std::uint32_t nowhere = UINT32_MAX;
  /// The adopters of one step, as places in the list.
  struct Step {
    std::size_t first, end;

    bool holds(std::uint32_t place) const { return place >= first && place < end; }
  };

  /// Somebody who may be the parent of a user.
  struct Runner {
    std::uint32_t parent;  ///< place in the list
    std::uint64_t rank;    ///< `parent_rank`
    std::uint64_t weight;

    bool is_ahead_of(const Runner& other) const;
  };

  void press(UserId adopter, std::uint64_t threshold_key, std::uint32_t step, Spread& spread);
  std::uint32_t parent_of(UserId user, Step last, std::uint64_t tie_key, std::span<const Adopter> adopters);
  std::uint64_t weight(UserId followee, UserId user) const;
  void adopt(UserId user, std::uint32_t step, Spread& spread);
  std::uint64_t threshold(UserId user, std::uint64_t threshold_key) const;

  const Audience* audience_;
  const Chances* chances_;
  ReaderWeights weights_;
  std::uint32_t horizon_;
  Array<std::uint64_t> missing_;       ///< of users: weight up to the threshold, 0 once it is crossed
  Array<std::uint32_t> places_;        ///< of users, among the adopters
  std::vector<UserId> touched_;        ///< users whose `missing_` is not as it was before the run
  std::vector<std::uint32_t> rivals_;  ///< followees of one user that adopted in the step before, as places in the list
};

}  // namespace grapevine
