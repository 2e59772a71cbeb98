#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "benchmarks/bare_kernel.hpp"
#include "graph/base/exchange.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "scenarios/reader/read_scenario.hpp"

/// How much does the whole tick cost beside the bare feed kernel under each ranking that has a name, with every rule
/// that it lays over the run? And under `window` memory with a thousand candidates a session? The worlds are those of
/// tick_benchmark.cpp, smaller, and users do whatever a published head asks for.
namespace grapevine {
namespace {

constexpr std::size_t users = 200'000, followees = 50;
constexpr std::array<std::string_view, 6> names{"weighted", "engagement-rate", "edgerank",
                                                "simsom",   "x-2023-04",       "x-2026-08"};

/// A day has 288 ticks, of which the window is half; a reader comes every 50 ticks on average.
Scenario scenario_of(std::string_view ranking, double posts_per_day, bool window_memory) {
  return read_scenario_text(
      "rankings_benchmark.toml",
      fmt::format(R"(
format = 1
title = "a ranking beside the bare kernel"
seed = 1
[time]
tick = "5min"
warmup = "12h"
measure = "300d"
followup = "12h"
[graph]
model = "erdos-renyi"
users = {}
mean_followees = {}
[population]
sessions = 5.76
session_spread = 0
posts = {}
post_spread = 0
patience = 20
[tiers]
names = ["few", "many"]
from = [0, 50]
[feed]
ranking = "{}"
window = "12h"
{}
[behaviour]
like = 0.073
reply = 0.005
reshare = 0.012
click = 0.02
profile_visit = 0.039
follow = 0.009
hide = 0.0005
report = 0.0001
)",
                  users, followees, posts_per_day, ranking, window_memory ? "memory = \"window\"" : ""),
      ".");
}

void beside_bare_kernel(benchmark::State& bench, const Scenario& scenario) {
  static Alone alone;
  static const Users no_ids;
  static const FollowGraph graph = with_threads(
      2, [] { return erdos_renyi(users, static_cast<double>(followees), StreamKey(1, Stream::graph, 0)); });
  const auto world = with_threads(2, [&] {
    auto made =
        std::make_unique<World>(graph, no_ids, scenario.world, scenario.arms.front().run, ReplicateStreams{}, alone);
    made->run_until(200);
    return made;
  });
  beside_bare_kernel(bench, *world, static_cast<int>(bench.range(1)));
}

/// As many posts as give some 136 candidates of followees a session where a session sees what is new.
void ranking_beside_bare_kernel(benchmark::State& bench) {
  const std::string_view name = names[static_cast<std::size_t>(bench.range(0))];
  bench.SetLabel(std::string(name));
  beside_bare_kernel(bench, scenario_of(name, 15.5, false));
}
/// As many as leave a thousand in the window that the reader has not looked at.
void window_memory_beside_bare_kernel(benchmark::State& bench) {
  beside_bare_kernel(bench, scenario_of(names[static_cast<std::size_t>(bench.range(0))], 41, true));
}
BENCHMARK(ranking_beside_bare_kernel)
    ->ArgsProduct({{0, 1, 2, 3, 4, 5}, {1, 2}})
    ->ArgNames({"ranking", "threads"})
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(window_memory_beside_bare_kernel)
    ->ArgsProduct({{0}, {1, 2}})
    ->ArgNames({"ranking", "threads"})
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
