#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/users.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// The attribute of accounts that says who is verified: more than 0.
inline constexpr std::string_view verified_attribute = "verified";

/// ... and of who is a creator, as Twitter calls who may sell subscriptions.
inline constexpr std::string_view creator_attribute = "creator";

/// Who has such a mark: whom the accounts' own column names, else a coin of each account with the share of its tier.
/// Clones have that of their profile. Lives as long as `accounts`.
class MarkedAccounts {
public:
  /// `key`: of the coins; `shares`: by tier, or one for all; empty: nobody.
  MarkedAccounts(const Users& accounts, std::string_view attribute, const TierParameters& tiers,
                 const std::vector<double>& shares, std::uint64_t key)
      : key_(key), said_(accounts.attribute(attribute)) {
    for (std::size_t tier = 0; TierParameters::any(shares) && tier < tiers.from.size(); ++tier)
      below_.push_back(coin_threshold(TierParameters::share(shares, tier)));
    for (const PlantedUser& planted : accounts.planted)
      if (planted.nested) profile_.emplace(planted.user, accounts.profile_of(planted.user));
  }

  /// Whether any account may be.
  bool any() const { return !said_.empty() || !below_.empty(); }

  /// Whether the account, of that tier, is.
  bool hold(UserId account, std::size_t tier) const {
    if (!profile_.empty())
      if (const auto clone = profile_.find(account); clone != profile_.end()) account = clone->second;
    if (!said_.empty()) return said_[account.index()] > 0.0;
    return !below_.empty() &&
           coin(static_cast<std::uint32_t>(nested_mix(key_, account.value(), 0) >> 32), below_[tier]);
  }

private:
  std::uint64_t key_;
  std::span<const double> said_;
  std::vector<std::uint64_t> below_;  ///< by tier; empty: nobody is
  std::unordered_map<UserId, UserId> profile_;
};

struct VerifiedAccounts : MarkedAccounts {
  VerifiedAccounts(const Users& accounts, const TierParameters& tiers, const StreamKey& dynamics)
      : MarkedAccounts(accounts, verified_attribute, tiers, tiers.verified, dynamics.key(Draw::verified)) {}
};
struct CreatorAccounts : MarkedAccounts {
  CreatorAccounts(const Users& accounts, const TierParameters& tiers, const StreamKey& dynamics)
      : MarkedAccounts(accounts, creator_attribute, tiers, tiers.creators, dynamics.key(Draw::creator)) {}
};

}  // namespace grapevine
