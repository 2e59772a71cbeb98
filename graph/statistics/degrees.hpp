#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/follow_graph.hpp"
#include "graph/statistics/ratio.hpp"

namespace grapevine {

/// How many users each user follows. The counterpart of `FollowGraph::follower_counts`.
std::vector<std::uint32_t> followee_counts(const FollowGraph& graph);

/// How many users have how many followers, or followees: what is left of a list of degrees when names are dropped.
///
/// Every statistic is taken over all users, those of degree 0 included; without users, or without a single follow where
/// shares of the follows are asked for, it is missing. Made in O(users); a query takes O(distinct degrees) at most.
class DegreeDistribution {
public:
  explicit DegreeDistribution(std::span<const std::uint32_t> degrees);

  std::uint64_t user_count() const noexcept { return at_least_.empty() ? 0 : at_least_.front(); }
  /// Sum of all degrees: the number of follows.
  std::uint64_t follow_count() const noexcept { return follows_; }

  /// The degrees that occur, ascending.
  std::span<const std::uint32_t> degrees() const noexcept { return degrees_; }
  /// For each of them the number of users of this degree or more: the CCDF times the users.
  std::span<const std::uint64_t> at_least() const noexcept { return at_least_; }
  /// How many users have a degree of `degree` or more. O(log distinct degrees).
  std::uint64_t users_at_least(double degree) const;

  double mean() const { return ratio(follows_, user_count()); }
  double max() const { return degrees_.empty() ? no_value : degrees_.back(); }
  /// The smallest degree that a share `p` of users, 0 <= p <= 1, does not exceed (the inverse of the distribution
  /// function; Hyndman and Fan 1996, type 1): always a degree that occurs. p = 0 gives the smallest one.
  double quantile(double p) const;
  /// Mean difference of two users' degrees over twice the mean degree; two draws may be the same user. 0 (all alike) to
  /// 1 - 1 / users (one has all).
  double gini() const;
  /// The part of all follows that the floor(share * users) users of highest degree hold, at least one user.
  double share_of_top(double share) const;
  /// Slope of the line through two points of the CCDF in log-log axes, P(degree >= low) and P(degree >= high), 0 < low
  /// < high: minus (exponent - 1) for a power law. Missing where nobody has `high`.
  double ccdf_slope(double low, double high) const;

private:
  std::vector<std::uint32_t> degrees_;
  std::vector<std::uint64_t> at_least_;
  std::uint64_t follows_ = 0;
};

/// The usual row of a table.
struct DegreeSummary {
  double mean = no_value;
  double median = no_value;
  double max = no_value;
  double gini = no_value;
  double top_percent_share = no_value;  ///< of all follows, held by the top 1 % of users

  bool operator==(const DegreeSummary&) const = default;
};

DegreeSummary summarise(const DegreeDistribution& degrees);

}  // namespace grapevine
