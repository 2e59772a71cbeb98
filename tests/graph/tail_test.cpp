#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/statistics/lognormal_fit.hpp"
#include "graph/statistics/normal_tail.hpp"
#include "graph/statistics/power_law_fit.hpp"
#include "graph/statistics/vuong.hpp"
#include "tests/catch.hpp"
#include "tests/graph/small_graphs.hpp"

/// Heavy tails: is a tail of degrees a power law or a lognormal? The oracles are libm in 80 bits and laws that are
/// drawn from.
using namespace grapevine;
using namespace grapevine::test;

namespace {

long double slow_upper_tail(long double z) { return std::erfc(z / std::sqrt(2.0L)) / 2; }

/// P(degree) of the rounded lognormal law from x_min on, by its definition.
long double slow_lognormal(double mu, double sigma, std::uint32_t x_min, std::uint32_t degree) {
  const auto above = [&](long double x) { return slow_upper_tail((std::log(x) - mu) / sigma); };
  return (above(degree - 0.5L) - above(degree + 0.5L)) / above(x_min - 0.5L);
}

Degrees lognormal(std::size_t count, double mu, double sigma, std::uint32_t x_min, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::lognormal_distribution<double> draw(mu, sigma);
  Degrees drawn;
  while (drawn.size() < count)
    if (const double x = std::round(draw(engine)); x >= x_min && x < 4e9)
      drawn.push_back(static_cast<std::uint32_t>(x));
  return drawn;
}

Vuong fit_both(const DegreeDistribution& all, std::uint32_t x_min) {
  return power_law_against_lognormal(all, fit_power_law(all, x_min), fit_lognormal(all, x_min));
}

double log_likelihood(const Degrees& degrees, double mu, double sigma, std::uint32_t x_min) {
  long double sum = 0;
  for (const std::uint32_t d : degrees) sum += std::log(slow_lognormal(mu, sigma, x_min, d));
  return static_cast<double>(sum);
}

}  // namespace

TEST_CASE("normal tails are those of 80-bit libm", "[graph][statistics]") {
  for (double z = -9; z < 35; z += 0.0625) {
    const long double tail = slow_upper_tail(z);
    CHECK(std::abs(log_upper_tail(z) - std::log(tail)) <= 1e-13 * std::max(1.0, z * z / 2));
    CHECK(std::abs(upper_tail(z) / tail - 1) <= 1e-13 * std::max(1.0, z * z / 2));  // exp(-z^2 / 2) brings the factor
    if (z >= 0) {
      const long double density = std::exp(-0.5L * z * z) / std::sqrt(2 * std::acos(-1.0L));
      CHECK(std::abs(mills_ratio(z) * density / tail - 1) <= 1e-13);
    }
  }
  CHECK(mills_ratio(1e6) == Approx(1e-6));
  CHECK(upper_tail(0) == 0.5);
}

TEST_CASE("the mass between two bounds is the difference of their tails", "[graph][statistics]") {
  for (double low = -20; low < 20; low += 0.71)
    for (const double width : {1e-3, 0.004, 0.03, 0.5, 3.0, 25.0}) {
      const double high = low + width;
      const long double mass =
          low > 0 ? slow_upper_tail(low) - slow_upper_tail(high) : slow_upper_tail(-high) - slow_upper_tail(-low);
      // 64-bit mantissas leave 5e-20 of the larger tail, which is some 1 / (width (1 + |z|)) times the mass.
      CHECK(std::abs(log_between(low, high) - std::log(mass)) <= 2e-11L * std::max(1.0L, -std::log(mass)));
    }
}

