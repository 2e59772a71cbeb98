#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/diffusion/reproduction.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/parameters.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/replicate.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine {

/// Called from time to time with the share of an arm that is done, 0 to 1; may throw to stop the run.
using ShareHook = std::function<void(double done)>;

/// One replicate of a study under the classic models: the counterpart of `Replicate`, with the same record.
///
/// A campaign's posts start contagions: the p-th posts of all its accounts are the seeds of one, in which a user adopts
/// once, whoever it has the post from. The p-th contagions of all campaigns and arms draw the same coins. Adopting
/// counts as resharing; every follower of an adopter has one impression of it, whether or not the post moved it, for
/// these models know no feed; a step is a tick. Unpaid cascades are experiments of their own, each in an untouched
/// world, so no reach is counted over them, nor over tiers that have some.
class DiffusionReplicate {
public:
  /// What is given outlives the replicate. `of_follows`: probabilities that came with the graph, in the order of its
  /// follows; may be empty. `deals`: of all campaigns. `numbers`: those of other replicates on the same graph.
  DiffusionReplicate(const FollowGraph& graph, const Users& accounts, std::span<const Chance> of_follows,
                     const WorldParameters& parameters, const Deals& deals, ReplicateStreams streams,
                     std::shared_ptr<ReproductionNumbers> numbers = std::make_shared<ReproductionNumbers>());

  /// Runs one arm, whose model is not that of feeds. Does not change the replicate. Throws as `expect_possible` does.
  /// `draw`: which choice of accounts is paid.
  RunRecord run_arm(const RunParameters& arm, const RecordOptions& options, const ShareHook& hook = {},
                    std::uint32_t draw = 0) const;

  /// Of an arm whose model is not that of feeds. With topic-match in the topic of the first campaign that it pays for,
  /// or topic 0: others differ by chance. Throws as `expect_possible` does.
  double reproduction_number(const RunParameters& arm) const;

private:
  class ArmRun;

  Chances chances_for(const DiffusionParameters& diffusion, std::uint32_t topic) const;

  const FollowGraph& graph_;
  const Users& accounts_;
  std::span<const Chance> of_follows_;
  const WorldParameters& parameters_;
  const Deals& deals_;
  std::uint32_t dynamics_number_;
  StreamKey dynamics_;
  Interests interests_;
  Audience audience_;
  std::vector<std::uint8_t> tier_;  ///< of each user
  std::vector<std::uint64_t> tier_sizes_;
  std::shared_ptr<ReproductionNumbers> numbers_;  ///< found so far
};

/// Throws BadRequest where this graph cannot serve the arm: probabilities that did not come with it, more adoptions
/// than followers, a branching process that does not die out, a tier that nobody is of.
void expect_possible(const DiffusionParameters& diffusion, const FollowGraph& graph, std::span<const Chance> of_follows,
                     const TierParameters& tiers);

/// The model of `diffusion` on one graph; one for each thread. What it is given outlives it.
std::unique_ptr<Contagion> make_contagion(const Audience& audience, const Chances& chances,
                                          const DiffusionParameters& diffusion);

}  // namespace grapevine
