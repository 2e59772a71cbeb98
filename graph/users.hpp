#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/base/ids.hpp"

namespace grapevine {

/// An account that a generator was asked for.
struct PlantedUser {
  UserId user{};
  std::uint32_t group = 0;   ///< which order it belongs to: the number of its [[plant]] table
  std::uint32_t member = 0;  ///< its number within the group, from 0
  bool nested = false;  ///< members of its group have nested audiences and one profile: clones that differ in size only
};

/// Numbers that a table of accounts brings, one a user; NaN where it says none.
struct UserAttribute {
  std::string name;
  std::vector<double> values;
};

/// What is known of users beside who follows whom: one table by internal number, which is renumbered, selected, added
/// to and saved as a whole. A column that is empty is not known, or the same for all.
struct Users {
  std::vector<std::string> outside_ids;  ///< empty: the numbers are the ids
  std::vector<AccountKey> keys;          ///< what an account is known by, whatever its id
  std::vector<std::uint64_t> active;     ///< one bit a user: whether it ever posts; empty: everybody may
  std::vector<std::uint16_t> community;  ///< empty: there are none
  std::vector<UserAttribute> attributes;
  std::vector<PlantedUser> planted;  ///< in the order of groups and members
  std::vector<std::string> plants;   ///< names of the groups

  bool is_active(UserId user) const {
    return active.empty() || (active[user.index() / 64] >> (user.index() % 64) & 1) != 0;
  }
  /// The attribute of this name, by user; empty where no table brought it.
  std::span<const double> attribute(std::string_view name) const;

  /// Whose posts those of a clone are like: the first account of a nested plant, for other users themselves.
  UserId profile_of(UserId user) const;

  /// Makes the users of these numbers, in this order, 0, 1, ...; planted ones that are not among them are left out.
  void select(std::span<const UserId> numbers, std::size_t users);

  /// Adds one to `users` users: active, without attributes.
  void add(const std::string& id, std::uint16_t its_community, std::size_t users);
};

}  // namespace grapevine
