#include "analysis/cascades.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

double least_tenth(std::uint32_t i) { return i / 10.0; }

/// Cascades of the given sizes, all stars.
RunRecord stars(const std::vector<std::uint32_t>& sizes) {
  RunRecord run;
  run.shapes.sizes.resize(size_class(UINT32_MAX) + 1);
  run.shapes.depths.resize(3);
  run.shapes.virality.resize(virality_classes);
  run.shapes.broadcasts.resize(broadcast_classes);
  for (const std::uint32_t n : sizes) {
    CascadeSizeRow& row = run.shapes.sizes[size_class(n)];
    ++row.cascades;
    row.adopters += n;
    row.direct += n - 1;
    ++run.shapes.depths[n > 1 ? 1 : 0];
    if (n < 100) continue;
    ++run.shapes.virality[virality_class(2.0 * (n - 1) / n)];
    ++run.shapes.broadcasts[broadcast_class(n - 1, n - 1)];
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
  for (const double p : {0.1, 0.25, 0.5, 0.9})
    CHECK(std::abs(histogram_quantile(even, p, least_tenth) - 0.4 * p) < 1e-15);
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
  for (std::uint32_t i = 0; i < virality_classes; ++i) {
    REQUIRE(virality_class(least_virality(i)) == i);
    if (i > 0) REQUIRE(virality_class(std::nextafter(least_virality(i), 0.0)) == i - 1);
    const double distance = least_virality(i) - 1.0, width = least_virality(i + 1) - least_virality(i);
    REQUIRE(width == (distance < 2 ? 1.0 / 256 : std::exp2(std::floor(std::log2(distance))) / 256));
  }
  CHECK(least_virality(virality_classes) == 4097);
  CHECK(virality_class(4097) == virality_classes - 1);
  CHECK(virality_class(1e9) == virality_classes - 1);
  CHECK(virality_class(0x1p32 / 3) == virality_classes - 1);  // of the longest path
}

TEST_CASE("shares of the largest broadcast fall into hundredths, and only all of them into the last class",
          "[analysis][cascades]") {
  for (const std::uint32_t others : {1u, 7u, 99u, 100u, 101u, 1'000'000u, ~0u}) {
    for (std::uint32_t i = 0; i < 100; ++i) {
      const auto least =
          static_cast<std::uint32_t>((std::uint64_t{others} * i + 99) / 100);  // the least that is i hundredths or more
      if (least < others) CHECK(broadcast_class(least, others) >= i);
      if (least > 0) CHECK(broadcast_class(least - 1, others) < std::max(i, 1u));
    }
    CHECK(broadcast_class(others, others) == broadcast_classes - 1);
    CHECK(broadcast_class(others - 1, others) < broadcast_classes - 1);
  }
  for (std::uint32_t i = 0; i < broadcast_classes; ++i) CHECK(least_broadcast(i) == i / 100.0);
  CascadeHistogram shares(broadcast_classes);
  shares[100] = 3;
  for (const double p : {0.0, 0.25, 0.5, 1.0}) CHECK(histogram_quantile(shares, p, least_broadcast) == 1.0);
  shares[99] = 3;
  CHECK(std::abs(histogram_quantile(shares, 0.25, least_broadcast) - 0.995) < 1e-15);
  CHECK(histogram_quantile(shares, 0.75, least_broadcast) == 1.0);
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
  CHECK(std::abs(fact(rows, "structural virality, median") - (2.0 * 99 / 100 + 2.0 * 1499 / 1500) / 2) <=
        1.0 / 512);  // half a class
  CHECK(fact(rows, "largest broadcast, median share") == 1.0);
  CHECK(cascade_facts({"arm", std::vector<RunRecord>(2)}).empty());
}

TEST_CASE("facts of cascades are the same, whether a record is of one draw or of three alike", "[analysis][cascades]") {
  const std::vector<std::uint32_t> sizes{1, 1, 7, 150, 240, 900};
  std::vector<std::uint32_t> thrice;
  for (int draw = 0; draw < 3; ++draw) thrice.insert(thrice.end(), sizes.begin(), sizes.end());
  const RunRecord one = stars(sizes);
  RunRecord three = stars(thrice);
  three.draws = 3;
  const auto of_one = cascade_facts({"one", std::vector{one, one}}),
             of_three = cascade_facts({"three", std::vector{three, three}});
  REQUIRE(of_one.size() == of_three.size());
  for (std::size_t i = 0; i < of_one.size(); ++i) {
    CAPTURE(of_one[i].metric);
    CHECK((of_one[i].estimate == of_three[i].estimate ||
           (std::isnan(of_one[i].estimate) && std::isnan(of_three[i].estimate))));
  }
}
