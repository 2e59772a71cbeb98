#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "graph/formats/graph_file.hpp"
#include "graph/generators/power_law.hpp"

/// How long does it take to load a graph from its own file, in the page cache, and how much of that is seeing that it
/// is undamaged? The goal is 500 M follows a second on two cores.
///
///   bench_graph_file [USERS FOLLOWEES [FILE]]      1 000 000 users with a mean of 50 by default
///
/// A FILE that is there is loaded and one that is not is made and kept: so that a second process shows the memory of
/// loading alone.
namespace grapevine {
namespace {

PowerLawParameters parameters;
std::filesystem::path file;

FollowGraph generated() { return power_law(parameters, StreamKey(1, Stream::graph, 0)); }

double gigabytes_at_most() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);
}

void count(benchmark::State& bench, std::size_t follows) {
  bench.counters["follows/s"] =
      benchmark::Counter(static_cast<double>(follows), benchmark::Counter::kIsIterationInvariantRate);
  bench.counters["peak_GiB"] = gigabytes_at_most();  // of the process so far, pages of the file among them
}

void write(benchmark::State& bench) {
  const FollowGraph graph = generated();
  for (auto _ : bench) write_graph_file(file, {.graph = graph, .accounts = {}});
  if (!(load_graph_file(file).graph == graph))
    bench.SkipWithError("another graph comes back");  // fast and wrong is no result
  count(bench, graph.follow_count());
}

void load(benchmark::State& bench) {
  std::size_t follows = 0;
  for (auto _ : bench) follows = load_graph_file(file, {.checksums = bench.range(0) != 0}).graph.follow_count();
  count(bench, follows);
}

}  // namespace
}  // namespace grapevine

int main(int argc, char** argv) {
  using namespace grapevine;
  benchmark::Initialize(&argc, argv);
  parameters.users = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  parameters.mean_followees = argc > 2 ? std::strtod(argv[2], nullptr) : 50;
  const bool kept = argc > 3;
  file = kept ? std::filesystem::path(argv[3])
              : std::filesystem::temp_directory_path() / ("bench_graph_file-" + std::to_string(getpid()) + ".gvg");
  if (!std::filesystem::exists(file))
    benchmark::RegisterBenchmark("write", write)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("load", load)
      ->ArgName("checksums")
      ->Arg(1)
      ->Arg(0)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  if (!kept) std::filesystem::remove(file);
}
