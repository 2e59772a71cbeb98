#include "graph/generators/r_mat.hpp"

#include <cmath>

#include "graph/base/parallel.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

RMatParameters matrix(std::size_t users, double mean) {
  RMatParameters p;
  p.users = users;
  p.mean_followees = mean;
  return p;
}

/// Shares of the draws in the quadrants: followers, then followees, of the first and of the second half of `size` users
/// from `first` on.
std::array<double, 4> quadrants_of(RowsView rows, std::size_t first, std::size_t size, double& draws) {
  std::array<double, 4> seen{};
  const std::size_t half = size - size / 2;
  for (std::size_t u = first; u < first + size; ++u)
    for (const UserId v : rows[u])
      if (v.index() >= first && v.index() < first + size)
        ++seen[2 * std::size_t(u >= first + half) + std::size_t(v.index() >= first + half)];
  draws = seen[0] + seen[1] + seen[2] + seen[3];
  for (double& each : seen) each /= draws;
  return seen;
}

}  // namespace

TEST_CASE("each level of the matrix has the quadrants asked for", "[graph][generators][r-mat][statistical]") {
  // Binomial shares: five sd each. Levels one and two of the first quadrant, and users whose number is no power of two.
  const std::size_t users = GENERATE(1'024, 1'000, 777);
  RMatParameters p = matrix(users, 50);
  p.quadrants = {0.45, 0.25, 0.2, 0.1};
  const Rows rows = r_mat_draws(p, stream());
  CHECK(rows.users.size() == std::size_t(50 * users));
  for (const std::size_t size : {users, users - users / 2}) {
    double draws = 0;
    const std::array<double, 4> seen = quadrants_of(rows, 0, size, draws);
    for (std::size_t q = 0; q < 4; ++q)
      CHECK(std::abs(seen[q] - p.quadrants[q]) < 5 * std::sqrt(p.quadrants[q] * (1 - p.quadrants[q]) / draws));
  }
}

TEST_CASE("the followers of the first half are the first column's", "[graph][generators][r-mat][statistical]") {
  // One user of two follows the other with the chances b and c; a and d are loops. 20 000 draws, five sd.
  RMatParameters p = matrix(2, 1);
  p.quadrants = {0.1, 0.6, 0.2, 0.1};
  double first = 0, second = 0;
  for (std::uint32_t replicate = 0; replicate < 10'000; ++replicate) {
    const Rows rows = with_threads(1, [&] { return r_mat_draws(p, stream(replicate)); });
    for (const UserId v : rows[0]) first += v.index() == 1;
    for (const UserId v : rows[1]) second += v.index() == 0;
  }
  CHECK(std::abs(first / 20'000 - 0.6) < 5 * std::sqrt(0.24 / 20'000));
  CHECK(std::abs(second / 20'000 - 0.2) < 5 * std::sqrt(0.16 / 20'000));
}

TEST_CASE("noise moves both mixed quadrants by the same", "[graph][generators][r-mat][statistical]") {
  RMatParameters p = matrix(4'096, 100);
  p.noise = 0.1;
  const Rows rows = r_mat_draws(p, stream());
  double draws = 0;
  const std::array<double, 4> seen = quadrants_of(rows, 0, 4'096, draws);
  const double sd = std::sqrt(0.25 / draws), by = seen[1] - 0.19;
  CHECK(std::abs(by) > 10 * sd);  // it moved, by chance of this seed
  CHECK(std::abs(by) < 0.1 + 5 * sd);
  CHECK(std::abs(seen[2] - 0.19 - by) < 5 * std::sqrt(2.0) * sd);
  CHECK(seen[0] / seen[3] ==
        Approx(0.57 / 0.05).epsilon(0.05));  // a and d keep their ratio; 0.05 of 409 600 draws: 0.7 %
}

TEST_CASE("an R-MAT graph is numbered by followers and the same for any number of threads",
          "[graph][generators][r-mat][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  with_threads(threads, [&] {
    const FollowGraph graph = r_mat(matrix(5'000, 12), stream());
    CHECK(std::ranges::is_sorted(follower_numbers(graph), std::greater()));
    CHECK(fingerprint(graph) == 0x41fea5cad3468ca1);
  });
}

TEST_CASE("matrices that cannot be are refused, and the smallest are made", "[graph][generators][r-mat]") {
  RMatParameters p = matrix(10, 10);
  p.quadrants = {0.5, 0.5, 0.5, -0.5};
  const std::string text = message_of([&] { r_mat(p, stream()); });
  CHECK(contains(text, "graph.mean_followees is 10; expected 0 to 9"));
  CHECK(contains(text, "graph.quadrants is [0.5, 0.5, 0.5, -0.5]; expected four chances, 0 to 1, that add up to 1"));
  RMatParameters noisy = matrix(10, 2);
  noisy.noise = 0.2;
  CHECK(contains(message_of([&] { r_mat(noisy, stream()); }), "graph.noise is 0.2; expected 0 to 0.19"));
  CHECK(r_mat(matrix(0, 0), stream()).user_count() == 0);
  CHECK(r_mat(matrix(1, 0), stream()).follow_count() == 0);
}
