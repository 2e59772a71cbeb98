#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "graph/base/parallel.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/components.hpp"
#include "graph/statistics/core_numbers.hpp"
#include "graph/statistics/page_rank.hpp"

/// Grapevine's half of peers.py: the same tasks on the same edge list, with the value that others have to find too.
namespace grapevine {
namespace {

void read(benchmark::State& bench, const std::filesystem::path& file) {
  std::uint64_t follows = 0;
  for (auto _ : bench) follows = load_edge_list(file).graph.follow_count();
  bench.counters["value"] = static_cast<double>(follows);
}

void components(benchmark::State& bench, const FollowGraph& graph) {
  Components found;
  for (auto _ : bench) found = weak_components(graph);
  bench.counters["value"] = static_cast<double>(found.count);
}

/// The largest rank, over the mean of 1 / users.
void ranks(benchmark::State& bench, const FollowGraph& graph) {
  PageRank found;
  for (auto _ : bench) found = page_rank(graph);
  bench.counters["value"] = *std::ranges::max_element(found.rank) * static_cast<double>(found.rank.size());
}

void cores(benchmark::State& bench, const FollowGraph& graph) {
  std::uint32_t most = 0;
  for (auto _ : bench) most = std::ranges::max(core_numbers(UndirectedGraph(graph)));
  bench.counters["value"] = most;
}

void triangles(benchmark::State& bench, const FollowGraph& graph) {
  std::uint64_t found = 0;
  for (auto _ : bench) found = clustering(UndirectedGraph(graph)).triangles;
  bench.counters["value"] = static_cast<double>(found);
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "bench_peers: expected an edge list; see benchmarks/peers.py\n");
    return 2;
  }
  set_thread_count(1);
  const std::filesystem::path file = argv[1];
  const FollowGraph graph = load_edge_list(file).graph;
  const auto add = [](const char* name, auto task) {
    benchmark::RegisterBenchmark(name, task)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);
  };
  add("read", [&](benchmark::State& bench) { read(bench, file); });
  add("weak components", [&](benchmark::State& bench) { components(bench, graph); });
  add("PageRank", [&](benchmark::State& bench) { ranks(bench, graph); });
  add("core numbers", [&](benchmark::State& bench) { cores(bench, graph); });
  add("triangles", [&](benchmark::State& bench) { triangles(bench, graph); });
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace grapevine

int main(int argc, char** argv) { return grapevine::run(argc, argv); }
