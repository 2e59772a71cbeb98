#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "scenarios/study/study.hpp"

namespace grapevine {

enum class ProgressForm {
  none,
  line,  ///< one line that is written over, ten times a second at most, cut to the terminal's width
  log,   ///< a plain line with the clock, after five seconds and then ever more rarely, as the work gets long: for a
         ///< file
};

/// `line` where `out` is a terminal, else `log`.
ProgressForm progress_form_for(std::FILE* out);

/// Tells on `out` how far a study is, how fast, and how long it will still take.
class ProgressReport {
public:
  using Clock = std::chrono::steady_clock;

  ProgressReport(std::FILE* out, ProgressForm form) : out_(out), form_(form) {}
  ~ProgressReport();
  ProgressReport(const ProgressReport&) = delete;
  ProgressReport& operator=(const ProgressReport&) = delete;

  void operator()(const StudyProgress& progress);

  /// "replicate 3 of 10, many-small: 41 %, 1 234 ticks/s, 12 s left", given the seconds since the first tick.
  static std::string sentence(const StudyProgress& progress, double seconds);

  /// Seconds until the next line of a log, `seconds` after the first: a twentieth of them, 5 at least, 600 at most.
  static double pause(double seconds);

private:
  std::FILE* out_;
  ProgressForm form_;
  Clock::time_point first_ = Clock::now();
  Clock::time_point last_ = {};
  std::size_t written_ = 0;  ///< columns of the line that stands on the terminal
};

}  // namespace grapevine
