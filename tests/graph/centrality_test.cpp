#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/boost_graph.hpp"
#include "graph/statistics/core_numbers.hpp"
#include "graph/statistics/page_rank.hpp"
#include "graph/statistics/spectral_radius.hpp"
#include "tests/catch.hpp"
#include "tests/graph/small_graphs.hpp"

#include <boost/graph/core_numbers.hpp>
#include <boost/property_map/property_map.hpp>

/// Who is in the middle: PageRank, cores and the spectral radius, held against closed forms and dense algebra.
using namespace grapevine;
using namespace grapevine::test;

namespace {

/// The same with every follow both ways.
FollowGraph mutual(const FollowGraph& graph) {
  return graph_where(graph.user_count(), [&](std::size_t u, std::size_t v) { return linked(graph, u, v); });
}

Eigen::MatrixXd follow_matrix(const FollowGraph& graph) {
  const auto n = static_cast<Eigen::Index>(graph.user_count());
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u)))
      matrix(static_cast<Eigen::Index>(u), static_cast<Eigen::Index>(v.index())) = 1;
  return matrix;
}

/// (1 - damping) / n + damping * (what comes in) as a system of equations.
std::vector<double> slow_page_rank(const FollowGraph& graph, double damping) {
  const Eigen::MatrixXd follows = follow_matrix(graph);
  const Eigen::Index n = follows.rows();
  Eigen::MatrixXd system = Eigen::MatrixXd::Identity(n, n);
  for (Eigen::Index u = 0; u < n; ++u)
    for (Eigen::Index v = 0; v < n; ++v) {
      const double out = follows.row(u).sum();
      system(v, u) -= damping * (out > 0 ? follows(u, v) / out : 1.0 / double(n));
    }
  const Eigen::VectorXd rank = system.fullPivLu().solve(Eigen::VectorXd::Constant(n, (1 - damping) / double(n)));
  return {rank.begin(), rank.end()};
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

double total(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// How far ranks may be from their limits, all together: the last change, times damping / (1 - damping), and the
/// rounding of what is passed on, 2^-24 of it at most.
double allowed(const PageRank& found, double damping) {
  return damping / (1 - damping) * (found.change + 0x1p-24) + 1e-12;
}

}  // namespace

// PageRank

TEST_CASE("PageRank has its closed forms", "[graph][statistics]") {
  constexpr double d = 0.85;
  // Fans who follow one user, who follows nobody: a fan has x, the user (1 + d k) x, which it gives back to all evenly.
  const FollowGraph fans = graph_where(10, [](std::size_t, std::size_t v) { return v == 0; });
  const PageRank of_fans = page_rank(fans);
  const double x = 1 / (1 + 9 + d * 9);
  CHECK(std::abs(of_fans.rank[0] - x * (1 + d * 9)) < allowed(of_fans, d));
  CHECK(std::abs(of_fans.rank[5] - x) < allowed(of_fans, d));
  // On a path the i-th user has 1 + d + ... + d^i shares.
  const PageRank of_path = page_rank(path(20));
  std::vector<double> shares(20, 1);
  for (std::size_t i = 1; i < 20; ++i) shares[i] = 1 + d * shares[i - 1];
  const double all = total(shares);
  for (double& share : shares) share /= all;
  CHECK(distance(of_path.rank, shares) < allowed(of_path, d));
  for (const FollowGraph& even : {ring(12, 3), complete(7), ring(9, 1)})
    CHECK(distance(page_rank(even).rank, std::vector<double>(even.user_count(), 1.0 / double(even.user_count()))) <
          1e-7);
}

TEST_CASE("PageRank solves the dense system of equations", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs())
    for (const double damping : {0.0, 0.5, 0.85, 0.97}) {
      if (graph.user_count() > 100 && damping != 0.85) continue;  // the dense solver takes its time
      const PageRank found = page_rank(graph, {.damping = damping, .tolerance = 1e-7});
      CHECK(found.change <= 1e-7);
      CHECK(distance(found.rank, slow_page_rank(graph, damping)) < allowed(found, damping));
      CHECK(std::abs(total(found.rank) - 1) < 1e-12);
    }
}