TEST_CASE("a lognormal mass is that of the definition and adds up to 1", "[graph][statistics]") {
  for (const double mu : {-6.0, 0.5, 3.0})
    for (const double sigma : {0.4, 1.5, 3.0})
      for (const std::uint32_t x_min : {1u, 5u, 60u}) {
        const LognormalFit fit{.mu = mu, .sigma = sigma, .x_min = x_min, .users = 1};
        if (const double start = (std::log(x_min - 0.5) - mu) / sigma; start > 30) continue;
        double sum = 0;
        for (std::uint32_t degree = x_min; degree < 3'000; ++degree) {
          const double expected = static_cast<double>(std::log(slow_lognormal(mu, sigma, x_min, degree)));
          if (expected < -700) continue;
          REQUIRE(std::abs(log_mass(fit, degree) - expected) <= 1e-9 * std::max(1.0, -expected));
          sum += std::exp(log_mass(fit, degree));
        }
        const auto above = [&](double x) { return static_cast<double>(slow_upper_tail((std::log(x) - mu) / sigma)); };
        CHECK(sum == Approx(1 - above(2'999.5) / above(x_min - 0.5)).epsilon(1e-9));
      }
}

TEST_CASE("the fitted lognormal is the likeliest, and near the one that was drawn",
          "[graph][statistics][statistical]") {
  const auto [mu, sigma, x_min] =
      GENERATE(table<double, double, std::uint32_t>({{2.0, 1.0, 1}, {1.0, 1.6, 3}, {4.0, 0.5, 20}, {-1.0, 2.0, 5}}));
  const Degrees degrees = lognormal(3'000, mu, sigma, x_min, 4);
  const LognormalFit fit = fit_lognormal(DegreeDistribution(degrees), x_min);
  const double best = log_likelihood(degrees, fit.mu, fit.sigma, x_min);
  CHECK(fit.users == degrees.size());
  for (const double step : {0.02, -0.02}) {
    CHECK(best > log_likelihood(degrees, fit.mu + step, fit.sigma, x_min));
    CHECK(best > log_likelihood(degrees, fit.mu, fit.sigma + step, x_min));
    CHECK(best > log_likelihood(degrees, fit.mu + step, fit.sigma - step, x_min));
    CHECK(best > log_likelihood(degrees, fit.mu + step, fit.sigma + step, x_min));
  }
  // Twice the gain over the truth is chi-square with two degrees of freedom: above 30 for one seed in 3 million, and
  // never below 0.
  const double gain = 2 * (best - log_likelihood(degrees, mu, sigma, x_min));
  CHECK(gain > 0);
  CHECK(gain < 30);
}

TEST_CASE("a lognormal fitted to a power law turns into one", "[graph][statistics][statistical]") {
  const Degrees degrees = zipf(20'000, 2.5, 30, 6);  // from 30 on rounding hardly matters
  const DegreeDistribution all(degrees);
  const LognormalFit fit = fit_lognormal(all, 30);
  const PowerLawFit power = fit_power_law(all, 30);
  // In log-log axes the lognormal falls with (log x - mu) / sigma^2 + 1, at x_min about as the power law does.
  CHECK((std::log(30.0) - fit.mu) / (fit.sigma * fit.sigma) + 1 == Approx(power.exponent).margin(0.1));
  CHECK(fit.sigma > 3);
}

TEST_CASE("a tail that falls slower and slower sends the lognormal fit to its bound, one that bends does not",
          "[graph][statistics]") {
  // In log-log axes a lognormal law falls faster and faster, so that a tail of the other shape has no likeliest one.
  Degrees hollow;
  for (const auto& [degree, users] : {std::pair(2u, 90), {3u, 12}, {4u, 4}, {90u, 2}, {212u, 2}})
    hollow.insert(hollow.end(), users, degree);
  const LognormalFit fit = fit_lognormal(DegreeDistribution(hollow), 2);
  CHECK(fit.at_bound);
  CHECK(fit.sigma == Approx(1'000).epsilon(1e-3));
  CHECK_FALSE(fit_lognormal(DegreeDistribution(lognormal(3'000, 2.0, 1.0, 1, 4)), 1).at_bound);
}

TEST_CASE("Vuong's statistic is that of a plain list of degrees", "[graph][statistics]") {
  for (const std::uint32_t x_min : {1u, 2u, 6u}) {
    Degrees degrees = zipf(400, 2.1, 1, 12 + x_min);
    const DegreeDistribution all(degrees);
    std::erase_if(degrees, [&](std::uint32_t d) { return d < x_min; });
    const PowerLawFit power = fit_power_law(all, x_min);
    const LognormalFit rival = fit_lognormal(all, x_min);
    std::vector<double> difference;
    const double log_whole = std::log(slow_zeta(power.exponent, x_min));
    for (const std::uint32_t d : degrees)
      difference.push_back(-power.exponent * std::log(double(d)) - log_whole - log_mass(rival, d));
    const double n = double(difference.size()), sum = std::accumulate(difference.begin(), difference.end(), 0.0);
    double squares = 0;
    for (const double d : difference) squares += (d - sum / n) * (d - sum / n);
    const Vuong found = fit_both(all, x_min);
    CHECK(found.log_ratio == Approx(sum).epsilon(1e-6).margin(1e-8));
    CHECK(found.statistic == Approx(sum / std::sqrt(squares)).epsilon(1e-6));
    CHECK(found.p == Approx(std::erfc(std::abs(found.statistic) / std::sqrt(2.0))).epsilon(1e-9));
  }
}

namespace {

/// How often the test decides, at 5 %, and for which law.
struct Verdicts {
  int power = 0, lognormal = 0;
  void count(const Degrees& degrees, std::uint32_t x_min) {
    const Vuong found = fit_both(DegreeDistribution(degrees), x_min);
    if (found.p < 0.05) ++(found.statistic > 0 ? power : lognormal);
  }
};

}  // namespace

TEST_CASE("verdicts of Vuong's test in percent of 400 samples: the table of docs/graph-statistics.md", "[.tables]") {
  const auto print = [](const char* law, std::size_t users, std::uint32_t x_min, auto&& draw) {
    Verdicts verdicts;
    for (unsigned seed = 0; seed < 400; ++seed) verdicts.count(draw(users, x_min, seed), x_min);
    std::printf("| %s | %u | %zu | %.1f | %.1f |\n", law, x_min, users, verdicts.power / 4.0, verdicts.lognormal / 4.0);
    std::fflush(stdout);
  };
  for (const std::size_t users : {300, 1'000, 10'000})
    for (const std::uint32_t x_min : {1u, 5u, 30u}) {
      print("power law, exponent 2.5", users, x_min,
            [](std::size_t n, std::uint32_t from, unsigned seed) { return zipf(n, 2.5, from, seed); });
      print("lognormal, sigma 1", users, x_min, [](std::size_t n, std::uint32_t from, unsigned seed) {
        return lognormal(n, std::log(from) + 0.5, 1.0, from, seed);
      });
      print("lognormal, sigma 2", users, x_min, [](std::size_t n, std::uint32_t from, unsigned seed) {
        return lognormal(n, std::log(from), 2.0, from, seed);
      });
    }
}

TEST_CASE("lognormal tails are told from power laws, and power laws seldom taken for lognormal",
          "[graph][statistics][statistical]") {
  Verdicts bent, straight, straight_far;
  for (unsigned seed = 0; seed < 40; ++seed) {
    bent.count(lognormal(1'000, 2, 1, 1, seed), 1);
    straight.count(zipf(1'000, 2.5, 1, seed), 1);
    straight_far.count(zipf(1'000, 2.5, 30, seed), 30);
  }
  CHECK(bent.lognormal == 40);
  CHECK(bent.power == 0);
  // A power law should be taken for lognormal in 2.5 % of samples at most: 1 of 40, and more than 7 with chance 9e-6.
  CHECK(straight.lognormal <= 7);
  CHECK(straight_far.lognormal <= 7);
}

TEST_CASE("tails too short for two laws have no verdict", "[graph][statistics]") {
  for (const Degrees& degrees : {Degrees{}, Degrees{0}, Degrees{0, 0, 3, 3}, Degrees{1, 1, 2}, Degrees{5}}) {
    const DegreeDistribution all(degrees);
    CHECK(is_missing(fit_lognormal(all, 1).sigma));
    CHECK(is_missing(fit_both(all, 1).p));
  }
  CHECK(fit_lognormal(DegreeDistribution(Degrees{1, 2, 3}), 1).sigma > 0);
  CHECK(is_missing(fit_both(DegreeDistribution(Degrees{1, 2, 3}), 4).statistic));
}

namespace {

/// As many different degrees as users, their CCDF about 1 / sqrt(degree).
Degrees spread_out(std::uint32_t users) {
  Degrees degrees;
  for (std::uint32_t i = 1; i <= users; ++i) degrees.push_back(i * i / 4 + i);
  return degrees;
}

}  // namespace

TEST_CASE("the number of threads changes no bit of a fitted tail", "[graph][statistics][invariance]") {
  const DegreeDistribution all(spread_out(9'000));
  REQUIRE(all.degrees().size() > 4'096);  // several blocks
  const auto test = [&] { return fit_both(all, 2); };
  const Vuong alone = with_threads(1, test);
  const int threads = GENERATE(2, 3, 8);
  CHECK(with_threads(threads, test) == alone);
}
