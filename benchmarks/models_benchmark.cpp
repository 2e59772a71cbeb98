#include <benchmark/benchmark.h>

#include <algorithm>

#include "graph/generators/barabasi_albert.hpp"
#include "graph/generators/chung_lu.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/directed_scale_free.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/r_mat.hpp"
#include "graph/generators/randomised.hpp"
#include "graph/generators/stochastic_block.hpp"
#include "graph/generators/watts_strogatz.hpp"

/// What does a graph of the literature's models cost? The goal is the configuration model's: 1 M users with 50 M
/// follows, all degrees exact.
namespace grapevine {
namespace {

constexpr std::size_t million = 1'000'000;

ConfigurationParameters million_of_fifty() {
  ConfigurationParameters p;
  p.users = million;
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

/// The others at 1 M users and about 20 M follows, from parameters to a finished graph. `least` and `most` bound the
/// follows that are sound.
template <class Make>
void model(benchmark::State& bench, Make make, double least, double most) {
  double follows = 0;
  std::uint32_t seed = 0;
  for (auto _ : bench) {
    const FollowGraph graph = make(StreamKey(++seed, Stream::graph, 0));
    const double made = static_cast<double>(graph.follow_count());
    follows += made;
    if (graph.user_count() != million || made < least * 1e6 || made > most * 1e6)
      bench.SkipWithError("another number of follows");
  }
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
}

FollowGraph make_power_law(const StreamKey& key) { return power_law({.users = million, .mean_followees = 20}, key); }
FollowGraph make_chung_lu(const StreamKey& key) { return chung_lu({.users = million, .mean_followees = 20}, key); }
FollowGraph make_erdos_renyi(const StreamKey& key) { return erdos_renyi(million, 20, key); }
FollowGraph make_barabasi_albert(const StreamKey& key) { return barabasi_albert(million, 20, key); }
FollowGraph make_directed_scale_free(const StreamKey& key) {
  return directed_scale_free({.users = million, .alpha = 0.02, .gamma = 0.03, .delta_in = 20, .delta_out = 20}, key);
}
FollowGraph make_watts_strogatz(const StreamKey& key) { return watts_strogatz(million, 20, 0.1, key); }
FollowGraph make_stochastic_block(const StreamKey& key) {
  return stochastic_block({{500'000, 500'000}, {{3e-5, 1e-5}, {1e-5, 3e-5}}}, key).graph;
}
FollowGraph make_r_mat(const StreamKey& key) { return r_mat({.users = million, .mean_followees = 20}, key); }
FollowGraph make_configuration(const StreamKey& key) {
  ConfigurationParameters p = million_of_fifty();
  p.mean_followees = 20;
  return configuration(power_law_sequences(p, key), key);
}

#define MODEL(name, least, most) \
  BENCHMARK_CAPTURE(model, name, make_##name, least, most)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond)
MODEL(configuration, 20, 20);
MODEL(power_law, 18, 20.5);
MODEL(chung_lu, 18, 20.5);
MODEL(erdos_renyi, 19.9, 20.1);
MODEL(barabasi_albert, 19.99, 20);
MODEL(directed_scale_free, 18, 20.2);
MODEL(watts_strogatz, 20, 20);
MODEL(stochastic_block, 19.9, 20.1);
MODEL(r_mat, 15, 20);

/// One swap tried for each follow of 1 M users with 20 M follows; counted are swaps tried.
void randomisation(benchmark::State& bench) {
  const FollowGraph graph = make_configuration(StreamKey(1, Stream::graph, 0));
  std::uint32_t seed = 0;
  for (auto _ : bench) {
    const FollowGraph mixed = randomised(graph, 1.0, StreamKey(++seed, Stream::graph, 0));
    if (!std::ranges::equal(mixed.follower_counts(), graph.follower_counts()))
      bench.SkipWithError("a degree has changed");
  }
  bench.counters["swaps/s"] =
      benchmark::Counter(static_cast<double>(graph.follow_count()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(randomisation)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
