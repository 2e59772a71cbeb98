#include "sim/run/replicate.hpp"

#include "graph/base/error.hpp"
#include "graph/base/timing.hpp"
#include "sim/run/trace.hpp"
#include "sim/run/world.hpp"

namespace grapevine {

namespace {

/// Goes on from tick `start` to `end`, or from what was saved in between if anything was.
void run_on(World& world, const SavedArrays* saved, Tick start, Tick end, const StateHook& hook) {
  if (saved) restore(world_arrays(world.state), *saved);
  while (world.state.clock.now < end) {
    world.step();
    hook(world.state.clock.now - start, [&] { return world_arrays(world.state); });
  }
}

std::unique_ptr<World> branched(const World& world, const RunParameters& arm, const RecordOptions& options,
                                std::uint32_t draw) {
  const Phase phase("branching");
  return world.branch(arm, options, draw);
}

}  // namespace

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

void Replicate::warm_up_from(const SavedArrays* saved, const StateHook& hook) {
  run_on(*world_, saved, 0, world_->parameters.time.warmup, hook);
  world_->look_back();
}

RunRecord Replicate::run_arm_from(const SavedArrays* saved, const RunParameters& arm, const RecordOptions& options,
                                  const StateHook& hook, std::uint32_t draw) const {
  const std::unique_ptr<World> branch = branched(*world_, arm, options, draw);
  run_on(*branch, saved, branch->parameters.time.warmup, branch->parameters.time.end(), hook);
  const Phase phase("records");
  return branch->record();
}

std::unique_ptr<World> Replicate::taken(const RunParameters& run, const RecordOptions& options) {
  const Phase phase("branching");
  std::unique_ptr<World> world = world_->last_branch(run, options);
  world_.reset();
  return world;
}

std::unique_ptr<Replicate> Replicate::led_in(std::unique_ptr<World> world, const SavedArrays* saved, Tick ticks,
                                             const StateHook& hook) {
  GRAPEVINE_EXPECTS(world->run.pays.empty());
  const Tick start = world->parameters.time.warmup;
  run_on(*world, saved, start, start + ticks, hook);
  return std::unique_ptr<Replicate>(new Replicate(std::move(world)));
}

std::unique_ptr<Replicate> Replicate::lead_in_from(const SavedArrays* saved, const RunParameters& run,
                                                   const RecordOptions& options, Tick ticks,
                                                   const StateHook& hook) const {
  return led_in(branched(*world_, run, options, 0), saved, ticks, hook);
}

std::unique_ptr<Replicate> Replicate::last_lead_in_from(const SavedArrays* saved, const RunParameters& run,
                                                        const RecordOptions& options, Tick ticks,
                                                        const StateHook& hook) {
  return led_in(taken(run, options), saved, ticks, hook);
}

RunRecord Replicate::run_last_arm_from(const SavedArrays* saved, const RunParameters& arm, const RecordOptions& options,
                                       const StateHook& hook) {
  const std::unique_ptr<World> world = taken(arm, options);
  run_on(*world, saved, world->parameters.time.warmup, world->parameters.time.end(), hook);
  const Phase phase("records");
  return world->record();
}

RunRecord Replicate::run_arm(const RunParameters& arm, const RecordOptions& options, const TickHook& hook,
                             std::uint32_t draw) const {
  const std::unique_ptr<World> branch = branched(*world_, arm, options, draw);
  branch->run_until(branch->parameters.time.end(), hook);
  const Phase phase("records");
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

std::vector<WorldArray> Replicate::arrays() const { return world_arrays(world_->state); }

}  // namespace grapevine
