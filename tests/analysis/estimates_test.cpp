#include "analysis/estimates.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstring>
#include <numbers>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

double mean_of(const std::vector<double>& values) {
  double total = 0;
  for (const double x : values) total += x;
  return total / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  double total = 0;
  for (const double x : values) total += (x - mean_of(values)) * (x - mean_of(values));
  return total / (static_cast<double>(values.size()) - 1);
}

std::vector<double> without(std::vector<double> values, std::size_t i) {
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(i));
  return values;
}

/// The recipe word for word: compute the statistic again for every set that lacks one replicate, then its
/// pseudo-values, then their t interval.
template <class Statistic>
Estimate slow_jackknife(const std::vector<std::vector<double>>& columns, Statistic statistic) {
  const double all = statistic(columns);
  const auto n = static_cast<double>(columns.front().size());
  std::vector<double> pseudo;
  for (std::size_t i = 0; i < columns.front().size(); ++i) {
    std::vector<std::vector<double>> rest;
    for (const auto& column : columns) rest.push_back(without(column, i));
    pseudo.push_back(n * all - (n - 1) * statistic(rest));
  }
  const double half = student_t_quantile(n - 1, 0.975) * std::sqrt(variance_of(pseudo) / n);
  return {all, all - half, all + half, columns.front().size()};
}

void check_equal(const Estimate& a, const Estimate& b) {
  CHECK(a.value == Approx(b.value).epsilon(1e-12));
  CHECK(a.low == Approx(b.low).epsilon(1e-10));
  CHECK(a.high == Approx(b.high).epsilon(1e-10));
  CHECK(a.n == b.n);
}

/// exp(sd Z): two columns that share a part of their Z, as arms under common random numbers do.
struct Lognormal {
  StreamKey key;
  double normal(std::uint64_t trial, std::uint32_t which) const {
    return math::normal_quantile(uniform(key.bits(Draw::sample, trial, which)));
  }

  void draw(std::uint64_t trial, std::size_t n, Series& x, Series& y) const {
    for (std::uint32_t i = 0; i < n; ++i) {
      const double shared = normal(trial, 3 * i);
      x.total.push_back(math::exp(0.5 * (0.8 * shared + 0.6 * normal(trial, 3 * i + 1))));
      y.total.push_back(math::exp(0.5 * (0.8 * shared + 0.6 * normal(trial, 3 * i + 2))));
    }
  }
};

}  // namespace

TEST_CASE("a mean has the t interval of the textbooks", "[analysis]") {
  // 4, 6, 8: mean 6, standard deviation 2, t(2 degrees, 0.975) = 4.30265273.
  const Estimate e = pooled({.total = {4, 6, 8}, .per = {}});
  CHECK(e.value == 6);
  CHECK(e.low == Approx(6 - 4.30265273 * 2 / std::sqrt(3.0)).epsilon(1e-9));
  CHECK(e.high == Approx(6 + 4.30265273 * 2 / std::sqrt(3.0)).epsilon(1e-9));
  CHECK(e.n == 3);
  // At 90 %: t(2 degrees, 0.95) = 2.91998558.
  CHECK(pooled({.total = {4, 6, 8}, .per = {}}, 0.9).high == Approx(6 + 2.91998558 * 2 / std::sqrt(3.0)).epsilon(1e-9));
}

TEST_CASE("a difference of paired means has the t interval of the differences", "[analysis]") {
  // Differences 2, 3, 7: mean 4, variance 7.
  const PairedEstimate d = paired_difference({{12, 23, 37}, {}}, {{10, 20, 30}, {}});
  CHECK(d.estimate.value == 4);
  CHECK(d.estimate.low == Approx(4 - 4.30265273 * std::sqrt(7.0 / 3)).epsilon(1e-9));
  CHECK(d.estimate.high == Approx(4 + 4.30265273 * std::sqrt(7.0 / 3)).epsilon(1e-9));
  // var x = 157, var y = 100, covariance 125.
  CHECK(d.correlation == Approx(125 / std::sqrt(157.0 * 100)));
  CHECK(d.variance_ratio == Approx(7.0 / 257));
}

