#include "analysis/cascade_summary.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "analysis/quantile.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

TEST_CASE("a quantile lies on the straight line between its neighbours", "[analysis][cascades]") {
  CHECK(std::isnan(quantile({}, 50)));
  const std::vector<double> one{7};
  for (const unsigned percent : {0u, 50u, 100u}) CHECK(quantile(one, percent) == 7);
  // R: quantile(c(1, 2, 4, 8), c(0, .1, .25, .5, .9, 1)) is 1, 1.3, 1.75, 3, 6.8, 8.
  const std::vector<double> four{1, 2, 4, 8};
  CHECK(quantile(four, 0) == 1);
  CHECK(quantile(four, 10) == Approx(1.3).epsilon(1e-15));
  CHECK(quantile(four, 25) == 1.75);
  CHECK(quantile(four, 50) == 3);
  CHECK(quantile(four, 90) == Approx(6.8).epsilon(1e-15));
  CHECK(quantile(four, 100) == 8);
}

TEST_CASE("the quantiles of 0 to 100 are the percents, in whatever order the cascades come", "[analysis][cascades]") {
  std::vector<TreeMetrics> cascades;
  for (std::uint32_t i = 0; i <= 100; ++i)
    cascades.push_back({.size = i + 1, .depth = i, .structural_virality = 1.0 + i});
  std::shuffle(cascades.begin(), cascades.end(), std::mt19937(3));
  const CascadeSummary summary = summarise(cascades);
  for (std::size_t i = 0; i < CascadeSummary::percents.size(); ++i) {
    CHECK(summary.size[i] == CascadeSummary::percents[i] + 1);
    CHECK(summary.depth[i] == CascadeSummary::percents[i]);
  }
  CHECK(summary.cascades == 101);
  CHECK(summary.nodes == 101 * 102 / 2);
  CHECK(summary.large_cascades == 2);  // sizes 100 and 101, with viralities 100 and 101
  CHECK(summary.structural_virality[2] == 100.5);
  CHECK(summary.flat_share == 0);
}

TEST_CASE("shares of adopters are pooled over cascades, lone roots included", "[analysis][cascades]") {
  // Adopters: 9, 0 and 1, of which 3, 0 and 1 hang from the root.
  const CascadeSummary summary = summarise(
      std::vector<TreeMetrics>{{.size = 10, .root_children = 3}, {.size = 1}, {.size = 2, .root_children = 1}});
  CHECK(summary.direct_share == 0.4);
  CHECK(summary.adopter_children == 0.6);
}

TEST_CASE("virality is judged in cascades of 100 nodes and more only", "[analysis][cascades]") {
  std::vector<TreeMetrics> cascades{{.size = 99, .structural_virality = 2}};
  for (const double virality : {2.0, 2.999, 3.0, 5.0})
    cascades.push_back({.size = 100, .structural_virality = virality});
  const CascadeSummary summary = summarise(cascades);
  CHECK(summary.large_cascades == 4);
  CHECK(summary.flat_share == 0.5);
  CHECK(std::isnan(summary.size_virality_correlation));  // sizes do not vary
}

TEST_CASE("a virality that is a power of size has correlation 1 or -1 with it in logarithms", "[analysis][cascades]") {
  const double power = GENERATE(0.3, -0.3);
  std::vector<TreeMetrics> cascades;
  for (std::uint32_t size = 100; size < 5'000; size += 37)
    cascades.push_back({.size = size, .structural_virality = 9 * std::pow(size, power)});
  CHECK(summarise(cascades).size_virality_correlation == Approx(power > 0 ? 1 : -1).epsilon(1e-12));
}

TEST_CASE("of no cascades nothing is known", "[analysis][cascades]") {
  const CascadeSummary summary = summarise({});
  CHECK((summary.cascades == 0 && summary.nodes == 0 && summary.large_cascades == 0));
  CHECK(std::ranges::all_of(summary.size, [](double value) { return std::isnan(value); }));
  CHECK(std::isnan(summary.flat_share));
  CHECK(std::isnan(summary.direct_share));
}
