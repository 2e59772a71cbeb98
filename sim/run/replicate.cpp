#include "sim/run/replicate.hpp"

#include "sim/run/trace.hpp"
#include "sim/run/world.hpp"

namespace grapevine {

Replicate::Replicate(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
                     const RunParameters& warmup, ReplicateStreams streams, Exchange& exchange,
                     const ExpectedSpread& expected)
    : world_(std::make_unique<World>(graph, accounts, parameters, warmup, streams, exchange, expected)) {}

Replicate::Replicate(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
                     const RunParameters& warmup, ReplicateStreams streams, Exchange& exchange,
                     std::shared_ptr<Deals> choices)
    : world_(std::make_unique<World>(graph, accounts, parameters, warmup, streams, exchange, std::move(choices))) {}

Replicate::Replicate(std::unique_ptr<World> world) : world_(std::move(world)) {}

Replicate::~Replicate() = default;

std::unique_ptr<Replicate> Replicate::offering(const WorldParameters& parameters,
                                               std::shared_ptr<Deals> choices) const {
  return std::unique_ptr<Replicate>(new Replicate(world_->offering(parameters, std::move(choices))));
}

void Replicate::warm_up(const TickHook& hook) {
  world_->run_until(world_->parameters.time.warmup, hook);
  world_->look_back();
}

RunRecord Replicate::run_arm(const RunParameters& arm, const RecordOptions& options, const TickHook& hook,
                             std::uint32_t draw) const {
  const std::unique_ptr<World> branch = world_->branch(arm, options, draw);
  branch->run_until(branch->parameters.time.end(), hook);
  return branch->record();
}

void Replicate::trace_arm(const RunParameters& arm, Tracer& tracer, const TickHook& hook, std::uint32_t draw) const {
  const std::unique_ptr<World> branch = world_->branch(arm, {}, draw);
  tracer.begin(*branch);
  const Tick start = branch->state.clock.now;
  branch->run_until(branch->parameters.time.end(), [&](Tick) {
    tracer.after_tick(*branch);
    if (hook) hook(branch->state.clock.now - start);
  });
}

std::vector<MemoryLine> Replicate::memory() const { return world_->memory(); }

}  // namespace grapevine