TEST_CASE("a ratio of means worked out by hand", "[analysis]") {
  // x = 2, 4, 6 and y = 1, 2, 1: ratio 12 / 4 = 3; without one: 10/3, 8/2, 6/3. On the scale of logarithms the
  // pseudo-values are 3 log 3 - 2 log(10/3), 3 log 3 - 2 log 4, 3 log 3 - 2 log 2, and deviate from their mean by 2 (m
  // - log(10/3)), ..., m the mean of the three.
  const LogRatio r = log_ratio({{2, 4, 6}, {}}, {{1, 2, 1}, {}});
  const std::vector<double> logs{std::log(10 / 3.), std::log(4.), std::log(2.)};
  const double half = 4.30265273 * 2 * std::sqrt(variance_of(logs) / 3);
  CHECK(r.estimate.value == 3);
  CHECK(r.estimate.low == Approx(3 * std::exp(-half)).epsilon(1e-9));
  CHECK(r.estimate.high == Approx(3 * std::exp(half)).epsilon(1e-9));
  // Both arms alone: without one of x 10/2, 8/2, 6/2 over 4/3; without one of y 3/2, 2/2, 3/2 under 12/3. Logs, up to a
  // constant:
  const std::vector<double> x{std::log(5.), std::log(4.), std::log(3.)}, y{std::log(1.5), 0, std::log(1.5)};
  CHECK(r.variance_ratio == Approx(variance_of(logs) / (variance_of(x) + variance_of(y))));
  CHECK(r.correlation == Approx(0).margin(1e-15));  // of 2, 4, 6 and 1, 2, 1
}

TEST_CASE("a quotient of one arm has the interval of its logarithm", "[analysis]") {
  // 12 / 4, as above; the two columns are those of one arm now.
  const Estimate e = pooled({{2, 4, 6}, {1, 2, 1}}), ratio = log_ratio({{2, 4, 6}, {}}, {{1, 2, 1}, {}}).estimate;
  check_equal(e, ratio);
  CHECK(e.low > 0);
  CHECK(pooled({{0, 0, 9}, {1, 1, 1}}).value == 3);  // it would be 0 without the last
  CHECK(std::isnan(pooled({{0, 0, 9}, {1, 1, 1}}).low));
  CHECK((pooled({{0, 0}, {1, 1}}).value == 0 && std::isnan(pooled({{0, 0}, {1, 1}}).low)));
}

TEST_CASE("one number has one interval: at 95 % it is the one that the ratio came with", "[analysis]") {
  const LogRatio r = log_ratio({{31, 44, 18}, {100, 130, 90}}, {{20, 39, 15}, {}});
  const Estimate again = at_level(r, 0.95);
  CHECK((again.value == r.estimate.value && again.low == r.estimate.low && again.high == r.estimate.high &&
         again.n == 3));
  // t(2 degrees, 0.995) = 9.92484320.
  CHECK(at_level(r, 0.99).high == Approx(r.estimate.value * std::exp(9.92484320 * r.standard_error)));
}

TEST_CASE("the jackknife agrees with leaving out one replicate at a time", "[analysis]") {
  const std::vector<double> a{31, 44, 18, 52, 39, 27, 40}, p{100, 130, 90, 160, 120, 80, 110},
      b{20, 39, 15, 30, 36, 21, 25}, q{70, 140, 60, 90, 130, 75, 95};
  const auto quotient = [](const auto& c) { return mean_of(c[0]) / mean_of(c[1]); };
  const auto ratio = [](const auto& c) { return mean_of(c[0]) / mean_of(c[1]) / (mean_of(c[2]) / mean_of(c[3])); };
  const auto difference = [](const auto& c) { return mean_of(c[0]) / mean_of(c[1]) - mean_of(c[2]) / mean_of(c[3]); };
  const auto log_of = [](const auto& statistic) {
    return [statistic](const auto& c) { return std::log(statistic(c)); };
  };
  const auto back = [](const Estimate& log) {
    return Estimate{std::exp(log.value), std::exp(log.low), std::exp(log.high), log.n};
  };
  check_equal(pooled({a, p}), back(slow_jackknife({a, p}, log_of(quotient))));
  check_equal(log_ratio({a, p}, {b, q}).estimate, back(slow_jackknife({a, p, b, q}, log_of(ratio))));
  check_equal(paired_difference({a, p}, {b, q}).estimate, slow_jackknife({a, p, b, q}, difference));

  const std::vector<double> c{12, 19, 11, 22, 16, 15, 13}, r{50, 61, 44, 80, 55, 52, 49};
  const auto of_four = [](const auto& x) {
    return mean_of(x[0]) / mean_of(x[1]) / (mean_of(x[2]) / mean_of(x[3])) /
           (mean_of(x[4]) / mean_of(x[5]) / (mean_of(x[6]) / mean_of(x[7])));
  };
  check_equal(log_ratio_of_ratios({{a, p}, {b, q}}, {{c, r}, {q, p}}).estimate,
              back(slow_jackknife({a, p, b, q, c, r, q, p}, log_of(of_four))));
}

