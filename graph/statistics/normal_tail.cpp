#include "graph/statistics/normal_tail.hpp"

#include <cmath>

#include "graph/base/math.hpp"

namespace grapevine {

namespace {

constexpr double log_sqrt_two_pi = 0.91893853320467274178;
constexpr double sqrt_half_pi = 1.25331413731550025121;

double density(double z) { return math::exp(-0.5 * z * z - log_sqrt_two_pi); }

/// P(0 < Z < z) over the density at z, 0 <= z and not far out: z + z^3 / 3 + z^5 / (3 5) + ...
double inner_ratio(double z) {
  double term = z, sum = z;
  for (double k = 3.0; term > 1e-17 * sum; k += 2.0) sum += term *= z * z / k;
  return sum;
}

/// P(0 < Z < z), z >= 0.
double inner(double z) { return z < 6.0 ? density(z) * inner_ratio(z) : 0.5 - density(z) * mills_ratio(z); }

}  // namespace

double mills_ratio(double z) {
  if (z < 2.0) return sqrt_half_pi * math::exp(0.5 * z * z) - inner_ratio(z);
  // Laplace's continued fraction 1 / (z + 1 / (z + 2 / (z + 3 / ...))), from its end: so many terms leave 1e-16.
  const int terms = 12 + static_cast<int>(360.0 / (z * z));
  double fraction = z;
  for (int k = terms; k >= 1; --k) fraction = z + k / fraction;
  return 1.0 / fraction;
}

double upper_tail(double z) {
  if (z >= 0.0) return density(z) * mills_ratio(z);
  return 1.0 - density(z) * mills_ratio(-z);
}

double log_upper_tail(double z) {
  if (z >= 0.0) return math::log(mills_ratio(z)) - 0.5 * z * z - log_sqrt_two_pi;
  return math::log(upper_tail(z));
}

double log_between(double low, double high) {
  const double width = high - low, middle = 0.5 * (low + high);
  // A narrow strip: width times the density in the middle, with the second term of its series.
  if (width * (std::abs(middle) + 1.0) < 0.01)
    return math::log(width * (1.0 + (middle * middle - 1.0) * width * width / 24.0)) - 0.5 * middle * middle -
           log_sqrt_two_pi;
  if (high <= 0.0) return log_between(-high, -low);
  if (low < 0.0) return math::log(inner(-low) + inner(high));
  const double beyond = math::exp(-width * middle);  // density at `high` over that at `low`
  return math::log(mills_ratio(low) - beyond * mills_ratio(high)) - 0.5 * low * low - log_sqrt_two_pi;
}

}  // namespace grapevine
