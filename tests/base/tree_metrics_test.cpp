#include "graph/tree_metrics.hpp"

#include <zlib.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

using Parents = std::vector<std::int32_t>;

Parents star(std::int32_t n) {
  Parents parents(static_cast<std::size_t>(n), 0);
  parents[0] = -1;
  return parents;
}

Parents path(std::int32_t n) {
  Parents parents;
  for (std::int32_t i = 0; i < n; ++i) parents.push_back(i - 1);
  return parents;
}

/// Levels 0 to `depth` full; node i hangs from (i - 1) / 2.
Parents complete_binary_tree(int depth) {
  Parents parents{-1};
  for (std::int32_t i = 1; i < (2 << depth) - 1; ++i) parents.push_back((i - 1) / 2);
  return parents;
}

/// Node i hangs from one of the nodes before it: any of them, or one of the last `window`.
Parents random_tree(std::int32_t n, std::uint64_t seed, std::int32_t window) {
  Parents parents{-1};
  for (std::int32_t i = 1; i < n; ++i) {
    const std::int32_t choice = std::min(i, window);
    parents.push_back(i - 1 -
                      static_cast<std::int32_t>(nested_mix(seed, 0, static_cast<std::uint64_t>(i)) %
                                                static_cast<std::uint64_t>(choice)));
  }
  return parents;
}

/// The same metrics by breadth-first search from every node, without subtree sizes.
TreeMetrics by_search(const Parents& parents) {
  const std::size_t n = parents.size();
  std::vector<std::vector<std::size_t>> neighbours(n);
  for (std::size_t i = 1; i < n; ++i) {
    neighbours[i].push_back(static_cast<std::size_t>(parents[i]));
    neighbours[static_cast<std::size_t>(parents[i])].push_back(i);
  }
  TreeMetrics metrics;
  metrics.size = static_cast<std::uint32_t>(n);
  std::uint64_t distances = 0;
  for (std::size_t start = 0; start < n; ++start) {
    std::vector<std::uint32_t> distance(n, UINT32_MAX);
    std::map<std::uint32_t, std::uint32_t> at_distance;
    std::deque<std::size_t> queue{start};
    distance[start] = 0;
    while (!queue.empty()) {
      const std::size_t here = queue.front();
      queue.pop_front();
      distances += distance[here];
      ++at_distance[distance[here]];
      for (const std::size_t next : neighbours[here])
        if (distance[next] == UINT32_MAX) {
          distance[next] = distance[here] + 1;
          queue.push_back(next);
        }
    }
    if (start == 0) {
      metrics.depth = at_distance.rbegin()->first;
      for (const auto& [level, nodes] : at_distance) metrics.max_breadth = std::max(metrics.max_breadth, nodes);
    }
    const std::size_t children = neighbours[start].size() - (start == 0 ? 0 : 1);
    metrics.largest_broadcast = std::max(metrics.largest_broadcast, static_cast<std::uint32_t>(children));
  }
  metrics.root_children = static_cast<std::uint32_t>(neighbours[0].size());
  metrics.structural_virality =
      static_cast<double>(distances) / (static_cast<double>(n) * (static_cast<double>(n) - 1));
  return metrics;
}

void check_equal(const TreeMetrics& found, const TreeMetrics& expected) {
  CHECK(found.size == expected.size);
  CHECK(found.depth == expected.depth);
  CHECK(found.max_breadth == expected.max_breadth);
  CHECK(found.root_children == expected.root_children);
  CHECK(found.largest_broadcast == expected.largest_broadcast);
  CHECK(found.structural_virality == expected.structural_virality);  // both are one division of exact integers
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line)
    if (c == ',')
      fields.emplace_back();
    else if (c != '\r')
      fields.back() += c;
  return fields;
}

std::vector<std::string> lines_of_gzip(const std::string& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  REQUIRE(in != nullptr);
  std::vector<std::string> lines;
  for (char buffer[256]; gzgets(in.get(), buffer, sizeof buffer) != nullptr;) {
    lines.emplace_back(buffer);
    while (!lines.back().empty() && lines.back().back() == '\n') lines.back().pop_back();
  }
  return lines;
}

}  // namespace

TEST_CASE("a single post has no structural virality", "[base][tree]") {
  const TreeMetrics alone = tree_metrics(Parents{-1});
  CHECK(alone.size == 1);
  CHECK(alone.depth == 0);
  CHECK(alone.max_breadth == 1);
  CHECK(alone.root_children == 0);
  CHECK(alone.largest_broadcast == 0);
  CHECK(std::isnan(alone.structural_virality));
}

