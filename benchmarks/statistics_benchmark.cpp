#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <vector>

#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/components.hpp"
#include "graph/statistics/core_numbers.hpp"
#include "graph/statistics/page_rank.hpp"
#include "graph/statistics/spectral_radius.hpp"

/// How near to the memory's speed is a pass over all follows, and how long do a real graph's triangles take?
namespace grapevine {
namespace {

/// Uniform pairs, both ways: the graph on which the GAP benchmark's PageRank rate is stated.
const FollowGraph& uniform_both_ways() {
  static const FollowGraph graph = [] {
    constexpr std::size_t users = std::size_t{1} << 20;
    const std::uint64_t key = StreamKey(1, Stream::graph, 0).key(Draw::graph_pair);
    GraphBuilder builder(users);
    builder.reserve(2 * 16 * users);
    for (std::uint64_t i = 0; i < 16 * users; ++i) {
      const std::uint64_t bits = nested_mix(key, i, 0);
      const UserId u(static_cast<std::uint32_t>(bits % users)), v(static_cast<std::uint32_t>((bits >> 32) % users));
      builder.add(u, v);
      builder.add(v, u);
    }
    return builder.build();
  }();
  return graph;
}

void count_rate(benchmark::State& bench, double follows) {
  bench.counters["follows/s"] = benchmark::Counter(follows, benchmark::Counter::kIsRate);
}

/// The sum of the numbers of a row, in four sums, for each addition waits for the one before; what comes 32 places
/// later is asked for.
template <class Score>
Score row_sum(const RowsView& rows, std::size_t r, const Score* score) {
  constexpr std::uint64_t ahead = 32;
  const std::uint64_t end = rows.begin[r + 1],
                      safe = rows.users.size() - std::min<std::uint64_t>(rows.users.size(), ahead);
  Score sums[4] = {};
  std::uint64_t i = rows.begin[r];
  for (; i + 4 <= std::min(end, safe); i += 4)
    for (std::uint64_t j = 0; j < 4; ++j) {
      __builtin_prefetch(&score[rows.users[i + j + ahead].index()]);
      sums[j] += score[rows.users[i + j].index()];
    }
  for (; i < end; ++i) sums[0] += score[rows.users[i].index()];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The yardstick: the sum of a row's numbers for every row, nothing else.
template <class Score>
void bare_gather(benchmark::State& bench) {
  const RowsView rows = uniform_both_ways().rows();
  Array<Score> score(rows.count(), Score(1)), sum(rows.count());
  set_thread_count(static_cast<int>(bench.range(0)));
  for (auto _ : bench) {
    parallel_for(rows.count(), [&](std::size_t r) { sum[r] = row_sum(rows, r, score.data()); });
    benchmark::DoNotOptimize(sum.data());
  }
  if (std::accumulate(sum.begin(), sum.end(), 0.0) != static_cast<double>(rows.users.size()))
    bench.SkipWithError("wrong sums");
  count_rate(bench, static_cast<double>(rows.users.size()) * static_cast<double>(bench.iterations()));
}
BENCHMARK(bare_gather<float>)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(bare_gather<double>)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Twenty iterations.
void page_rank_uniform(benchmark::State& bench) {
  const FollowGraph& graph = uniform_both_ways();
  set_thread_count(static_cast<int>(bench.range(0)));
  PageRank found;
  for (auto _ : bench) found = page_rank(graph, {.tolerance = 0.0, .most_iterations = 20});
  const double sum = parallel_sum(found.rank.size(), [&](std::size_t u) { return found.rank[u]; });
  if (std::abs(sum - 1.0) > 1e-12) bench.SkipWithError("ranks do not add up to 1");
  count_rate(bench, 20.0 * static_cast<double>(graph.follow_count()) * static_cast<double>(bench.iterations()));
}
BENCHMARK(page_rank_uniform)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void radius_uniform(benchmark::State& bench) {
  const FollowGraph& graph = uniform_both_ways();
  set_thread_count(static_cast<int>(bench.range(0)));
  SpectralRadius found;
  for (auto _ : bench) found = spectral_radius(graph);
  if (found.high - found.low > 1e-6 * found.high) bench.SkipWithError("the bounds are too wide");
  bench.counters["iterations"] = found.iterations;
}
BENCHMARK(radius_uniform)->ArgName("threads")->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A million users who follow 20 at random, all in one weak component.
const FollowGraph& million_users() {
  static const FollowGraph graph = erdos_renyi(1'000'000, 20.0, StreamKey(1, Stream::graph, 0));
  return graph;
}

void cores_uniform(benchmark::State& bench) {
  const UndirectedGraph graph(million_users());
  std::vector<std::uint32_t> core;
  for (auto _ : bench) core = core_numbers(graph);
  const std::uint32_t most = *std::ranges::max_element(core);
  for (std::uint32_t u = 0; u < core.size(); u += 1000)
    if (std::ranges::count_if(graph.neighbours(UserId(u)), [&](UserId v) { return core[v.index()] >= core[u]; }) <
        core[u])
      bench.SkipWithError("a user with fewer neighbours in its core than the core asks for");
  bench.counters["largest_core"] = most;
}
BENCHMARK(cores_uniform)->Unit(benchmark::kMillisecond);

void weak_components_uniform(benchmark::State& bench) {
  const FollowGraph& graph = million_users();
  Components found;
  for (auto _ : bench) found = weak_components(graph);
  if (found.count != 1) bench.SkipWithError("more than one component");
}
BENCHMARK(weak_components_uniform)->Unit(benchmark::kMillisecond);

/// Triangles of SNAP's ego-Twitter, whose number is published. Needs GRAPEVINE_DATA.
void triangles_of_ego_twitter(benchmark::State& bench) {
  const char* folder = std::getenv("GRAPEVINE_DATA");
  if (folder == nullptr) return bench.SkipWithError("GRAPEVINE_DATA is not set");
  const UndirectedGraph ego(
      load_edge_list(std::filesystem::path(folder) / "ego_twitter_undirected.csv.gz", {.undirected = true}).graph);
  set_thread_count(static_cast<int>(bench.range(0)));
  Clustering found;
  for (auto _ : bench) found = clustering(ego);
  if (found.triangles != 13'082'506) bench.SkipWithError("wrong triangles");
}
BENCHMARK(triangles_of_ego_twitter)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
