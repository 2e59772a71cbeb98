#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

/// Parallel loops whose results do not depend on the number of threads. OpenMP (or std::thread, see parallel.cpp) is
/// used here and nowhere else.
namespace grapevine {

/// Threads that parallel loops use from now on, 1 or more. The default is the number of processors the process may use.
void set_thread_count(int threads);
/// Those that a loop uses which begins here.
int thread_count();

/// While it lives, loops that this thread begins use so many threads, whatever others use.
class ThreadsHere {
public:
  explicit ThreadsHere(int threads);
  ~ThreadsHere();
  ThreadsHere(const ThreadsHere&) = delete;
  ThreadsHere& operator=(const ThreadsHere&) = delete;

private:
  int before_;
};

/// Runs `body` with `threads` threads and restores the number afterwards, also when `body` throws.
template <class Body>
decltype(auto) with_threads(int threads, Body&& body) {
  struct Restore {
    int before;
    ~Restore() { set_thread_count(before); }
  } restore{thread_count()};
  set_thread_count(threads);
  return std::forward<Body>(body)();
}

namespace detail {
/// Calls run(body, block, worker) for every block in 0 .. blocks-1, each once, in any order; `worker` is below
/// thread_count() and never shared by two calls at a time. If calls throw, the exception of the lowest block arrives,
/// whatever the number of threads; loops inside loops run on one thread.
void run_blocks(std::size_t blocks, void (*run)(void* body, std::size_t block, int worker), void* body);
}  // namespace detail

inline constexpr std::size_t default_block = 4096;

/// body(block, begin, end, worker) for consecutive ranges of `block_size` indices of 0 .. n-1. `worker` names a scratch
/// space that no other call uses meanwhile.
template <class Body>
void parallel_blocks(std::size_t n, std::size_t block_size, Body&& body) {
  struct Context {
    std::remove_reference_t<Body>* body;
    std::size_t n, block_size;
  } context{&body, n, block_size};
  detail::run_blocks((n + block_size - 1) / block_size,
                     [](void* raw, std::size_t block, int worker) {
                       auto& c = *static_cast<Context*>(raw);
                       const std::size_t begin = block * c.block_size;
                       const std::size_t end = begin + c.block_size < c.n ? begin + c.block_size : c.n;
                       (*c.body)(block, begin, end, worker);
                     },
                     &context);
}

/// body(i) for i in 0 .. n-1, in any order.
template <class Body>
void parallel_for(std::size_t n, Body&& body, std::size_t block_size = default_block) {
  parallel_blocks(n, block_size, [&](std::size_t, std::size_t begin, std::size_t end, int) {
    for (std::size_t i = begin; i < end; ++i) body(i);
  });
}

/// Sum of term(i) over 0 .. n-1: blocks of fixed size summed in order, blocks joined by a fixed pairwise tree. The same
/// bits for any number of threads.
template <class Term>
auto parallel_sum(std::size_t n, Term&& term) {
  using Value = std::decay_t<decltype(term(std::size_t{0}))>;
  std::vector<Value> sums((n + default_block - 1) / default_block);
  parallel_blocks(n, default_block, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
    Value sum{};
    for (std::size_t i = begin; i < end; ++i) sum += term(i);
    sums[block] = sum;
  });
  for (std::size_t width = 1; width < sums.size(); width *= 2)
    for (std::size_t i = 0; i + width < sums.size(); i += 2 * width) sums[i] += sums[i + width];
  return sums.empty() ? Value{} : sums.front();
}

/// What append(i, out) pushed to the vector `out` for i in 0 .. n-1, in the order of i, whatever the number of threads.
template <class T, class Append>
std::vector<T> parallel_append(std::size_t n, Append&& append, std::size_t block_size = default_block) {
  std::vector<std::vector<T>> parts((n + block_size - 1) / block_size);
  parallel_blocks(n, block_size, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
    for (std::size_t i = begin; i < end; ++i) append(i, parts[block]);
  });
  std::vector<std::size_t> offsets(parts.size() + 1, 0);
  for (std::size_t i = 0; i < parts.size(); ++i) offsets[i + 1] = offsets[i] + parts[i].size();
  std::vector<T> all(offsets.back());
  parallel_for(
      parts.size(),
      [&](std::size_t i) {
        std::move(parts[i].begin(), parts[i].end(), all.begin() + static_cast<std::ptrdiff_t>(offsets[i]));
      },
      1);
  return all;
}

/// Scatters without atomics: body(owns) runs once for each of some workers, and owns(id) is true for exactly one of
/// them, the same for all ids of a group of 2^group_bits (a cache line's worth of what is written). Every body streams
/// over all `work` items and writes those whose id it owns, so each target is written in the order of the items. Small
/// work stays with one worker.
template <class Body>
void parallel_by_owner(std::size_t work, unsigned group_bits, Body&& body) {
  const std::uint32_t owners = work < default_block ? 1 : static_cast<std::uint32_t>(thread_count());
  parallel_for(
      owners,
      [&](std::size_t owner) {
        body([=](std::uint32_t id) { return owners == 1 || (id >> group_bits) % owners == owner; });
      },
      1);
}

}  // namespace grapevine
