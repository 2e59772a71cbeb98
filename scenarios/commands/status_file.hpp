#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "scenarios/study/study.hpp"

namespace grapevine {

/// Tells scripts, in `status.json` beside the parts of a study, how far it is. Written as a whole every ten seconds at
/// most, after five at the earliest; that it cannot be written matters to nobody.
class StatusFile {
public:
  StatusFile(std::filesystem::path folder, std::string scenario)
      : folder_(std::move(folder)), scenario_(std::move(scenario)) {}

  /// `units_done` of `units`.
  void operator()(const StudyProgress& progress, std::uint64_t units_done, std::uint64_t units);
  /// Why the study stands still.
  void stopped(const std::string& why);

private:
  using Clock = std::chrono::steady_clock;

  void write(const std::string& state);

  std::filesystem::path folder_;
  std::string scenario_;
  StudyProgress progress_;
  std::uint64_t units_done_ = 0, units_ = 0;
  Clock::time_point begun_ = Clock::now(), next_ = begun_ + std::chrono::seconds(5);
};

}  // namespace grapevine
