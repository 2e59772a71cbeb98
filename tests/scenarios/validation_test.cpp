#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/formats/edge_list.hpp"
#include "graph/tree_metrics.hpp"
#include "graph/tree_order.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"

// The scenarios by which this version is held against reality.

using namespace grapevine;

namespace {

const std::filesystem::path validation = GRAPEVINE_SOURCE "/scenarios/validation";

/// Metrics of a follow graph in which everybody but account "0" follows one user: the tree that a post of "0" draws if
/// all pass it on.
TreeMetrics tree_of(const std::string& name) {
  const LoadedGraph loaded = load_edge_list(validation / (name + ".csv"));
  std::vector<std::int32_t> parents;
  for (std::uint32_t u = 0; u < loaded.graph.user_count(); ++u) {
    const auto followees = loaded.graph.followees(UserId(u));
    REQUIRE(followees.size() == (loaded.accounts.outside_ids[u] == "0" ? 0 : 1));
    parents.push_back(followees.empty() ? -1 : static_cast<std::int32_t>(followees[0].value()));
  }
  const std::vector<std::uint32_t> order = breadth_first(parents);
  REQUIRE(order.size() == parents.size());  // everybody is reached
  return tree_metrics(renumbered(parents, order));
}

}  // namespace

TEST_CASE("the graphs of experiment 1 are a star, a path and a complete binary tree",
          "[scenarios][validation][experiment-1]") {
  const TreeMetrics star = tree_of("experiment-1-star");
  CHECK((star.size == 200 && star.depth == 1 && star.largest_broadcast == 199));
  CHECK(star.structural_virality == 2.0 * 199 / 200);
  const TreeMetrics path = tree_of("experiment-1-path");
  CHECK((path.size == 200 && path.depth == 199 && path.largest_broadcast == 1));
  CHECK(path.structural_virality == 201 / 3.0);
  const TreeMetrics binary = tree_of("experiment-1-binary-tree");
  CHECK((binary.size == 255 && binary.depth == 7 && binary.largest_broadcast == 2 && binary.max_breadth == 128));
  double pairs = 0;  // the edge above each of the 2^j users of level j lies between 2^(8 - j) - 1 users and the others
  for (int j = 1; j <= 7; ++j) pairs += double(1 << j) * ((1 << (8 - j)) - 1) * (255 - (1 << (8 - j)) + 1);
  CHECK(binary.structural_virality == 2 * pairs / (255.0 * 254));
}

TEST_CASE("a contagion that nothing stops draws exactly the star, the path and the binary tree that it runs on",
          "[scenarios][validation][experiment-1]") {
  const std::string name = GENERATE("star", "path", "binary-tree");
  CAPTURE(name);
  const TreeMetrics whole = tree_of("experiment-1-" + name);
  const StudyResult study = run_study(read_scenario(validation / ("experiment-1-" + name + ".toml")));
  REQUIRE(study.replicates == 2);
  for (std::size_t r = 0; r < study.replicates; ++r) {
    std::size_t paid = 0, unpaid = 0;
    for (const PostRow& post : study.record(0, 0, r).posts) {
      const std::uint32_t n = post.cascade_size;
      CAPTURE(r, n);
      if (post.campaign == 0) {
        ++paid;
        CHECK(n == whole.size);
        CHECK(post.depth == whole.depth);
        CHECK(post.largest_broadcast == whole.largest_broadcast);
        CHECK(post.structural_virality == whole.structural_virality);
        continue;
      }
      ++unpaid;
      if (n == 1) {
        CHECK((post.depth == 0 && post.largest_broadcast == 0 && std::isnan(post.structural_virality)));
      } else if (name == "star") {
        CHECK((n == 200 && post.structural_virality == whole.structural_virality));
      } else if (name == "path") {
        CHECK((post.depth == n - 1 && post.structural_virality == (n + 1) / 3.0));
      } else {
        CHECK(((n & (n + 1)) == 0 && post.largest_broadcast == 2 && n == (2u << post.depth) - 1));
      }
    }
    CHECK(paid == 1);
    CHECK(unpaid == 200);
  }
}

TEST_CASE("every scenario of validation is understood", "[scenarios][validation]") {
  for (const auto& entry : std::filesystem::directory_iterator(validation)) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    CHECK_NOTHROW(read_scenario(entry.path()));
  }
}
