#include "scenarios/study/replicate_saver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/checksum.hpp"
#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// Of who follows whom.
std::string hash_of(const FollowGraph& graph) {
  Checksum followees, begins;
  followees.add(std::as_bytes(graph.rows().users));
  begins.add(std::as_bytes(graph.rows().begin));
  return fmt::format("{:016x}{:016x}", followees.value(), begins.value());
}

}  // namespace

ReplicateSaver::ReplicateSaver(Checkpoints* place, const UnitName& unit, const FollowGraph& graph, int parts)
    : place_(place),
      saves_(place != nullptr && place->are_wanted()),
      ticks_(static_cast<std::size_t>(parts)),
      now_(static_cast<std::size_t>(parts)),
      warm_(static_cast<std::size_t>(parts)),
      graph_(graph) {
  bookmark_.unit = unit;
  bookmark_.parts = static_cast<std::uint32_t>(parts);
  before_ = place != nullptr ? place->of(unit) : nullptr;
  if (before_ == nullptr) return;
  bookmark_ = before_->bookmark();
  bookmark_.parts = static_cast<std::uint32_t>(parts);
  if (hash_of(graph) != bookmark_.graph)
    throw Error(fmt::format("the checkpoint of replicate {} is of another graph than was made again", unit.replicate));
}

const RunRecord* ReplicateSaver::record_of(std::uint32_t arm) const {
  if (before_ == nullptr) return nullptr;
  const auto& arms = before_->bookmark().arms;
  const auto at = std::ranges::find(arms, arm, &std::pair<std::uint32_t, RunRecord>::first);
  return at == arms.end() ? nullptr : &at->second;
}

std::vector<RunRecord> ReplicateSaver::draws_of(std::uint32_t arm) const {
  const bool there = before_ != nullptr && before_->bookmark().drawn_arm == arm;
  return there ? before_->bookmark().draws : std::vector<RunRecord>{};
}

const SavedArrays* ReplicateSaver::world_in(const Stage& stage, int part) const {
  const bool there = before_ != nullptr && before_->bookmark().has_world && before_->bookmark().stage == stage;
  return there ? &before_->arrays(static_cast<std::size_t>(part)) : nullptr;
}

const SavedArrays* ReplicateSaver::world_after(std::uint32_t warmup, int part) const {
  const Checkpoint* saved = before_ != nullptr ? place_->warmup_of(bookmark_.unit, warmup) : nullptr;
  return saved ? &saved->arrays(static_cast<std::size_t>(part)) : nullptr;
}

void ReplicateSaver::complete_draw(std::uint32_t arm, const std::vector<RunRecord>& so_far) {
  if (!saves_) return;
  bookmark_.drawn_arm = arm;
  bookmark_.draws = so_far;
}

void ReplicateSaver::complete_arm(std::uint32_t arm, const RunRecord& record) {
  if (!saves_) return;
  bookmark_.draws.clear();
  bookmark_.arms.emplace_back(arm, record);
}

void ReplicateSaver::after_tick(Exchange& exchange, const Stage& stage, const Replicate* warm,
                                const ArraysOfWorld& arrays, const std::function<void()>& tell) {
  const std::uint64_t tick = ++ticks_[static_cast<std::size_t>(exchange.part())];
  if (exchange.part() == 0) {
    ++bookmark_.ticks;
    try {
      tell();
    } catch (const StopStudy& stop) {
      if (!saves_) throw;
      stop_ = stop;
    }
    // The other parts cannot be done with the next tick before this one has handed in its share of it, so that they
    // hear of the saving in time.
    if (saves_ && save_at_ == 0 && (stop_ || place_->is_due())) save_at_ = tick + (exchange.parts() > 1 ? 1 : 0);
  }
  if (saves_ && tick == save_at_) save_world(exchange, stage, warm, arrays);
}

void ReplicateSaver::save_world(Exchange& exchange, const Stage& stage, const Replicate* warm,
                                const ArraysOfWorld& arrays) {
  const auto part = static_cast<std::size_t>(exchange.part());
  now_[part] = arrays();
  if (warm != nullptr) warm_[part] = warm->arrays();
  exchange.gather(std::vector<char>(1));  // all have shown theirs
  if (part == 0) {
    if (bookmark_.graph.empty()) bookmark_.graph = hash_of(graph_);
    bookmark_.has_world = true;
    bookmark_.stage = stage;
    if (warm != nullptr && !place_->has_warmup(bookmark_.unit, stage.warmup)) {
      Bookmark mark;
      mark.unit = bookmark_.unit, mark.graph = bookmark_.graph, mark.parts = bookmark_.parts;
      mark.has_world = true;
      mark.stage.warmup = stage.warmup;
      place_->keep_warmup(mark, warm_);
    }
    place_->keep(bookmark_, now_);
    save_at_ = 0;
    if (stop_) throw *stop_;
  }
  exchange.gather(std::vector<char>(1));  // and none goes on before it is written
}

void ReplicateSaver::save_records() {
  if (!saves_) return;
  if (bookmark_.graph.empty()) bookmark_.graph = hash_of(graph_);
  bookmark_.has_world = false;
  place_->keep(bookmark_, {});
}

void ReplicateSaver::after_run() {
  if (saves_ && place_->is_due()) save_records();
}

void ReplicateSaver::saving_records(const std::function<void()>& run) {
  try {
    run();
  } catch (const StopStudy&) {
    if (!bookmark_.arms.empty() || !bookmark_.draws.empty()) save_records();
    throw;
  }
}

}  // namespace grapevine
