#include "graph/base/math.hpp"

#include <algorithm>
#include <bit>
#include <boost/math/distributions/normal.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

// The oracle is Boost.Multiprecision with 50 decimal digits, which shares no line with ours. Samples are addressed, so
// a failure repeats.

using namespace grapevine;

namespace {

using Exact = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double smallest_normal = std::numeric_limits<double>::min();
constexpr double largest = std::numeric_limits<double>::max();

/// The i-th number of sample `sample`, uniform in (low, high).
double between(double low, double high, std::uint64_t sample, std::uint64_t i) {
  return low + (high - low) * (static_cast<double>(nested_mix(20'240'117, sample, i) >> 11) * 0x1p-53);
}

/// |value - truth| in units of the spacing of doubles at the truth; 0 or infinity where only that is right.
double ulps_off(double value, const Exact& truth) {
  const double rounded = truth.convert_to<double>();
  if (std::isinf(rounded) || std::isinf(value) || std::isnan(value)) return value == rounded ? 0.0 : infinity;
  int exponent = 0;
  frexp(truth, &exponent);
  return (abs(Exact(value) - truth) / std::ldexp(1.0, std::max(exponent - 53, -1074))).convert_to<double>();
}

struct Worst {
  double ulps = 0;
  double at = 0;
  void see(double off, double x) {
    if (!(off <= ulps)) ulps = off, at = x;
  }
};

Worst worst_exp(const std::vector<double>& points) {
  Worst worst;
  for (const double x : points) worst.see(ulps_off(math::exp(x), exp(Exact(x))), x);
  return worst;
}

Worst worst_log(const std::vector<double>& points) {
  Worst worst;
  for (const double x : points) worst.see(ulps_off(math::log(x), log(Exact(x))), x);
  return worst;
}

std::vector<double> sampled(std::size_t count, double low, double high, std::uint64_t sample) {
  std::vector<double> points(count);
  for (std::size_t i = 0; i < count; ++i) points[i] = between(low, high, sample, i);
  return points;
}

/// Each point with the three doubles on either side of it.
std::vector<double> with_neighbours(const std::vector<double>& points) {
  std::vector<double> all;
  for (const double point : points) {
    double down = point, up = point;
    all.push_back(point);
    for (int i = 0; i < 3; ++i) {
      all.push_back(down = std::nextafter(down, -infinity));
      all.push_back(up = std::nextafter(up, infinity));
    }
  }
  return all;
}

/// (x, y) with log2 x in (low, high) and y log x in (least, most).
std::vector<std::pair<double, double>> powers(std::size_t count, double low, double high, double least, double most,
                                              std::uint64_t sample) {
  std::vector<std::pair<double, double>> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = std::exp2(between(low, high, sample, i));
    pairs.emplace_back(x, between(least, most, sample + 1, i) / std::log(x));
  }
  return pairs;
}

Worst worst_pow(const std::vector<std::pair<double, double>>& pairs) {
  Worst worst;
  for (const auto& [x, y] : pairs) worst.see(ulps_off(math::pow(x, y), exp(Exact(y) * log(Exact(x)))), x);
  return worst;
}

std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x); }

}  // namespace

