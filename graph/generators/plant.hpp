#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"

namespace grapevine {

/// Where the followers of a new account come from.
enum class AudienceDraw : std::uint8_t {
  uniform,    ///< every user of the graph is equally likely
  followees,  ///< in proportion to what a user follows already: the follower of a follow drawn at random, as real
              ///< audiences are (active readers)
};

/// Accounts that a study asks for by their follower counts: new ones, or some that the graph has.
struct Plant {
  std::string name;
  std::uint32_t group = 0;               ///< its number, for `Users::planted`
  std::vector<std::uint64_t> followers;  ///< of each account, descending
  bool from_graph =
      false;  ///< chosen from the graph's accounts with least to most followers, as near to `followers` as there are
  std::uint64_t least = 0, most = 0;
  AudienceDraw audience = AudienceDraw::uniform;
  double homophily =
      -1;  ///< share of the followers that comes from the account's own community, 0 to 1; -1: whatever the draw gives
  bool nested = false;  ///< the followers of the smaller are followers of the larger, and all are of one community
};

/// Puts influencers into a graph, whatever it comes from. A new account has exactly the followers asked for, all of
/// them users of the graph as it was, drawn without replacement, independent of the other accounts' (`nested` ones
/// share one order of draws). It follows nobody, is active, and in a graph with communities belongs to one drawn by
/// lot, among those with room for its homophily. Its outside id, where ids are known, is NAME-NUMBER. Users are then
/// numbered anew, by followers, new accounts before others with as many. `accounts` is kept in step; `accounts.planted`
/// gets an entry for each account, in the order of groups and members.
///
/// An account chosen from the graph is the active one whose follower count is nearest to that asked for, between least
/// and most; of those equally near, larger and smaller ones alike, one drawn by lot. Each is chosen once, in the order
/// of plants, largest first.
///
/// Throws BadRequest with every mistake, as `plant.NAME: found; expected; what to do`, and leaves all as it was.
/// O(follows) once there is a new account, and O(followers) for each.
void plant(FollowGraph& graph, Users& accounts, std::span<const Plant> plants, const StreamKey& key);

/// What no graph of so many users can hold; empty if there is nothing. `plant` finds the rest once the graph is known.
std::vector<std::string> plant_mistakes(std::span<const Plant> plants, std::uint64_t users);

}  // namespace grapevine
