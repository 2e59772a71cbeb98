#include <benchmark/benchmark.h>

#include <algorithm>

#include "graph/base/parallel.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/power_law.hpp"

/// What does a graph of the literature's models cost? The goal is the configuration model's: 1 M users with 50 M follows, all degrees
/// exact.
namespace grapevine {
namespace {

ConfigurationParameters million_of_fifty() {
  ConfigurationParameters p;
  p.users = 1'000'000;
  p.mean_followees = 50;
  p.most_followers = 50'000;
  p.most_followees = 5'000;
  return p;
}

bool has_degrees(const FollowGraph& graph, const DegreeSequences& degrees) {
  if (!std::ranges::equal(graph.follower_counts(), degrees.followers)) return false;
  for (std::uint32_t u = 0; u < degrees.user_count(); ++u)
    if (graph.followees(UserId(u)).size() != degrees.followees[u]) return false;
  return true;
}

/// From parameters to a finished graph, mutual follows marked.
void configuration_graph(benchmark::State& bench) {
  double follows = 0;
  std::uint32_t seed = 0;
  for (auto _ : bench) {
    const StreamKey key(++seed, Stream::graph, 0);
    const DegreeSequences degrees = power_law_sequences(million_of_fifty(), key);
    const FollowGraph graph = configuration(degrees, key);
    follows += static_cast<double>(graph.follow_count());
    bench.PauseTiming();
    if (!has_degrees(graph, degrees)) bench.SkipWithError("a degree is not met");  // fast and wrong is no result
    bench.ResumeTiming();
  }
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
}
BENCHMARK(configuration_graph)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

/// To sorted rows only: what the bare kernel does.
void configuration_to_rows(benchmark::State& bench) {
  double follows = 0;
  std::uint32_t seed = 0;
  for (auto _ : bench) {
    const StreamKey key(++seed, Stream::graph, 0);
    const Rows rows = configuration_rows(power_law_sequences(million_of_fifty(), key), key);
    follows += static_cast<double>(rows.users.size());
  }
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
}
BENCHMARK(configuration_to_rows)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void power_law_graph(benchmark::State& bench) {
  PowerLawParameters p;
  p.users = 1'000'000;
  p.mean_followees = 50;
  double follows = 0;
  std::uint32_t seed = 0;
  for (auto _ : bench) follows += static_cast<double>(power_law(p, StreamKey(++seed, Stream::graph, 0)).follow_count());
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
}
BENCHMARK(power_law_graph)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
