#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "graph/alias_cells.hpp"
#include "graph/follow_sorter.hpp"
#include "graph/generators/platform/audience.hpp"
#include "graph/generators/platform/crowd.hpp"
#include "graph/generators/platform/plan.hpp"

/// Who follows whom on a platform, once it is known who is who.
namespace grapevine::platform_model {

/// Where an account's drawn followers live: with it in the neighbourhood, elsewhere in the community, in other
/// communities.
struct Split {
  std::uint32_t near = 0, in = 0, out = 0;
};

/// Draws the follows of a plan.
class Follows {
public:
  explicit Follows(const Plan& plan);

  /// Puts every follow, a few of them twice.
  void put_all(FollowSorter& sorter) const;

private:
  using Side = AudienceSource::Side;

  /// What one neighbourhood needs while its follows are drawn.
  struct Scratch {
    std::vector<std::uint64_t> taken;  // by position: follows the account at hand already, or may not
    std::vector<std::uint64_t> ties;   // row i, bit j: j of the neighbourhood follows i of the neighbourhood
    std::vector<UserId> returned;      // whom the account at hand follows in return
    std::vector<Look> looks;
    std::vector<std::uint32_t> pairs;  // mutual follows that i has yet to draw
    std::vector<Split> splits;
    std::vector<Cell> near_cells, near_pair_cells;
    CellFiller fill;
    Audience inside, outside;
  };
  struct Neighbour {
    UserId user;
    float openness;  // of an ordinary user: min(followers, followees) for each drawn followee; of an exact account 0
  };
  /// A neighbourhood whose follows are drawn.
  struct Place {
    std::size_t begin, size, community;
    Scratch& scratch;
    FollowSorter::Writer& writer;

    std::size_t words() const { return (size + 63) / 64; }  // of a row of ties
    /// visit(position) for each neighbour who follows resident i.
    template <class Visit>
    void each_tie(std::size_t i, Visit&& visit) const;
  };

  Split split(std::size_t s) const;
  void know_each_other(const Place& place) const;
  void put_pairs(const Place& place) const;
  void put_audience(const Place& place, std::size_t i) const;
  void put_neighbourhood(std::size_t n, Scratch& scratch, FollowSorter::Writer& writer) const;

  const Plan& plan_;
  std::uint64_t audience_key_, pair_key_, return_key_, size_key_;
  Crowd crowd_;                           // by followees that are drawn
  Crowd pair_crowd_;                      // by mutual follows among ordinary users
  UnwrittenArray<Neighbour> neighbours_;  // by position
  UnwrittenArray<std::uint16_t> in_;      // followers that an ordinary user draws in its community, by position
  std::map<std::uint32_t, std::vector<std::uint32_t>> families_;  // positions
  AudienceSource source_;
};

}  // namespace grapevine::platform_model
