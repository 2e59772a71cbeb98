#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"

/// How much the audiences of partners overlap, beside what chance alone would do.
///
/// The closed forms hold for random audiences: partner i has `sizes[i]` of `users` users, drawn uniformly without
/// replacement, independently of the other partners. Each user then follows partner i with probability sizes[i] /
/// users, independently over partners.
namespace grapevine {

/// Expected number of users reached by at least one partner: users (1 - prod(1 - size / users)).
double expected_reach(std::uint64_t users, std::span<const std::uint64_t> sizes);

/// Variance of that number. Two users are missed together with probability prod (N - K)(N - K - 1) / (N (N - 1)).
double reach_variance(std::uint64_t users, std::span<const std::uint64_t> sizes);

/// Expected number of users that both audiences share: a b / users, the mean of the hypergeometric distribution.
double expected_shared(std::uint64_t users, std::uint64_t a, std::uint64_t b);

/// Expected number of users who follow exactly f of the partners, for f = 0 .. number of partners: users times the
/// Poisson-binomial distribution, by its recursion over partners. O(partners^2).
std::vector<double> expected_frequency(std::uint64_t users, std::span<const std::uint64_t> sizes);

/// What audiences share, counted.
struct Overlap {
  std::uint64_t gross = 0;  ///< audiences added up
  std::uint64_t reach = 0;  ///< distinct users
  std::vector<std::uint64_t>
      frequency;  ///< [f]: users in exactly f audiences, f = 1 .. audiences; [0] is 0: who is in none was not asked

  /// 1 - reach / gross: the share of the added-up audience that was reached before. NaN without audience.
  double duplication() const;

  /// gross / reach: partners that a reached user follows. NaN without audience.
  double mean_frequency() const;

  /// Shared users summed over pairs of audiences.
  std::uint64_t shared_pairs() const;

  bool operator==(const Overlap&) const = default;
};

/// From audiences, each without repeats, in any order. O(gross log gross).
Overlap overlap_of(std::span<const std::span<const UserId>> audiences);

/// From how many of `partners` partners each user follows; users who follow none may be there or not.
Overlap overlap_of(std::span<const std::uint32_t> followed, std::size_t partners);

/// Users in both of two audiences, each ascending without repeats. O(a + b).
std::uint64_t shared(std::span<const UserId> a, std::span<const UserId> b);

/// The measured reach beside that of random audiences of the same sizes.
struct ReachAgainstChance {
  double expected;
  double ratio;  ///< reach / expected: below 1, audiences overlap more than by chance; NaN where nothing is expected
  double standard_score;  ///< (reach - expected) / standard deviation; NaN where chance leaves no choice
};
ReachAgainstChance against_chance(const Overlap& overlap, std::uint64_t users, std::span<const std::uint64_t> sizes);

}  // namespace grapevine
