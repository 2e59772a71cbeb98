#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/result/result.hpp"

namespace grapevine {

class Exchange;
class SharedGraphs;
class UnitStore;

/// Builds, or loads, the graph of `replicate`. Throws BadRequest for a graph that cannot be had.
StudyGraph make_graph(const Scenario& scenario, std::uint32_t replicate);

/// Whether every replicate has a graph of its own. A graph loaded from a file and taken as it is is the same in all.
bool redraws_graph(const Scenario& scenario);

/// The streams of `replicate`: its own where the scenario redraws them, those of replicate 0 elsewhere.
ReplicateStreams streams_of(const Scenario& scenario, std::uint32_t replicate);

/// The streams that replicates draw anew, in words: "graph, selection, content, dynamics".
std::string redrawn_streams(const Scenario& scenario);

/// How far a study is. Work is counted over all replicates and arms, warm-ups included: in ticks, an arm under a
/// classic model in thousandths of itself.
struct StudyProgress {
  std::uint32_t replicate = 0;
  std::uint32_t replicates = 0;
  std::string doing;  ///< "graph", "warm-up" or the name of the arm
  std::uint64_t done = 0;
  std::uint64_t work = 0;
  std::uint64_t taken = 0;  ///< of what is done: what was there already
  bool in_ticks = true;     ///< all work is ticks
};

/// What a listener to the progress throws to end the study.
struct StopStudy {
  int signal = 0;
  bool time_limit = false;  ///< nobody sent the signal: the time is up that the study was given

  /// "stopped by signal 15", "stopped at its time limit"
  std::string words() const;
};

struct StudyOptions {
  int parts = 1;              ///< parts of the process that each world is cut into; no result depends on it
  Exchange* ranks = nullptr;  ///< processes that run each world together, and nothing else apart: they come to the same
                              ///< results, and the first speaks, writes and decides; null: this one is alone
  int arms = 1;               ///< that each replicate runs beside each other, at most; no result depends on it
  std::string command = {};   ///< that asks for the study, for its provenance

  /// Complete units that are there already, and the place where others are kept; null: there is none.
  UnitStore* units = nullptr;

  /// Graphs that other replicates may have, too; null: none.
  SharedGraphs* graphs = nullptr;

  /// Told, once, what the loader of the graph notes.
  std::function<void(const std::vector<std::string>&)> notes = {};

  /// Called at the start of every phase, after every tick, and from time to time under classic models; may throw
  /// StopStudy.
  std::function<void(const StudyProgress&)> progress;
};

/// The model as the key has it.
std::string model_name(DiffusionModel model);

/// Runs of one replicate, a draw of an arm's accounts each, of the arms that count.
std::uint64_t runs_of(const Scenario& scenario, bool (*counts)(const Arm&));

/// Ticks of a whole study, under the feed model: of its arms and of its warm-ups, and of those with switches off.
std::uint64_t ticks_of(const Scenario& scenario);
/// The same without those with switches off.
std::uint64_t own_ticks_of(const Scenario& scenario);
/// Work of the study without those, as progress counts it.
std::uint64_t own_work_of(const Scenario& scenario);
/// ... of the replicates that this run makes or takes.
std::uint64_t wanted_work_of(const Scenario& scenario, const StudyOptions& options);

/// Runs every arm of every replicate, and compares nothing.
StudyResult run_arms(const Scenario& scenario, const StudyOptions& options);

/// Runs every arm of every replicate and compares the arms as the scenario asks.
///
/// Throws BadRequest, before anything ran, if the graph cannot be had or a campaign cannot be held in the graph of
/// replicate 0. What is complete is not lost afterwards: where a later replicate cannot be, or the study is stopped,
/// the result has the other replicates, fewer than asked, and says why. With none complete the exception goes on.
/// `parts` and the number of threads are no part of the result but of its provenance.
StudyResult run_study(const Scenario& scenario, const StudyOptions& options = {});

/// Runs those units of the study that `options.units` wants and has not, and keeps them there; compares nothing. Says
/// why some are missing; empty: none is. Throws as `run_study` does where there are none at all.
std::string run_units(const Scenario& scenario, const StudyOptions& options);

}  // namespace grapevine
