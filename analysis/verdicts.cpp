#include "analysis/verdicts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

bool has_interval(const LogRatio& ratio) { return ratio.estimate.n >= 2 && !std::isnan(ratio.standard_error); }

/// Of the logarithm of the ratio from the nearest bound of the margin, on whichever side.
double distance_to_margin(const RatioClaim& claim) {
  GRAPEVINE_EXPECTS(0 < claim.margin.low && claim.margin.low < claim.margin.high);
  const double log = math::log(claim.ratio.estimate.value);
  return std::min(std::abs(log - math::log(claim.margin.low)), std::abs(log - math::log(claim.margin.high)));
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::reversed:
      return "reversed";
    case Verdict::no_material_difference:
      return "no material difference";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

Verdict verdict_of(const Estimate& interval, Margin margin) {
  if (interval.low > margin.high) return Verdict::holds;
  if (interval.high < margin.low) return Verdict::reversed;
  if (interval.low > margin.low && interval.high < margin.high) return Verdict::no_material_difference;
  return Verdict::undecided;
}

double deciding_level(const RatioClaim& claim) {
  if (!has_interval(claim.ratio)) return 1;
  const double distance = distance_to_margin(claim);
  if (distance == 0) return 1;
  return student_t_two_sided(claim.ratio.estimate.n - 1, distance / claim.ratio.standard_error);
}

std::uint64_t replicates_needed(const RatioClaim& claim, double alpha) {
  if (!has_interval(claim.ratio)) return 0;
  const double distance = distance_to_margin(claim);
  const double deviation =
      claim.ratio.standard_error * std::sqrt(static_cast<double>(claim.ratio.estimate.n));  // of one replicate
  const auto decides = [&](std::uint64_t n) {
    return student_t_quantile(static_cast<double>(n) - 1, 0.5 + (1 - alpha) / 2) * deviation /
               std::sqrt(static_cast<double>(n)) <
           distance;
  };
  std::uint64_t least = 2, enough = most_replicates + 1;  // the half width falls with n
  while (least < enough)
    if (const std::uint64_t middle = (least + enough) / 2; decides(middle))
      enough = middle;
    else
      least = middle + 1;
  return least;
}

std::vector<Judgement> judge(std::span<const RatioClaim> claims, double alpha) {
  std::vector<Judgement> judgements(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) judgements[i].deciding_level = deciding_level(claims[i]);

  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return judgements[i].deciding_level; });

  std::size_t decided = 0;
  for (const std::size_t i : order) {
    Judgement& judgement = judgements[i];
    judgement.level = alpha / static_cast<double>(claims.size() - decided);
    judgement.interval = at_level(claims[i].ratio, 1 - judgement.level);
    judgement.verdict = verdict_of(judgement.interval, claims[i].margin);
    decided += judgement.verdict != Verdict::undecided;
    if (judgement.verdict == Verdict::undecided)
      judgement.replicates_needed = replicates_needed(claims[i], judgement.level);
  }
  return judgements;
}

namespace {

/// P(|Z| < x) of the standard normal distribution (Abramowitz, Stegun 26.2.11: all terms positive).
double normal_within(double x) {
  if (x <= 0) return 0;
  if (x > 9) return 1;
  double term = x, sum = 0;
  for (int odd = 3; term > 1e-17 * sum; odd += 2) {
    sum += term;
    term *= x * x / odd;
  }
  return std::sqrt(2 / std::numbers::pi) * math::exp(-x * x / 2) * sum;
}

/// E P(|Z| < room - t S) with S^2 chi-squared over its degrees, by the midpoint rule over S, whose density goes as
/// s^(degrees - 1) exp(-degrees s^2 / 2).
double power_at(double room, double t, double degrees) {
  if (std::isinf(room)) return 1;
  constexpr int steps = 4'000;
  const double reach = 1 + 9 / std::sqrt(degrees);
  double weights = 0, sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double s = reach * (i + 0.5) / steps;
    const double weight = math::exp((degrees - 1) * math::log(s) - degrees * (s * s - 1) / 2);
    weights += weight;
    sum += weight * normal_within(room - t * s);
  }
  return sum / weights;
}

}  // namespace

Equivalence equivalent(double difference, double standard_error, std::size_t degrees, double delta, double alpha) {
  GRAPEVINE_EXPECTS(degrees >= 1 && delta > 0);
  const double t = student_t_quantile(static_cast<double>(degrees), 1 - alpha);
  const Estimate interval{difference, difference - t * standard_error, difference + t * standard_error, degrees + 1};
  return {.interval = interval,
          .equivalent = interval.low > -delta && interval.high < delta,
          .power = std::isnan(standard_error) ? not_a_number
                                              : power_at(delta / standard_error, t, static_cast<double>(degrees))};
}

}  // namespace grapevine
