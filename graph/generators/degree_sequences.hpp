#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace grapevine {

/// How many followers and how many followees each user has, by user. Both add up to the number of follows.
struct DegreeSequences {
  std::vector<std::uint32_t> followers;
  std::vector<std::uint32_t> followees;

  std::size_t user_count() const noexcept { return followers.size(); }
};

/// A power law between two cut-offs: the density of degrees falls as degree^-exponent up to `most` and starts where the
/// mean asks for it.
struct PowerLawDegrees {
  double mean = 0;         ///< 0 to `most`
  double exponent = 2.2;   ///< above 1
  std::uint64_t most = 0;  ///< no degree is larger
};

/// The degrees of `users` users under the law, descending: user i of n has the mean of the i-th n-th part of it,
/// rounded down or up with one threshold for all, such that they add up to mean * users, rounded. A mean equal to
/// `most` makes all degrees alike. O(users).
std::vector<std::uint32_t> power_law_degrees(std::size_t users, const PowerLawDegrees& law);

/// The degrees of `users` users under the discrete law P(k) ~ k^-exponent, least <= k <= most, descending: user i of n
/// has the mean of the i-th n-th part of it, rounded. What they add up to follows. `least` is 1 or more. O(users +
/// most).
std::vector<std::uint32_t> discrete_power_law_degrees(std::size_t users, double exponent, std::uint64_t least,
                                                      std::uint64_t most);

/// Reads the degrees of one user a line: two whole numbers, followers and followees in this order or as a header with
/// these two names says; plain or gzip. Users are numbered with followers descending, equal ones by line. Throws
/// BadRequest for what is not that, and for sums that differ.
DegreeSequences read_degrees(const std::filesystem::path& file);

/// Why no graph without loops and repeated follows has these degrees, in words; empty if there is one. By the condition
/// of Fulkerson (1960), Chen (1966) and Anstee (1982): for each k, the k users that follow most must find enough
/// followers' places, of each user as many as it has or as there are others among them. O(users).
std::string why_not_simple(const DegreeSequences& degrees);

}  // namespace grapevine