TEST_CASE("exp is at most 0.75 ulp off where its result is normal", "[base][math]") {
  CHECK(worst_exp(sampled(40'000, -1.0, 1.0, 1)).ulps < 0.75);
  CHECK(worst_exp(sampled(60'000, -708.39, 709.78, 2)).ulps < 0.75);
  std::vector<double> edges{0.0,    1.0,     -1.0,  709.782712893384, -708.3964185322641,
                            1e-300, -1e-300, 1e-17, smallest,         -smallest};
  for (int k = -1'021; k <= 1'023; ++k)
    edges.push_back((k + 0.5) * 0.6931471805599453);  // where the reduction changes its exponent
  for (const double x : with_neighbours(edges))
    if (x > -708.39 && x < 709.782712893384) CHECK(ulps_off(math::exp(x), exp(Exact(x))) < 0.75);
}

TEST_CASE("exp is at most 1 ulp off where its result is subnormal, and rounds into 0 and infinity", "[base][math]") {
  CHECK(worst_exp(sampled(20'000, -745.2, -708.3, 3)).ulps < 1.0);
  CHECK(
      worst_exp(with_neighbours({-745.1332191019411, -744.4400719213812, -708.3964185322641, 709.782712893384})).ulps <
      1.0);
  CHECK(math::exp(709.782712893384) == 0x1.fffffffffff2ap+1023);
  CHECK(math::exp(709.7827128933841) == infinity);
  CHECK(math::exp(-745.1332191019411) == smallest);
  CHECK(math::exp(-745.1332191019412) == 0.0);
}

TEST_CASE("exp knows its special values", "[base][math]") {
  CHECK(bits_of(math::exp(0.0)) == bits_of(1.0));
  CHECK(bits_of(math::exp(-0.0)) == bits_of(1.0));
  CHECK(math::exp(1.0) == 0x1.5bf0a8b145769p1);
  CHECK(math::exp(infinity) == infinity);
  CHECK(bits_of(math::exp(-infinity)) == bits_of(0.0));
  CHECK(math::exp(largest) == infinity);
  CHECK(math::exp(-largest) == 0.0);
  CHECK(std::isnan(math::exp(not_a_number)));
}

TEST_CASE("log is at most 0.9 ulp off", "[base][math]") {
  CHECK(worst_log(sampled(40'000, 0.6, 1.6, 4)).ulps < 0.9);
  std::vector<double> all;  // every exponent, subnormals included
  for (std::uint64_t i = 0; i < 40'000; ++i)
    all.push_back(std::bit_cast<double>(nested_mix(5, 0, i) % 0x7ff0000000000000ULL));
  for (std::uint64_t i = 0; i < 2'000; ++i) all.push_back(std::bit_cast<double>(nested_mix(5, 1, i) >> 12));
  CHECK(worst_log(all).ulps < 0.9);
  std::vector<double> edges{1.0, 2.0, 10.0, smallest_normal, largest};
  for (int k = -1'021; k <= 1'023; ++k)
    edges.push_back(std::ldexp(0x1.6a09e667f3bcdp0, k));  // where the mantissa is halved
  for (const double x : with_neighbours(edges))
    if (!std::isinf(x)) CHECK(ulps_off(math::log(x), log(Exact(x))) < 0.9);
}

TEST_CASE("many logarithms at a time are those of one after the other, to the bit", "[base][math]") {
  std::vector<double> x{1.0, smallest_normal, largest, 0.5, 2.0};
  for (int k = -1'021; k <= 1'023; ++k) x.push_back(std::ldexp(0x1.6a09e667f3bcdp0, k));
  for (const double edge : with_neighbours(x))
    if (edge >= smallest_normal && !std::isinf(edge)) x.push_back(edge);
  for (std::uint64_t i = 0; i < 10'000; ++i) x.push_back(uniform(nested_mix(6, 0, i)));
  std::vector<double> together = x;
  math::negated_logs(together.data(), together.size());
  std::size_t other = 0;
  for (std::size_t i = 0; i < x.size(); ++i) other += bits_of(together[i]) != bits_of(-math::log(x[i])) ? 1 : 0;
  CHECK(other == 0);
  for (std::size_t n = 0; n < 20; ++n) {  // what is left over of whole vectors, and nothing behind
    std::vector<double> few(x.end() - 20, x.end());
    math::negated_logs(few.data(), n);
    for (std::size_t i = 0; i < 20; ++i) {
      const double one = x[x.size() - 20 + i];
      CHECK(few[i] == (i < n ? -math::log(one) : one));
    }
  }
}

TEST_CASE("log knows its special values", "[base][math]") {
  CHECK(bits_of(math::log(1.0)) == bits_of(0.0));
  CHECK(math::log(0.0) == -infinity);
  CHECK(math::log(-0.0) == -infinity);
  CHECK(math::log(infinity) == infinity);
  CHECK(math::log(smallest) == -0x1.74385446d71c3p9);
  CHECK(math::log(2.0) == 0x1.62e42fefa39efp-1);
  for (const double x : {-smallest, -1.0, -infinity, not_a_number}) CHECK(std::isnan(math::log(x)));
}

TEST_CASE("pow is at most 0.9 ulp off, however large the exponent", "[base][math]") {
  CHECK(worst_pow(powers(20'000, -10, 10, -10, 10, 10)).ulps < 0.9);
  CHECK(worst_pow(powers(20'000, -0.5, 0.5, -708, 709.7, 12)).ulps < 0.9);
  CHECK(worst_pow(powers(20'000, -1'074, 1'024, -708, 709.7, 14)).ulps < 0.9);
  CHECK(worst_pow(powers(5'000, -1e-9, 1e-9, -708, 709.7, 16)).ulps < 0.9);
  CHECK(worst_pow(powers(10'000, -1'074, 1'024, -745, -708.5, 18)).ulps < 1.0);  // subnormal results
}

TEST_CASE("pow of whole numbers is exact where the result is a double", "[base][math]") {
  for (int base = 1; base <= 20; ++base) {
    double truth = 1;
    for (int exponent = 0; truth < 0x1p53; ++exponent, truth *= base) {
      CHECK(math::pow(base, exponent) == truth);
      if (base == 1 && exponent == 60) break;
    }
  }
  for (int k = -1'074; k <= 1'023; ++k) CHECK(math::pow(2.0, k) == std::ldexp(1.0, k));
  for (double root = 1; root < 1'000; ++root) CHECK(math::pow(root * root, 0.5) == root);
}

TEST_CASE("pow knows its special values", "[base][math]") {
  for (const double x : {0.0, 0.5, 1.0, 7.0, infinity, not_a_number, -3.0}) CHECK(math::pow(x, 0.0) == 1.0);
  for (const double y : {-infinity, -2.0, 0.5, infinity, not_a_number}) CHECK(math::pow(1.0, y) == 1.0);
  CHECK(math::pow(0.0, 0.3) == 0.0);
  CHECK(math::pow(0.0, -0.3) == infinity);
  CHECK(math::pow(infinity, smallest) == infinity);
  CHECK(math::pow(infinity, -smallest) == 0.0);
  CHECK(math::pow(2.0, infinity) == infinity);
  CHECK(math::pow(2.0, -infinity) == 0.0);
  CHECK(math::pow(0.5, infinity) == 0.0);
  CHECK(math::pow(0.5, -infinity) == infinity);
  CHECK(math::pow(std::nextafter(1.0, 2.0), 1e300) == infinity);
  CHECK(math::pow(std::nextafter(1.0, 0.0), 1e300) == 0.0);
  CHECK(math::pow(std::nextafter(1.0, 2.0), 1e-300) == 1.0);
  CHECK(math::pow(smallest, smallest) == 1.0);
  CHECK(math::pow(smallest, 1.0) == smallest);
  CHECK(math::pow(largest, 1.0) == largest);
  CHECK(math::pow(largest, 2.0) == infinity);
  CHECK(std::isnan(math::pow(-1.0, 2.0)));
  CHECK(std::isnan(math::pow(not_a_number, 2.0)));
  CHECK(std::isnan(math::pow(2.0, not_a_number)));
}

TEST_CASE("one over the log of a failure is at most 3.5 ulp off, however small the probability", "[base][math]") {
  Worst worst;
  const auto see = [&](double p) { worst.see(ulps_off(math::per_log_failure(p), 1 / log(1 - Exact(p))), p); };
  for (const double p : sampled(40'000, 0.0, 1.0, 40)) see(p);
  for (const double x : sampled(40'000, -63.9, 0.0, 41)) see(std::exp2(x));
  for (const double x : sampled(10'000, -53.0, 0.0, 42)) see(1.0 - std::exp2(x));
  for (int k = -63; k < 0; ++k)
    for (const double p : with_neighbours({std::ldexp(1.0, k)})) see(p);
  INFO("worst " << worst.ulps << " at " << worst.at);
  CHECK(worst.ulps < 3.5);
}

TEST_CASE("one over the log of a failure is 0 for what is certain and never comes for what is not possible",
          "[base][math]") {
  CHECK(bits_of(math::per_log_failure(1.0)) == bits_of(-0.0));
  CHECK(math::per_log_failure(0x1p-64) == -0x1p64);
  for (const double p : {std::nextafter(0x1p-64, 0.0), 1e-20, 1e-300, smallest, 0.0, -0.0, -1.0, not_a_number})
    CHECK(math::per_log_failure(p) == -infinity);
  CHECK(math::per_log_failure(0.5) == 1.0 / math::log(0.5));  // 1 - p is exact: nothing to make up for
}

TEST_CASE("logistic is at most 2.5 ulp off, also where e^-x overflows", "[base][math]") {
  Worst worst;
  const auto see = [&](double x) { worst.see(ulps_off(math::logistic(x), 1 / (1 + exp(-Exact(x)))), x); };
  for (const double x : sampled(40'000, -40.0, 40.0, 20)) see(x);
  for (const double x : sampled(10'000, -745.0, 745.0, 21)) see(x);
  for (const double x :
       with_neighbours({0.0, 0.34657359027997264, -0.34657359027997264, -708.3964185322641, 36.7, 1e-300}))
    see(x);
  CHECK(worst.ulps < 2.5);
  CHECK(math::logistic(0.0) == 0.5);
  CHECK(math::logistic(infinity) == 1.0);
  CHECK(math::logistic(-infinity) == 0.0);
  CHECK(std::isnan(math::logistic(not_a_number)));
}

TEST_CASE("normal_quantile is within 1e-15 of the quantile that Boost.Math finds", "[base][math]") {
  const boost::math::normal_distribution<Exact> normal(0, 1);
  double worst = 0;
  const auto see = [&](double p) {
    const Exact truth = quantile(normal, Exact(p));
    if (truth != 0)
      worst = std::max(worst, abs((Exact(math::normal_quantile(p)) - truth) / truth).convert_to<double>());
  };
  for (const double p : sampled(400, 0.0, 1.0, 30)) see(p);
  for (const double x : sampled(200, -700.0, -0.7, 31)) see(std::exp(x));        // lower tail
  for (const double x : sampled(100, -53.0, -1.0, 32)) see(1.0 - std::exp2(x));  // upper tail
  for (const double x : sampled(100, -53.0, -5.0, 33))
    see(0.5 + std::exp2(x));  // near the median, where the quantile vanishes
  for (const double p : with_neighbours({0.5, 0.075, 0.925, 1.388794386496402e-11}))
    see(p);  // the pieces meet; the last is e^-25
  see(smallest_normal);
  see(std::nextafter(1.0, 0.0));
  INFO("worst relative error " << worst);
  CHECK(worst < 1e-15);
}

TEST_CASE("normal_quantile knows its ends and is odd about one half", "[base][math]") {
  CHECK(math::normal_quantile(0.0) == -infinity);
  CHECK(math::normal_quantile(1.0) == infinity);
  CHECK(math::normal_quantile(0.5) == 0.0);
  for (const double p : {-smallest, std::nextafter(1.0, 2.0), -infinity, infinity, not_a_number})
    CHECK(std::isnan(math::normal_quantile(p)));
  for (std::uint64_t i = 1; i < 1'024; ++i) {
    const double p = static_cast<double>(i) / 1'024;
    CHECK(math::normal_quantile(p) == -math::normal_quantile(1.0 - p));
  }
}

// Results carry these bits from machine to machine. A changed hash is a changed release: it travels with the commit
// that explains it.
TEST_CASE("each function has the bits that it had when its hash was written down", "[base][math][golden]") {
  const auto hash = [](std::uint64_t sample, auto&& value) {
    std::uint64_t h = 0;
    for (std::uint64_t i = 0; i < 200'000; ++i) h = mix(h ^ bits_of(value(sample, i)));
    return h;
  };
  CHECK(hash(40, [](auto s, auto i) { return math::exp(between(-746, 710, s, i)); }) == 0xbc3429481fb7b7c1);
  CHECK(hash(41, [](auto s, auto i) { return math::exp(between(-2, 2, s, i)); }) == 0xf7774dc992181fe6);
  CHECK(hash(42, [](auto s, auto i) {
          return math::log(std::bit_cast<double>(nested_mix(1, s, i) % 0x7ff0000000000000ULL));
        }) == 0xbb20739250615d75);
  CHECK(hash(43, [](auto s, auto i) { return math::log(between(0, 2, s, i)); }) == 0xa1114b7c0671825f);
  CHECK(hash(44, [](auto s, auto i) { return math::pow(between(0, 2, s, i), between(-500, 500, s + 100, i)); }) ==
        0x158745bed13e5781);
  CHECK(hash(45, [](auto s, auto i) { return math::pow(between(0, 1e6, s, i), between(-3, 3, s + 100, i)); }) ==
        0x606915cec1ce411e);
  CHECK(hash(46, [](auto s, auto i) { return math::logistic(between(-40, 40, s, i)); }) == 0x7ec668d275c054ed);
  CHECK(hash(47, [](auto s, auto i) { return math::normal_quantile(between(0, 1, s, i)); }) == 0x3b423f0aa4692d6d);
  CHECK(hash(48, [](auto s, auto i) {
          return math::normal_quantile(std::bit_cast<double>(nested_mix(1, s, i) % 0x3fe0000000000000ULL));
        }) == 0x64c59c4d5cf9e405);
}
