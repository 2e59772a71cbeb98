#include "graph/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "graph/base/error.hpp"
#include "graph/base/timing.hpp"

#if !defined(GRAPEVINE_STD_THREADS)
#include <omp.h>
#endif

namespace grapevine {

namespace {

int default_threads() {
#if defined(GRAPEVINE_STD_THREADS)
  const unsigned n = std::thread::hardware_concurrency();
  return n > 0 ? static_cast<int>(n) : 1;
#else
  return omp_get_max_threads();  // honours OMP_NUM_THREADS and the processor mask
#endif
}

std::atomic<int>& threads_setting() {
  static std::atomic<int> threads{default_threads()};
  return threads;
}

/// What this thread uses instead; 0: nothing else.
thread_local int threads_here = 0;

constexpr int outside = -1;
/// The worker of the loop that this thread is inside of. A loop inside it runs here, under the same number: no other
/// thread has it meanwhile.
thread_local int current_worker = outside;

/// Keeps the exception of the lowest block. Blocks above it need not run any more; blocks below it must, for one of
/// them may throw too.
class FirstException {
public:
  bool wanted(std::size_t block) const { return block < lowest_.load(std::memory_order_relaxed); }

  void keep(std::size_t block, std::exception_ptr exception) {
    const std::lock_guard lock(mutex_);
    if (block >= lowest_.load(std::memory_order_relaxed)) return;
    lowest_.store(block, std::memory_order_relaxed);
    exception_ = std::move(exception);
  }

  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

private:
  std::atomic<std::size_t> lowest_{SIZE_MAX};
  std::mutex mutex_;
  std::exception_ptr exception_;
};

}  // namespace

void set_thread_count(int threads) {
  GRAPEVINE_EXPECTS(threads >= 1);
  threads_setting().store(threads);
}

int thread_count() { return threads_here > 0 ? threads_here : threads_setting().load(); }

ThreadsHere::ThreadsHere(int threads) : before_(threads_here) {
  GRAPEVINE_EXPECTS(threads >= 1);
  threads_here = threads;
}

ThreadsHere::~ThreadsHere() { threads_here = before_; }

void detail::run_blocks(std::size_t blocks, void (*run)(void*, std::size_t, int), void* body) {
  const int threads = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(thread_count()), blocks));
  const auto one_by_one = [&] {
    for (std::size_t block = 0; block < blocks; ++block) run(body, block, std::max(current_worker, 0));
  };
  if (blocks <= 1 || current_worker != outside) return one_by_one();
  LoopTime time;
  if (threads <= 1) {
    const std::int64_t since = time.since();
    one_by_one();
    return time.worked(since);
  }
  FirstException first;
  std::atomic<std::size_t> next{0};
  const auto work = [&](int worker) {
    const std::int64_t since = time.since();
    current_worker = worker;
    for (std::size_t block; (block = next.fetch_add(1, std::memory_order_relaxed)) < blocks;) {
      if (!first.wanted(block)) continue;
      try {
        run(body, block, worker);
      } catch (...) {
        first.keep(block, std::current_exception());
      }
    }
    current_worker = outside;
    time.worked(since);
  };
#if defined(GRAPEVINE_STD_THREADS)
  std::vector<std::thread> team;
  team.reserve(static_cast<std::size_t>(threads - 1));
  for (int worker = 1; worker < threads; ++worker) team.emplace_back(work, worker);
  work(0);
  for (std::thread& thread : team) thread.join();
#else
#pragma omp parallel num_threads(threads)
  work(omp_get_thread_num());
#endif
  first.rethrow();
}

}  // namespace grapevine
