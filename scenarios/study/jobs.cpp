#include "scenarios/study/jobs.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "analysis/stopping.hpp"
#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/timing.hpp"
#include "scenarios/study/narrow.hpp"
#include "scenarios/study/run_points.hpp"
#include "scenarios/study/switches.hpp"
#include "scenarios/study/units.hpp"

namespace grapevine {

std::shared_ptr<const StudyGraph> SharedGraphs::graph(const std::string& name,
                                                      const std::function<StudyGraph()>& make) {
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Entry>& at = entries_[name];
    if (!at) at = std::make_shared<Entry>();
    entry = at;
  }
  const std::lock_guard lock(entry->making);
  std::shared_ptr<const StudyGraph> graph = entry->graph.lock();
  if (!graph) entry->graph = graph = std::make_shared<const StudyGraph>(make());
  return graph;
}

namespace {

/// Thrown into jobs when another has found that the study cannot be.
struct OtherJobFailed {};

/// Who runs which unit. Jobs share it.
class Claims {
public:
  Claims(const UnitStore& store, const IsMine& is_mine) : store_(store), is_mine_(is_mine) {}

  bool take(const UnitName& unit) {
    if ((is_mine_ && !is_mine_(unit)) || store_.has(unit)) return false;
    const std::lock_guard lock(mutex_);
    return taken_.insert(unit).second;
  }

private:
  const UnitStore& store_;
  const IsMine& is_mine_;
  std::mutex mutex_;
  std::set<UnitName> taken_;
};

/// The store as one job sees it: what is there, or another's, is not its business.
class StoreOfJob final : public UnitStore {
public:
  /// `most`: points that it takes of a replicate before it looks for another.
  StoreOfJob(UnitStore& store, Claims& claims, std::size_t most) : store_(store), claims_(claims), most_(most) {
    names = store.names;
  }

  bool wants(const UnitName& unit) const override { return store_.wants(unit); }
  bool has(const UnitName& unit) const override { return store_.has(unit); }
  std::optional<Unit> take(const UnitName&) override { return {}; }
  bool begins(const UnitName& unit) override {
    if (unit.replicate != replicate_) replicate_ = unit.replicate, of_it_ = 0;
    if (of_it_ == most_ || !claims_.take(unit)) return false;
    ++of_it_;
    ++begun_;
    return true;
  }
  void keep(const UnitView& unit) override { store_.keep(unit); }
  Checkpoints* checkpoints() override { return store_.checkpoints(); }

  /// Units since this was last asked.
  std::size_t begun() { return std::exchange(begun_, 0); }

private:
  UnitStore& store_;
  Claims& claims_;
  std::size_t most_, of_it_ = 0, begun_ = 0;
  std::uint32_t replicate_ = 0;
};

/// Adds up what jobs tell of their work for one listener, who may stop them all.
class TogetherTold {
public:
  TogetherTold(const Scenario& scenario, const StudyOptions& options) : options_(options) {
    whole_.work = wanted_work_of(scenario, options) + switched_work_of(scenario, options);
    std::size_t wanted = 0, there = 0;
    for (const UnitName& unit : UnitNames(options.units->names).all(scenario))
      wanted += options.units->wants(unit), there += options.units->wants(unit) && options.units->has(unit);
    if (wanted > 0) whole_.done = whole_.taken = whole_.work / wanted * there;
  }

  /// What one job has told last in the scenario that it is at.
  struct OfJob {
    std::optional<StudyProgress> last;
  };

  void operator()(OfJob& job, const StudyProgress& now) {
    const std::lock_guard lock(mutex_);
    if (failed_) throw OtherJobFailed{};
    if (job.last) {
      whole_.done += now.done - std::min(now.done, job.last->done);
      whole_.taken += now.taken - std::min(now.taken, job.last->taken);
      if (whole_.done > whole_.taken) begin();
    }
    job.last = now;
    if (!options_.progress) return;
    StudyProgress told = now;
    told.work = whole_.work;
    told.done = std::min(whole_.done, whole_.work);
    told.taken = whole_.taken;
    options_.progress(told);
  }

  /// Returns when it is clear that the study can be, or somebody failed.
  void wait_for_first() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_; });
    if (failed_) throw OtherJobFailed{};
  }
  void first_is_done() {
    const std::lock_guard lock(mutex_);
    begin();
  }
  void fail() {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    begin();
  }

private:
  void begin() {
    begun_ = true;
    changed_.notify_all();
  }

  const StudyOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  StudyProgress whole_;
  bool begun_ = false, failed_ = false;
};

/// One of the jobs.
class Job {
public:
  Job(const Scenario& scenario, const StudyOptions& options, Claims& claims, TogetherTold& told, SharedGraphs& graphs,
      std::size_t most)
      : scenario_(scenario), told_(told), store_(*options.units, claims, most), options_(options) {
    options_.units = &store_;
    options_.graphs = &graphs;
    options_.progress = [this](const StudyProgress& progress) { told_(mine_, progress); };
  }
  Job(const Job&) = delete;

  void be_quiet() { options_.notes = {}; }

  /// Until nothing is left that nobody has.
  void run() {
    const auto run_one = [this](const Scenario& part, const StudyOptions& options) { run(part, options); };
    do {
      run_one(scenario_, options_);
      for (const Scenario* study : studies_of(scenario_)) each_switched(*study, options_, 0, 0, run_one);
    } while (store_.begun() > 0 && !stopped_);
  }

