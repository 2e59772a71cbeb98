#include "graph/base/timing.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "graph/base/parallel.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Sleeps for so long or longer; says how long.
double sleep_for_ms(int milliseconds) {
  const double since = now();
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return now() - since;
}

std::map<std::string, PhaseSeconds> by_name(const std::vector<PhaseSeconds>& phases) {
  std::map<std::string, PhaseSeconds> named;
  for (const PhaseSeconds& phase : phases) CHECK(named.emplace(phase.name, phase).second);
  return named;
}

/// The clock counts whole nanoseconds, and sums of a few hundred of them are told as doubles.
constexpr double rounding = 1e-6;

}  // namespace

TEST_CASE("what a phase does alone and in loops adds up to its time by another clock", "[base][timing]") {
  const int threads = GENERATE(1, 2, 3);
  const double begin = now();
  Timings timings;
  const Timed timed(&timings);
  const double began = now();
  double alone = 0, loop = 0;
  std::vector<double> slept(6);
  {
    const Phase phase("work");
    alone = sleep_for_ms(5);
    const double since = now();
    with_threads(threads, [&] {
      parallel_for(
          6, [&](std::size_t i) { slept[i] = sleep_for_ms(3); }, 1);
    });
    loop = now() - since;
  }
  const double ended = now();
  const std::vector<PhaseSeconds> phases = timings.phases();
  const double end = now();
  const auto named = by_name(phases);
  REQUIRE(phases.size() == 2);
  const PhaseSeconds work = named.at("work");
  double busy = 0;
  for (const double sleep : slept) busy += sleep;
  CHECK(work.serial >= alone - rounding);
  CHECK(work.serial <= ended - began - busy / threads + rounding);
  CHECK(work.parallel >= busy / threads - rounding);
  CHECK(work.parallel <= loop + rounding);
  CHECK(work.busy >= busy - rounding);
  CHECK(work.busy <= threads * work.parallel + rounding);
  const double all = named.at("").clock() + work.clock();
  CHECK(all >= ended - began - rounding);
  CHECK(all <= end - begin + rounding);
}

TEST_CASE("the serial share is what one thread works of what all work, idle threads counting for nothing",
          "[base][timing]") {
  CHECK(serial_share({}) == 0.0);
  CHECK(serial_share({{"", 0.0, 0.0, 0.0}}) == 0.0);
  CHECK(serial_share({{"", 1.0, 0.0, 0.0}, {"a", 0.0, 2.0, 3.0}}) == 0.25);  // four threads would be busy for 8 s
  CHECK(serial_share({{"", 1.0, 2.0, 3.0}, {"a", 2.0, 1.0, 2.0}, {"a/b", 1.0, 2.0, 3.0}}) == 4.0 / 12.0);
}

TEST_CASE("phases are told in the order in which they begin, each behind those around it, and once", "[base][timing]") {
  Timings timings;
  {
    const Timed timed(&timings);
    for (int tick = 0; tick < 3; ++tick) {
      const Phase run("run");
      Phase phase("first");
      phase.becomes("second");
      const Phase inner("first"), untold("untold", false);
    }
    try {
      const Phase phase("broken");
      with_threads(2, [&] {
        parallel_for(
            10,
            [](std::size_t i) {
              if (i == 7) throw BadRequest("seven");
            },
            1);
      });
    } catch (const BadRequest&) {
      const Phase phase("after");  // not within what was broken off
    }
  }
  const Phase nobodys("nobody's");
  std::vector<std::string> names;
  for (const PhaseSeconds& phase : timings.phases()) names.push_back(phase.name);
  CHECK(names == std::vector<std::string>{"", "run", "run/first", "run/second", "run/second/first", "broken", "after"});
}

TEST_CASE("a loop of one block is serial, loops and phases inside of a loop are a part of it", "[base][timing]") {
  Timings timings;
  const Timed timed(&timings);
  const int threads = GENERATE(1, 2);
  with_threads(threads, [&] {
    parallel_for(5, [](std::size_t) { sleep_for_ms(1); });
    {
      const Phase phase("loop");
      parallel_for(
          4,
          [](std::size_t) {
            const Phase inner("inner");
            parallel_for(
                2, [](std::size_t) { sleep_for_ms(1); }, 1);
          },
          1);
    }
  });
  const auto named = by_name(timings.phases());
  CHECK(named.size() == 2);
  CHECK(named.at("").serial >= 0.005);
  CHECK(named.at("").parallel == 0.0);
  CHECK(named.at("loop").parallel >= 0.008 / threads);
  CHECK(named.at("loop").busy >= 0.008);
}

TEST_CASE("of parts that run side by side the first is timed", "[base][timing]") {
  Timings timings;
  const Timed timed(&timings);
  run_parts(3, [](Exchange& exchange) {
    const Phase phase(exchange.part() == 0 ? "first" : "others");
    exchange.gather(std::vector<int>{1});
  });
  const auto named = by_name(timings.phases());
  CHECK(named.contains("first"));
  CHECK_FALSE(named.contains("others"));
}
