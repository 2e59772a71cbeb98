#pragma once

#include "graph/base/random.hpp"
#include "graph/generators/fitted.hpp"
#include "graph/users.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// The interest of a reader in the main topic of an author, 0 to 1, as the replicate with these `dynamics` will have
/// it. `accounts`, of so many users, outlives it.
FollowScore interest_in_author(const Users& accounts, std::size_t users, const PopulationParameters& population,
                               const StreamKey& dynamics);

}  // namespace grapevine
