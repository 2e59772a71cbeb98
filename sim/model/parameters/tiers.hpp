#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/described.hpp"
#include "sim/model/parameters/feed.hpp"

namespace grapevine {

/// Classes of users by follower count, fixed at the start. Tier i holds follower counts from `from[i]` to
/// below `from[i + 1]`. World scope.
struct TierParameters {
  std::vector<std::string> names{"nano", "micro", "mid", "macro", "mega"};
  std::vector<std::uint64_t> from{0, 3'000, 100'000, 500'000, 1'000'000};
  std::vector<double> fake_followers = {};  ///< by tier, or one for all; empty: none

  std::vector<double> verified = {};  ///< likewise
  std::vector<double> creators = {};

  static bool any(const std::vector<double>& shares) {
    return std::ranges::any_of(shares, [](double share) { return share > 0.0; });
  }
  static double share(const std::vector<double>& shares, std::size_t tier) {
    return shares.empty() ? 0.0 : shares[shares.size() == 1 ? 0 : tier];
  }

  bool has_fakes() const { return any(fake_followers); }
  /// Share of the followers of accounts of the tier that are fake.
  double fakes(std::size_t tier) const { return share(fake_followers, tier); }
  bool has_verified() const { return any(verified); }
  bool has_creators() const { return any(creators); }

  template <class Key>
  static void keys(Key&& key) {
    key.section("tiers", "Classes of users by follower count, fixed at the start.", Scope::world);
    key("names", &TierParameters::names,
        {.kind = Kind::labels,
         .sentence = "Names of the classes of users by follower count, smallest first.",
         .source = "the user's choice"});
    key("from", &TierParameters::from,
        {.kind = Kind::bounds,
         .sentence = "Least follower count of each class, ascending; the first is 0.",
         .source = "the user's choice",
         .unit = "followers",
         .scales = true});
    key("fake_followers", &TierParameters::fake_followers,
        {.kind = Kind::shares,
         .sentence = "Share of the followers of accounts of each tier, the smallest first, or one share for all, that "
                     "are fake: they count wherever followers are counted and are never shown what the account emits.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share",
         .absent = "none"});
    key("verified", &TierParameters::verified,
        {.kind = Kind::shares,
         .sentence = "Share of the accounts of each tier, the smallest first, or one share for all, that are verified: "
                     "whose posts feed.verified is about. A column `verified` of graph.attributes or of a graph file "
                     "says instead who is: whoever has more than 0.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share",
         .absent = "nobody, or the column",
         .only = only_with<FeedParameters>("feed.verified or feed.verified_outside other than 1",
                                           [](const FeedParameters& feed) { return feed.looks_at_verified(); })});
    key("creators", &TierParameters::creators,
        {.kind = Kind::shares,
         .sentence = "The same of accounts that are creators: whose posts feed.creator is about. A column `creator` of "
                     "graph.attributes or of a graph file says instead who is: whoever has more than 0.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share",
         .absent = "nobody, or the column",
         .only = only_with<FeedParameters>("feed.creator or feed.creator_outside other than 1",
                                           [](const FeedParameters& feed) { return feed.looks_at_creators(); })});
  }
};
inline constexpr std::size_t most_tiers = 16;

}  // namespace grapevine
