#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// An account that a generator was asked for.
struct PlantedUser {
  UserId user{};
  std::uint32_t group = 0;   ///< which order it belongs to: the number of its [[plant]] table
  std::uint32_t member = 0;  ///< its number within the group, from 0
  bool nested = false;  ///< members of its group have nested audiences and one profile: clones that differ in size only
};

/// What is known of users beside who follows whom. Everything is by internal number; what is left empty is not known,
/// or the same for all.
struct Accounts {
  std::vector<std::string> outside_ids;  ///< empty: the numbers are the ids
  std::vector<std::uint64_t> active;     ///< one bit a user: whether it ever posts; empty: everybody may
  std::vector<std::uint16_t> community;  ///< empty: there are none
  std::vector<PlantedUser> planted;      ///< in the order of groups and members
  std::vector<std::string> plants;       ///< names of the groups

  bool is_active(UserId user) const {
    return active.empty() || (active[user.index() / 64] >> (user.index() % 64) & 1) != 0;
  }
};

}  // namespace grapevine
