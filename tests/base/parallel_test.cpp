#include "graph/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// Terms of every size and sign, so that any other order of addition changes the sum's last bits.
double rough_term(std::size_t i) {
  const std::uint64_t bits = nested_mix(1, 0, i);
  return (uniform(bits) - 0.5) * std::ldexp(1.0, static_cast<int>(bits % 60));
}

/// The definition of parallel_sum, written down slowly: sums of 4096 terms in order, joined in neighbouring pairs,
/// those again in pairs, a last one without a partner as it is.
double slow_sum(std::size_t n) {
  std::vector<double> level;
  for (std::size_t i = 0; i < n; ++i) {
    if (i % 4'096 == 0) level.push_back(0.0);
    level.back() += rough_term(i);
  }
  while (level.size() > 1) {
    std::vector<double> pairs;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) pairs.push_back(level[i] + level[i + 1]);
    if (level.size() % 2 == 1) pairs.push_back(level.back());
    level = pairs;
  }
  return level.empty() ? 0.0 : level.front();
}

const std::vector<std::size_t> lengths{0, 1, 2, 4'095, 4'096, 4'097, 8'192, 20'481, 100'000};

}  // namespace

TEST_CASE("parallel_for visits every index once with any number of threads", "[base][parallel]") {
  const int threads = GENERATE(1, 2, 3, 8);
  for (const std::size_t n : lengths)
    for (const std::size_t block_size : {std::size_t{1}, std::size_t{7}, default_block}) {
      if (n / block_size > 20'481) continue;
      std::vector<int> visits(n, 0);
      with_threads(threads, [&] {
        parallel_for(
            n, [&](std::size_t i) { ++visits[i]; }, block_size);
      });
      CHECK(visits == std::vector<int>(n, 1));
    }
}

TEST_CASE("parallel_blocks hands out consecutive ranges of the block size, the last one shorter", "[base][parallel]") {
  const int threads = GENERATE(1, 2, 3, 8);
  struct Range {
    std::size_t begin, end;
    bool operator==(const Range&) const = default;
  };
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{99}, std::size_t{100}, std::size_t{101}}) {
    std::vector<Range> ranges((n + 9) / 10), expected;
    with_threads(threads, [&] {
      parallel_blocks(n, 10, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
        ranges[block] = {begin, end};
      });
    });
    for (std::size_t begin = 0; begin < n; begin += 10) expected.push_back({begin, std::min(n, begin + 10)});
    CHECK(ranges == expected);
  }
}

TEST_CASE("parallel_sum has the bits of its definition with any number of threads", "[base][parallel][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  for (const std::size_t n : lengths) {
    INFO(n << " terms, " << threads << " threads");
    CHECK(with_threads(threads, [&] { return parallel_sum(n, rough_term); }) == slow_sum(n));
  }
}

