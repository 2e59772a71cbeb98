#include "analysis/overlap.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/estimates.hpp"
#include "graph/base/error.hpp"

namespace grapevine {

namespace {

double share(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

/// 1 - prod(1 - size / users): built up from below, so that small audiences keep their digits.
double reached_share(std::uint64_t users, std::span<const std::uint64_t> sizes) {
  double reached = 0;
  for (const std::uint64_t size : sizes) {
    GRAPEVINE_EXPECTS(size <= users);
    reached += (1 - reached) * share(size, users);
  }
  return reached;
}

}  // namespace

double expected_reach(std::uint64_t users, std::span<const std::uint64_t> sizes) {
  return static_cast<double>(users) * reached_share(users, sizes);
}

double reach_variance(std::uint64_t users, std::span<const std::uint64_t> sizes) {
  // With q the chance that a user is missed and q^2 (1 + tie) that two are, the variance is N q (1 - q + (N - 1) q
  // tie). A partner's factor of 1 + tie is N (N - K - 1) / ((N - 1)(N - K)) = 1 - K / ((N - 1)(N - K)).
  const double reached = reached_share(users, sizes), missed = 1 - reached;
  const auto chosen = std::ranges::count_if(sizes, [](std::uint64_t size) { return size > 0; });
  if (users < 2 || missed <= 0 || chosen < 2) return 0;
  const auto n = static_cast<double>(users);
  double tie = 0;
  for (const std::uint64_t size : sizes) {
    tie -= (1 + tie) * static_cast<double>(size) / ((n - 1) * static_cast<double>(users - size));
  }
  return std::max(n * missed * (reached + (n - 1) * missed * tie), 0.0);
}

double expected_shared(std::uint64_t users, std::uint64_t a, std::uint64_t b) {
  return static_cast<double>(a) * share(b, users);
}

std::vector<double> expected_frequency(std::uint64_t users, std::span<const std::uint64_t> sizes) {
  std::vector<double> probability{1};
  for (const std::uint64_t size : sizes) {
    GRAPEVINE_EXPECTS(size <= users);
    const double p = share(size, users);
    probability.push_back(0);
    for (std::size_t f = probability.size() - 1; f > 0; --f)
      probability[f] = (1 - p) * probability[f] + p * probability[f - 1];
    probability[0] *= 1 - p;
  }
  for (double& p : probability) p *= static_cast<double>(users);
  return probability;
}

double Overlap::duplication() const { return gross == 0 ? not_a_number : 1 - share(reach, gross); }

double Overlap::mean_frequency() const { return reach == 0 ? not_a_number : share(gross, reach); }

std::uint64_t Overlap::shared_pairs() const {
  std::uint64_t pairs = 0;
  for (std::uint64_t f = 2; f < frequency.size(); ++f) pairs += frequency[f] * (f * (f - 1) / 2);
  return pairs;
}

Overlap overlap_of(std::span<const std::span<const UserId>> audiences) {
  std::vector<UserId> all;
  for (const auto audience : audiences) all.insert(all.end(), audience.begin(), audience.end());
  std::ranges::sort(all);
  std::vector<std::uint32_t> followed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || all[i] != all[i - 1]) followed.push_back(0);
    ++followed.back();
  }
  return overlap_of(followed, audiences.size());
}

Overlap overlap_of(std::span<const std::uint32_t> followed, std::size_t partners) {
  Overlap overlap{.frequency = std::vector<std::uint64_t>(partners + 1, 0)};
  for (const std::uint32_t f : followed) {
    GRAPEVINE_EXPECTS(f <= partners);
    if (f == 0) continue;
    ++overlap.reach;
    overlap.gross += f;
    ++overlap.frequency[f];
  }
  return overlap;
}

std::uint64_t shared(std::span<const UserId> a, std::span<const UserId> b) {
  std::uint64_t both = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) ++both;
    const bool step_x = !(*y < *x), step_y = !(*x < *y);
    if (step_x) ++x;
    if (step_y) ++y;
  }
  return both;
}

ReachAgainstChance against_chance(const Overlap& overlap, std::uint64_t users, std::span<const std::uint64_t> sizes) {
  const double expected = expected_reach(users, sizes), deviation = std::sqrt(reach_variance(users, sizes));
  const auto reach = static_cast<double>(overlap.reach);
  return {.expected = expected,
          .ratio = expected == 0 ? not_a_number : reach / expected,
          .standard_score = deviation == 0 ? not_a_number : (reach - expected) / deviation};
}

}  // namespace grapevine
