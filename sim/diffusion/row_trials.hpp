#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "graph/base/memory.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/diffusion/gap_table.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// Resolves the trials of adopters with all their followers, in the order of a queue that only grows. The memory of a
/// large graph answers a hundred times slower than a coin is tossed, so rows are asked for long before their turn, and
/// only successes are handed on.
///
/// Trials are `ContactCoins`; with uniform chances and `TrialSampling::skip` the gaps of a `SkipSampler`.
class RowTrials {
public:
  /// Adopters whose trials are resolved in one go; fewer if their followers are many.
  static constexpr std::size_t batch = 32;

  /// `audience` and `chances` outlive it. Holds up to 4 bytes for each follower of the user who has most.
  RowTrials(const Audience& audience, const Chances& chances, TrialSampling sampling);

  /// Starts a queue of adopters anew.
  void start(ContagionKey key);

  /// Resolves the trials of adopters[first] and of those after it, before `last`, as many as fit; they follow those of
  /// the call before.
  void resolve(std::span<const UserId> adopters, std::size_t first, std::size_t last);

  /// How many adopters that were.
  std::size_t resolved() const noexcept { return resolved_; }
  /// The followers for whom the trial of the i-th of them succeeded, in the order of its row.
  std::span<const UserId> successes(std::size_t i) const {
    return {successes_.data() + (i == 0 ? 0 : end_[i - 1]), successes_.data() + end_[i]};
  }
  /// Of all of them, one after the other.
  std::span<const UserId> successes() const { return {successes_.data(), resolved_ == 0 ? 0 : end_[resolved_ - 1]}; }
  /// Trials since the start.
  std::uint64_t contacts() const noexcept { return contacts_; }

  /// An adopter's followers, and what its draws are keyed with.
  struct Row {
    std::uint64_t begin;
    std::uint32_t count;
    std::uint64_t key;
  };
  /// Rows in the order of the queue, that at place i under i modulo their number.
  using Window = std::array<Row, 2 * batch>;

private:
  void plan(std::span<const UserId> adopters, std::size_t until);

  const Audience* audience_;
  const Chances* chances_;
  bool skip_;
  bool avx512_;
  GapTable gaps_;
  std::uint64_t key_ = 0;

  Window window_;
  std::size_t planned_ = 0;  ///< adopters whose rows are, or were, in the window
  UnwrittenArray<UserId> successes_;
  std::array<std::uint32_t, batch> end_;
  std::size_t resolved_ = 0;
  std::uint64_t contacts_ = 0;
};

}  // namespace grapevine
