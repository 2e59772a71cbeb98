#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/generators/chung_lu.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/plant.hpp"
#include "graph/generators/platform.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/randomised.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "graph/sampling/forest_fire.hpp"
#include "graph/sampling/snowball.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/reshuffled.hpp"
#include "graph/statistics/sampled.hpp"
#include "tests/catch.hpp"
#include "tests/graph/small_graphs.hpp"

/// Numbers are sizes, for they run from the most followed user down. So whatever draws users must draw those of equal
/// rank alike.
using namespace grapevine;
using namespace grapevine::test;

namespace {

constexpr std::size_t equals = 20;

/// Who of `equals` users was drawn.
using Picks = std::vector<std::size_t>;

Picks numbers(const std::vector<UserId>& users) {
  Picks picks;
  for (const UserId u : users) picks.push_back(u.index());
  return picks;
}

/// The followers of user `of`, by the numbers that the others have without it.
Picks followers(const FollowGraph& graph, std::size_t of = 0) {
  Picks picks;
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    if (u != of && follows(graph, u, of)) picks.push_back(u - (u > of));
  return picks;
}
/// Whom user 0 follows, or whom it does not.
Picks followees(const FollowGraph& graph, bool followed = true) {
  Picks picks;
  for (std::size_t v = 1; v < graph.user_count(); ++v)
    if (follows(graph, 0, v) == followed) picks.push_back(v - 1);
  return picks;
}

/// A ring of which the users of lower number have 6 followers and the others 4.
FollowGraph four_or_six() {
  return graph_where(
      equals, [](std::size_t u, std::size_t v) { return (v + equals - u - 1) % equals < (v < equals / 2 ? 6 : 4); });
}

/// User 0 has 8 followees, those of lowest number, and as many followers; all others have 6 of either.
FollowGraph follows_the_first() {
  return graph_where(equals + 1, [](std::size_t u, std::size_t v) {
    const auto is_before = [](std::size_t a, std::size_t b) {
      return b == a % equals + 1;
    };  // on the ring of the others
    if (u == 0) return v <= 8;
    if (v == 0) return u == equals || u < 8;
    return (v + equals - u) % equals <= 6 && !(is_before(u, v) && v <= 8);
  });
}

std::vector<PlantedUser> planted(FollowGraph& graph, const Plant& plant_of, std::uint32_t replicate) {
  Users accounts;
  plant(graph, accounts, std::span(&plant_of, 1), stream(replicate));
  return accounts.planted;
}

/// The accounts of the graph that are nearest to the follower counts asked for.
Picks nearest(FollowGraph graph, std::vector<std::uint64_t> wanted, std::uint32_t replicate) {
  Plant plant_of;
  plant_of.followers = std::move(wanted);
  plant_of.from_graph = true;
  plant_of.most = 9;
  Picks picks;
  for (const PlantedUser& each : planted(graph, plant_of, replicate)) picks.push_back(each.user.index());
  return picks;
}

Picks audience_of_new(FollowGraph graph, AudienceDraw draw, std::uint32_t replicate) {
  Plant plant_of;
  plant_of.followers = {7};
  plant_of.audience = draw;
  const UserId account = planted(graph, plant_of, replicate)[0].user;
  return followers(graph, account.index());
}

/// By which of the others a planted account is followed, who were planted with as many followers each; by their places
/// in the list.
Picks audience_on_platform(std::uint32_t replicate) {
  PlatformParameters p;
  p.users = equals + 1;
  p.communities = 1;
  p.planted.assign(equals + 1, {6});
  p.planted[0] = {8};
  p.mean_followees = (8.0 + 6.0 * equals) / (equals + 1);
  const PlatformGraph world = platform(p, stream(replicate));
  Picks picks;
  for (std::size_t i = 1; i <= equals; ++i)
    if (follows(world.graph, world.planted[i].index(), world.planted[0].index())) picks.push_back(i - 1);
  return picks;
}

/// All draw alike.
PowerLawParameters level() {
  PowerLawParameters p;
  p.users = equals + 1;
  p.mean_followees = 8;
  p.followees_spread = 0;
  p.largest_share = 8.0 / (equals + 1);
  return p;
}

}  // namespace

