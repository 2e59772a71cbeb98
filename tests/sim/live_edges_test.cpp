#include <algorithm>
#include <array>
#include <boost/graph/breadth_first_search.hpp>
#include <cmath>
#include <vector>
#include "graph/base/parallel.hpp"
#include "graph/boost_graph.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/graph_builder.hpp"
#include "sim/diffusion/independent_cascade.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_towns.hpp"

// Independent cascades as reachability along live edges (Kempe, Kleinberg and Tardos 2003).
namespace grapevine {
namespace {

using namespace testing;

struct Distances : boost::default_bfs_visitor {
  std::vector<std::uint32_t>* of;
  void tree_edge(Follow follow, const FollowGraph&) const {
    (*of)[follow.followee.index()] = (*of)[follow.follower.index()] + 1;
  }
};

TEST_CASE("who adopts is who Boost.Graph reaches along live edges, and when is how far", "[sim][diffusion]") {
  const std::size_t users = 3'000;
  const Town town(erdos_renyi(users, 12.0, StreamKey(4, Stream::graph, 1)));
  const Chances chances = mixed_chances(town.audience, 9);
  IndependentCascade cascade(town.audience, chances, TrialSampling::coins);
  for (std::uint64_t run = 0; run < 10; ++run) {
    GraphBuilder live(users);
    for (std::uint32_t v = 0; v < users; ++v) {
      const auto followers = town.audience.followers(UserId{v});
      const ContactCoins coins(contagion(run).key(Draw::contact), UserId{v});
      for (std::size_t k = 0; k < followers.size(); ++k)
        if (coin(coins.of(followers[k]), chances.of(town.audience, UserId{v})[k].threshold()))
          live.add(UserId{v}, followers[k]);
    }
    const FollowGraph edges = live.build();
    const UserId seed{static_cast<std::uint32_t>(run * 250)};
    std::vector<std::uint32_t> distance(users, 0);
    Distances visitor;
    visitor.of = &distance;
    boost::queue<UserId> queue;
    std::vector<boost::default_color_type> colours(users, boost::white_color);
    const auto colour = boost::make_iterator_property_map(colours.begin(), get(boost::vertex_index, edges));
    boost::breadth_first_visit(edges, seed, queue, visitor, colour);

    const Spread spread = spread_of(cascade, {seed}, contagion(run));
    bool right = true;
    for (const Adopter& adopter : spread.adopters)
      right &= colours[adopter.user.index()] == boost::black_color && distance[adopter.user.index()] == adopter.step;
    CHECK(right);
    CHECK(spread.adopters.size() ==
          static_cast<std::size_t>(std::count(colours.begin(), colours.end(), boost::black_color)));
  }
}

/// A random graph whose follows are all mutual: thinned with probability p it is one of mean degree c = p x degree in
/// either direction.
FollowGraph mutual_random_graph(std::size_t users, double degree, std::uint32_t replicate) {
  const FollowGraph half = erdos_renyi(users, degree / 2.0, StreamKey(5, Stream::graph, replicate));
  GraphBuilder builder(users);
  for (std::uint32_t u = 0; u < users; ++u)
    for (const UserId v : half.followees(UserId{u})) {
      builder.add(UserId{u}, v);
      builder.add(v, UserId{u});
    }
  return builder.build();
}

TEST_CASE("above the threshold c = 1 a fraction S = 1 - exp(-c S) is reached, below it 1 / (1 - c) users",
          "[sim][diffusion][statistical]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  constexpr std::uint32_t users = 40'000;
  constexpr double degree = 16.0;
  const Town town(mutual_random_graph(users, degree, 1));
  SECTION("above") {
    const double c = GENERATE(1.5, 2.0);
    const Chances chances = Chances::uniform(c / degree);
    IndependentCascade cascade(town.audience, chances, sampling);
    double s = 1.0;
    for (int i = 0; i < 200; ++i) s = 1.0 - std::exp(-c * s);
    // the giant component of a random graph has the variance users x S (1 - S) / (1 - c (1 - S))^2; 7 sd leave room for
    // the graph's own
    const double sd = std::sqrt(users * s * (1.0 - s)) / (1.0 - c * (1.0 - s));
    std::uint64_t largest = 0;
    for (std::uint32_t run = 0; run < 12; ++run)
      largest = std::max(largest, cascade.reach(std::array{UserId{run * 1'000}}, contagion(run)).adopters);
    CHECK(std::abs(static_cast<double>(largest) - users * s) < 7.0 * sd);
  }
  SECTION("below") {
    const double c = 0.7;
    const Chances chances = Chances::uniform(c / degree);
    IndependentCascade cascade(town.audience, chances, sampling);
    std::uint64_t reached = 0;
    for (std::uint32_t u = 0; u < users; ++u) reached += cascade.reach(std::array{UserId{u}}, contagion(u)).adopters;
    // variance c / (1 - c)^3 = 25.9 a contagion: sd of the mean 0.0254; the graph's own mean degree has the sd 0.02 /
    // 16 and moves it by c / (1 - c)^2 x 0.13 % = 0.010
    CHECK(std::abs(static_cast<double>(reached) / users - 1.0 / (1.0 - c)) < 6.0 * (0.0254 + 0.010));
  }
}

}  // namespace
}  // namespace grapevine