TEST_CASE("a star has structural virality 2 (n - 1) / n", "[base][tree]") {
  for (const std::int32_t n : {2, 3, 10, 1'000, 1'000'000}) {
    const TreeMetrics metrics = tree_metrics(star(n));
    CHECK(metrics.structural_virality == Approx(2.0 * (n - 1) / n).epsilon(1e-15));
    CHECK(metrics.depth == 1);
    CHECK(metrics.max_breadth == static_cast<std::uint32_t>(n - 1));
    CHECK(metrics.root_children == static_cast<std::uint32_t>(n - 1));
    CHECK(metrics.largest_broadcast == static_cast<std::uint32_t>(n - 1));
  }
}

TEST_CASE("a path has structural virality (n + 1) / 3, also where its Wiener index needs more than 64 bits",
          "[base][tree]") {
  for (const std::int32_t n : {2, 3, 10, 1'000, 1'000'000, 6'000'000}) {
    const TreeMetrics metrics = tree_metrics(path(n));
    CHECK(metrics.structural_virality == Approx((n + 1) / 3.0).epsilon(1e-15));
    CHECK(metrics.size == static_cast<std::uint32_t>(n));
    CHECK(metrics.depth == static_cast<std::uint32_t>(n - 1));
    CHECK(metrics.max_breadth == 1);
    CHECK(metrics.largest_broadcast == 1);
  }
}

TEST_CASE("a complete binary tree has the Wiener index of its closed form", "[base][tree]") {
  for (int d = 1; d <= 16; ++d) {
    // 2^(d+1-j) - 1 nodes below and with each of the 2^j nodes at distance j from the root.
    const double n = std::ldexp(1.0, d + 1) - 1;
    double wiener = 0;
    for (int j = 1; j <= d; ++j)
      wiener += std::ldexp(1.0, j) * (std::ldexp(1.0, d + 1 - j) - 1) * (n - std::ldexp(1.0, d + 1 - j) + 1);
    const TreeMetrics metrics = tree_metrics(complete_binary_tree(d));
    CHECK(metrics.structural_virality == Approx(2 * wiener / n / (n - 1)).epsilon(1e-14));
    CHECK(metrics.depth == static_cast<std::uint32_t>(d));
    CHECK(metrics.max_breadth == 1u << d);
    CHECK(metrics.root_children == 2);
    CHECK(metrics.largest_broadcast == 2);
  }
}

TEST_CASE("metrics equal those of a breadth-first search from every node", "[base][tree]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    for (const std::int32_t window : {1, 3, 20, 1'000'000}) {
      const std::int32_t n = 2 + static_cast<std::int32_t>(mix(seed) % 120);
      INFO("seed " << seed << ", " << n << " nodes, window " << window);
      const Parents parents = random_tree(n, seed, window);
      check_equal(tree_metrics(parents), by_search(parents));
    }
}

TEST_CASE("a meter forgets the trees it has measured", "[base][tree]") {
  TreeMeter meter;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::int32_t n = 1 + static_cast<std::int32_t>(mix(seed) % 200);
    const Parents parents = random_tree(n, seed, seed % 2 == 0 ? 2 : 200);
    const auto parent_of = [&](std::uint32_t i) { return static_cast<std::uint32_t>(parents[i]); };
    const TreeMetrics metrics = meter.measure(static_cast<std::uint32_t>(n), parent_of);
    if (n > 1)
      check_equal(metrics, by_search(parents));
    else
      CHECK(std::isnan(metrics.structural_virality));
  }
}

namespace {

/// Distances of all pairs in a tree that grows leaf by leaf: a new leaf is one step farther from everybody than its
/// parent is.
class GrowingTree {
public:
  void add(std::int32_t parent) {
    const std::size_t leaf = distance_.size();
    distance_.emplace_back(leaf + 1, 0);
    for (std::size_t i = 0; i < leaf; ++i)
      sum_ += distance_[leaf][i] = 1 + between(i, static_cast<std::size_t>(parent));
  }
  /// Of all unordered pairs.
  std::uint64_t sum() const { return sum_; }

private:
  std::uint32_t between(std::size_t i, std::size_t j) const { return i < j ? distance_[j][i] : distance_[i][j]; }

  std::vector<std::vector<std::uint32_t>> distance_;  // [i][j] for j <= i
  std::uint64_t sum_ = 0;
};

/// Calls check(n, metrics, virality by all distances) for the first n = 2 to 1 000 nodes of the tree in which node i
/// hangs from parent(i).
template <class Parent, class Check>
void for_each_size(Parent&& parent, Check&& check) {
  Parents parents{-1};
  GrowingTree slow;
  slow.add(-1);
  for (std::int32_t i = 1; i < 1'000; ++i) {
    parents.push_back(parent(i));
    slow.add(parent(i));
    const std::uint64_t n = parents.size();
    check(static_cast<std::uint32_t>(n), tree_metrics(parents),
          2.0 * static_cast<double>(slow.sum()) / static_cast<double>(n * (n - 1)));
  }
}

}  // namespace

// Quotients of whole numbers below 2^53 are rounded once, so equal ratios are equal doubles: no tolerance.

