#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "scenarios/study/study.hpp"

/// How a user or a batch system stops the program, and what waits until it can go on.
namespace grapevine {

/// From now on the first signal only asks that work stop; the second one ends the process at once. All are heard that
/// people and batch systems send to end something.
void listen_to_signals();
/// While it lives the first signal ends the process at once: nothing that was made so far is worth keeping. What is
/// being written is removed.
class EndsAtOnce {
public:
  /// Throws StopStudy if a signal was heard before.
  EndsAtOnce();
  ~EndsAtOnce();
  EndsAtOnce(const EndsAtOnce&) = delete;
  EndsAtOnce& operator=(const EndsAtOnce&) = delete;
};
/// From that moment on the work is to stop as if a signal had been heard: the one by which systems tell that processor
/// time is up. A clock that is set otherwise meanwhile does not matter.
void stop_at(std::chrono::steady_clock::time_point moment);
/// The signal that was heard, or the end of the time; signal 0: neither.
StopStudy stop_asked();
/// Throws StopStudy if it was asked for.
void stop_if_asked();

/// Does it as soon as it can be done: a full disk, or a folder that is gone, may be mended. Tells once what fails, with
/// these words behind it, and throws StopStudy when a signal, another than before, ends the wait.
void once_possible(const std::function<void()>& write, std::string_view words);

}  // namespace grapevine
