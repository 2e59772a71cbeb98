#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include "graph/base/parallel.hpp"
#include "graph/generators/configuration.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/independent_cascade.hpp"
#include "sim/diffusion/many_cascades.hpp"

/// How long do a billion cascades take on a network of 25 million, with the shape of each? The experiment of Goel et
/// al. 2016: follower counts fall as K^-2.3, one adopter brings about 0.35 adoptions.
namespace grapevine {
namespace {

constexpr double adoptions = 0.35;

const FollowGraph& scale_free_25_million() {
  static const FollowGraph graph = [] {
    const StreamKey key(1, Stream::graph, 0);
    ConfigurationParameters p;
    p.users = 25'000'000;
    p.mean_followees = 2.7081;
    p.exponent = 2.3;
    p.most_followers = 1'000'000;
    p.followees_exponent = 6.0;
    p.most_followees = 1'000;
    return configuration(power_law_sequences(p, key), key);
  }();
  return graph;
}

const Audience& audience() {
  static const Audience audience(scale_free_25_million());
  return audience;
}

double probability() {
  return adoptions / (static_cast<double>(audience().follow_count()) / static_cast<double>(audience().user_count()));
}

ManyCascadesParameters first_cascades(std::uint64_t cascades) {
  ManyCascadesParameters p;
  p.stream = StreamKey(1, Stream::dynamics, 0).key(Draw::contagion);
  p.cascades = cascades;
  return p;
}

/// The same from the kernel that runs one cascade after another.
bool are_sound(TrialSampling sampling) {
  const ManyCascadesParameters slice = first_cascades(200'000);
  const ManyCascades together = spread_many_independent(audience(), probability(), sampling, slice);
  const Chances chances = Chances::uniform(probability());
  const ManyCascades alone = spread_many(
      audience().graph(), slice, [&] { return std::make_unique<IndependentCascade>(audience(), chances, sampling); });
  return together.tally == alone.tally && together.event_hash == alone.event_hash;
}

template <class Spread>
void spread(benchmark::State& bench, Spread&& spread_cascades) {
  const auto cascades = static_cast<std::uint64_t>(bench.range(0));
  const auto threads = static_cast<int>(bench.range(1));
  double adopters = 0;
  for (auto _ : bench) {
    const ManyCascades many = with_threads(threads, [&] { return spread_cascades(first_cascades(cascades)); });
    if (many.tally.cascades() != cascades) bench.SkipWithError("cascades are missing");
    for (const CascadeSizeRow& row : many.tally.shapes().sizes) adopters += static_cast<double>(row.adopters);
  }
  const double all = static_cast<double>(cascades) * static_cast<double>(bench.iterations());
  bench.counters["cascades/s"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
  bench.counters["adopters"] = adopters / all;
}

void independent_skip(benchmark::State& bench) {
  static const bool sound = are_sound(TrialSampling::skip);
  if (!sound) bench.SkipWithError("not the cascades that run alone");
  spread(bench, [](const ManyCascadesParameters& p) {
    return spread_many_independent(audience(), probability(), TrialSampling::skip, p);
  });
}
BENCHMARK(independent_skip)
    ->ArgNames({"cascades", "threads"})
    ->Args({10'000'000, 1})
    ->Args({10'000'000, 2})
    ->Args({100'000'000, 2})
    ->Args({1'000'000'000, 2})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void independent_coins(benchmark::State& bench) {
  static const bool sound = are_sound(TrialSampling::coins);
  if (!sound) bench.SkipWithError("not the cascades that run alone");
  spread(bench, [](const ManyCascadesParameters& p) {
    return spread_many_independent(audience(), probability(), TrialSampling::coins, p);
  });
}
BENCHMARK(independent_coins)
    ->ArgNames({"cascades", "threads"})
    ->Args({10'000'000, 2})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void branching(benchmark::State& bench) {
  spread(bench,
         [](const ManyCascadesParameters& p) { return spread_many_branching(audience().graph(), probability(), p); });
}
BENCHMARK(branching)
    ->ArgNames({"cascades", "threads"})
    ->Args({10'000'000, 2})
    ->Args({100'000'000, 2})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
