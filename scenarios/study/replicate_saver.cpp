#include "scenarios/study/replicate_saver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

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

ReplicateSaver::ReplicateSaver(Checkpoints* place, const UnitName& unit, const FollowGraph& graph, int parts,
                               bool beside)
    : place_(place),
      saves_(place != nullptr && place->are_wanted()),
      beside_(beside),
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
  if (before_ == nullptr) return {};
  const auto& draws = before_->bookmark().draws;
  const auto at = std::ranges::find(draws, arm, &std::pair<std::uint32_t, std::vector<RunRecord>>::first);
  return at == draws.end() ? std::vector<RunRecord>{} : at->second;
}

const SavedArrays* ReplicateSaver::world_in(const Stage& stage, int part) const {
  if (before_ == nullptr) return nullptr;
  const bool there = before_->bookmark().has_world && before_->bookmark().stage == stage;
  const Checkpoint* const saved = there ? before_ : place_->world_of(bookmark_.unit, stage);
  return saved ? &saved->arrays(static_cast<std::size_t>(part)) : nullptr;
}

const SavedArrays* ReplicateSaver::world_after(std::uint32_t warmup, int part) const {
  const Checkpoint* saved = before_ != nullptr ? place_->warmup_of(bookmark_.unit, warmup) : nullptr;
  return saved ? &saved->arrays(static_cast<std::size_t>(part)) : nullptr;
}

void ReplicateSaver::complete_draw(std::uint32_t arm, const std::vector<RunRecord>& so_far) {
  if (!saves_) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(bookmark_.draws, [&](const auto& drawn) { return drawn.first == arm; });
  bookmark_.draws.emplace_back(arm, so_far);
}

void ReplicateSaver::complete_arm(std::uint32_t arm, const RunRecord& record) {
  if (!saves_) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(bookmark_.draws, [&](const auto& drawn) { return drawn.first == arm; });
  bookmark_.arms.emplace_back(arm, record);
}

/// Tells of the tick, at part 0, and finds out what is to be done now.
ReplicateSaver::Decision ReplicateSaver::decide(const std::function<void()>& tell) {
  ++bookmark_.ticks;
  try {
    tell();
  } catch (const StopStudy& stop) {
    stop_ = stop;
  }
  Decision decision;
  if (stop_) decision.stops = 1, decision.signal = stop_->signal, decision.time_limit = stop_->time_limit;
  decision.saves = saves_ && (stop_ || place_->is_due(bookmark_.unit));
  return decision;
}

void ReplicateSaver::after_tick(Exchange& exchange, const Stage& stage, const Replicate* warm,
                                const ArraysOfWorld& arrays, const std::function<void()>& tell) {
  if (beside_) return after_tick_beside(stage, warm, arrays, tell);
  if (!exchange.shares_memory()) return after_tick_apart(exchange, stage, warm, arrays, tell);
  const std::uint64_t tick = ++ticks_[static_cast<std::size_t>(exchange.part())];
  if (exchange.part() == 0) {
    const Decision decision = decide(tell);
    if (stop_ && !saves_) throw *stop_;
    // The other parts cannot be done with the next tick before this one has handed in its share of it, so that they
    // hear of the saving in time.
    if (decision.saves != 0 && save_at_ == 0) save_at_ = tick + (exchange.parts() > 1 ? 1 : 0);
  }
  if (saves_ && tick == save_at_) save_world(exchange, stage, warm, arrays);
}

/// Each run when it is time for it, and all of them, one after the other, when somebody stops the study.
void ReplicateSaver::after_tick_beside(const Stage& stage, const Replicate* warm, const ArraysOfWorld& arrays,
                                       const std::function<void()>& tell) {
  std::optional<StopStudy> stop;
  try {
    tell();
  } catch (const StopStudy& asked) {
    stop = asked;
  }
  const std::lock_guard lock(mutex_);
  ++bookmark_.ticks;
  if (stop) stop_ = stop;
  if (saves_ && (stop_ || place_->is_due(bookmark_.unit, stage))) {
    if (!std::exchange(set_apart_, true) && bookmark_.has_world) place_->set_apart(bookmark_);
    if (warm != nullptr && !place_->has_warmup(bookmark_.unit, stage.warmup))
      write_warmup(stage.warmup, {warm->arrays()});
    place_->keep_world(mark_of(stage), {arrays()});
    save_records();
  }
  if (stop_) throw *stop_;
}

/// Of a world that lies in a file without records.
Bookmark ReplicateSaver::mark_of(const Stage& stage) {
  if (bookmark_.graph.empty()) bookmark_.graph = hash_of(graph_);
  Bookmark mark;
  mark.unit = bookmark_.unit, mark.graph = bookmark_.graph, mark.parts = bookmark_.parts;
  mark.has_world = true;
  mark.stage = stage;
  return mark;
}

void ReplicateSaver::write_world(const Stage& stage, bool with_warmup) {
  if (bookmark_.graph.empty()) bookmark_.graph = hash_of(graph_);
  bookmark_.has_world = true;
  bookmark_.stage = stage;
  if (with_warmup) write_warmup(stage.warmup, warm_);
  place_->keep(bookmark_, now_);
}

/// Of the arrays that all parts have shown.
void ReplicateSaver::write_warmup(std::uint32_t warmup, const WorldArrays& world) {
  place_->keep_warmup(mark_of({.warmup = warmup, .in_arm = false, .arm = 0, .draw = 0}), world);
}

