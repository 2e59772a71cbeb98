#include "analysis/cascades.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

double least_tenth(std::uint32_t i) { return i / 10.0; }

/// Cascades of the given sizes, all stars.
RunRecord stars(const std::vector<std::uint32_t>& sizes) {
  RunRecord run;
  run.shapes.sizes.resize(2000);
  run.shapes.depths.resize(3);
  run.shapes.virality.resize(virality_classes);
  for (const std::uint32_t n : sizes) {
    CascadeSizeRow& row = run.shapes.sizes[size_class(n)];
    ++row.cascades;
    row.adopters += n;
    row.direct += n - 1;
    ++run.shapes.depths[n > 1 ? 1 : 0];
    if (n >= 100) ++run.shapes.virality[virality_class(2.0 * (n - 1) / n)];
  }
  return run;
}

double fact(const std::vector<ComparisonRow>& rows, std::string_view metric) {
  for (const ComparisonRow& row : rows)
    if (row.metric == metric) return row.estimate;
  return NAN;
}

}  // namespace

TEST_CASE("quantiles of a histogram are linear within a class", "[analysis][cascades]") {
  const std::vector<std::uint64_t> even{10, 10, 10, 10};  // 40 values, spread evenly over 0 to 0.4
  for (const double p : {0.1, 0.25, 0.5, 0.9}) CHECK(std::abs(histogram_quantile(even, p, least_tenth) - 0.4 * p) < 1e-15);
  CHECK(histogram_quantile(std::vector<std::uint64_t>{0, 0, 4, 0}, 0.5, least_tenth) == 0.25);
  CHECK(std::isnan(histogram_quantile({}, 0.5, least_tenth)));
  CHECK(std::isnan(histogram_quantile(std::vector<std::uint64_t>{0, 0}, 0.5, least_tenth)));
}

TEST_CASE("classes of sizes and viralities hold what lies between their bounds", "[analysis][cascades]") {
  for (std::uint32_t i = 2; i < 1376; ++i) {
    REQUIRE(size_class(static_cast<std::uint32_t>(least_size(i))) == i);
    REQUIRE(size_class(static_cast<std::uint32_t>(least_size(i) - 1)) == i - 1);
  }
  CHECK(size_class(~0u) == 1375);
  for (std::uint32_t i = 0; i < virality_classes; ++i) REQUIRE(virality_class(least_virality(i)) == i);
  CHECK(virality_class(1e9) == virality_classes - 1);
}

TEST_CASE("facts of cascades pool those of all replicates", "[analysis][cascades]") {
  const std::vector<RunRecord> runs{stars({1, 1, 1, 5, 100}), stars({1, 2, 1500})};
  const std::vector<ComparisonRow> rows = cascade_facts({"arm", runs});
  CHECK(fact(rows, "size") == (1 + 1 + 1 + 5 + 100 + 1 + 2 + 1500) / 8.0);
  CHECK(fact(rows, "share alone") == 4 / 8.0);
  CHECK(fact(rows, "share of 10 or more") == 2 / 8.0);
  CHECK(fact(rows, "share of 100 or more") == 2 / 8.0);
  CHECK(fact(rows, "share of 1000 or more") == 1 / 8.0);
  CHECK(fact(rows, "share that ends within one step") == 1.0);
  CHECK(fact(rows, "direct share of adoptions") == 1.0);
  CHECK(fact(rows, "large cascades") == 1.0);
  CHECK(std::abs(fact(rows, "structural virality, median") - 2.0) < 2.0 / 64);
  CHECK(cascade_facts({"arm", std::vector<RunRecord>(2)}).empty());
}
