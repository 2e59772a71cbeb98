#include <benchmark/benchmark.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>

#include "graph/base/new_file.hpp"
#include "graph/base/random.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/formats/packing.hpp"

/// How long does it take to get 20 M follows among 1 M users from a text to rows, and back? The text is a list in the
/// manner of SNAP, users drawn uniformly, written once into a folder of its own and read from the page cache. Plain
/// numbers, numbers of 18 digits (which are read as texts) and names.
namespace grapevine {
namespace {

constexpr std::uint64_t users = 1'000'000, follows = 20'000'000;
constexpr std::uint64_t wide = 900'000'000'000'000'000;  // added to ids of 18 digits

class Texts {
public:
  Texts() : folder_(std::filesystem::temp_directory_path() / ("grapevine-formats-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(folder_);
  }
  ~Texts() { std::filesystem::remove_all(folder_); }
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  /// The list by that name, packed as its end says: "plain", "wide" or "names" first.
  std::filesystem::path list(const std::string& name) const {
    if (std::filesystem::exists(path(name))) return path(name);
    const Packing packing = packing_of(name);
    const std::uint64_t above = name.starts_with("wide") ? wide : 0;
    const char* const prefix = name.starts_with("names") ? "user" : "";
    NewFile file(path(name));
    std::string text = "# FromNodeId\tToNodeId\n";
    const auto append = [&](std::uint64_t user, char end) {
      char digits[20];
      text += prefix;
      text.append(digits, std::to_chars(digits, digits + sizeof digits, above + user).ptr);
      text += end;
    };
    for (std::uint64_t i = 0; i < follows; ++i) {
      append(mix(2 * i) % users, '\t');
      append(mix(2 * i + 1) % users, '\n');
      if (text.size() > (std::size_t{1} << 20)) {
        file.write(packed(text, packing));
        text.clear();
      }
    }
    file.write(packed(text, packing));
    file.finish();
    return path(name);
  }

private:
  std::filesystem::path folder_;
};

const Texts& texts() {
  static const Texts all;
  return all;
}

void count_follows(benchmark::State& bench) {
  bench.counters["follows/s"] =
      benchmark::Counter(static_cast<double>(follows), benchmark::Counter::kIsIterationInvariantRate);
}

void read_list(benchmark::State& bench, const std::string& name) {
  const std::filesystem::path file = texts().list(name);
  static const FollowGraph expected =
      load_edge_list(texts().list("plain.txt"), {.piece = SIZE_MAX}).graph;  // read in order
  LoadedGraph loaded;
  for (auto _ : bench) {
    bench.PauseTiming();
    loaded = {};
    bench.ResumeTiming();
    loaded = load_edge_list(file);
  }
  const bool same_ids = name.starts_with("plain");  // other ids have other keys, and so other numbers
  if (same_ids ? !(loaded.graph == expected)
               : loaded.graph.follow_count() != expected.follow_count() ||
                     loaded.graph.mutual_count() != expected.mutual_count())
    bench.SkipWithError("not the graph that was written");  // fast and wrong is no result
  count_follows(bench);
}

void write_list(benchmark::State& bench, const std::string& name) {
  const LoadedGraph graph = load_edge_list(texts().list("plain.txt"));
  for (auto _ : bench) write_graph(texts().path(name), {graph.graph, graph.accounts});
  if (!(load_graph(texts().path(name)).graph == graph.graph)) bench.SkipWithError("not the graph that was written");
  count_follows(bench);
  std::filesystem::remove(texts().path(name));
}

BENCHMARK_CAPTURE(read_list, plain, "plain.txt")->Iterations(5)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_list, gzip, "plain.txt.gz")->Iterations(3)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_list, zstd, "plain.txt.zst")->Iterations(3)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_list, eighteen_digits, "wide.txt")->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_list, names, "names.txt")->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_list, csv, "written.csv")->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_list, csv_gzip, "written.csv.gz")->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_list, csv_zstd, "written.csv.zst")->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_list, graphml_zstd, "written.graphml.zst")
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
