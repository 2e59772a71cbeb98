#include "graph/statistics/sampled.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

std::vector<UserId> sample_users(std::size_t users, std::size_t wanted, const StreamKey& key) {
  wanted = std::min(wanted, users);
  const std::uint64_t sample_key = key.key(Draw::sample);
  std::vector<std::pair<std::uint64_t, UserId>> hashed(users);
  parallel_for(users, [&](std::size_t u) {
    hashed[u] = {nested_mix(sample_key, u, 0), UserId(static_cast<std::uint32_t>(u))};
  });
  std::ranges::nth_element(hashed, hashed.begin() + static_cast<std::ptrdiff_t>(wanted));
  std::vector<UserId> drawn(wanted);
  for (std::size_t i = 0; i < wanted; ++i) drawn[i] = hashed[i].second;
  std::ranges::sort(drawn);
  return drawn;
}

SampledMean sampled_ratio(std::span<const double> totals, std::span<const double> counts, std::size_t population) {
  GRAPEVINE_EXPECTS(totals.size() == counts.size() && totals.size() <= population);
  const std::size_t drawn = totals.size();
  SampledMean mean{.sampled = drawn};
  const double count = parallel_sum(drawn, [&](std::size_t i) { return counts[i]; });
  if (!(count > 0.0)) return mean;
  mean.value = parallel_sum(drawn, [&](std::size_t i) { return totals[i]; }) / count;
  if (drawn == population) {
    mean.low = mean.high = mean.value;
  } else if (drawn > 1) {
    const double squares = parallel_sum(drawn, [&](std::size_t i) {
      const double rest = totals[i] - mean.value * counts[i];
      return rest * rest;
    });
    const double k = static_cast<double>(drawn), left = 1.0 - k / static_cast<double>(population);
    const double error = std::sqrt(left * squares / (k - 1.0) * k) / count;
    const double half_width = math::normal_quantile(0.975) * error;
    mean.low = mean.value - half_width;
    mean.high = mean.value + half_width;
  }
  return mean;
}

}  // namespace grapevine
