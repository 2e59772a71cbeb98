#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "graph/base/parallel.hpp"
#include "graph/generators/platform.hpp"
#include "graph/generators/power_law.hpp"

/// How long does a graph of true size take, and how much memory beside the graph itself? The sizes are those of the
/// goals: 1 M users with 50 M follows, 10 M with 500 M, and Twitter of 2009 with 41.7 M and 1.47 G. One graph an
/// iteration, each of another seed.
namespace grapevine {
namespace {

double gigabytes_at_most() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);
}

void platform_graph(benchmark::State& bench) {
  PlatformParameters p;
  p.users = static_cast<std::size_t>(bench.range(0));
  p.mean_followees = static_cast<double>(bench.range(1)) / 10.0;
  p.planted = {{.followers = p.users / 5}, {.followers = p.users / 10}, {.followers = 3'000}};
  double follows = 0;
  std::uint32_t seed = 0;
  for (auto _ : bench) {
    const PlatformGraph made = platform(p, StreamKey(++seed, Stream::graph, 0));
    follows += static_cast<double>(made.graph.follow_count());
    for (std::size_t i = 0; i < p.planted.size(); ++i)  // fast and wrong is no result
      if (made.graph.follower_count(made.planted[i]) != p.planted[i].followers)
        bench.SkipWithError("a planted account has another number of followers");
    const double mean = static_cast<double>(made.graph.follow_count()) / static_cast<double>(p.users);
    if (std::abs(mean / p.mean_followees - 1) > 0.02)
      bench.SkipWithError("the mean number of followees is off by more than 2 %");
  }
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
  bench.counters["peak_GiB"] = gigabytes_at_most();  // of the process so far: run one size at a time
}
BENCHMARK(platform_graph)
    ->ArgNames({"users", "tenths_of_followees"})
    ->Args({1'000'000, 500})
    ->Args({10'000'000, 500})
    ->Args({41'700'000, 353})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// The yardstick beside it: heavy-tailed counts and nothing else.
void power_law_graph(benchmark::State& bench) {
  PowerLawParameters p;
  p.users = static_cast<std::size_t>(bench.range(0));
  p.mean_followees = 50;
  double follows = 0;
  std::uint32_t seed = 0;
  for (auto _ : bench) follows += static_cast<double>(power_law(p, StreamKey(++seed, Stream::graph, 0)).follow_count());
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
}
BENCHMARK(power_law_graph)->Arg(1'000'000)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
