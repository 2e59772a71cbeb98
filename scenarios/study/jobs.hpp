#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/units.hpp"
#include "scenarios/study/study.hpp"

/// Replicates beside each other: where one leaves processors idle, or would wait for memory most of the time.
namespace grapevine {

/// Graphs that replicates beside each other have in common, each as long as one of them needs it.
class SharedGraphs {
public:
  /// The graph of that name; made by the first that asks, while the others wait.
  std::shared_ptr<const StudyGraph> graph(const std::string& name, const std::function<StudyGraph()>& make);

private:
  struct Entry {
    std::mutex making;
    std::weak_ptr<const StudyGraph> graph;
  };

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
};

/// Which units of a study a process has; the others are another's.
using IsMine = std::function<bool(const UnitName&)>;

/// Runs those units of the study that `options.units` wants and has not, those with switches off among them, `most` of
/// them beside each other, each on a share of the threads, and keeps them there; compares nothing. A job takes whole
/// replicates where there are as many as jobs, so that points go on from one warm-up; fewer points of each elsewhere.
/// Where units are fewer than jobs, each runs its arms beside each other.
/// What stopped, failed, or found no memory beside the others is left: whoever runs the study afterwards tells of it,
/// or does it alone. Throws BadRequest where replicate 0 cannot be; nothing else has begun then.
void run_beside(const Scenario& scenario, const StudyOptions& options, int most, const IsMine& is_mine = {});

/// The same of a study with `until`: the replicates of a look beside each other, then, where the interval is not narrow
/// enough yet, those of the next. What is run is what one after the other would be run. `give_back`: puts a unit back
/// into the store, out of which it was taken to look at it.
void run_beside_to_looks(const Scenario& scenario, const StudyOptions& options, int jobs,
                         const std::function<void(Unit)>& give_back);

}  // namespace grapevine
