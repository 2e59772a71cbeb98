#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "graph/generators/platform.hpp"
#include "graph/generators/randomised.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/distances.hpp"
#include "graph/statistics/mixing.hpp"
#include "tests/catch.hpp"
#include "tests/graph/small_graphs.hpp"

/// The rows of docs/validation.md about the platform's graph, experiments 6 and 7: prints them. Some minutes and 2 GiB.
using namespace grapevine;
using namespace grapevine::test;

namespace {

constexpr std::array<std::uint64_t, 5> seeds = {1, 2, 3, 4, 5};
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A statistic with its band, and its value for each seed.
struct Row {
  std::string name;
  double low = none, high = none;
  int decimals = 0;
  std::vector<double> values;

  std::string verdict() const {
    if (is_missing(low) && is_missing(high)) return "not a band";
    const auto inside = std::ranges::count_if(values, [&](double value) { return !(value < low) && !(value > high); });
    return inside == std::ssize(values) ? "pass" : inside == 0 ? "fail" : "undecided";
  }
  std::string text() const {
    const auto [least, most] = std::ranges::minmax(values);
    const std::string from = fmt::format("{:.{}f}", least, decimals), to = fmt::format("{:.{}f}", most, decimals);
    return fmt::format("| {} | {} | {} |", name, from == to ? from : from + " to " + to, verdict());
  }
};

/// Rows in the order in which they are first added to.
class Table {
public:
  void add(const std::string& name, double low, double high, int decimals, double value) {
    auto row = std::ranges::find(rows_, name, &Row::name);
    if (row == rows_.end()) row = rows_.insert(row, Row{name, low, high, decimals, {}});
    row->values.push_back(value);
  }
  void print() const {
    for (const Row& row : rows_) std::printf("%s\n", row.text().c_str());
    std::fflush(stdout);
  }

private:
  std::vector<Row> rows_;
};

double local_clustering(const FollowGraph& graph, const StreamKey& key) {
  return sampled_clustering(graph, 4'000, key).mean_local.value;
}

/// Who follows each other, both ways or not at all.
FollowGraph mutual_part(const FollowGraph& graph) {
  GraphBuilder builder(graph.user_count());
  for (std::size_t u = 0; u < graph.user_count(); ++u) {
    std::uint64_t follow = graph.row_begin(user(u));
    for (const UserId v : graph.followees(user(u)))
      if (graph.is_mutual(follow++)) builder.add(user(u), v);
  }
  return builder.build();
}

/// Mutual follows by pairing the ends of those of a graph of mutual follows at random; loops and repetitions are
/// dropped.
FollowGraph paired_anew(const FollowGraph& mutual, unsigned seed) {
  std::vector<UserId> ends;
  for (std::size_t u = 0; u < mutual.user_count(); ++u)
    ends.insert(ends.end(), mutual.followees(user(u)).size(), user(u));
  std::mt19937_64 engine(seed);
  std::shuffle(ends.begin(), ends.end(), engine);
  GraphBuilder builder(mutual.user_count());
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2)
    if (ends[i] != ends[i + 1]) builder.add(ends[i], ends[i + 1]), builder.add(ends[i + 1], ends[i]);
  return builder.build();
}

void add_experiment_6(Table& table, const FollowGraph& graph, const StreamKey& key) {
  const DegreeDistribution followers(graph.follower_counts());
  const double users = double(graph.user_count());
  table.add("slope of the CCDF of followers, 100 to N / 20", -1.4, -0.9, 3, followers.ccdf_slope(100, users / 20));
  table.add("reciprocity", 0.30, 0.48, 3, reciprocity(graph));
  table.add("correlation of log(1 + followers) with log(1 + followees)", 0.5, 0.8, 3, degree_correlation(graph));
  table.add("Gini coefficient of followers, all users", 0.85, 0.97, 3, followers.gini());
  table.add("mean directed distance", 3.2, 4.5, 2, sampled_distances(graph, 64, key).mean.value);
  table.add("degree assortativity", none, -1e-12, 3, degree_assortativity(graph));
  const double clustering = local_clustering(graph, key), rewired = local_clustering(randomised(graph, 10, key), key);
  table.add("mean local clustering / that of a graph of the same degrees, rewired", 10, none, 2, clustering / rewired);
  table.add("(rewired)", none, none, 3, rewired);
  table.add("(largest account, share of the users)", none, none, 3, followers.max() / users);
  table.add("(distance without direction)", none, none, 2,
            sampled_distances(UndirectedGraph(graph), 64, key).mean.value);
}

double quantile(std::vector<double>& values, double p) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size()));
  std::ranges::nth_element(values, at);
  return *at;
}

void add_experiment_7(Table& table, const PlatformGraph& world) {
  std::vector<double> followers, followees;
  double more = 0;
  for (std::size_t u = 0; u < world.graph.user_count(); ++u) {
    if (!world.is_active(user(u))) continue;
    followers.push_back(world.graph.follower_count(user(u)));
    followees.push_back(double(world.graph.followees(user(u)).size()));
    more += followees.back() > followers.back();
  }
  for (const auto& [name, p, published] : {std::tuple("followers, median", 0.5, 61.0),
                                           {"followers, 96 %", 0.96, 1'000.0},
                                           {"followers, 99 %", 0.99, 3'000.0},
                                           {"followers, 99.9 %", 0.999, 24'964.0}})
    table.add(name, published / 1.2, published * 1.2, 0, quantile(followers, p));
  table.add("followees, median", 117 / 1.2, 117 * 1.2, 0, quantile(followees, 0.5));
  table.add("share that follows more than follow it", none, none, 2, more / double(followers.size()));
}

}  // namespace

TEST_CASE("the rows of docs/validation.md about the platform's graph", "[.validation]") {
  for (const std::size_t users : {100'000, 1'000'000}) {
    Table graph_rows, follower_rows;
    for (const std::uint64_t seed : seeds) {
      const StreamKey key(seed, Stream::graph, 0);
      PlatformParameters p;  // as it is, but for the follows of an account: 46, Gabielkov et al. 2014
      p.users = users;
      p.mean_followees = 46;
      const PlatformGraph world = platform(p, key);
      add_experiment_6(graph_rows, world.graph, key);
      if (users < 1'000'000) continue;
      add_experiment_7(follower_rows, world);
      const FollowGraph mutual = mutual_part(world.graph);
      graph_rows.add("(clustering of mutual follows / paired anew)", none, none, 1,
                     local_clustering(mutual, key) / local_clustering(paired_anew(mutual, unsigned(seed)), key));
    }
    std::printf("%zu users\n", users);
    graph_rows.print();
    follower_rows.print();
  }
}