TEST_CASE("ranks add up to 1 at every step", "[graph][statistics]") {
  const FollowGraph graph = large_graph();
  for (int iterations = 1; iterations < 30; iterations += 7) {
    const PageRank found = page_rank(graph, {.tolerance = 0, .most_iterations = iterations});
    CHECK(found.iterations == iterations);
    CHECK(std::abs(total(found.rank) - 1) < 1e-12);
  }
}

TEST_CASE("PageRank without rows of followers has the same bits", "[graph][statistics]") {
  std::vector<FollowGraph> graphs = various_graphs();
  graphs.push_back(large_graph());
  for (const FollowGraph& graph : graphs) CHECK(page_rank(graph, {.lean = true}) == page_rank(graph));
}

TEST_CASE("rows of a graph of mutual follows serve as rows of followers", "[graph][statistics]") {
  const FollowGraph graph = mutual(erdos_renyi(200, 3, stream()));
  const PageRank found = page_rank(graph);
  CHECK(distance(found.rank, slow_page_rank(graph, 0.85)) < allowed(found, 0.85));
}

// Spectral radius

TEST_CASE("the spectral radius has its closed forms", "[graph][statistics]") {
  CHECK(spectral_radius(complete(30)).value == Approx(29));
  CHECK(spectral_radius(ring(50, 1)).value == Approx(1));
  CHECK(spectral_radius(ring(50, 4)).value == Approx(4));
  CHECK(spectral_radius(mutual(star(26))).value == Approx(5));
  CHECK(spectral_radius(mutual(bipartite(4, 9))).value == Approx(6));
  CHECK(spectral_radius(mutual(path(20))).value == Approx(2 * std::cos(std::numbers::pi / 21)).epsilon(1e-5));
  const FollowGraph two =
      graph_where(15, [](std::size_t u, std::size_t v) { return (u < 5) == (v < 5) || (u < 5 && v == 7); });
  CHECK(spectral_radius(two).value == Approx(9));  // circles of 5 and 10, the follows between them only lead over
  // A mutual star of 26, radius 5, whose middle has more followees than anybody in the circle of 8 beside it, radius 7.
  const FollowGraph beside = graph_where(
      34, [](std::size_t u, std::size_t v) { return (u < 26) == (v < 26) && (u >= 26 || u == 0 || v == 0); });
  CHECK(spectral_radius(beside).value == Approx(7));
}

TEST_CASE("a graph without circles has a spectral radius of exactly 0", "[graph][statistics]") {
  for (const FollowGraph& graph :
       {path(300), bipartite(4, 9), graph_where(40, [](std::size_t u, std::size_t v) { return u < v; })})
    CHECK(spectral_radius(graph) == SpectralRadius{.value = 0, .low = 0, .high = 0, .iterations = 0});
}

TEST_CASE("the spectral radius is the largest eigenvalue of a dense solver, within its bounds", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    if (graph.user_count() > 400) continue;
    const SpectralRadius found = spectral_radius(graph);
    const double expected = follow_matrix(graph).eigenvalues().cwiseAbs().maxCoeff();
    if (found.value == 0) {  // a nilpotent matrix: the solver's eigenvalues are of the order of a root of its rounding
      CHECK(expected < 0.1);
      continue;
    }
    CHECK(found.low <= expected * (1 + 1e-9));
    CHECK(found.high >= expected * (1 - 1e-9));
    CHECK(found.high - found.low <= 1e-6 * found.high);
    CHECK(found.low <= found.value);
    CHECK(found.value <= found.high);
  }
}

TEST_CASE("a long tail on a dense core keeps the bounds sound", "[graph][statistics]") {
  // 20 users who all follow each other, and a circle of 600 more users through one of them: far out the eigenvector is
  // below any double.
  const FollowGraph graph = graph_where(620, [](std::size_t u, std::size_t v) {
    return (u < 20 && v < 20) || (u >= 19 && v == u + 1) || (u == 619 && v == 0);
  });
  const SpectralRadius found = spectral_radius(graph, {.tolerance = 1e-9});
  CHECK(found.low <= 19 * (1 + 1e-12));
  CHECK(found.high >= 19 * (1 - 1e-12));
  CHECK(found.high - found.low <= 1e-9 * 19);
}