TEST_CASE("equal arms differ by exactly 0 and have a ratio of exactly 1", "[analysis][invariance]") {
  const int n = GENERATE(2, 3, 10, 37);
  Series arm;
  for (int i = 0; i < n; ++i) {
    arm.total.push_back(0.1 * i + 1.0 / 3);
    arm.per.push_back(7 + 0.7 * i);
  }
  const Estimate d = paired_difference(arm, arm).estimate;
  CHECK((d.value == 0 && d.low == 0 && d.high == 0));
  CHECK_FALSE(std::signbit(d.value));
  const LogRatio r = log_ratio(arm, arm);
  CHECK((r.estimate.value == 1 && r.estimate.low == 1 && r.estimate.high == 1));
  CHECK(r.correlation == 1);
  CHECK(r.variance_ratio == 0);
}

TEST_CASE("an arm that does not vary has an interval of width 0 and no correlation", "[analysis]") {
  const Series flat{std::vector<double>(10, 1e6 / 3), std::vector<double>(10, 7)};
  const Estimate e = pooled(flat);
  CHECK((e.low == e.value && e.high == e.value));
  CHECK(std::isnan(paired_difference(flat, {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {}}).correlation));
}

TEST_CASE("one replicate gives an estimate without an interval", "[analysis]") {
  const PairedEstimate d = paired_difference({{8}, {}}, {{2}, {}});
  const LogRatio r = log_ratio({{12}, {2}}, {{3}, {3}});
  for (const Estimate& e : {d.estimate, r.estimate})
    CHECK((e.value == 6 && e.n == 1 && std::isnan(e.low) && std::isnan(e.high)));
  for (const double missing : {d.correlation, d.variance_ratio, r.correlation, r.variance_ratio, r.standard_error})
    CHECK(std::isnan(missing));
}

TEST_CASE("a denominator of 0 leaves the estimate missing, with the one NaN that results may hold", "[analysis]") {
  const auto is_the_one = [](double x) { return std::memcmp(&x, &not_a_number, sizeof x) == 0; };
  const Series none{{0, 0, 0}, {}}, some{{1, 2, 3}, {}};
  for (const Estimate& e :
       {pooled({{1, 2, 3}, {0, 0, 0}}), log_ratio(some, none).estimate, log_ratio(none, none).estimate})
    for (const double missing : {e.value, e.low, e.high}) CHECK(is_the_one(missing));
  CHECK((is_the_one(log_ratio(some, none).variance_ratio) && is_the_one(log_ratio(some, none).standard_error)));
  CHECK(is_the_one(paired_difference(some, none).correlation));

  // Only the last replicate has a denominator: the pooled value exists, what would be left without that replicate does
  // not.
  const Estimate e = pooled({{0, 0, 5}, {0, 0, 2}});
  CHECK(e.value == 2.5);
  CHECK(is_the_one(e.low));
  CHECK(pooled({}).n == 0);
  CHECK(is_the_one(pooled({}).value));
}

TEST_CASE("the order of replicates moves an estimate by rounding only", "[analysis]") {
  const Series a{{31, 44, 18, 52}, {100, 130, 90, 160}}, b{{20, 39, 15, 30}, {70, 140, 60, 90}};
  const Series a_back{{52, 18, 44, 31}, {160, 90, 130, 100}}, b_back{{30, 15, 39, 20}, {90, 60, 140, 70}};
  check_equal(log_ratio(a, b).estimate, log_ratio(a_back, b_back).estimate);
  CHECK(log_ratio(a, b).estimate.value ==
        log_ratio(a_back, b_back).estimate.value);  // whole numbers: their sums have no order
}

TEST_CASE("quantiles of Student's t are those of the printed tables", "[analysis]") {
  struct Row {
    double degrees, at_95, at_975;
  };
  for (const Row& row : {Row{1, 6.314, 12.706}, Row{2, 2.920, 4.303}, Row{3, 2.353, 3.182}, Row{4, 2.132, 2.776},
                         Row{5, 2.015, 2.571}, Row{9, 1.833, 2.262}, Row{10, 1.812, 2.228}, Row{19, 1.729, 2.093},
                         Row{29, 1.699, 2.045}, Row{60, 1.671, 2.000}, Row{120, 1.658, 1.980}}) {
    CHECK(std::abs(student_t_quantile(row.degrees, 0.95) - row.at_95) < 0.000501);  // the tables have three decimals
    CHECK(std::abs(student_t_quantile(row.degrees, 0.975) - row.at_975) < 0.000501);
  }
  // One degree: the Cauchy distribution, tan(pi (p - 1/2)). Two: (2p - 1) / sqrt(2p (1 - p)).
  CHECK(std::abs(student_t_quantile(1, 0.975) - std::tan(std::numbers::pi * 0.475)) < t_grid);
  CHECK(std::abs(student_t_quantile(2, 0.975) - 0.95 / std::sqrt(2 * 0.975 * 0.025)) < t_grid);
}

