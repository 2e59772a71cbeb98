#include "analysis/estimates.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numbers>

#include "analysis/incomplete_beta.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

// Eigen works element by element here and never reduces: the order of an Eigen sum depends on the width of the
// processor's vectors.

namespace grapevine {

namespace {

using Eigen::ArrayXd;

double sum(const ArrayXd& values) {
  double total = 0;
  for (Eigen::Index i = 0; i < values.size(); ++i) total += values[i];
  return total;
}

double mean(const ArrayXd& values) { return sum(values) / static_cast<double>(values.size()); }

/// Deviations from the mean; shifted by the first value before, so that those of equal values are exactly 0.
ArrayXd deviations(const ArrayXd& values) {
  const ArrayXd shifted = values - values[0];
  return shifted - mean(shifted);
}

double co_moment(const ArrayXd& x, const ArrayXd& y) { return sum(deviations(x) * deviations(y)); }

double over(double numerator, double denominator) { return denominator == 0 ? not_a_number : numerator / denominator; }
ArrayXd over(const ArrayXd& numerator, const ArrayXd& denominator) {
  return (denominator == 0).select(not_a_number, numerator / denominator);
}
double log_of(double x) { return math::log(x); }
ArrayXd log_of(ArrayXd values) {
  for (double& x : values) x = math::log(x);
  return values;
}

/// The one NaN that results are allowed to hold: those of the processor differ in sign, and a digest reads bits.
double canonical(double x) { return std::isnan(x) ? not_a_number : x; }

/// A statistic of all n replicates and of the n sets that leave one out.
struct Jackknife {
  double all;
  ArrayXd without;

  std::size_t n() const { return static_cast<std::size_t>(without.size()); }

  /// n T - (n - 1) T without i (Tukey 1958). For a mean: the i-th value.
  ArrayXd pseudo_values() const { return static_cast<double>(n()) * all - (static_cast<double>(n()) - 1) * without; }

  /// Up to the factor n (n - 1), the variance of the statistic.
  double spread() const { return co_moment(pseudo_values(), pseudo_values()); }

  /// Missing for one replicate.
  double standard_error() const {
    return n() < 2 ? not_a_number
                   : canonical(std::sqrt(spread() / (static_cast<double>(n()) * (static_cast<double>(n()) - 1))));
  }