void ReplicateSaver::save_world(Exchange& exchange, const Stage& stage, const Replicate* warm,
                                const ArraysOfWorld& arrays) {
  const auto part = static_cast<std::size_t>(exchange.part());
  now_[part] = arrays();
  if (warm != nullptr) warm_[part] = warm->arrays();
  exchange.gather(std::vector<char>(1));  // all have shown theirs
  if (part == 0) {
    write_world(stage, warm != nullptr && !place_->has_warmup(bookmark_.unit, stage.warmup));
    save_at_ = 0;
    if (stop_) throw *stop_;
  }
  exchange.gather(std::vector<char>(1));  // and none goes on before it is written
}

namespace {

using Bytes = std::vector<std::byte>;

void append(Bytes& all, std::span<const std::byte> more) { all.insert(all.end(), more.begin(), more.end()); }

/// Arrays behind each other: how many, then of each how long its name and itself are, then the names and themselves.
Bytes packed_arrays(const std::vector<WorldArray>& arrays) {
  std::vector<std::uint64_t> lengths{arrays.size()};
  for (const WorldArray& array : arrays) lengths.insert(lengths.end(), {array.name.size(), array.bytes.size()});
  Bytes all;
  append(all, std::as_bytes(std::span(lengths)));
  for (const WorldArray& array : arrays) append(all, std::as_bytes(std::span(array.name)));
  for (const WorldArray& array : arrays) append(all, array.bytes);
  return all;
}

/// The same arrays, to be written: names and bytes, which lie in `all`.
std::vector<WorldArray> unpacked_arrays(const Bytes& all) {
  std::span<const std::byte> left = all;
  const auto take = [&](std::size_t bytes) {
    const std::span<const std::byte> piece = left.first(bytes);
    left = left.subspan(bytes);
    return piece;
  };
  const auto take_length = [&] {
    std::uint64_t length = 0;
    std::memcpy(&length, take(sizeof length).data(), sizeof length);
    return length;
  };
  std::vector<std::pair<std::uint64_t, std::uint64_t>> lengths(take_length());
  for (auto& [name, bytes] : lengths) name = take_length(), bytes = take_length();
  std::vector<WorldArray> arrays(lengths.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const std::span<const std::byte> name = take(lengths[i].first);
    arrays[i].name = {reinterpret_cast<const char*>(name.data()), name.size()};
  }
  for (std::size_t i = 0; i < arrays.size(); ++i) arrays[i].bytes = take(lengths[i].second);
  return arrays;
}

/// Brings the arrays of all parts to part 0, as `worlds`; they lie in what is returned. Each part has a table of its
/// own, for readers of a block have arrays together, and parts may have a block more or less.
std::vector<Bytes> bring(Exchange& exchange, const std::vector<WorldArray>& mine, WorldArrays& worlds) {
  std::vector<Bytes> pieces = exchange.collect(packed_arrays(mine));
  for (std::size_t part = 0; part < pieces.size(); ++part) worlds[part] = unpacked_arrays(pieces[part]);
  return pieces;
}

}  // namespace

/// Of parts that do not see each other's memory: part 0 says what is done, in the one exchange of a tick beside the
/// tick's own, and the arrays come to it.
void ReplicateSaver::after_tick_apart(Exchange& exchange, const Stage& stage, const Replicate* warm,
                                      const ArraysOfWorld& arrays, const std::function<void()>& tell) {
  const bool first = exchange.part() == 0;
  struct Order {
    Decision decision;
    std::int32_t with_warmup = 0;
  } order;
  if (first) {
    order.decision = decide(tell);
    order.with_warmup =
        order.decision.saves != 0 && warm != nullptr && !place_->has_warmup(bookmark_.unit, stage.warmup);
  }
  order = exchange.gather(first ? std::vector<Order>{order} : std::vector<Order>{}).front();
  if (order.decision.saves != 0) {
    std::vector<std::vector<std::byte>> held, held_warm;
    if (order.with_warmup != 0) held_warm = bring(exchange, warm->arrays(), warm_);
    held = bring(exchange, arrays(), now_);
    if (first) write_world(stage, order.with_warmup != 0);
  }
  if (order.decision.stops != 0)
    throw StopStudy{.signal = order.decision.signal, .time_limit = order.decision.time_limit != 0};
}

void ReplicateSaver::keep_warmup(Exchange& exchange, std::uint32_t warmup, const Replicate& warm) {
  if (beside_) {
    const std::lock_guard lock(mutex_);
    if (saves_ && !place_->has_warmup(bookmark_.unit, warmup)) write_warmup(warmup, {warm.arrays()});
    return;
  }
  const bool first = exchange.part() == 0;
  const auto wanted = static_cast<char>(first && saves_ && !place_->has_warmup(bookmark_.unit, warmup));
  if (exchange.gather(first ? std::vector<char>{wanted} : std::vector<char>{}).front() == 0) return;
  if (!exchange.shares_memory()) {
    const std::vector<std::vector<std::byte>> held = bring(exchange, warm.arrays(), warm_);
    if (first) write_warmup(warmup, warm_);
    return;
  }
  warm_[static_cast<std::size_t>(exchange.part())] = warm.arrays();
  exchange.gather(std::vector<char>(1));  // all have shown theirs
  if (first) write_warmup(warmup, warm_);
  exchange.gather(std::vector<char>(1));  // and none goes on before it is written
}

void ReplicateSaver::save_records() {
  if (!saves_) return;
  if (bookmark_.graph.empty()) bookmark_.graph = hash_of(graph_);
  bookmark_.has_world = false;
  place_->keep(bookmark_, {});
}

void ReplicateSaver::keep_records() {
  const std::lock_guard lock(mutex_);
  if (!bookmark_.arms.empty() || !bookmark_.draws.empty()) save_records();
}

void ReplicateSaver::after_run() {
  if (saves_ && place_->is_due(bookmark_.unit)) save_records();
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
