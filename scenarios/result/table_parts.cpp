#include "scenarios/result/table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/contrasts.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

std::string mean_count(double mean) { return with_decimals(mean, mean == std::floor(mean) ? 0 : 1); }

int decimals_of(const ComparisonRow& row) {
  const double half = (row.upper - row.lower) / 2;
  constexpr double shown =
      5e-10;  // least that nine decimals show: what is nearer to 0, ends and all, is 0 and rounding
  if (std::max({std::abs(row.estimate), std::abs(row.lower), std::abs(row.upper)}) < shown) return 0;
  return half > 0 ? std::min(decimals_for(half, 2), decimals_for(std::max(std::abs(row.estimate), half), 6))
                  : decimals_for(row.estimate, 4);
}

std::string signed_text(double value, int decimals) { return (value > 0 ? "+" : "") + with_decimals(value, decimals); }

std::string interval_text(const ComparisonRow& row, int decimals, bool with_sign) {
  if (std::isnan(row.lower) || std::isnan(row.upper)) return "no interval";
  const auto number = [&](double x) { return with_sign ? signed_text(x, decimals) : with_decimals(x, decimals); };
  return fmt::format("[{}, {}]", number(row.lower), number(row.upper));
}

bool is_ratio(const ComparisonRow& row) { return row.statistic == ratio_statistic; }

bool is_lost(double value, double upper, int decimals) {
  const double half_of_last = 0.5 * math::pow(10.0, -decimals);
  return value > 0 && value <= half_of_last && upper > 1;
}

namespace {

/// Whether it is a share of so few looks that its interval says nothing.
bool is_share_of_too_few(const ComparisonRow& row, int decimals) {
  return row.metric == "looks outside the network" && (row.estimate == 0 || is_lost(row.lower, row.upper, decimals));
}

}  // namespace

std::string with_interval(const ComparisonRow& row) {
  if (std::isnan(row.estimate)) return "-";
  const int decimals = decimals_of(row);
  if (is_share_of_too_few(row, decimals)) return "-";
  const std::string estimate = with_decimals(row.estimate, decimals);
  if (std::isnan(row.lower) || std::isnan(row.upper)) return estimate;
  const std::string below = with_decimals(row.estimate - row.lower, decimals),
                    above = with_decimals(row.upper - row.estimate, decimals);
  return below == above ? estimate + " ±" + above : estimate + " " + interval_text(row, decimals, false);
}

}  // namespace grapevine
