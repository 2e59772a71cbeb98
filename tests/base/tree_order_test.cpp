#include "graph/tree_order.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

using Parents = std::vector<std::int32_t>;
using Order = std::vector<std::uint32_t>;

/// Steps from a node to the root; -1 if more than all nodes.
int level(const Parents& parents, std::size_t node) {
  int steps = 0;
  for (; parents[node] >= 0; node = static_cast<std::size_t>(parents[node]))
    if (++steps > int(parents.size())) return -1;
  return steps;
}

}  // namespace

TEST_CASE("trees of none and of one node are ordered", "[base][tree]") {
  CHECK(breadth_first(Parents{}).empty());
  CHECK(breadth_first(Parents{-1}) == Order{0});
}

TEST_CASE("a hand-drawn tree is read from the root down, siblings by number", "[base][tree]") {
  // 4 has the children 2 and 5; 2 has 0 and 3; 5 has 1.
  const Parents parents{2, 5, 4, 2, -1, 4};
  CHECK(breadth_first(parents) == Order{4, 2, 5, 0, 3, 1});
  CHECK(renumbered(parents, breadth_first(parents)) == Parents{-1, 0, 0, 1, 1, 2});
}

TEST_CASE("random trees with shuffled numbers come level by level, parents in the order of the level above",
          "[base][tree]") {
  std::mt19937 engine(11);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::size_t n = 1 + engine() % 60;
    Order name(n);
    std::iota(name.begin(), name.end(), 0u);
    std::shuffle(name.begin(), name.end(), engine);
    Parents parents(n, -1);
    for (std::size_t i = 1; i < n; ++i) parents[name[i]] = std::int32_t(name[engine() % i]);
    const Order order = breadth_first(parents);
    REQUIRE(std::is_permutation(order.begin(), order.end(), name.begin(), name.end()));
    std::vector<std::size_t> place(n);
    for (std::size_t i = 0; i < n; ++i) place[order[i]] = i;
    const auto key = [&](std::uint32_t i) {
      return std::tuple(level(parents, i), parents[i] < 0 ? 0 : place[std::size_t(parents[i])], i);
    };
    for (std::size_t i = 1; i < n; ++i) REQUIRE(key(order[i - 1]) < key(order[i]));
  }
}

TEST_CASE("nodes that hang from a circle are left out, and the circle is found from any of them", "[base][tree]") {
  std::mt19937 engine(12);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::size_t n = 2 + engine() % 40;
    Parents parents(n);
    for (std::int32_t& parent : parents) parent = std::int32_t(engine() % n);
    parents[engine() % n] = -1;
    const Order order = breadth_first(parents);
    for (std::uint32_t i = 0; i < n; ++i) {
      const bool reached = std::ranges::find(order, i) != order.end();
      REQUIRE(reached == (level(parents, i) >= 0));
      if (reached) continue;
      const Order circle = circle_above(parents, i);
      REQUIRE(!circle.empty());
      REQUIRE(*std::ranges::min_element(circle) == circle.front());
      for (std::size_t k = 0; k < circle.size(); ++k)
        REQUIRE(parents[circle[k]] == std::int32_t(circle[(k + 1) % circle.size()]));
      Order once = circle;
      std::ranges::sort(once);
      REQUIRE(std::ranges::adjacent_find(once) == once.end());
    }
  }
}
