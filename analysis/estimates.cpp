#include "analysis/estimates.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "graph/base/error.hpp"

// Eigen works element by element here and never reduces: the order of an Eigen sum depends on the width of the processor's vectors.

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

  Estimate estimate(double level) const {
    Estimate e{.value = canonical(all), .n = n()};
    if (n() < 2) return e;
    const double degrees = static_cast<double>(n()) - 1;
    const double standard_error = std::sqrt(spread() / (static_cast<double>(n()) * degrees));
    const double half_width = student_t_quantile(degrees, 0.5 + level / 2) * standard_error;
    e.low = canonical(all - half_width);
    e.high = canonical(all + half_width);
    return e;
  }
};

Jackknife leave_one_out(const Series& series) {
  const auto n = static_cast<Eigen::Index>(series.total.size());
  GRAPEVINE_EXPECTS(series.per.empty() || series.per.size() == series.total.size());
  const ArrayXd total = Eigen::Map<const ArrayXd>(series.total.data(), n);
  const ArrayXd per = series.per.empty() ? ArrayXd(ArrayXd::Ones(n)) : ArrayXd(Eigen::Map<const ArrayXd>(series.per.data(), n));
  const double totals = sum(total), pers = sum(per);
  return {over(totals, pers), over(totals - total, pers - per)};
}

/// How the values of the two arms make one number; for numbers and for arrays of them.
template <class Combine>
PairedEstimate paired(const Series& arm, const Series& against, double level, Combine combine) {
  GRAPEVINE_EXPECTS(arm.total.size() == against.total.size());
  const Jackknife a = leave_one_out(arm), b = leave_one_out(against);
  const auto n = a.without.size();
  const double all = combine(a.all, b.all);
  const Jackknife both{all, combine(a.without, b.without)};
  const Jackknife arm_alone{all, combine(a.without, ArrayXd(ArrayXd::Constant(n, b.all)))};
  const Jackknife against_alone{all, combine(ArrayXd(ArrayXd::Constant(n, a.all)), b.without)};

  const ArrayXd x = a.pseudo_values(), y = b.pseudo_values();
  PairedEstimate result{.estimate = both.estimate(level)};
  result.correlation = canonical(std::clamp(over(co_moment(x, y), std::sqrt(co_moment(x, x) * co_moment(y, y))), -1.0, 1.0));
  result.variance_ratio = canonical(over(both.spread(), arm_alone.spread() + against_alone.spread()));
  return result;
}

}  // namespace

Estimate pooled(const Series& series, double level) { return leave_one_out(series).estimate(level); }

PairedEstimate paired_difference(const Series& arm, const Series& against, double level) {
  return paired(arm, against, level, [](const auto& a, const auto& b) { return std::decay_t<decltype(a)>(a - b); });
}

PairedEstimate paired_ratio(const Series& arm, const Series& against, double level) {
  return paired(arm, against, level, [](const auto& a, const auto& b) { return over(a, b); });
}

double student_t_quantile(double degrees, double p) {
  return std::nearbyint(boost::math::quantile(boost::math::students_t(degrees), p) / t_grid) * t_grid;
}

}  // namespace grapevine
