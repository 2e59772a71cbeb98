#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"
#include "graph/statistics/ratio.hpp"

/// Statistics of a graph from some of its users, drawn without replacement, each set of users as likely as any other of
/// its size.
namespace grapevine {

/// An estimate with its interval of 95 %: value +- 1.96 standard errors, which is good from some 30 users on and is not
/// cut off at the ends of the statistic's range. With everybody in the sample the value is exact and the interval is
/// that value alone; with one user of several the bounds are missing.
struct SampledMean {
  double value = no_value;
  double low = no_value;
  double high = no_value;
  std::size_t sampled = 0;  ///< users drawn

  bool operator==(const SampledMean&) const = default;
};

/// The `wanted` of `users` users with the smallest hashes under `key`, ascending; all, if they are fewer. One more user
/// in the graph replaces at most one in the sample. O(users).
std::vector<UserId> sample_users(std::size_t users, std::size_t wanted, const StreamKey& key);

/// Sum of `totals` / sum of `counts` as an estimate of that ratio among all `population` users, of whom these are a
/// sample: the mean over what users have `counts` of. The interval is the linearised one (Cochran, Sampling Techniques,
/// 3rd ed. 1977, chapter 6) with the correction for a finite population; its bias is of the order of 1 / sample.
/// Missing where the counts add up to 0.
SampledMean sampled_ratio(std::span<const double> totals, std::span<const double> counts, std::size_t population);

}  // namespace grapevine