TEST_CASE(
    "no quantile lies so near the middle between two multiples of the grid that the last bits of libm could choose",
    "[analysis][invariance]") {
  // A thousandth of the grid is 2.3e-13: hundreds of times the error of the quantile (12.7 has a last bit of 1.8e-15,
  // the others less).
  for (int n = 2; n <= 400; ++n) {
    const double steps = boost::math::quantile(boost::math::students_t(n - 1.0), 0.975) / t_grid;
    INFO("n = " << n);
    CHECK(std::abs(steps - std::floor(steps) - 0.5) > 1e-3);
    CHECK(std::abs(student_t_quantile(n - 1.0, 0.975) / t_grid - steps) <= 0.5);
  }
}

TEST_CASE("the interval of a ratio covers the truth nearly as often as it says", "[analysis][statistical]") {
  // Lognormal with sd 0.5 of the log, correlation 0.64 of the logs, true ratio 1. Skew costs a t interval of so few
  // replicates some coverage, at most 2 points here; 4 000 trials have a standard error of 0.35 points, four of which
  // are allowed on top. Pairing must help: (1 - corr) of the independent variance.
  const std::size_t n = GENERATE(10u, 20u);
  const Lognormal population{StreamKey(7, Stream::dynamics, static_cast<std::uint32_t>(n))};
  constexpr int trials = 4'000;
  int covered = 0, helped = 0;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    Series x, y;
    population.draw(trial, n, x, y);
    const LogRatio r = log_ratio(x, y);
    covered += r.estimate.low <= 1 && 1 <= r.estimate.high;
    helped += r.variance_ratio < 1;
  }
  CHECK(covered > (0.95 - 0.02 - 4 * 0.0035) * trials);
  CHECK(covered < (0.95 + 4 * 0.0035) * trials);
  CHECK(helped > 0.95 * trials);
}

TEST_CASE("two-sided probabilities of Student's t are those of Boost, small and large", "[analysis]") {
  for (const std::size_t degrees : {1u, 2u, 3u, 9u, 19u, 20u, 49u, 100u, 399u, 1000u})
    for (const double t : {1e-6, 0.01, 0.5, 1.0, 1.7, 2.0, 3.0, 5.0, 10.0, 40.0}) {
      INFO(degrees << " degrees, t = " << t);
      const double truth =
          2 * boost::math::cdf(boost::math::complement(boost::math::students_t(static_cast<double>(degrees)), t));
      CHECK(std::abs(student_t_two_sided(degrees, t) - truth) <= 1e-12 * truth + 1e-300);
      CHECK(student_t_two_sided(degrees, -t) == student_t_two_sided(degrees, t));
    }
  CHECK(student_t_two_sided(5, 0) == 1);
  CHECK(student_t_two_sided(5, std::numeric_limits<double>::infinity()) == 0);
  CHECK(std::isnan(student_t_two_sided(5, not_a_number)));
}

TEST_CASE(
    "the interval on the log scale is that of leaving out one replicate at a time, and swapping the arms turns it over",
    "[analysis]") {
  const std::vector<double> a{31, 44, 18, 52, 39, 27, 40}, p{100, 130, 90, 160, 120, 80, 110},
      b{20, 39, 15, 30, 36, 21, 25};
  const Estimate logs =
      slow_jackknife({a, p, b}, [](const auto& c) { return std::log(mean_of(c[0]) / mean_of(c[1]) / mean_of(c[2])); });
  const LogRatio r = log_ratio({a, p}, {b, {}}), back = log_ratio({b, {}}, {a, p});
  check_equal(r.estimate, {std::exp(logs.value), std::exp(logs.low), std::exp(logs.high), 7});
  check_equal(back.estimate, {1 / r.estimate.value, 1 / r.estimate.high, 1 / r.estimate.low, 7});
  CHECK(r.standard_error == Approx((logs.high - logs.low) / 2 / student_t_quantile(6, 0.975)));

  const LogRatio equal = log_ratio({a, p}, {a, p});
  CHECK(
      (equal.estimate.value == 1 && equal.estimate.low == 1 && equal.estimate.high == 1 && equal.standard_error == 0));
  CHECK(std::isnan(log_ratio({{8}, {}}, {{2}, {}}).estimate.low));
  CHECK(log_ratio({{8}, {}}, {{2}, {}}).estimate.value == 4);
  const LogRatio none = log_ratio({{0, 0, 0}, {}}, {{1, 2, 3}, {}}), once = log_ratio({{0, 0, 5}, {}}, {{1, 2, 3}, {}});
  CHECK((none.estimate.value == 0 && std::isnan(none.estimate.low) && std::isnan(none.standard_error)));
  CHECK((once.estimate.value == Approx(5. / 6) && std::isnan(once.estimate.low) && std::isnan(once.estimate.high)));
}

TEST_CASE("the jackknife of a mean, handed in from outside, is its t interval", "[analysis]") {
  check_equal(jackknife(6, {7, 6, 5}), pooled({{4, 6, 8}, {}}));
}
