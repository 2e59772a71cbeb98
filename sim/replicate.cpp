#include "sim/replicate.hpp"

#include "sim/world.hpp"

namespace grapevine {

Replicate::Replicate(const FollowGraph& graph, const Accounts& accounts, const WorldParameters& parameters, const RunParameters& warmup,
                     ReplicateStreams streams, Exchange& exchange, const ExpectedSpread& expected)
    : world_(std::make_unique<World>(graph, accounts, parameters, warmup, streams, exchange, expected)) {}

Replicate::~Replicate() = default;

void Replicate::warm_up(const TickHook& hook) { world_->run_until(world_->parameters.time.warmup, hook); }

RunRecord Replicate::run_arm(const RunParameters& arm, const RecordOptions& options, const TickHook& hook) const {
  const std::unique_ptr<World> branch = world_->branch(arm, options);
  branch->run_until(branch->parameters.time.end(), hook);
  return branch->record();
}

std::vector<Deal> Replicate::deals() const { return *world_->deals_now(); }

std::vector<MemoryLine> Replicate::memory() const { return world_->memory(); }

}  // namespace grapevine
