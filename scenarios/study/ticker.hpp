#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "scenarios/result/draws.hpp"
#include "scenarios/study/study.hpp"
#include "scenarios/study/switches.hpp"
#include "sim/run/diffusion_run.hpp"
#include "sim/run/replicate.hpp"

namespace grapevine {

/// Work that an arm under a classic model counts for.
inline constexpr std::uint64_t classic_work = 1000;

/// Counts a study's work and tells its listener.
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
    progress_.done += work;
    progress_.taken += work;
    tell();
  }

  void start(std::uint32_t replicate, std::string doing) {
    before_ = progress_.done;
    progress_.replicate = replicate;
    progress_.doing = std::move(doing);
    tell();
  }

  TickHook hook() {
    return [this](Tick done) {
      progress_.done = before_ + done;
      tell();
    };
  }

  /// Nothing is done yet, but the listener may stop the study.
  std::function<void()> alive() {
    return [this] { tell(); };
  }

  ShareHook share_hook() {
    return [this](double done) {
      progress_.done = before_ + static_cast<std::uint64_t>(done * classic_work);
      tell();
    };
  }

private:
  void tell() const {
    if (options_.progress) options_.progress(progress_);
  }

  const StudyOptions& options_;
  StudyProgress progress_;
  std::uint64_t before_ = 0;
};

/// What is told of a run while it goes on.
std::string doing(const Scenario& scenario, const Arm& arm, std::uint32_t draw);

}  // namespace grapevine
