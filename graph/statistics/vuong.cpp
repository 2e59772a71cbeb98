#include "graph/statistics/vuong.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/statistics/normal_tail.hpp"

namespace grapevine {

Vuong power_law_against_lognormal(const DegreeDistribution& degrees, const PowerLawFit& power,
                                  const LognormalFit& lognormal) {
  Vuong result;
  if (std::isnan(power.exponent) || std::isnan(lognormal.sigma)) return result;
  GRAPEVINE_EXPECTS(power.x_min == lognormal.x_min);
  const auto first =
      static_cast<std::size_t>(std::ranges::lower_bound(degrees.degrees(), power.x_min) - degrees.degrees().begin());
  const std::size_t distinct = degrees.degrees().size() - first;
  std::vector<double> difference(distinct), users(distinct);
  parallel_for(distinct, [&](std::size_t i) {
    const std::uint32_t degree = degrees.degrees()[first + i];
    const std::uint64_t above = i + 1 < distinct ? degrees.at_least()[first + i + 1] : 0;
    users[i] = static_cast<double>(degrees.at_least()[first + i] - above);
    difference[i] = log_mass(power, degree) - log_mass(lognormal, degree);
  });
  const double n = static_cast<double>(power.users);
  result.log_ratio = parallel_sum(distinct, [&](std::size_t i) { return users[i] * difference[i]; });
  const double mean = result.log_ratio / n;
  const double squares =
      parallel_sum(distinct, [&](std::size_t i) { return users[i] * (difference[i] - mean) * (difference[i] - mean); });
  if (!(squares > 0.0)) return result;
  result.statistic = result.log_ratio / std::sqrt(squares);
  result.p = 2.0 * upper_tail(std::abs(result.statistic));
  return result;
}

}  // namespace grapevine
