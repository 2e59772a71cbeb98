#include "graph/statistics/power_law_fit.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

/// A sum over k >= q of (k / q)^-a and its derivative by a.
struct RelativeZeta {
  double value = 0.0;
  double slope = 0.0;

  /// Adds a term whose logarithm has the derivative `log_slope`.
  void add(double term, double log_slope) {
    value += term;
    slope += term * log_slope;
  }
};

/// Hurwitz' zeta(a, q) q^a for a > 1, q >= 1: the first terms one by one, from 10 + 2 a on the Euler-Maclaurin formula to the seventh
/// derivative. Relative error below 1e-12.
RelativeZeta relative_zeta(double a, double q) {
  RelativeZeta sum;
  double k = q;
  for (; k < 10.0 + 2.0 * a; k += 1.0) {
    const double fall = math::log(k / q), term = math::exp(-a * fall);
    if (term < 1e-18 * sum.value) return sum;
    sum.add(term, -fall);
  }
  const double fall = math::log(k / q), term = math::exp(-a * fall);
  sum.add(k * term / (a - 1.0), -fall - 1.0 / (a - 1.0));
  sum.add(term / 2.0, -fall);
  double derivative = a * term / k, log_slope = 1.0 / a - fall;  // of order 1, 3, 5, 7, without sign
  double next = a + 1.0;
  for (const double bernoulli : {1.0 / 12, -1.0 / 720, 1.0 / 30'240, -1.0 / 1'209'600}) {
    sum.add(bernoulli * derivative, log_slope);
    derivative *= next * (next + 1.0) / (k * k);
    log_slope += 1.0 / next + 1.0 / (next + 1.0);
    next += 2.0;
  }
  return sum;
}

/// The exponent under which log(x / x_min) has this mean; the mean falls as the exponent grows.
double solve_exponent(double x_min, double mean_log) {
  const auto too_low = [&](double exponent) {
    const RelativeZeta zeta = relative_zeta(exponent, x_min);
    return -zeta.slope > mean_log * zeta.value;
  };
  double low = 1.0, high = 2.0;
  while (too_low(high)) low = high, high *= 2.0;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2.0;
    (too_low(middle) ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

/// Fits the tail from x_min on, which begins at the i-th degree.
PowerLawFit fit_tail(const DegreeDistribution& all, std::size_t i, std::uint32_t x_min) {
  const std::span<const std::uint32_t> degrees = all.degrees().subspan(i);
  const std::span<const std::uint64_t> at_least = all.at_least().subspan(i);
  PowerLawFit fit{.x_min = x_min, .users = at_least.empty() ? 0 : at_least.front()};
  if (degrees.empty() || degrees.back() == x_min) return fit;
  const double users = static_cast<double>(fit.users);
  double log_sum = 0.0;
  for (std::size_t j = 0; j < degrees.size(); ++j) {
    const std::uint64_t above = j + 1 < degrees.size() ? at_least[j + 1] : 0;
    log_sum += static_cast<double>(at_least[j] - above) * math::log(static_cast<double>(degrees[j]) / x_min);
  }
  const double a = fit.exponent = solve_exponent(x_min, log_sum / users);
  const double whole = relative_zeta(a, x_min).value;
  fit.distance = 0.0;
  for (std::size_t j = 0; j < degrees.size(); ++j) {  // between two degrees that occur the law only falls, so the ends of the gap will do
    const double fall = math::exp(-a * math::log(static_cast<double>(degrees[j]) / x_min)) / whole;
    const double law_here = fall * relative_zeta(a, degrees[j]).value, law_above = law_here - fall;
    const double here = static_cast<double>(at_least[j]) / users;
    const double above = j + 1 < degrees.size() ? static_cast<double>(at_least[j + 1]) / users : 0.0;
    fit.distance = std::max({fit.distance, here - law_here, law_here - here, above - law_above, law_above - above});
  }
  return fit;
}

std::size_t first_at_least(const DegreeDistribution& degrees, std::uint32_t x_min) {
  return static_cast<std::size_t>(std::ranges::lower_bound(degrees.degrees(), x_min) - degrees.degrees().begin());
}

}  // namespace

PowerLawFit fit_power_law(const DegreeDistribution& degrees, std::uint32_t x_min) {
  GRAPEVINE_EXPECTS(x_min >= 1);
  return fit_tail(degrees, first_at_least(degrees, x_min), x_min);
}

PowerLawFit best_power_law(const DegreeDistribution& degrees, std::uint64_t least_users) {
  const std::size_t first = first_at_least(degrees, 1);
  const auto long_enough = std::ranges::partition_point(degrees.at_least(), [&](std::uint64_t users) { return users >= least_users; });
  const std::size_t last = std::max(first, static_cast<std::size_t>(long_enough - degrees.at_least().begin()));
  std::vector<PowerLawFit> fits(last - first);
  parallel_for(
      fits.size(), [&](std::size_t i) { fits[i] = fit_tail(degrees, first + i, degrees.degrees()[first + i]); }, 1);
  PowerLawFit best;
  for (const PowerLawFit& fit : fits)
    if (fit.distance < best.distance || best.distance != best.distance) best = fit;
  return best;
}

double log_mass(const PowerLawFit& fit, std::uint32_t degree) {
  return -fit.exponent * math::log(static_cast<double>(degree) / fit.x_min) - math::log(relative_zeta(fit.exponent, fit.x_min).value);
}

}  // namespace grapevine
