#include "analysis/iso_outcome.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/analysis/draws.hpp"
#include "tests/catch.hpp"

using namespace grapevine;
using Catch::Detail::Approx;

namespace {

constexpr double beyond_all = std::numeric_limits<double>::infinity();
const std::vector<double> budgets{100, 300, 1'000, 3'000, 10'000};

/// y = a s^b at each budget.
std::vector<SpendOutcome> power_law(double a, double b) {
  std::vector<SpendOutcome> cells;
  for (const double spend : budgets) cells.push_back({spend, a * std::pow(spend, b)});
  return cells;
}

bool same(const Matched& matched, AxisSide side, double spend) {
  return matched.side == side && matched.spend == spend;
}

}  // namespace

TEST_CASE("a planted power law is matched at the spend of its closed form", "[analysis][iso-outcome]") {
  // a s^b = y at s = (y / a)^(1 / b): straight on logarithms, so interpolation is exact wherever the budgets lie.
  const double a = 0.2, b = GENERATE(0.5, 0.8, 1.0, 1.3);
  std::vector<SpendOutcome> cells = power_law(a, b);
  for (const double spend : {101., 299., 1'000., 2'345., 9'999.}) {
    const Matched matched = least_spend(cells, a * std::pow(spend, b));
    CHECK(matched.side == AxisSide::within);
    CHECK(matched.spend == Approx(spend).epsilon(1e-12));
  }
  CHECK(same(least_spend(cells, a * std::pow(99, b)), AxisSide::below_axis, -beyond_all));
  CHECK(same(least_spend(cells, a * std::pow(10'001, b)), AxisSide::above_axis, beyond_all));

  std::reverse(cells.begin(), cells.end());
  CHECK(least_spend(cells, a * std::pow(2'345, b)).spend == Approx(2'345).epsilon(1e-12));
}

TEST_CASE("cells that an arm cannot spend in are skipped, and a line is drawn over them", "[analysis][iso-outcome]") {
  std::vector<SpendOutcome> cells = power_law(2, 0.7);
  cells[2].outcome = not_a_number;
  cells[3] = {0, 0};
  CHECK(least_spend(cells, 2 * std::pow(1'500, 0.7)).spend == Approx(1'500).epsilon(1e-12));
  for (SpendOutcome& cell : cells) cell.outcome = not_a_number;
  CHECK(least_spend(cells, 10).side == AxisSide::unknown);
  CHECK(least_spend(power_law(2, 0.7), not_a_number).side == AxisSide::unknown);
  CHECK(least_spend({}, 1).side == AxisSide::unknown);
}

TEST_CASE("the first crossing counts, and outcomes that are not positive have straight lines",
          "[analysis][iso-outcome]") {
  const std::vector<SpendOutcome> bumpy{{100, 1}, {200, 8}, {400, 2}, {800, 16}};
  CHECK(least_spend(bumpy, 4).spend == Approx(100 * std::pow(2, 2. / 3)));  // not 400 * 2^(1/3)
  CHECK(least_spend(bumpy, 8).spend == 200);
  CHECK(least_spend(bumpy, 12).spend == Approx(400 * std::pow(2, std::log(6) / std::log(8))));
  const std::vector<SpendOutcome> from_below{{100, -2}, {200, 0}, {400, 8}};
  CHECK(least_spend(from_below, 2).spend == Approx(250));
  CHECK(least_spend(from_below, -1).spend == Approx(150));
  CHECK(least_spend(from_below, -3).side == AxisSide::below_axis);
}

TEST_CASE("over replicates, planted laws are matched at the median of their closed form", "[analysis][iso-outcome]") {
  // The micros yield 2 e s^0.8, the mega spends 2 000 and yields 500: matched at (250 / e)^(1.25), which falls with e,
  // so that the median is that of the median e. 101 replicates whose e are quantiles of a lognormal of spread 0.3.
  std::vector<std::vector<SpendOutcome>> cells;
  std::vector<SpendOutcome> target;
  const auto matched_at = [](double share) {
    return std::pow(250 / std::exp(0.3 * math::normal_quantile(share)), 1.25);
  };
  for (int r = 0; r < 101; ++r) {
    cells.push_back(power_law(2 * std::exp(0.3 * math::normal_quantile((r + 0.5) / 101)), 0.8));
    target.push_back({2'000, 500});
  }
  const IsoOutcome found = iso_outcome(cells, target);
  CHECK((found.within == 101 && found.below_axis == 0 && found.above_axis == 0 && found.missing == 0));
  CHECK(found.spend.median == Approx(matched_at(0.5)));
  CHECK(found.ratio.median == Approx(matched_at(0.5) / 2'000));
  // 2.5 and 97.5 % of places 0 to 100: halfway between two replicates, counted from the largest e on.
  const auto between = [&](int r) { return (matched_at((r + 0.5) / 101) + matched_at((r + 1.5) / 101)) / 2; };
  CHECK(found.spend.spread_low == Approx(between(97)));
  CHECK(found.spend.spread_high == Approx(between(2)));
  CHECK((found.ratio.of_median.low < found.ratio.median && found.ratio.median < found.ratio.of_median.high));
}

TEST_CASE("censored replicates count in quantiles, and missing ones do not", "[analysis][iso-outcome]") {
  // Five replicates: one matched below the axis, two within, at 100 and 200 of which the mega spends 50 and 400; one
  // above; one whose mega yields nothing that is known.
  const std::vector<SpendOutcome> line{{50, 1}, {100, 2}, {200, 4}};
  const std::vector<std::vector<SpendOutcome>> cells(5, line);
  const std::vector<SpendOutcome> target{{400, 4}, {50, 0.5}, {50, 2}, {60, 5}, {60, not_a_number}};
  const IsoOutcome found = iso_outcome(cells, target);
  CHECK((found.below_axis == 1 && found.within == 2 && found.above_axis == 1 && found.missing == 1));
  CHECK(found.spend.median == 150);
  CHECK(found.ratio.median == 1.25);  // of 1/2 and 2
  CHECK((found.spend.spread_low == -beyond_all && found.spend.spread_high == beyond_all));
  CHECK((found.spend.of_median.n == 4 && found.spend.of_median.low == -beyond_all));

  const std::vector<SpendOutcome> nothing(5, {60, 0});
  CHECK(iso_outcome(cells, nothing).missing == 5);  // whatever one spends matches nothing
  CHECK(std::isnan(iso_outcome(cells, nothing).spend.median));

  CHECK(censored_summary({1, 2, beyond_all, beyond_all, beyond_all}).median == beyond_all);
  CHECK(censored_summary({1, 2, beyond_all, beyond_all}).median == beyond_all);  // between a known and a censored one
  CHECK(censored_summary({-beyond_all, -beyond_all, 2, 3}).median == -beyond_all);
  CHECK(censored_summary({-beyond_all, 2, beyond_all}).median == 2);
  // As many below the axis as above it: nothing tells on which side the median lies.
  CHECK(std::isnan(censored_summary({beyond_all, -beyond_all, beyond_all, -beyond_all}).median));
  CHECK(censored_summary({-beyond_all, -beyond_all, beyond_all}).median == -beyond_all);
  CHECK(std::isnan(censored_summary({}).median));
}

TEST_CASE("the interval of a median has the ranks of the printed tables", "[analysis][iso-outcome]") {
  // 95 %: the smallest and the largest of 6 to 8, the second of 9 to 11, the third of 12 to 14, the sixth of 20, the
  // tenth of 30, the 40th of 100 (Conover, Practical Nonparametric Statistics, from the binomial of 1/2).
  struct Row {
    std::size_t n, rank;
  };
  for (const auto& [n, rank] : {Row{5, 0}, Row{6, 1}, Row{8, 1}, Row{9, 2}, Row{11, 2}, Row{12, 3}, Row{14, 3},
                                Row{20, 6}, Row{30, 10}, Row{100, 40}}) {
    std::vector<double> values;
    for (std::size_t i = 1; i <= n; ++i) values.push_back(static_cast<double>(i));
    const Estimate e = censored_summary(values).of_median;
    INFO("n = " << n);
    CHECK(e.low == (rank == 0 ? -beyond_all : static_cast<double>(rank)));
    CHECK(e.high == (rank == 0 ? beyond_all : static_cast<double>(n + 1 - rank)));
  }
  // 5 000: 2 500 less 1.96 sqrt(5 000) / 2 and a half, up to one.
  std::vector<double> many;
  for (int i = 1; i <= 5'000; ++i) many.push_back(i);
  CHECK(std::abs(censored_summary(many).of_median.low - (2'500 - 0.98 * std::sqrt(5'000.))) <= 1.5);
}

TEST_CASE("the interval of a median covers at least as often as it says, censored or not",
          "[analysis][iso-outcome][statistical]") {
  // 20 replicates: ranks 6 and 15, exact coverage 1 - 2 P(B <= 5) = 0.9586. 4 000 samples: standard error 0.32 points;
  // four of them. What lies above 1, a sixth of the replicates, is only known to.
  Draws chance(3);
  int covered = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::vector<double> values;
    for (int r = 0; r < 20; ++r) {
      const double z = chance.normal();
      values.push_back(z > 1 ? beyond_all : z);
    }
    const Estimate e = censored_summary(values).of_median;
    covered += e.low <= 0 && 0 <= e.high;
  }
  CHECK(std::abs(covered - 0.9586 * 4'000) < 4 * 0.0032 * 4'000);
}
