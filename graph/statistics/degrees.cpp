#include "graph/statistics/degrees.hpp"

#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

__extension__ using Wide = __int128;

/// floor(share * whole), undisturbed by a share such as 0.29 that lies a little below what was written.
std::uint64_t part_of(double share, std::uint64_t whole) {
  const double part = share * static_cast<double>(whole) * (1.0 + 1e-12);
  return std::min(whole, static_cast<std::uint64_t>(part));
}

}  // namespace

std::vector<std::uint32_t> followee_counts(const FollowGraph& graph) {
  std::vector<std::uint32_t> counts(graph.user_count());
  parallel_for(counts.size(), [&](std::size_t u) {
    counts[u] = static_cast<std::uint32_t>(graph.followees(UserId(static_cast<std::uint32_t>(u))).size());
  });
  return counts;
}

DegreeDistribution::DegreeDistribution(std::span<const std::uint32_t> degrees) {
  if (degrees.empty()) return;
  std::vector<std::uint64_t> users(std::size_t{*std::ranges::max_element(degrees)} + 1, 0);
  for (const std::uint32_t degree : degrees) ++users[degree];
  for (std::size_t degree = 0; degree < users.size(); ++degree)
    if (users[degree] > 0) {
      degrees_.push_back(static_cast<std::uint32_t>(degree));
      at_least_.push_back(users[degree]);
      follows_ += users[degree] * degree;
    }
  for (std::size_t i = at_least_.size() - 1; i-- > 0;) at_least_[i] += at_least_[i + 1];
}

std::uint64_t DegreeDistribution::users_at_least(double degree) const {
  const auto first =
      std::ranges::lower_bound(degrees_, degree, {}, [](std::uint32_t d) { return static_cast<double>(d); });
  return first == degrees_.end() ? 0 : at_least_[static_cast<std::size_t>(first - degrees_.begin())];
}

double DegreeDistribution::quantile(double p) const {
  GRAPEVINE_EXPECTS(p >= 0.0 && p <= 1.0);
  if (degrees_.empty()) return no_value;
  // degree i will do if at least p n users do not exceed it, that is, if at most floor((1 - p) n) have degree i + 1 or
  // more
  const std::uint64_t allowed = part_of(1.0 - p, user_count());
  std::size_t i = 0;
  while (i + 1 < degrees_.size() && at_least_[i + 1] > allowed) ++i;
  return degrees_[i];
}

// With users in ascending order, G = sum of (2 i - n - 1) x_i / (n sum of x), i = 1 .. n: a group of equal degrees that
// ends at rank e and has c users adds c (2 e - c - n) x.
double DegreeDistribution::gini() const {
  const Wide n = user_count();
  Wide sum = 0;
  for (std::size_t i = 0; i < degrees_.size(); ++i) {
    const Wide above = i + 1 < degrees_.size() ? at_least_[i + 1] : 0;
    const Wide users = at_least_[i] - above;
    sum += users * (2 * (n - above) - users - n) * degrees_[i];
  }
  return ratio(sum, n * follows_);
}

double DegreeDistribution::share_of_top(double share) const {
  GRAPEVINE_EXPECTS(share >= 0.0 && share <= 1.0);
  const std::uint64_t top = std::max<std::uint64_t>(1, part_of(share, user_count()));
  std::uint64_t held = 0, counted = 0;
  for (std::size_t i = degrees_.size(); i-- > 0 && counted < top;) {
    const std::uint64_t until = std::min(top, at_least_[i]);
    held += (until - counted) * degrees_[i];
    counted = until;
  }
  return ratio(held, follows_);
}

double DegreeDistribution::ccdf_slope(double low, double high) const {
  GRAPEVINE_EXPECTS(low > 0.0 && low < high);
  const std::uint64_t above_low = users_at_least(low), above_high = users_at_least(high);
  if (above_high == 0) return no_value;
  return math::log(static_cast<double>(above_high) / static_cast<double>(above_low)) / math::log(high / low);
}

DegreeSummary summarise(const DegreeDistribution& degrees) {
  return {.mean = degrees.mean(),
          .median = degrees.quantile(0.5),
          .max = degrees.max(),
          .gini = degrees.gini(),
          .top_percent_share = degrees.share_of_top(0.01)};
}

}  // namespace grapevine
