#include "graph/generators/chung_lu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/independent_follows.hpp"

namespace grapevine {

namespace {

double sum_of(std::span<const double> values) {
  return parallel_sum(values.size(), [&](std::size_t i) { return values[i]; });
}

bool are_expected_degrees(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value) && value >= 0.0; });
}

}  // namespace

FollowGraph chung_lu(std::span<const double> followers, std::span<const double> followees, const StreamKey& key) {
  const std::size_t users = followers.size();
  GRAPEVINE_EXPECTS(users < UINT32_MAX && followees.size() == users &&
                    std::ranges::is_sorted(followers, std::greater()));
  if (!are_expected_degrees(followers) || !are_expected_degrees(followees))
    throw BadRequest(
        "graph: an expected number of followers or followees is not finite or below 0; expected 0 or more");
  const double sum = sum_of(followers), other = sum_of(followees);
  if (!(sum - other <= 1e-6 * sum && other - sum <= 1e-6 * sum))
    throw BadRequest(
        fmt::format("graph: expected followers add up to {} and followees to {}; expected the same sum", sum, other));
  const std::uint64_t rows_key = key.key(Draw::graph_row);
  const double mean = users > 0 ? sum / static_cast<double>(users) : 0.0;
  return FollowGraph(append_rows(users, mean, [&](std::size_t u, std::vector<UserId>& row) {
    if (!(followees[u] > 0.0)) return;
    const double rate = followees[u] / sum;
    double probability =
        1.0;  // with which candidates are drawn: that of the last one looked at, and no lower than any further one's
    double per_log = 0.0;
    for (std::uint64_t v = 0, ordinal = 0; v < users; ++v, ++ordinal) {
      const std::uint64_t bits = nested_mix(rows_key, u, ordinal);
      if (probability < 1.0) {
        const double skip = math::log(uniform(bits)) * per_log;
        if (!(skip < static_cast<double>(users - v))) return;
        v += static_cast<std::uint64_t>(skip);
        if (v >= users) return;
      }
      const double wanted = std::min(1.0, rate * followers[v]);
      if (!(wanted > 0.0)) return;
      if (v != u && uniform(mix(bits + golden)) * probability < wanted)
        row.push_back(UserId(static_cast<std::uint32_t>(v)));
      if (wanted != probability) per_log = math::per_log_failure(probability = wanted);
    }
  }));
}

FollowGraph chung_lu(const PowerLawParameters& p, const StreamKey& key) {
  const std::vector<double> followers = power_law_weights(p);
  std::vector<double> followees(p.users);
  parallel_for(p.users, [&](std::size_t u) {
    followees[u] = expected_followees(p, key, UserId(static_cast<std::uint32_t>(u)));
  });
  const double scale = sum_of(followers) / sum_of(followees);
  parallel_for(p.users, [&](std::size_t u) { followees[u] *= scale; });
  return chung_lu(followers, followees, key);
}

}  // namespace grapevine