  Estimate estimate(double level) const {
    Estimate e{.value = canonical(all), .n = n()};
    if (n() < 2) return e;
    const double half_width = student_t_quantile(static_cast<double>(n()) - 1, 0.5 + level / 2) * standard_error();
    e.low = canonical(all - half_width);
    e.high = canonical(all + half_width);
    return e;
  }
};

/// `value` with the interval that its logarithm has.
LogRatio on_log_scale(double value, const Jackknife& log, double level) {
  LogRatio ratio{.estimate = {.value = canonical(value), .n = log.n()}, .standard_error = log.standard_error()};
  ratio.estimate = at_level(ratio, level);
  return ratio;
}

Jackknife leave_one_out(const Series& series) {
  const auto n = static_cast<Eigen::Index>(series.total.size());
  GRAPEVINE_EXPECTS(series.per.empty() || series.per.size() == series.total.size());
  const ArrayXd total = Eigen::Map<const ArrayXd>(series.total.data(), n);
  const ArrayXd per =
      series.per.empty() ? ArrayXd(ArrayXd::Ones(n)) : ArrayXd(Eigen::Map<const ArrayXd>(series.per.data(), n));
  const double totals = sum(total), pers = sum(per);
  return {over(totals, pers), over(totals - total, pers - per)};
}

/// Two arms as one number, and what sharing chance did for it.
struct Pairing {
  Jackknife both;
  double correlation, variance_ratio;
};

/// `combine` says how the values of the two arms make one number; for numbers and for arrays of them.
template <class Combine>
Pairing paired(const Jackknife& a, const Jackknife& b, Combine combine) {
  GRAPEVINE_EXPECTS(a.n() == b.n());
  const auto n = a.without.size();
  const double all = combine(a.all, b.all);
  const Jackknife both{all, combine(a.without, b.without)};
  const Jackknife arm_alone{all, combine(a.without, ArrayXd(ArrayXd::Constant(n, b.all)))};
  const Jackknife against_alone{all, combine(ArrayXd(ArrayXd::Constant(n, a.all)), b.without)};

  const ArrayXd x = a.pseudo_values(), y = b.pseudo_values();
  return {both, canonical(std::clamp(over(co_moment(x, y), std::sqrt(co_moment(x, x) * co_moment(y, y))), -1.0, 1.0)),
          canonical(over(both.spread(), arm_alone.spread() + against_alone.spread()))};
}

}  // namespace

Estimate pooled(const Series& series, double level) {
  const Jackknife value = leave_one_out(series);
  return series.per.empty() ? value.estimate(level)
                            : on_log_scale(value.all, {log_of(value.all), log_of(value.without)}, level).estimate;
}

PairedEstimate paired_difference(const Series& arm, const Series& against, double level) {
  const Pairing difference = paired(leave_one_out(arm), leave_one_out(against),
                                    [](const auto& a, const auto& b) { return std::decay_t<decltype(a)>(a - b); });
  return {difference.both.estimate(level), difference.correlation, difference.variance_ratio};
}

namespace {

LogRatio log_ratio_of(const Jackknife& a, const Jackknife& b, double level) {
  const Pairing logs = paired(a, b, [](const auto& x, const auto& y) { return log_of(over(x, y)); });
  LogRatio ratio = on_log_scale(over(a.all, b.all), logs.both, level);
  ratio.correlation = logs.correlation;
  ratio.variance_ratio = logs.variance_ratio;
  return ratio;
}

Jackknife quotient(const Jackknife& a, const Jackknife& b) { return {over(a.all, b.all), over(a.without, b.without)}; }

}  // namespace

LogRatio log_ratio(const Series& arm, const Series& against, double level) {
  return log_ratio_of(leave_one_out(arm), leave_one_out(against), level);
}

LogRatio log_ratio_of_ratios(const SeriesPair& arm, const SeriesPair& against, double level) {
  return log_ratio_of(quotient(leave_one_out(arm.with), leave_one_out(arm.without)),
                      quotient(leave_one_out(against.with), leave_one_out(against.without)), level);
}

Estimate at_level(const LogRatio& ratio, double level) {
  Estimate e{.value = ratio.estimate.value, .n = ratio.estimate.n};
  if (e.n < 2 || std::isnan(ratio.standard_error)) return e;
  e.low = e.high = e.value;
  if (ratio.standard_error == 0) return e;
  const double centre = math::log(e.value);
  const double half_width = student_t_quantile(static_cast<double>(e.n) - 1, 0.5 + level / 2) * ratio.standard_error;
  e.low = canonical(math::exp(centre - half_width));
  e.high = canonical(math::exp(centre + half_width));
  return e;
}

Estimate jackknife(double all, const std::vector<double>& without, double level) {
  return Jackknife{all, Eigen::Map<const ArrayXd>(without.data(), static_cast<Eigen::Index>(without.size()))}.estimate(
      level);
}

namespace {

/// Beta(whole / 2, 1/2): pi for 1, 2 for 2, then Beta(a + 1, 1/2) = Beta(a, 1/2) a / (a + 1/2).
double beta_with_half(std::size_t whole) {
  double beta = whole % 2 == 1 ? std::numbers::pi : 2;
  for (std::size_t k = whole % 2 == 1 ? 1 : 2; k < whole; k += 2)
    beta *= static_cast<double>(k) / static_cast<double>(k + 1);
  return beta;
}

}  // namespace

double student_t_two_sided(std::size_t degrees, double t) {
  GRAPEVINE_EXPECTS(degrees >= 1);
  if (std::isnan(t)) return not_a_number;
  if (std::isinf(t)) return 0;
  if (t == 0) return 1;
  // I_x(degrees / 2, 1/2) with x = degrees / (degrees + t^2); by the symmetry I_x(a, b) = 1 - I_(1-x)(b, a) on the slow
  // side.
  const auto v = static_cast<double>(degrees);
  const double a = v / 2, b = 0.5, x = v / (v + t * t), rest = t * t / (v + t * t);
  const double front = math::pow(x, a) * std::sqrt(rest) / beta_with_half(degrees);
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, rest) / b;
}

double student_t_quantile(double degrees, double p) {
  return std::nearbyint(boost::math::quantile(boost::math::students_t(degrees), p) / t_grid) * t_grid;
}

}  // namespace grapevine
