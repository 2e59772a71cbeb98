#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"
#include "sim/model/parameters.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/state/run_record.hpp"
#include "sim/state/saved_arrays.hpp"

namespace grapevine {

class World;
class Tracer;

/// What a run keeps beside its summary. None of it changes a result.
struct RecordOptions {
  Tick series_every = 6;
  double track_share = 0.0;
  bool cascades = true;
  bool shadow = false;  ///< needs feeds, as the two below
  bool positions = false;
  bool looks = false;

  template <class Key>
  static void keys(Key&& key) {
    key.section("output", "What the result file keeps beside the summary.", Scope::output);
    key("every", &RecordOptions::series_every,
        {.kind = Kind::duration,
         .sentence = "Time that a bin of /series and /campaign_series stands for.",
         .source = "assumption",
         .range = durations_from(60)});
    key("track_share", &RecordOptions::track_share,
        {.sentence = "Share of organic roots that are tracked beside the paid ones.",
         .source = "assumption",
         .range = probability_range,
         .unit = "share"});
    key("cascades", &RecordOptions::cascades,
        {.sentence = "Keep the nodes of tracked cascades.", .source = "assumption"});
    key("shadow", &RecordOptions::shadow,
        {.sentence = "Count what readers that are ranked for would have looked at had the candidates of the same "
                     "sessions stood newest first: amplification against the shadow, for which nobody need be held "
                     "out. Exact under feed.memory = \"session\"; under \"window\" it leaves out that they would have "
                     "looked at other posts before.",
         .source = "assumption (neutral)"});
    key("positions", &RecordOptions::positions,
        {.sentence = "Count looks and actions by position in the feed, by tier of the author: /positions.",
         .source = "assumption (neutral)"});
    key("looks", &RecordOptions::looks,
        {.sentence = "Keep every look at a tracked root, with its position in the feed: /looks.",
         .source = "assumption (neutral)"});
  }
};

/// Called after every tick with the ticks done in this phase; may throw to stop the run, which then leaves nothing
/// behind.
using TickHook = std::function<void(Tick done)>;

/// The arrays of a world as they are now: a look that lasts until the next tick.
using ArraysOfWorld = std::function<std::vector<WorldArray>()>;
/// The same for whoever may save the world in which the tick was.
using StateHook = std::function<void(Tick done, const ArraysOfWorld& arrays)>;

/// Bytes held by the arrays of the world, by name, for `check` and the benchmarks.
struct MemoryLine {
  std::string name;
  std::string unit;  ///< what the array has one entry for
  std::size_t bytes = 0;
};

/// One replicate of a study: a world that is warmed up once, from whose state every arm branches; or what arms branch
/// from later (`lead_in_from`). A part of it, if `exchange` has several.
class Replicate {
public:
  /// `graph`, `accounts`, `exchange` and what `expected` points to outlive the replicate. Throws BadRequest for
  /// campaigns that cannot be held in this graph.
  Replicate(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
            const RunParameters& warmup, ReplicateStreams streams, Exchange& exchange,
            const ExpectedSpread& expected = {});
  /// With accounts that are chosen already, as far as they do not depend on the warm-up; parts of one process may share
  /// `choices`.
  Replicate(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
            const RunParameters& warmup, ReplicateStreams streams, Exchange& exchange, std::shared_ptr<Deals> choices);
  ~Replicate();

  /// Runs the warm-up under the scenario's own run keys; campaigns that look at it choose at its end. Call once, before
  /// any arm.
  void warm_up(const TickHook& hook = {});
  /// The same; from where it was saved, if it was.
  void warm_up_from(const SavedArrays* saved, const StateHook& hook);

  /// The warmed-up world where other prices, campaigns and products are offered, as many of them: all that no warm-up
  /// looks at. `parameters` differ from those of the replicate in these alone. All parts must come.
  std::unique_ptr<Replicate> offering(const WorldParameters& parameters, std::shared_ptr<Deals> choices) const;

  /// Branches from the warmed-up world and runs `measure` and `followup`. Does not change the replicate: arms may be
  /// run in any order, any number of times. Every part returns the whole record. `draw`: which choice of accounts is
  /// paid.
  RunRecord run_arm(const RunParameters& arm, const RecordOptions& options, const TickHook& hook = {},
                    std::uint32_t draw = 0) const;
  /// The same; from where it was saved, if it was.
  RunRecord run_arm_from(const SavedArrays* saved, const RunParameters& arm, const RecordOptions& options,
                         const StateHook& hook, std::uint32_t draw) const;

  /// The same for draw 0 of an arm after which there is no other, in the world of the warm-up itself instead of a copy:
  /// the replicate is of no use after it. From a world that was saved it needs no warm-up before, unless a campaign
  /// looks at it.
  RunRecord run_last_arm_from(const SavedArrays* saved, const RunParameters& arm, const RecordOptions& options,
                              const StateHook& hook);

  /// The first `ticks` of `measure` of all arms that differ from `run` in what they pay alone, and pay for no post
  /// before: arms go on from what is returned as from this. From where it was saved, if it was. `run` pays nothing.
  std::unique_ptr<Replicate> lead_in_from(const SavedArrays* saved, const RunParameters& run,
                                          const RecordOptions& options, Tick ticks, const StateHook& hook) const;
  /// The same in the world of the warm-up itself, as `run_last_arm_from`.
  std::unique_ptr<Replicate> last_lead_in_from(const SavedArrays* saved, const RunParameters& run,
                                               const RecordOptions& options, Tick ticks, const StateHook& hook);

  /// Runs the arm for one post, which `tracer` follows: the same events, and no record.
  void trace_arm(const RunParameters& arm, Tracer& tracer, const TickHook& hook = {}, std::uint32_t draw = 0) const;

  std::vector<MemoryLine> memory() const;
  /// Those of the world that was warmed up.
  std::vector<WorldArray> arrays() const;

private:
  explicit Replicate(std::unique_ptr<World> world);
  /// The world, made of the arrays of this one, under other run parameters; nothing is left here.
  static std::unique_ptr<Replicate> led_in(std::unique_ptr<World> world, const SavedArrays* saved, Tick ticks,
                                           const StateHook& hook);
  std::unique_ptr<World> taken(const RunParameters& run, const RecordOptions& options);

  std::unique_ptr<World> world_;
};

}  // namespace grapevine
