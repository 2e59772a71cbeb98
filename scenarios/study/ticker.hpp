#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "scenarios/study/study.hpp"
#include "scenarios/study/switches.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

/// Work that an arm under a classic model counts for.
inline constexpr std::uint64_t classic_work = 1000;

/// Counts a study's work and tells its listener, one at a time.
class Ticker {
public:
  Ticker(const Scenario& scenario, const StudyOptions& options) : options_(options) {
    progress_.replicates = scenario.replicates;
    progress_.work = wanted_work_of(scenario, options) + switched_work_of(scenario, options);
    progress_.in_ticks = true;
    for (const Scenario* study : studies_of(scenario))
      progress_.in_ticks = progress_.in_ticks && runs_of(*study, is_classic) == 0;
  }

  /// So much of the work is there already.
  void take(std::uint64_t work) {
    const std::lock_guard lock(mutex_);
    progress_.done += work;
    progress_.taken += work;
    tell();
  }
  /// ... of what is told as done next.
  void goes_on(std::uint64_t work) {
    const std::lock_guard lock(mutex_);
    progress_.taken += work;
  }

  /// What has been told of one run.
  struct Run {
    std::uint64_t done = 0;
  };
  /// A run, or something else that has no work, begins.
  void start(std::uint32_t replicate, std::string doing) {
    const std::lock_guard lock(mutex_);
    progress_.replicate = replicate;
    progress_.doing = std::move(doing);
    tell();
  }
  void done(Run& run, std::uint64_t since_start) {
    const std::lock_guard lock(mutex_);
    progress_.done += since_start - run.done;
    run.done = since_start;
    tell();
  }

  /// Nothing is done yet, but the listener may stop the study.
  std::function<void()> alive() {
    return [this] {
      const std::lock_guard lock(mutex_);
      tell();
    };
  }

  ShareHook share_hook() {
    return [this, run = Run{}](double share) mutable { done(run, static_cast<std::uint64_t>(share * classic_work)); };
  }

private:
  void tell() const {
    if (options_.progress) options_.progress(progress_);
  }

  const StudyOptions& options_;
  std::mutex mutex_;  ///< of what follows, for runs may go on beside each other
  StudyProgress progress_;
};

}  // namespace grapevine
