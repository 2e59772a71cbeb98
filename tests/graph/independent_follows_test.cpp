#include <array>
#include <cmath>

#include "graph/base/parallel.hpp"
#include "graph/generators/chung_lu.hpp"
#include "graph/generators/stochastic_block.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Numbers = std::vector<double>;

PowerLawParameters heavy_tailed(std::size_t users, double mean) {
  PowerLawParameters p;
  p.users = users;
  p.mean_followees = mean;
  return p;
}

StochasticBlockParameters three_blocks() {
  return {{300, 700, 200}, {{0.10, 0.02, 0.0}, {0.01, 0.05, 0.005}, {0.0, 0.03, 1.0}}};
}

}  // namespace

TEST_CASE("a Chung-Lu graph follows with the probability of each pair", "[graph][generators][chung-lu][statistical]") {
  // Seven users, 4 000 graphs: each of the 42 pairs within five sd of min(1, a_u b_v / F), F = 14; certain ones always,
  // impossible ones never.
  const Numbers followers = {6, 3, 2, 1.5, 1, 0.5, 0}, followees = {0.5, 4, 3, 0, 1, 2.5, 3};
  constexpr std::uint32_t graphs = 4'000;
  std::array<std::array<double, 7>, 7> seen{};
  with_threads(1, [&] {
    for (std::uint32_t replicate = 0; replicate < graphs; ++replicate) {
      const FollowGraph graph = chung_lu(followers, followees, stream(replicate));
      for (std::size_t u = 0; u < 7; ++u)
        for (const UserId v : graph.followees(user(u))) ++seen[u][v.index()];
    }
  });
  for (std::size_t u = 0; u < 7; ++u)
    for (std::size_t v = 0; v < 7; ++v) {
      const double p = u == v ? 0.0 : std::min(1.0, followees[u] * followers[v] / 14.0);
      INFO(u << " follows " << v);
      CHECK(std::abs(seen[u][v] - graphs * p) <= 5 * std::sqrt(graphs * p * (1 - p)));
    }
}

TEST_CASE("users of a Chung-Lu graph have the expected degrees", "[graph][generators][chung-lu][statistical]") {
  const PowerLawParameters p = heavy_tailed(5'000, 20);
  const FollowGraph graph = chung_lu(p, stream());
  const std::vector<double> followers = power_law_weights(p);
  std::vector<double> followees(p.users);
  double sum = 0, wanted = 0;
  for (std::size_t u = 0; u < p.users; ++u) {
    wanted += followees[u] = expected_followees(p, stream(), user(u));
    sum += followers[u];
  }
  for (double& each : followees) each *= sum / wanted;
  double all = 0, variance = 0;
  for (std::size_t v = 0; v < p.users; ++v) {
    double mean = 0, var = 0;
    for (std::size_t u = 0; u < p.users; ++u) {
      if (u == v) continue;
      const double probability = std::min(1.0, followees[u] * followers[v] / sum);
      mean += probability;
      var += probability * (1 - probability);
    }
    all += mean;
    variance += var;
    if (v < 50 || v % 500 == 0) CHECK(std::abs(graph.follower_count(user(v)) - mean) < 5 * std::sqrt(var));
  }
  CHECK(std::abs(double(graph.follow_count()) - all) < 5 * std::sqrt(variance));
}

TEST_CASE("expected degrees that do not fit each other are refused", "[graph][generators][chung-lu]") {
  CHECK(contains(message_of([] {
                   chung_lu(Numbers{2, 1}, Numbers{1, 1}, stream());
                 }),
                 "expected followers add up to 3 and followees to 2"));
  CHECK(contains(message_of([] { chung_lu(Numbers{2, -1}, Numbers{1, 0}, stream()); }), "below 0"));
  CHECK(contains(message_of([] { chung_lu(Numbers{INFINITY}, Numbers{1}, stream()); }), "not finite"));
  CHECK(chung_lu(Numbers{}, Numbers{}, stream()).user_count() == 0);
  CHECK(chung_lu(Numbers{3}, Numbers{3}, stream()).follow_count() == 0);
  CHECK(chung_lu(Numbers{0, 0}, Numbers{0, 0}, stream()).follow_count() == 0);
  CHECK(chung_lu(Numbers(40, 1e6), Numbers(40, 1e6), stream()).follow_count() == 40 * 39);
}

TEST_CASE("blocks follow each other with their densities", "[graph][generators][stochastic-block][statistical]") {
  // Each of the nine counts is binomial; five sd: one seed in 1.7 million. The densities 0 and 1 leave no choice.
  const StochasticBlockParameters p = three_blocks();
  const StochasticBlockGraph made = stochastic_block(p, stream());
  REQUIRE(made.graph.user_count() == 1'200);
  std::array<std::uint64_t, 3> sizes{};
  std::array<std::array<double, 3>, 3> seen{};
  for (std::size_t u = 0; u < 1'200; ++u) {
    ++sizes[made.community[u]];
    for (const UserId v : made.graph.followees(user(u))) ++seen[made.community[u]][made.community[v.index()]];
  }
  CHECK(std::ranges::equal(sizes, p.sizes));
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t s = 0; s < 3; ++s) {
      const double pairs = double(p.sizes[r]) * double(p.sizes[s] - (r == s ? 1 : 0)), density = p.densities[r][s];
      INFO("block " << r << " follows block " << s);
      CHECK(std::abs(seen[r][s] - pairs * density) <= 5 * std::sqrt(pairs * density * (1 - density)));
    }
  CHECK(std::ranges::is_sorted(follower_numbers(made.graph), std::greater()));
}

TEST_CASE("graphs of independent follows are the same for any number of threads",
          "[graph][generators][chung-lu][stochastic-block][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  with_threads(threads, [&] {
    CHECK(fingerprint(chung_lu(heavy_tailed(5'000, 12), stream())) == 0x67c49663a1e0586e);
    CHECK(fingerprint(stochastic_block(three_blocks(), stream()).graph) == 0x3e81120010475fed);
  });
}

TEST_CASE("blocks that cannot be are refused, all at once", "[graph][generators][stochastic-block]") {
  const std::string text = message_of([] {
    stochastic_block({{10, 20}, {{0.1, 1.5}, {0.2}, {0.1, 0.1, 0.1}}}, stream());
  });
  CHECK(contains(text, "graph.densities has 3 rows; expected 2"));
  CHECK(contains(text, "graph.densities has 1.5 in row 1; expected probabilities, 0 to 1"));
  CHECK(contains(text, "graph.densities has 1 entry in row 2; expected 3"));
  CHECK(contains(message_of([] {
                   stochastic_block({{UINT64_MAX, UINT64_MAX}, {{0, 0}, {0, 0}}}, stream());
                 }),
                 "expected at most 4294967294 users"));
  CHECK(stochastic_block({{}, {}}, stream()).graph.user_count() == 0);
  CHECK(stochastic_block({{1}, {{1.0}}}, stream()).graph.follow_count() == 0);
  CHECK(stochastic_block({{0, 3}, {{1, 1}, {1, 1}}}, stream()).graph.follow_count() == 6);
}
