#include "scenarios/study/beside.hpp"

#include <algorithm>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

Beside::Beside(int most) : most_(most) { GRAPEVINE_EXPECTS(most >= 1); }

Beside::~Beside() { end(); }

void Beside::end() noexcept {
  {
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  join();
  begun_.clear();
}

int Beside::share() const { return std::max(1, thread_count() / most_); }

void Beside::begin(std::function<void()> run) {
  if (one_by_one()) return run();
  Run* mine = nullptr;
  {
    const Unwatched waits;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_ < most_; });
    if (failed_) return;
    ++running_;
    mine = &begun_.emplace_back();
  }
  try {
    mine->thread = std::thread([this, mine, threads = share(), run = std::move(run)] { go(*mine, threads, run); });
  } catch (...) {  // the system has no more threads
    const std::lock_guard lock(mutex_);
    begun_.pop_back();
    --running_;
    throw;
  }
}

void Beside::go(Run& mine, int threads, const std::function<void()>& run) {
  std::exception_ptr failure;
  try {
    const Timed timed(&mine.timings);
    const ThreadsHere here(threads);
    run();
  } catch (const OtherFailed&) {
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  mine.failure = failure;
  failed_ = failed_ || failure;
  --running_;
  changed_.notify_all();
}

void Beside::join() {
  const Unwatched waits;
  for (Run& run : begun_) run.thread.join();
}

void Beside::wait() {
  join();
  std::list<Run> done = std::exchange(begun_, {});
  if (Timings* const mine = Timings::of_this_thread())
    for (Run& run : done) mine->take_in(run.timings);
  for (const Run& run : done)
    if (run.failure) std::rethrow_exception(run.failure);
}

bool Beside::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

int Beside::threads() const {
  const std::lock_guard lock(mutex_);
  return running_ > 0 ? share() : thread_count();
}

}  // namespace grapevine
