#pragma once

#include <cstdint>
#include <span>

#include "graph/base/memory.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/diffusion/row_trials.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// How far a contagion came.
struct Reach {
  std::uint64_t adopters = 0;  ///< seeds included
  std::uint64_t contacts = 0;  ///< as `Spread::contacts`

  bool operator==(const Reach&) const = default;
};

/// The independent cascade model (Goldenberg, Libai, Muller 2001; Kempe, Kleinberg, Tardos 2003): who adopts at step t
/// has one trial with each of its followers, and those that had not adopted and whose trial succeeds adopt at step t
/// + 1. The parent is, among the adopters of step t whose trial succeeded, the one of lowest `parent_rank`.
///
/// Where trials are coins, those that succeed are the live edges of Kempe et al.: who adopts is who is reached from the
/// seeds along them, and the step is the distance. Uniform chances under `TrialSampling::skip` draw the same
/// distribution from gaps.
///
/// Time goes with contacts, or under `skip` with adopters and successes. Where many adopt in one step, those of the
/// next are gathered in the order of their ids, so rows are read along memory. Memory: 4.25 bytes a user, and 4 more
/// from the first `run` on.
class IndependentCascade : public Contagion {
public:
  /// Adopters of step `horizon` try no more; 0: all do. `audience` and `chances` outlive it.
  IndependentCascade(const Audience& audience, const Chances& chances, TrialSampling sampling,
                     std::uint32_t horizon = 0);

  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) override;

  /// The size alone, without who took it from whom: what an estimate of the spread needs, a good deal faster.
  Reach reach(std::span<const UserId> seeds, ContagionKey key);

private:
  /// Adopters of one step, by their places in the queue.
  struct Step {
    std::uint32_t number;
    std::size_t first, last;
    /// So many that a walk over the marks of all users costs nothing beside their trials.
    bool is_broad;
  };

  template <class BeforeStep, class Succeed>
  Reach spread_from(std::span<const UserId> seeds, ContagionKey key, BeforeStep&& before_step, Succeed&& succeed);
  bool adopt(UserId user);
  bool mark(UserId user);
  void gather();
  void clear_marks();

  RowTrials trials_;
  std::size_t users_;
  std::uint32_t horizon_;

  Array<std::uint64_t> adopted_;  ///< one bit a user; clear between runs
  Array<std::uint64_t> reached_;  ///< one bit a user: a trial of this broad step succeeded; clear between steps
  UnwrittenArray<UserId> queue_;  ///< adopters in order, and one place more that is written in vain
  std::size_t adopters_ = 0;
  UnwrittenArray<std::uint32_t> parents_;  ///< of users: the place of the one whom they take it from
};

}  // namespace grapevine