// Cores

TEST_CASE("core numbers have their closed forms", "[graph][statistics]") {
  const auto cores = [](const FollowGraph& graph) { return core_numbers(UndirectedGraph(graph)); };
  CHECK(cores(complete(8)) == Degrees(8, 7));
  CHECK(cores(star(8)) == Degrees(8, 1));
  CHECK(cores(path(8)) == Degrees(8, 1));
  CHECK(cores(ring(8, 1)) == Degrees(8, 2));
  CHECK(cores(ring(30, 3)) == Degrees(30, 6));
  CHECK(cores(bipartite(3, 9)) == Degrees(12, 3));
  CHECK(cores(erdos_renyi(5, 0, stream())) == Degrees(5, 0));
  CHECK(cores(erdos_renyi(0, 0, stream())).empty());
}

TEST_CASE("core numbers are those of users who leave one after the other", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const UndirectedGraph undirected(graph);
    const std::size_t users = graph.user_count();
    Degrees expected(users, 0);
    std::vector<bool> left(users, true);
    for (std::uint32_t k = 1; std::ranges::count(left, true) > 0; ++k)
      for (bool changed = true; changed;) {  // who stays when users with fewer than k neighbours leave
        changed = false;
        for (std::size_t u = 0; u < users; ++u) {
          const auto neighbours =
              std::ranges::count_if(undirected.neighbours(user(u)), [&](UserId v) { return left[v.index()]; });
          if (!left[u] || neighbours >= std::ptrdiff_t(k)) continue;
          left[u] = false;
          expected[u] = k - 1;
          changed = true;
        }
      }
    CHECK(core_numbers(undirected) == expected);
  }
}

TEST_CASE("large graphs have the core numbers that Boost.Graph finds", "[graph][statistics][boost]") {
  PowerLawParameters parameters;
  parameters.users = 20'000;
  parameters.mean_followees = 12;
  for (const FollowGraph& graph : {erdos_renyi(20'000, 9.0, stream()), power_law(parameters, stream())}) {
    const UndirectedGraph undirected(graph);
    const FollowGraph both_ways(Rows(undirected.rows()));
    Degrees expected(graph.user_count());
    boost::core_numbers(both_ways,
                        boost::make_iterator_property_map(expected.begin(), get(boost::vertex_index, both_ways)));
    CHECK(core_numbers(undirected) == expected);
  }
}

// All of them

TEST_CASE("nobody ranks anywhere, and users without follows all alike", "[graph][statistics]") {
  CHECK(page_rank(erdos_renyi(0, 0, stream())) == PageRank{});
  CHECK(is_missing(spectral_radius(erdos_renyi(0, 0, stream())).value));
  for (const std::size_t users : {1, 3}) {
    const FollowGraph graph = erdos_renyi(users, 0, stream());
    for (const bool lean : {false, true}) {
      const PageRank found = page_rank(graph, {.lean = lean});
      CHECK(found.rank == std::vector<double>(users, 1.0 / double(users)));
      CHECK(found.iterations == 1);
    }
    CHECK(spectral_radius(graph).value == 0);
  }
}

TEST_CASE("the number of threads changes no bit of ranks and radius", "[graph][statistics][invariance]") {
  const FollowGraph graph = large_graph();
  const auto all = [&] {
    return std::tuple(page_rank(graph), page_rank(graph, {.lean = true}), spectral_radius(graph));
  };
  const auto alone = with_threads(1, all);
  const int threads = GENERATE(2, 3, 8);
  const auto [pulled, pushed, radius] = with_threads(threads, all);
  CHECK(pulled == std::get<0>(alone));
  CHECK(pushed == std::get<1>(alone));
  const SpectralRadius& single = std::get<2>(alone);
  CHECK((radius.value == single.value && radius.low == single.low && radius.high == single.high &&
         radius.iterations == single.iterations));
}
