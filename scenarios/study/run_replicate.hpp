#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/replicate_saver.hpp"
#include "scenarios/study/ticker.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

/// One point of the study while a replicate runs.
struct Point {
  const Scenario* scenario;
  StudyResult* study;
  std::string name;  ///< "price.post=50: "; empty where there are no others
  std::shared_ptr<Deals> deals = {};
  std::shared_ptr<ReplicateSaver> saver = {};
  std::shared_ptr<ReproductionNumbers> numbers = {};     ///< of replicates on the same graph
  std::string runs = {};                                 ///< of the names of its units
  bool runs_now = false;                                 ///< in this replicate, and is not complete yet
  std::map<std::uint32_t, std::string> infeasible = {};  ///< replicates for which its money is too little, and why
};

/// What the runs of a replicate go by, at points that have one graph.
struct ReplicateGiven {
  const StudyGraph& world;
  std::uint32_t replicate = 0;
  int parts = 1;
  Exchange* ranks = nullptr;  ///< that run each world together, as its parts; null: this process runs it alone
  int arms = 1;               ///< that go on beside each other, at most; 1 where there are parts
};

/// Worlds that a replicate of all points holds at most: those of warm-ups, what a point offers in a copy of one that
/// another made, what arms of a family have in common, and that of a run that goes on from a copy; the last run, or
/// family, takes the world itself.
int worlds_at_once(const Scenario& whole);

/// Runs the arms under the feed model, from where they were saved. Points that differ in nothing that a warm-up hangs
/// on share it. `done` is called for each point whose arms are complete.
void run_feeds(const ReplicateGiven& given, const std::vector<Point*>& points, Ticker& ticker,
               const std::function<void(Point&)>& done);

/// The same of the arms under classic models.
void run_classics(const ReplicateGiven& given, const Point& point, Ticker& ticker);

}  // namespace grapevine
