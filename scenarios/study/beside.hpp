#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "graph/base/timing.hpp"

namespace grapevine {

/// Runs that go on beside each other, each in a thread of its own on its share of the threads.
class Beside {
public:
  /// `most`: at a time. With 1 each run is done where it is begun.
  explicit Beside(int most);
  ~Beside();
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  bool one_by_one() const { return most_ == 1; }

  /// Waits until there is room, and begins, unless a run has failed. What the run looks at lives until `wait` returns.
  void begin(std::function<void()> run);

  /// Waits for all that were begun, and throws what the first of them threw.
  void wait();

  /// Has all stop that still run, and waits for them; what they throw is dropped.
  void end() noexcept;

  /// Whether a run has thrown, so that the others may stop.
  bool failed() const;
  /// What a run throws that stops because another has thrown.
  struct OtherFailed {};

  /// Threads for what this thread does meanwhile.
  int threads() const;

private:
  struct Run {
    std::thread thread = {};
    Timings timings = {};
    std::exception_ptr failure = {};
  };

  int share() const;
  void go(Run& mine, int threads, const std::function<void()>& run);
  void join();

  const int most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  bool failed_ = false;
  std::list<Run> begun_;
};

}  // namespace grapevine
