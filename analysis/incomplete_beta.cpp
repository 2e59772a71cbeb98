#include "analysis/incomplete_beta.hpp"

#include <cmath>

#include "analysis/estimates.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

/// log Gamma(x) by Stirling's series (DLMF 5.11.1) where it is good to 1e-15, from 12 on, and by recursion below.
double log_gamma(double x) {
  double product = 1;
  for (; x < 12; ++x) product *= x;
  const double y = 1 / (x * x);
  const double series =
      (1. / 12 - y * (1. / 360 - y * (1. / 1260 - y * (1. / 1680 - y * (1. / 1188 - y * 691. / 360360))))) / x;
  constexpr double half_log_2pi = 0.91893853320467274178;
  return (x - 0.5) * math::log(x) - x + half_log_2pi + series - math::log(product);
}

}  // namespace

double beta_fraction(double a, double b, double x) {
  const auto kept = [](double y) { return std::abs(y) < 1e-300 ? 1e-300 : y; };
  double c = 1, d = 1 / kept(1 - (a + b) * x / (a + 1)), fraction = d;
  for (int m = 1; m <= 10'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

double incomplete_beta(double a, double b, double x, double rest) {
  GRAPEVINE_EXPECTS(a >= 0.5 && b >= 0.5 && x >= 0 && rest >= 0);
  if (x == 0 || rest == 0) return x == 0 ? 0 : 1;
  const double log_front = a * math::log(x) + b * math::log(rest) - (log_gamma(a) + log_gamma(b) - log_gamma(a + b));
  // By the symmetry I_x(a, b) = 1 - I_(1-x)(b, a) on the slow side.
  return x < (a + 1) / (a + b + 2) ? math::exp(log_front) * beta_fraction(a, b, x) / a
                                   : 1 - math::exp(log_front) * beta_fraction(b, a, rest) / b;
}

double f_above(double d1, double d2, double f) {
  if (std::isnan(f)) return not_a_number;
  if (f <= 0) return 1;
  if (std::isinf(f)) return 0;
  const double whole = d1 * f + d2;
  return incomplete_beta(d2 / 2, d1 / 2, d2 / whole, d1 * f / whole);
}

double f_quantile(double d1, double d2, double p) {
  GRAPEVINE_EXPECTS(p > 0 && p < 1);
  double low = 0, high = 1;  // of d1 f / (d1 f + d2)
  for (double middle = 0.5; middle > low && middle < high; middle = low + (high - low) / 2)
    (incomplete_beta(d1 / 2, d2 / 2, middle, 1 - middle) < p ? low : high) = middle;
  return high / (1 - high) * d2 / d1;
}

}  // namespace grapevine
