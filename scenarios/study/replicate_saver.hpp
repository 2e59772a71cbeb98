#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/follow_graph.hpp"
#include "scenarios/study/checkpoints.hpp"
#include "scenarios/study/study.hpp"
#include "sim/run/replicate.hpp"

namespace grapevine {

/// Saves one replicate while it runs, and knows what was saved of it before. Parts of one world share it where they
/// share memory; else each has its own, and that of part 0 writes. What it is told of records, part 0 tells. Runs of a
/// world in one part may go on beside each other: each is saved by itself.
class ReplicateSaver {
public:
  /// `place`: null where nothing is to be saved. `beside`: runs go on beside each other. Throws Error where what was
  /// saved is of another graph.
  ReplicateSaver(Checkpoints* place, const UnitName& unit, const FollowGraph& graph, int parts, bool beside);

  /// The record of an arm that was complete; null: it was not.
  const RunRecord* record_of(std::uint32_t arm) const;
  /// Those of the draws of an arm that were complete.
  std::vector<RunRecord> draws_of(std::uint32_t arm) const;
  /// The world as it was saved in that stage, or at the end of that warm-up; null: it was not.
  const SavedArrays* world_in(const Stage& stage, int part) const;
  const SavedArrays* world_after(std::uint32_t warmup, int part) const;

  void complete_draw(std::uint32_t arm, const std::vector<RunRecord>& so_far);
  void complete_arm(std::uint32_t arm, const RunRecord& record);

  /// After every tick, in every part; `warm`: the world that the arm branched from, or null. `tell` may throw
  /// StopStudy, which goes on from here once the world is saved.
  void after_tick(Exchange& exchange, const Stage& stage, const Replicate* warm, const ArraysOfWorld& arrays,
                  const std::function<void()>& tell);
  /// At the end of a warm-up that is asked for again after whatever is saved later: in every part.
  void keep_warmup(Exchange& exchange, std::uint32_t warmup, const Replicate& warm);
  /// What is complete, when all runs that go on beside each other have stopped, each of them saved.
  void keep_records();
  /// Between runs of classic models, which have no state that is saved.
  void after_run();
  /// Runs what may throw StopStudy, which goes on from here once all records are saved.
  void saving_records(const std::function<void()>& run);

private:
  /// What part 0 decides after a tick.
  struct Decision {
    std::int32_t saves = 0, stops = 0, signal = 0, time_limit = 0;
  };
  Decision decide(const std::function<void()>& tell);
  void after_tick_apart(Exchange& exchange, const Stage& stage, const Replicate* warm, const ArraysOfWorld& arrays,
                        const std::function<void()>& tell);
  void after_tick_beside(const Stage& stage, const Replicate* warm, const ArraysOfWorld& arrays,
                         const std::function<void()>& tell);
  Bookmark mark_of(const Stage& stage);
  void write_world(const Stage& stage, bool with_warmup);
  void write_warmup(std::uint32_t warmup, const WorldArrays& world);
  void save_world(Exchange& exchange, const Stage& stage, const Replicate* warm, const ArraysOfWorld& arrays);
  void save_records();

  Checkpoints* place_;
  bool saves_, beside_;
  std::mutex mutex_;  ///< of what follows, where runs go on beside each other
  Bookmark bookmark_;
  const Checkpoint* before_ = nullptr;
  std::vector<std::uint64_t> ticks_;        ///< by part, since this run began
  std::atomic<std::uint64_t> save_at_ = 0;  ///< the tick after which all parts save; 0: none
  bool set_apart_ = false;                  ///< what an earlier run saved of the one run that it had
  std::optional<StopStudy> stop_;
  WorldArrays now_, warm_;
  const FollowGraph& graph_;
};

}  // namespace grapevine
