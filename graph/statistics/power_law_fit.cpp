#include "graph/statistics/power_law_fit.hpp"

#include <algorithm>
#include <cmath>
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

/// Hurwitz' zeta(a, q) q^a for a > 1, q >= 1: the first terms one by one, from 10 + 2 a on the Euler-Maclaurin formula
/// to the seventh derivative. Relative error below 1e-12.
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

/// What is known of the tail that begins at some degree before a law is fitted to it.
struct Tail {
  std::span<const std::uint32_t> degrees;   ///< those that occur, ascending
  std::span<const std::uint64_t> at_least;  ///< users with so many or more
  double log_sum = 0.0;                     ///< of log(degree / first degree) over its users

  double mean_log() const { return log_sum / static_cast<double>(at_least.front()); }
};

/// The sums of all tails, each from the next: what is beyond a degree is farther from the one below by the logarithm of
/// the step.
std::vector<double> log_sums(const DegreeDistribution& all, std::size_t first) {
  const std::span<const std::uint32_t> degrees = all.degrees();
  std::vector<double> sums(degrees.size() - first, 0.0);
  for (std::size_t i = degrees.size(); i-- > first + 1;)
    sums[i - 1 - first] = sums[i - first] + static_cast<double>(all.at_least()[i]) *
                                                math::log(static_cast<double>(degrees[i]) / degrees[i - 1]);
  return sums;
}

/// The fit to a tail without its distance.
PowerLawFit fit_exponent(const Tail& tail, std::uint32_t x_min) {
  PowerLawFit fit{.x_min = x_min, .users = tail.at_least.empty() ? 0 : tail.at_least.front()};
  if (tail.degrees.empty() || tail.degrees.back() == x_min) return fit;
  fit.exponent = solve_exponent(x_min, tail.mean_log() + math::log(static_cast<double>(tail.degrees.front()) / x_min));
  return fit;
}

/// The largest difference of tail and law at some of the tail's degrees: next(j) is where to look after the j-th.
template <class Next>
double distance(const Tail& tail, const PowerLawFit& fit, Next&& next) {
  const double users = static_cast<double>(fit.users), whole = relative_zeta(fit.exponent, fit.x_min).value;
  double largest = 0.0;
  for (std::size_t j = 0; j < tail.degrees.size();
       j = next(j)) {  // between two degrees that occur the law only falls, so the ends of the gap will do
    const double fall = math::exp(-fit.exponent * math::log(static_cast<double>(tail.degrees[j]) / fit.x_min)) / whole;
    const double law_here = fall * relative_zeta(fit.exponent, tail.degrees[j]).value, law_above = law_here - fall;
    const double here = static_cast<double>(tail.at_least[j]) / users;
    const double above = j + 1 < tail.degrees.size() ? static_cast<double>(tail.at_least[j + 1]) / users : 0.0;
    largest = std::max({largest, here - law_here, law_here - here, above - law_above, law_above - above});
  }
  return largest;
}
constexpr auto every_degree = [](std::size_t j) { return j + 1; };
constexpr auto some_degrees = [](std::size_t j) { return j + 1 + j / 16; };  // 120 of 10 000

std::size_t first_at_least(const DegreeDistribution& degrees, std::uint32_t x_min) {
  return static_cast<std::size_t>(std::ranges::lower_bound(degrees.degrees(), x_min) - degrees.degrees().begin());
}

}  // namespace

PowerLawFit fit_power_law(const DegreeDistribution& degrees, std::uint32_t x_min) {
  GRAPEVINE_EXPECTS(x_min >= 1);
  const std::size_t first = first_at_least(degrees, x_min);
  Tail tail{degrees.degrees().subspan(first), degrees.at_least().subspan(first)};
  if (!tail.degrees.empty()) tail.log_sum = log_sums(degrees, first).front();
  PowerLawFit fit = fit_exponent(tail, x_min);
  if (!std::isnan(fit.exponent)) fit.distance = distance(tail, fit, every_degree);
  return fit;
}

PowerLawFit best_power_law(const DegreeDistribution& degrees, std::uint64_t least_users) {
  const std::size_t first = first_at_least(degrees, 1);
  const auto long_enough =
      std::ranges::partition_point(degrees.at_least(), [&](std::uint64_t users) { return users >= least_users; });
  const std::size_t last = std::max(first, static_cast<std::size_t>(long_enough - degrees.at_least().begin()));
  const std::vector<double> sums = log_sums(degrees, first);
  const auto tail_at = [&](std::size_t i) {
    return Tail{degrees.degrees().subspan(first + i), degrees.at_least().subspan(first + i), sums[i]};
  };
  std::vector<PowerLawFit> fits(last - first);
  parallel_for(
      fits.size(),
      [&](std::size_t i) {
        const Tail tail = tail_at(i);
        fits[i] = fit_exponent(tail, tail.degrees.front());
        if (!std::isnan(fits[i].exponent)) fits[i].distance = distance(tail, fits[i], some_degrees);
      },
      1);
  // Those are lower bounds. No fit whose bound is above the distance of another one, such as the most promising, can be
  // the best.
  const auto nearer = [](const PowerLawFit& a, const PowerLawFit& b) {
    return a.distance < b.distance || (std::isnan(b.distance) && !std::isnan(a.distance));
  };
  const auto promising = std::ranges::min_element(fits, nearer);
  if (promising == fits.end() || std::isnan(promising->distance)) return {};
  const double reached =
      distance(tail_at(static_cast<std::size_t>(promising - fits.begin())), *promising, every_degree);
  parallel_for(
      fits.size(),
      [&](std::size_t i) {
        if (fits[i].distance <= reached) fits[i].distance = distance(tail_at(i), fits[i], every_degree);
      },
      1);
  return *std::ranges::min_element(fits, nearer);
}

double log_mass(const PowerLawFit& fit, std::uint32_t degree) {
  return -fit.exponent * math::log(static_cast<double>(degree) / fit.x_min) -
         math::log(relative_zeta(fit.exponent, fit.x_min).value);
}

}  // namespace grapevine