  Timings timings;

private:
  void run(const Scenario& part, const StudyOptions& options) {
    if (stopped_) return;
    mine_ = {};
    try {
      run_points(part, options, {}, Holds::nothing);
    } catch (const StopStudy&) {
      stopped_ = true;
    } catch (const BadRequest&) {
      throw;
    } catch (const std::exception&) {  // told by whoever comes to what is missing
    }
  }

  const Scenario& scenario_;
  TogetherTold& told_;
  StoreOfJob store_;
  StudyOptions options_;
  TogetherTold::OfJob mine_;
  bool stopped_ = false;
};

int units_left(const Scenario& scenario, const UnitStore& store, const IsMine& is_mine) {
  const auto is_left = [&](const UnitName& unit) {
    return store.wants(unit) && !store.has(unit) && (!is_mine || is_mine(unit));
  };
  return static_cast<int>(std::ranges::count_if(UnitNames(store.names).all(scenario), is_left));
}

std::size_t points_a_job(const Scenario& scenario, int jobs) {
  const std::size_t points = studies_of(scenario).size();
  const std::size_t shares = (static_cast<std::size_t>(jobs) + scenario.replicates - 1) / scenario.replicates;
  return (points + shares - 1) / shares;
}

}  // namespace

void run_beside(const Scenario& scenario, const StudyOptions& options, int most, const IsMine& is_mine) {
  GRAPEVINE_EXPECTS(most >= 1 && options.units != nullptr);
  Claims claims(*options.units, is_mine);
  TogetherTold told(scenario, options);
  SharedGraphs graphs;
  const int jobs = std::clamp(units_left(scenario, *options.units, is_mine), 1, most);
  StudyOptions each = options;
  each.arms = most / jobs;
  std::vector<std::unique_ptr<Job>> all;
  for (int job = 0; job < jobs; ++job) {
    all.push_back(std::make_unique<Job>(scenario, each, claims, told, graphs, points_a_job(scenario, jobs)));
    if (job > 0) all.back()->be_quiet();
  }
  std::vector<std::exception_ptr> failures(all.size());
  std::optional<Unwatched> waits(std::in_place);
  const int threads = thread_count();
  std::vector<std::thread> running;
  for (std::size_t job = 0; job < all.size(); ++job)
    running.emplace_back([&, job] {
      const Timed timed(&all[job]->timings);
      try {
        if (job > 0) told.wait_for_first();
        if (job == 1) set_thread_count(std::max(1, threads / jobs));  // the first had them all until now
        all[job]->run();
        told.first_is_done();
      } catch (const OtherJobFailed&) {
      } catch (...) {
        failures[job] = std::current_exception();
        told.fail();
      }
    });
  for (std::thread& thread : running) thread.join();
  set_thread_count(threads);
  waits.reset();
  if (Timings* const mine = Timings::of_this_thread())
    for (const std::unique_ptr<Job>& job : all) mine->take_in(job->timings);
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

namespace {

/// What a store has, to be looked at: it has it again afterwards, and nothing is run.
class LookedAt final : public UnitStore {
public:
  LookedAt(UnitStore& store, const std::function<void(Unit)>& give_back) : store_(store), give_back_(give_back) {
    names = store.names;
  }
  ~LookedAt() override {
    for (Unit& unit : taken_) give_back_(std::move(unit));
  }
  LookedAt(const LookedAt&) = delete;

  bool has(const UnitName& unit) const override { return store_.has(unit); }
  std::optional<Unit> take(const UnitName& name) override {
    std::optional<Unit> unit = store_.take(name);
    if (unit) taken_.push_back(*unit);
    return unit;
  }
  bool begins(const UnitName&) override { return false; }
  void keep(const UnitView&) override { GRAPEVINE_EXPECTS(!"a unit that was only looked at"); }

private:
  UnitStore& store_;
  const std::function<void(Unit)>& give_back_;
  std::vector<Unit> taken_;
};

/// Whether the study, of which that many replicates are there, would end with them.
bool ends_at(std::size_t look, const Scenario& scenario, UnitStore& store, const std::function<void(Unit)>& give_back) {
  LookedAt looked_at(store, give_back);
  const Enough narrow = narrow_enough(scenario);
  bool ends = false;
  StudyOptions looking;
  looking.units = &looked_at;
  run_points(scenario, looking, [&](const std::vector<StudyResult>& points, std::uint32_t complete) {
    ends = complete == look && narrow(points, complete);
    return complete >= look;
  });
  return ends;
}

}  // namespace

void run_beside_to_looks(const Scenario& scenario, const StudyOptions& options, int jobs,
                         const std::function<void(Unit)>& give_back) {
  UnitStore& store = *options.units;
  std::set<std::string> own;  // without those with switches off, which are run for the replicates that it ends with
  for (const Scenario* study : studies_of(scenario)) own.insert(store.names.of(*study, 0).runs);
  for (const std::size_t look : looks_until(scenario.replicates)) {
    run_beside(scenario, options, jobs,
               [&](const UnitName& unit) { return unit.replicate < look && own.contains(unit.runs); });
    for (const std::string& runs : own)
      for (std::uint32_t replicate = 0; replicate < look; ++replicate)
        if (!store.has({runs, replicate})) return;
    if (look < scenario.replicates && !ends_at(look, scenario, store, give_back)) continue;
    return run_beside(scenario, options, jobs, [&](const UnitName& unit) { return unit.replicate < look; });
  }
}

}  // namespace grapevine