TEST_CASE("the terms of these sums notice the order of addition", "[base][parallel]") {
  // Otherwise the test above would pass for any order.
  double forwards = 0;
  for (std::size_t i = 0; i < 100'000; ++i) forwards += rough_term(i);
  CHECK(forwards != slow_sum(100'000));
}

TEST_CASE("parallel_sum adds integers exactly", "[base][parallel]") {
  const int threads = GENERATE(1, 2, 3, 8);
  CHECK(with_threads(threads, [] { return parallel_sum(100'001, [](std::size_t i) { return std::uint64_t{i}; }); }) ==
        100'000ull * 100'001ull / 2);
}

TEST_CASE("parallel_append keeps the order of the indices", "[base][parallel][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  for (const std::size_t n : lengths) {
    std::vector<std::uint64_t> expected;
    const auto append = [](std::size_t i, std::vector<std::uint64_t>& out) {
      for (std::uint64_t copy = 0; copy < mix(i) % 4; ++copy) out.push_back(i << 2 | copy);  // none to three each
    };
    for (std::size_t i = 0; i < n; ++i) append(i, expected);
    CHECK(with_threads(threads, [&] { return parallel_append<std::uint64_t>(n, append); }) == expected);
    CHECK(with_threads(threads, [&] { return parallel_append<std::uint64_t>(n, append, 100); }) == expected);
  }
}

TEST_CASE("the exception of the lowest index arrives with any number of threads", "[base][parallel]") {
  const int threads = GENERATE(1, 2, 3, 8);
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const std::size_t lowest = nested_mix(2, 0, trial) % 1'000;
    std::string message;
    try {
      with_threads(threads, [&] {
        parallel_for(
            1'000,
            [&](std::size_t i) {
              if (i == lowest) std::this_thread::yield();  // let the others fail first
              if (i == lowest || (i > lowest && mix(i ^ trial) % 3 == 0))
                throw std::runtime_error("index " + std::to_string(i));
            },
            1 + trial % 3);
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message == "index " + std::to_string(lowest));
  }
}

TEST_CASE("a loop runs in full after one that threw", "[base][parallel]") {
  const int threads = GENERATE(1, 2, 3, 8);
  with_threads(threads, [] {
    CHECK_THROWS_AS(parallel_for(
                        100, [](std::size_t) { throw std::runtime_error("every index"); }, 1),
                    std::runtime_error);
    std::atomic<int> visits{0};
    parallel_for(
        100, [&](std::size_t) { ++visits; }, 1);
    CHECK(visits == 100);
  });
}

TEST_CASE("a loop after another loop uses several threads again", "[base][parallel]") {
  for (int loop = 0; loop < 3; ++loop) {
    // Two blocks that wait for each other: they meet only when two threads run at a time.
    std::atomic<int> arrived{0}, met{0};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    with_threads(2, [&] {
      parallel_for(
          2,
          [&](std::size_t) {
            ++arrived;
            while (arrived < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
            if (arrived == 2) ++met;
          },
          1);
    });
    REQUIRE(met == 2);
  }
}

TEST_CASE("a loop inside a loop gives the same sums and the same exception", "[base][parallel][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  std::vector<double> sums(20);
  with_threads(threads, [&] {
    parallel_for(
        20, [&](std::size_t i) { sums[i] = parallel_sum(1'000 * i, rough_term); }, 1);
  });
  for (std::size_t i = 0; i < 20; ++i) CHECK(sums[i] == slow_sum(1'000 * i));
  const auto nested = [] {
    parallel_for(
        10,
        [](std::size_t i) {
          parallel_for(
              10,
              [i](std::size_t j) {
                if (i >= 3 && j >= 4) throw static_cast<int>(10 * i + j);
              },
              1);
        },
        1);
  };
  try {
    with_threads(threads, nested);
    FAIL("nothing was thrown");
  } catch (int index) {
    CHECK(index == 34);
  }
}

TEST_CASE("no two calls have the same worker number at a time, loops inside loops included", "[base][parallel]") {
  const int threads = GENERATE(1, 2, 3, 8);
  std::vector<std::atomic<int>> outer_calls(static_cast<std::size_t>(threads)),
      inner_calls(static_cast<std::size_t>(threads));
  std::atomic<int> shared{0}, outside{0};
  const auto enter = [&](std::vector<std::atomic<int>>& calls, int worker, auto&& body) {
    if (worker < 0 || worker >= threads) return void(++outside);
    std::atomic<int>& mine = calls[static_cast<std::size_t>(worker)];
    if (++mine != 1) ++shared;
    std::this_thread::yield();
    body();
    --mine;
  };
  with_threads(threads, [&] {
    parallel_blocks(300, 1, [&](std::size_t, std::size_t, std::size_t, int worker) {
      enter(outer_calls, worker, [&] {
        parallel_blocks(5, 1, [&](std::size_t, std::size_t, std::size_t, int inner) {
          enter(inner_calls, inner, [] { std::this_thread::yield(); });
        });
      });
    });
  });
  CHECK(shared == 0);
  CHECK(outside == 0);
}

TEST_CASE("with_threads restores the number of threads, also after an exception", "[base][parallel]") {
  const int before = thread_count();
  CHECK(before >= 1);
  CHECK(with_threads(5, [] { return thread_count(); }) == 5);
  CHECK(thread_count() == before);
  CHECK_THROWS_AS(with_threads(7, []() -> int { throw std::runtime_error("inside"); }), std::runtime_error);
  CHECK(thread_count() == before);
  with_threads(3, [] {
    with_threads(2, [] { CHECK(thread_count() == 2); });
    CHECK(thread_count() == 3);
  });
  CHECK(thread_count() == before);
}