TEST_CASE("users of equal rank are drawn alike, whatever their numbers",
          "[graph][sampling][generators][plant][statistical]") {
  struct Drawing {
    std::string what;
    std::function<Picks(std::uint32_t)> draw;  // by replicate
  };
  const FollowGraph even = ring(equals, 5), uneven = four_or_six(), first = follows_the_first();
  REQUIRE(std::ranges::count(follower_numbers(first), 6U) == equals);
  REQUIRE(std::ranges::count(followee_counts(first), 6U) == equals);
  DegreeSequences sparse{Degrees(equals + 1, 5), Degrees(equals + 1, 5)};
  sparse.followers[0] = sparse.followees[0] = 11;
  const DegreeSequences dense{Degrees(equals + 1, equals - 1),
                              Degrees(equals + 1, equals - 1)};  // each follows all others but one
  const std::vector<std::array<std::uint64_t, 2>> seven{{7, 1}};
  const std::vector<Drawing> drawings = {
      {"users", [&](std::uint32_t r) { return numbers(sample_users(equals, 9, stream(r))); }},
      {"snowball", [&](std::uint32_t r) { return numbers(snowball(even, 9, stream(r))); }},
      {"forest fire", [&](std::uint32_t r) { return numbers(forest_fire(even, 9, {}, stream(r))); }},
      {"accounts of a graph",
       [&](std::uint32_t r) {
         return nearest(even, {5, 5, 4}, r);
       }},
      {"accounts equally near",
       [&](std::uint32_t r) {
         return nearest(uneven, {5, 5, 5}, r);
       }},
      {"audience", [&](std::uint32_t r) { return audience_of_new(even, AudienceDraw::uniform, r); }},
      {"audience by followees", [&](std::uint32_t r) { return audience_of_new(even, AudienceDraw::followees, r); }},
      {"uniform audience", [&](std::uint32_t r) { return followers(uniform_audience(equals + 1, seven, stream(r))); }},
      {"configuration: followers", [&](std::uint32_t r) { return followers(configuration(sparse, stream(r))); }},
      {"configuration: followees", [&](std::uint32_t r) { return followees(configuration(sparse, stream(r))); }},
      {"dense configuration", [&](std::uint32_t r) { return followees(configuration(dense, stream(r)), false); }},
      {"randomised", [&](std::uint32_t r) { return followees(randomised(first, 30, stream(r))); }},
      {"reshuffled", [&](std::uint32_t r) { return followers(reshuffled(ring(equals + 1, 5), stream(r))); }},
      {"erdos-renyi", [&](std::uint32_t r) { return followees(erdos_renyi(equals + 1, 6, stream(r))); }},
      {"power-law", [&](std::uint32_t r) { return followees(power_law(level(), stream(r))); }},
      {"chung-lu", [&](std::uint32_t r) { return followees(chung_lu(level(), stream(r))); }},
      {"platform", audience_on_platform},
  };
  // Equal users are drawn with equal probability, and replicates are independent of each other, so how often a user is
  // drawn is binomial. Beyond 5.5 sd lies one count in 26 million, of these 340 one for one seed in 77 000.
  constexpr std::uint32_t replicates = 1'000;
  for (const Drawing& drawing : drawings) {
    std::vector<double> times(equals, 0.0);
    double all = 0.0;
    with_threads(1, [&] {
      for (std::uint32_t r = 0; r < replicates; ++r)
        for (const std::size_t u : drawing.draw(r)) ++times.at(u), ++all;
    });
    const double share = all / (double(equals) * replicates), sd = std::sqrt(replicates * share * (1 - share));
    CAPTURE(drawing.what, share, sd, times);
    CHECK(share > 0.01);
    CHECK(std::ranges::all_of(times, [&](double count) { return std::abs(count - replicates * share) < 5.5 * sd; }));
  }
}
