#include "analysis/stopping.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/analysis/draws.hpp"
#include "tests/catch.hpp"

using namespace grapevine;
using Catch::Detail::Approx;

namespace {

/// The interval of the logarithm is -+ `half_width(n)`.
std::function<LogRatio(std::size_t)> widths(const std::function<double(std::size_t)>& half_width) {
  return [=](std::size_t n) {
    return LogRatio{.estimate = {.value = 1, .n = n},
                    .standard_error = half_width(n) / student_t_quantile(static_cast<double>(n) - 1, 0.975)};
  };
}

std::vector<std::size_t> sizes(const StoppingDecision& decision) {
  std::vector<std::size_t> found;
  for (const StoppingLook& look : decision.looks) found.push_back(look.replicates);
  return found;
}

double chi_squared_density(double x, double degrees) {
  return std::exp((degrees / 2 - 1) * std::log(x) - x / 2 - degrees / 2 * std::log(2) - std::lgamma(degrees / 2));
}

/// Coverage of the 95 % interval at the look where the rule stops, for normal effects with variance 1, whose mean is
/// independent of their squares. The sum of squares about the mean of n + m is that of n and an independent chi-squared
/// of m degrees (Helmert), so its density among studies that went on is that of the look before, cut off and folded
/// with that of m. Midpoints of cells of 0.1; a boundary is off by half a cell at most, which moves 8e-5.
double exact_coverage(double half_width, const std::vector<std::size_t>& looks) {
  constexpr double cell = 0.1;
  const std::size_t cells = 2'500;
  const auto middle = [&](std::size_t i) { return cell * (static_cast<double>(i) + 0.5); };
  std::vector<double> going_on;
  double coverage = 0;
  for (std::size_t k = 0; k < looks.size(); ++k) {
    const auto n = static_cast<double>(looks[k]), before = k == 0 ? 1 : static_cast<double>(looks[k - 1]);
    std::vector<double> step(cells), density(cells);
    for (std::size_t i = 0; i < cells; ++i) step[i] = chi_squared_density(middle(i), n - before);
    if (k == 0) density = step;
    for (std::size_t i = 0; k > 0 && i < cells; ++i)  // middles add up to ends of cells: the mean of two neighbours
      for (std::size_t j = 0; j <= i; ++j)
        density[i] += cell * going_on[j] * 0.5 * (step[i - j] + (i > j ? step[i - j - 1] : 0));
    const double t = student_t_quantile(n - 1, 0.975);
    for (std::size_t i = 0; i < cells; ++i) {
      const double deviation = std::sqrt(middle(i) / (n - 1));
      if (t * deviation / std::sqrt(n) > half_width && k + 1 < looks.size()) continue;
      coverage += cell * density[i] * std::erf(t * deviation / std::sqrt(2.));
      density[i] = 0;
    }
    going_on = density;
  }
  return coverage;
}

/// The share of studies whose interval, at the look where the rule stops, holds a true ratio of 1. `primary` makes a
/// study's ratios.
template <class MakePrimary>
double simulated_coverage(const StoppingRule& rule, int studies, MakePrimary make_primary) {
  int covered = 0;
  for (int i = 0; i < studies; ++i) {
    const auto primary = make_primary();
    const StoppingDecision decision = decide_stopping(rule, rule.limit, primary);
    REQUIRE(decision.stop);
    const Estimate e = at_level(primary(decision.replicates), rule.level);
    covered += e.low <= 1 && 1 <= e.high;
  }
  return static_cast<double>(covered) / studies;
}

}  // namespace

TEST_CASE("looks are at 20, 30, 45 and so on, and at the limit", "[analysis][stopping]") {
  CHECK(looks_until(400) == std::vector<std::size_t>{20, 30, 45, 68, 102, 153, 230, 345, 400});
  CHECK(looks_until(45) == std::vector<std::size_t>{20, 30, 45});
  CHECK(looks_until(46) == std::vector<std::size_t>{20, 30, 45, 46});
  CHECK(looks_until(7) == std::vector<std::size_t>{7});
}

TEST_CASE("a study stops at the first look with the width, however many replicates are ready", "[analysis][stopping]") {
  const StoppingRule rule{.half_width = 0.1, .limit = 200};
  const auto narrow_from_45 = widths([](std::size_t n) { return n < 45 ? 0.2 : 0.09; });
  for (const std::size_t ready : {45u, 60u, 200u}) {
    const StoppingDecision decision = decide_stopping(rule, ready, narrow_from_45);
    CHECK((decision.stop && decision.reached && decision.replicates == 45));
    CHECK(sizes(decision) == std::vector<std::size_t>{20, 30, 45});
    CHECK(decision.looks[0].half_width == Approx(0.2));
  }
  const StoppingDecision early = decide_stopping(rule, 44, narrow_from_45);
  CHECK((!early.stop && !early.reached && early.replicates == 45 && early.looks.size() == 2));
  CHECK(decide_stopping(rule, 19, narrow_from_45).looks.empty());
}

