#pragma once

#include <algorithm>
#include <cstdint>

#include "graph/base/prefetch.hpp"
#include "graph/rows.hpp"
#include "sim/diffusion/branching.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/diffusion/gap_table.hpp"

/// How an adopter finds the followers that its post is passed on to, in two looks, so that the memory for the second is
/// under way while others take their first. One of these stands in `SmallCascades` and `GrowingCascade`:
///   Keys           of one contagion
///   Site           an adopter: who, and what more the model knows of it
///   Hit            what the first look leaves for the second
///   users_meet     whether two adopters can reach the same user
///   fetch          asks for the memory of the first look
///   look           hit(Hit) for what is to be looked at again, until it returns false; returns the number of contacts
///   land           adopt(Site) for each follower that `hit` stands for
namespace grapevine {

struct FollowerSite {
  UserId user;
};

/// Begin and end of a row: one time in eight they lie in two cache lines.
inline void fetch_row(RowsView rows, UserId user) {
  prefetch(&rows.begin[user.index()]);
  prefetch(&rows.begin[user.index() + 1]);
}

/// Along the rows of followers, from success to success (`each_success`).
class SkippedContacts {
public:
  using Keys = std::uint64_t;
  using Site = FollowerSite;
  using Hit = const UserId*;
  static constexpr bool users_meet = true;

  SkippedContacts(RowsView followers, double probability) : followers_(followers), gaps_(probability) {}

  Keys keys(ContagionKey key) const { return key.key(Draw::contact_gap); }
  Site root(const Keys&, UserId user) const { return {user}; }
  void fetch(const Site& site) const { fetch_row(followers_, site.user); }

  template <class Visit>
  std::uint32_t look(const Keys& keys, const Site& site, Visit&& hit) const {
    const std::span<const UserId> row = followers_[site.user.index()];
    each_success(gaps_, mix(keys ^ site.user.value()), row.size(), [&](std::uint64_t at) {
      prefetch(&row[at]);
      return hit(&row[at]);
    });
    return static_cast<std::uint32_t>(row.size());
  }
  template <class Adopt>
  void land(const Keys&, Hit hit, Adopt&& adopt) const {
    adopt(Site{*hit});
  }

private:
  RowsView followers_;
  GapTable gaps_;
};

/// Along the rows of followers, a coin for each.
class TossedContacts {
public:
  using Keys = std::uint64_t;
  using Site = FollowerSite;
  struct Hit {
    UserId adopter;
    std::span<const UserId> followers;
  };
  static constexpr bool users_meet = true;

  TossedContacts(RowsView followers, double probability)
      : followers_(followers), threshold_(coin_threshold(probability)) {}

  Keys keys(ContagionKey key) const { return key.key(Draw::contact); }
  Site root(const Keys&, UserId user) const { return {user}; }
  void fetch(const Site& site) const { fetch_row(followers_, site.user); }

  template <class Visit>
  std::uint32_t look(const Keys&, const Site& site, Visit&& hit) const {
    const std::span<const UserId> row = followers_[site.user.index()];
    for (std::size_t i = 0; i < std::min<std::size_t>(row.size(), 64); i += 16) prefetch(&row[i]);
    if (!row.empty()) hit(Hit{site.user, row});
    return static_cast<std::uint32_t>(row.size());
  }
  template <class Adopt>
  void land(const Keys& keys, const Hit& hit, Adopt&& adopt) const {
    const ContactCoins coins(keys, hit.adopter);
    for (const UserId follower : hit.followers)
      if (coin(coins.of(follower), threshold_)) adopt(Site{follower});
  }

private:
  RowsView followers_;
  std::uint64_t threshold_;
};

/// With users drawn anew.
class BranchingContacts {
public:
  using Keys = BranchingNodes::Keys;
  using Site = BranchingNodes::Node;
  using Hit = BranchingNodes::Node;
  static constexpr bool users_meet = false;

  explicit BranchingContacts(const BranchingNodes& nodes) : nodes_(nodes) {}

  Keys keys(ContagionKey key) const { return BranchingNodes::keys(key); }
  Site root(const Keys& keys, UserId user) const { return BranchingNodes::root(keys, user); }
  void fetch(const Site& site) const { nodes_.fetch(site.user); }

  template <class Visit>
  std::uint32_t look(const Keys& keys, const Site& site, Visit&& hit) const {
    return nodes_.each_child(keys, site, hit);
  }
  template <class Adopt>
  void land(const Keys&, const Hit& hit, Adopt&& adopt) const {
    adopt(hit);
  }

private:
  BranchingNodes nodes_;
};

}  // namespace grapevine
