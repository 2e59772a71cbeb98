#include "analysis/iso_outcome.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/quantile.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

constexpr double beyond = std::numeric_limits<double>::infinity();

/// Where between two cells, of which only the second reaches `outcome`.
double spend_between(const SpendOutcome& low, const SpendOutcome& high, double outcome) {
  if (high.outcome == outcome) return high.spend;
  if (low.outcome <= 0)
    return low.spend + (high.spend - low.spend) * ((outcome - low.outcome) / (high.outcome - low.outcome));
  const double part = math::log(outcome / low.outcome) / math::log(high.outcome / low.outcome);
  return low.spend * math::pow(high.spend / low.spend, part);
}

}  // namespace

Matched least_spend(std::span<const SpendOutcome> cells, double outcome) {
  std::vector<SpendOutcome> known;
  for (const SpendOutcome& cell : cells)
    if (cell.spend > 0 && !std::isnan(cell.outcome)) known.push_back(cell);
  if (known.empty() || std::isnan(outcome)) return {};
  // Of cells that spend alike the better one comes last, where the crossing then lies.
  std::sort(known.begin(), known.end(), [](const SpendOutcome& a, const SpendOutcome& b) {
    return a.spend < b.spend || (a.spend == b.spend && a.outcome < b.outcome);
  });
  const auto reached =
      std::find_if(known.begin(), known.end(), [&](const SpendOutcome& cell) { return cell.outcome >= outcome; });
  if (reached == known.begin()) return {AxisSide::below_axis, -beyond};
  if (reached == known.end()) return {AxisSide::above_axis, beyond};
  return {AxisSide::within, spend_between(*(reached - 1), *reached, outcome)};
}

namespace {

double censored_quantile(std::span<const double> ascending, std::size_t part, std::size_t of) {
  if (ascending.empty()) return not_a_number;
  const std::size_t steps = (ascending.size() - 1) * part;
  const double below = ascending[steps / of], above = ascending[steps / of + (steps % of == 0 ? 0 : 1)];
  if (std::isinf(below)) return below == -above ? not_a_number : below;
  return std::isinf(above) ? above : quantile(ascending, part, of);
}

/// The largest k for which the k-th smallest and the k-th largest of n values hold the median between them with a
/// probability of `level` or more; 0: none. The probability is 1 - 2 P(B < k), B being binomial of n fair coins.
std::size_t rank_of_median_end(std::size_t n, double level) {
  // Its weights over the largest, from the middle out, so that none overflows.
  const std::size_t middle = n / 2;
  std::vector<double> weights(n + 1, 1);
  for (std::size_t k = middle; k-- > 0;)
    weights[k] = weights[k + 1] * static_cast<double>(k + 1) / static_cast<double>(n - k);
  for (std::size_t k = middle + 1; k <= n; ++k)
    weights[k] = weights[k - 1] * static_cast<double>(n - k + 1) / static_cast<double>(k);
  double all = 0;
  for (const double weight : weights) all += weight;
  double outside = 0;
  std::size_t rank = 0;
  while (rank < middle && 2 * (outside + weights[rank]) <= (1 - level) * all) outside += weights[rank++];
  return rank;
}

}  // namespace

CensoredSummary censored_summary(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  CensoredSummary summary;
  summary.median = censored_quantile(values, 1, 2);
  summary.spread_low = censored_quantile(values, 25, 1'000);
  summary.spread_high = censored_quantile(values, 975, 1'000);
  summary.of_median = {.value = summary.median, .n = values.size()};
  if (values.empty()) return summary;
  const std::size_t rank = rank_of_median_end(values.size(), level);
  summary.of_median.low = rank == 0 ? -beyond : values[rank - 1];
  summary.of_median.high = rank == 0 ? beyond : values[values.size() - rank];
  return summary;
}

IsoOutcome iso_outcome(std::span<const std::vector<SpendOutcome>> cells, std::span<const SpendOutcome> target,
                       double level) {
  GRAPEVINE_EXPECTS(cells.size() == target.size());
  IsoOutcome found;
  std::vector<double> spends, ratios;
  for (std::size_t r = 0; r < cells.size(); ++r) {
    const bool asks = target[r].spend > 0 && target[r].outcome > 0;  // nothing is matched by whatever one spends
    const Matched matched = asks ? least_spend(cells[r], target[r].outcome) : Matched{};
    found.within += matched.side == AxisSide::within;
    found.below_axis += matched.side == AxisSide::below_axis;
    found.above_axis += matched.side == AxisSide::above_axis;
    found.missing += matched.side == AxisSide::unknown;
    if (matched.side == AxisSide::unknown) continue;
    spends.push_back(matched.spend);
    ratios.push_back(matched.spend / target[r].spend);
  }
  found.spend = censored_summary(std::move(spends), level);
  found.ratio = censored_summary(std::move(ratios), level);
  return found;
}

}  // namespace grapevine