TEST_CASE(
    "a study ends at its limit without the width; a ratio without an interval has none, equal arms have it at once",
    "[analysis][stopping]") {
  const StoppingRule rule{.half_width = 0.1, .limit = 50};
  const StoppingDecision wide = decide_stopping(rule, 50, widths([](std::size_t) { return 0.2; }));
  CHECK((wide.stop && !wide.reached && wide.replicates == 50 && wide.looks.size() == 4));
  const auto no_sales = [](std::size_t n) {
    return log_ratio({std::vector<double>(n, 0), {}}, {std::vector<double>(n, 1), {}});
  };
  const StoppingDecision none = decide_stopping(rule, 50, no_sales);
  CHECK((none.stop && !none.reached && std::isnan(none.looks[0].half_width)));
  const auto equal = [](std::size_t n) {
    return log_ratio({std::vector<double>(n, 2), {}}, {std::vector<double>(n, 2), {}});
  };
  CHECK((decide_stopping(rule, 20, equal).reached && decide_stopping(rule, 20, equal).looks[0].half_width == 0));
}

TEST_CASE("the half-width is that of the interval that is printed", "[analysis][stopping]") {
  const LogRatio ratio = log_ratio({{3, 5, 4, 6}, {}}, {{2, 2, 3, 2}, {}});
  CHECK(log_half_width(ratio) == Approx(std::log(ratio.estimate.high / ratio.estimate.low) / 2));
  CHECK(std::isnan(log_half_width(log_ratio({{3}, {}}, {{2}, {}}))));
}

TEST_CASE("only replicates before the first gap are complete", "[analysis][stopping]") {
  CHECK(complete_prefix({}) == 0);
  CHECK(complete_prefix({false, true, true}) == 0);
  CHECK(complete_prefix({true, true, false, true}) == 2);
  CHECK(complete_prefix({true, true}) == 2);
}

TEST_CASE("stopping at a width costs normal effects no more coverage than derived",
          "[analysis][stopping][statistical]") {
  // With one look nothing is chosen, and coverage is 95 %. With looks until 153 the worst width is where the study
  // stops at 30 or 45: 94.2 %. 5 000 studies: standard error 0.33 points; four of them.
  CHECK(exact_coverage(0.3, {45}) == Approx(0.95).margin(1e-4));
  const double needed = GENERATE(20., 30., 45., 80.);  // replicates for the width, were the variance known
  const StoppingRule rule{.half_width = 1.96 / std::sqrt(needed), .limit = 153};
  const double derived = exact_coverage(rule.half_width, looks_until(rule.limit));
  CHECK((derived > 0.9415 && derived < 0.95));
  Draws chance(9, static_cast<std::uint32_t>(needed));
  const double seen = simulated_coverage(rule, 5'000, [&] {
    std::vector<double> effects(rule.limit);
    for (double& effect : effects) effect = chance.normal();
    return [effects](std::size_t n) {
      const Estimate mean = pooled({{effects.begin(), effects.begin() + static_cast<std::ptrdiff_t>(n)}, {}});
      const double t = student_t_quantile(static_cast<double>(n) - 1, 0.975);
      return LogRatio{.estimate = {.value = math::exp(mean.value), .n = n},
                      .standard_error = (mean.high - mean.low) / 2 / t};
    };
  });
  INFO("derived " << derived);
  CHECK(std::abs(seen - derived) < 4 * 0.0033);
}

TEST_CASE("stopping at a width costs skewed effects a point and a half", "[analysis][stopping][statistical]") {
  // Lognormal replicates of spread 0.5 in both arms, which share 0 or 0.8: at a fixed n the interval of the ratio
  // covers 94.5 % (docs/statistics.md), and stopping takes up to 0.8 points, as of normal effects, if skew adds
  // nothing: 93.5 % or more. Widths are those of about 35 replicates. 4 000 studies: standard error 0.38 points; four.
  const double shared = GENERATE(0., 0.8);
  const double variance = 2 * (std::exp(0.25) - std::exp(0.25 * shared));  // of a replicate's x - y, each with mean 1
  const StoppingRule rule{.half_width = 1.96 * std::sqrt(variance / 35), .limit = 153};
  Draws chance(12, static_cast<std::uint32_t>(10 * shared));
  const double seen = simulated_coverage(rule, 4'000, [&] {
    Series x, y;
    for (std::size_t i = 0; i < rule.limit; ++i) {
      const double common = std::sqrt(shared) * chance.normal(), rest = std::sqrt(1 - shared);
      x.total.push_back(math::exp(0.5 * (common + rest * chance.normal())));
      y.total.push_back(math::exp(0.5 * (common + rest * chance.normal())));
    }
    return [x, y](std::size_t n) {
      const auto first = [n](const Series& s) {
        return Series{{s.total.begin(), s.total.begin() + static_cast<std::ptrdiff_t>(n)}, {}};
      };
      return log_ratio(first(x), first(y));
    };
  });
  CHECK(seen > 0.935 - 4 * 0.0038);
  CHECK(seen < 0.95 + 4 * 0.0038);
}