TEST_CASE("every star of up to 1 000 nodes has exactly the structural virality 2 (n - 1) / n",
          "[base][tree][experiment-1]") {
  for_each_size([](std::int32_t) { return 0; },
                [](std::uint32_t n, const TreeMetrics& metrics, double slow) {
                  CAPTURE(n);
                  REQUIRE(metrics.structural_virality == 2.0 * (n - 1) / n);
                  REQUIRE(metrics.structural_virality == slow);
                  REQUIRE((metrics.depth == 1 && metrics.max_breadth == n - 1 && metrics.root_children == n - 1 &&
                           metrics.largest_broadcast == n - 1));
                });
}

TEST_CASE("every path of up to 1 000 nodes has exactly the structural virality (n + 1) / 3",
          "[base][tree][experiment-1]") {
  for_each_size([](std::int32_t i) { return i - 1; },
                [](std::uint32_t n, const TreeMetrics& metrics, double slow) {
                  CAPTURE(n);
                  REQUIRE(metrics.structural_virality == (n + 1) / 3.0);
                  REQUIRE(metrics.structural_virality == slow);
                  REQUIRE((metrics.depth == n - 1 && metrics.max_breadth == 1 && metrics.root_children == 1 &&
                           metrics.largest_broadcast == 1));
                });
}

TEST_CASE("every complete binary tree of up to 1 000 nodes has exactly the virality of all its distances",
          "[base][tree][experiment-1]") {
  for_each_size(
      [](std::int32_t i) { return (i - 1) / 2; },
      [](std::uint32_t n, const TreeMetrics& metrics, double slow) {
        CAPTURE(n);
        std::uint32_t depth = 0;  // levels 0 to depth - 1 hold 2^depth - 1 nodes
        while ((2u << depth) - 1 < n) ++depth;
        const std::uint32_t last_level = n - ((1u << depth) - 1);
        REQUIRE(metrics.structural_virality == slow);
        REQUIRE((metrics.depth == depth && metrics.max_breadth == std::max(last_level, 1u << (depth - 1))));
        REQUIRE((metrics.root_children == std::min(n - 1, 2u) && metrics.largest_broadcast == std::min(n - 1, 2u)));
      });
}

TEST_CASE("a hand-drawn tree has the metrics counted on paper", "[base][tree]") {
  // 0 has children 1 and 2; 1 has 3, 4 and 5; 5 has 6. Edges lie between 5*2, 1*6, 1*6, 1*6, 2*5 and 1*6 pairs: W = 44,
  // 2 W / 42.
  const TreeMetrics metrics = tree_metrics(Parents{-1, 0, 0, 1, 1, 1, 5});
  CHECK(metrics.size == 7);
  CHECK(metrics.depth == 3);
  CHECK(metrics.max_breadth == 3);
  CHECK(metrics.root_children == 2);
  CHECK(metrics.largest_broadcast == 3);
  CHECK(metrics.structural_virality == Approx(88.0 / 42.0).epsilon(1e-15));
}

TEST_CASE("Twitter15 trees have the metrics published beside them (needs GRAPEVINE_DATA)", "[base][tree][data]") {
  const char* data = std::getenv("GRAPEVINE_DATA");
  if (data == nullptr) {
    WARN("skipped: Twitter15 trees against twitter15_cascades.csv; GRAPEVINE_DATA names no folder");
    return;
  }
  std::map<std::string, Parents> trees;
  const std::vector<std::string> nodes = lines_of_gzip(std::string(data) + "/twitter15_trees.csv.gz");
  REQUIRE(nodes.at(0) == "cascade,node,parent,delay_min");
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const std::vector<std::string> fields = fields_of(nodes[i]);
    Parents& parents = trees[fields.at(0)];
    REQUIRE(fields.at(1) == std::to_string(parents.size()));
    parents.push_back(std::stoi(fields.at(2)));
  }
  std::ifstream table(std::string(data) + "/twitter15_cascades.csv");
  std::string line;
  REQUIRE(std::getline(table, line));
  REQUIRE(line ==
          "cascade,label,size,depth,max_breadth,structural_virality,root_children,largest_broadcast,median_delay_min");
  std::size_t rows = 0;
  for (; std::getline(table, line); ++rows) {
    const std::vector<std::string> fields = fields_of(line);
    INFO("cascade " << fields.at(0));
    const TreeMetrics metrics = tree_metrics(trees.at(fields[0]));
    CHECK(std::to_string(metrics.size) == fields.at(2));
    CHECK(std::to_string(metrics.depth) == fields.at(3));
    CHECK(std::to_string(metrics.max_breadth) == fields.at(4));
    CHECK(std::abs(metrics.structural_virality - std::stod(fields.at(5))) <= 0.5001e-4);  // rounded to 4 decimals
    CHECK(std::to_string(metrics.root_children) == fields.at(6));
    CHECK(std::to_string(metrics.largest_broadcast) == fields.at(7));
  }
  CHECK(rows == trees.size());
  CHECK(rows == 1'490);
}
