#include "graph/base/math.hpp"

#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>

#include "graph/base/clones.hpp"

#if defined(__FAST_MATH__)
#error "results must not depend on the optimiser: compile without -ffast-math"
#endif

namespace grapevine::math {

namespace {

static_assert(FLT_EVAL_METHOD == 0 && std::numeric_limits<double>::is_iec559);

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// log 2 = ln2_high + ln2_low to 2^-97. The high part has 41 bits, so its product with an exponent (11 bits) is exact
// (Cody and Waite 1980).
constexpr double ln2_high = 0x1.62e42fefa3p-1;
constexpr double ln2_low = 0x1.3de6af278ece6p-42;

/// An unevaluated sum high + low with |low| at most half a unit in the last place of high.
struct Pair {
  double high;
  double low;
};

/// a + b exactly, for |a| >= |b| or a = 0 (Dekker 1971).
Pair fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a + b exactly (Knuth, The Art of Computer Programming 2, section 4.2.2).
Pair two_sum(double a, double b) {
  const double sum = a + b;
  const double b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

/// a * b exactly, without fused multiply-add: both are split into halves of 26 bits (Veltkamp; Dekker 1971). For |a|,
/// |b| below 2^995.
Pair two_product(double a, double b) {
  const auto upper_half = [](double x) {
    const double scaled = x * 0x1.0000002p27;
    return scaled - (scaled - x);
  };
  const double a_high = upper_half(a), a_low = a - a_high;
  const double b_high = upper_half(b), b_low = b - b_high;
  const double product = a * b;
  return {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

Pair product(Pair a, Pair b) {
  const Pair p = two_product(a.high, b.high);
  return fast_two_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

/// For |a| >= |b|.
Pair sum(Pair a, Pair b) {
  const Pair s = fast_two_sum(a.high, b.high);
  return fast_two_sum(s.high, s.low + (a.low + b.low));
}

/// 2^k for -1022 <= k <= 1023.
double power_of_two(int k) { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52); }

/// A positive finite x as mantissa * 2^exponent, the mantissa in (sqrt(1/2), sqrt 2].
struct Scaled {
  double mantissa;
  double exponent;
};

Scaled scaled(double x) {
  int exponent = 0;
  if (x < DBL_MIN) {
    x *= 0x1p54;
    exponent = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (mantissa > 0x1.6a09e667f3bcdp0) {  // sqrt 2
    mantissa *= 0.5;
    ++exponent;
  }
  return {mantissa, static_cast<double>(exponent)};
}

/// e^(x.high + x.low): x = k log 2 + r with |r| <= log(2) / 2, then the series 1 + r + r^2/2! + ... to r^13/13! (the
/// rest is below 0.04 ulp).
double exp_of(Pair x) {
  if (x.high > 709.79) return infinity;
  if (x.high < -745.14) return 0.0;
  const int k = static_cast<int>(x.high * 0x1.71547652b82fep0 + (x.high < 0 ? -0.5 : 0.5));
  const double rest = x.high - k * ln2_high;  // exact
  const double lower = x.low - k * ln2_low;
  const auto [r, r_low] = fast_two_sum(rest, lower);

  const double r2 = r * r, r4 = r2 * r2,
               r8 = r4 * r4;  // even and odd terms side by side: a shorter chain than Horner's
  const double a = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const double b = (1.0 / 720 + r * (1.0 / 5'040)) + r2 * (1.0 / 40'320 + r * (1.0 / 362'880));
  const double c = (1.0 / 3'628'800 + r * (1.0 / 39'916'800)) + r2 * (1.0 / 479'001'600 + r * (1.0 / 6'227'020'800));
  const double higher = r2 * (a + r4 * b + r8 * c);

  const Pair one_plus_r = fast_two_sum(1.0, r);
  const double value = one_plus_r.high + (one_plus_r.low + (r_low * one_plus_r.high + higher));
  const int half = k / 2;
  return value * power_of_two(half) *
         power_of_two(k - half);  // the first product is exact, so a subnormal is rounded once
}

/// 1/7 + z/9 + z^2/11 + ... to z^9/25: atanh(s) = s + s z (1/3 + z (1/5 + z * this)) for z = s^2. With z <= 0.0295 the
/// rest is below 2^-70 of the logarithm.
double atanh_series(double z) {
  double value = 1.0 / 25;
  for (const double term : {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7})
    value = value * z + term;
  return value;
}

/// log x to 2^-68 of its value, x positive and finite: log(1 + f) = 2 atanh(s) with s = f / (2 + f), where s and the
/// terms s + s^3/3 + s^5/5 are carried as pairs.
Pair log_pair(double x) {
  const auto [mantissa, exponent] = scaled(x);
  const double f = mantissa - 1.0;  // exact
  const Pair divisor = fast_two_sum(2.0, f);
  const double quotient = f / divisor.high;
  const Pair back = two_product(quotient, divisor.high);
  const Pair s = fast_two_sum(quotient, ((f - back.high) - back.low - quotient * divisor.low) / divisor.high);
  const Pair z = product(s, s);
  const Pair fifth = sum({0x1.999999999999ap-3, -0x1.999999999999ap-57}, {z.high * atanh_series(z.high), 0.0});
  const Pair third = sum({0x1.5555555555555p-2, 0x1.5555555555555p-56}, product(z, fifth));
  const Pair cubes = product(s, product(z, third));

  const Pair whole = two_sum(exponent * ln2_high, 2.0 * s.high);
  const Pair total = two_sum(whole.high, 2.0 * cubes.high);
  return fast_two_sum(total.high, (whole.low + total.low) + (2.0 * (s.low + cubes.low) + exponent * ln2_low));
}

/// coefficients[0] + coefficients[1] x + ...
double polynomial(const std::array<double, 8>& coefficients, double x) {
  double sum = coefficients[7];
  for (int i = 6; i >= 0; --i) sum = sum * x + coefficients[static_cast<std::size_t>(i)];
  return sum;
}

}  // namespace

double exp(double x) {
  if (x != x) return x;
  return exp_of({x, 0.0});
}

// As in fdlibm (Sun 1993): with s = f / (2 + f) and z = s^2, log(1 + f) = f - (f^2/2 - s (f^2/2 + 2 (z/3 + z^2/5 +
// ...))), so only f, which is exact, weighs in full.
namespace {

inline double log_of(Scaled x) {
  const auto [mantissa, exponent] = x;
  const double f = mantissa - 1.0;
  const double s = f / (2.0 + f), z = s * s;
  const double half_square = 0.5 * f * f;
  const double correction = s * (half_square + 2.0 * z * (1.0 / 3 + z * (1.0 / 5 + z * atanh_series(z))));
  return exponent * ln2_high - ((half_square - (correction + exponent * ln2_low)) - f);
}

}  // namespace

double log(double x) {
  if (x != x || x == infinity) return x;
  if (x <= 0.0) return x == 0.0 ? -infinity : nan;
  return log_of(scaled(x));
}

/// Without a branch and without whole numbers turned into doubles, which few processors do many of at once: 2^52 + e
/// has e as its last bits.
GRAPEVINE_CLONED void negated_logs(double* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x[i]);
    const double mantissa = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
    const double exponent = std::bit_cast<double>(bits >> 52 | 0x4330000000000000ULL) - (0x1p52 + 1023.0);
    const bool above = mantissa > 0x1.6a09e667f3bcdp0;  // sqrt 2
    x[i] = -log_of({above ? 0.5 * mantissa : mantissa, above ? exponent + 1.0 : exponent});
  }
}

double pow(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (x != x || y != y || x < 0.0) return nan;
  const bool grows = (x > 1.0) == (y > 0.0);
  // |log x| >= 2^-53 for x != 1, so beyond 2^64 the exponent alone decides; infinities and 0 end here, too
  if (x == 0.0 || x == infinity || y > 0x1p64 || y < -0x1p64) return grows ? infinity : 0.0;
  const Pair logarithm = log_pair(x);
  const Pair whole = two_product(y, logarithm.high);
  return exp_of(fast_two_sum(whole.high, whole.low + y * logarithm.low));
}

double per_log_failure(double p) {
  if (!(p >= 0x1p-64)) return -infinity;
  const double failure = 1.0 - p;
  // p over what the rounded failure leaves makes up for the rounding (Kahan; Goldberg 1991, theorem 4).
  return failure == 1.0 ? -1.0 / p : 1.0 / (log(failure) * (p / (1.0 - failure)));
}

double logistic(double x) {
  if (x >= 0.0) return 1.0 / (1.0 + exp(-x));
  const double odds = exp(x);
  return odds / (1.0 + odds);
}

double normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return nan;
  if (p == 0.0) return -infinity;
  if (p == 1.0) return infinity;
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           polynomial(
               {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
                4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
               r) /
           polynomial(
               {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
                3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3},
               r);
  }
  const double r = std::sqrt(-log(q < 0.0 ? p : 1.0 - p));
  const double size =
      r <= 5.0 ? polynomial({1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                             3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                             2.27238449892691845833e-2, 7.74545014278341407640e-4},
                            r - 1.6) /
                     polynomial({1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9},
                                r - 1.6)
               : polynomial({6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                             2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7},
                            r - 5.0) /
                     polynomial({1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15},
                                r - 5.0);
  return q < 0.0 ? -size : size;
}

}  // namespace grapevine::math
