#include "graph/boost_graph.hpp"

#include <algorithm>
#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/clustering_coefficient.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/exterior_property.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/components.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/distances.hpp"
#include "graph/statistics/mixing.hpp"
#include "graph/statistics/power_law_fit.hpp"
#include "graph/statistics/reshuffled.hpp"
#include "graph/statistics/undirected.hpp"
#include "tests/catch.hpp"
#include "tests/graph/small_graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

// Degrees

TEST_CASE("followees are counted as rows are long", "[graph][statistics]") {
  CHECK(followee_counts(path(4)) == Degrees{1, 1, 1, 0});
  CHECK(followee_counts(bipartite(2, 3)) == Degrees{3, 3, 0, 0, 0});
}

TEST_CASE("quantiles, Gini and shares are those of the sorted list", "[graph][statistics]") {
  std::mt19937 engine(1);
  for (const std::size_t users : {1, 2, 3, 10, 99, 100, 101, 250}) {
    Degrees degrees(users);
    for (std::uint32_t& degree : degrees) degree = std::uint32_t(engine() % 40 * (engine() % 40) / 60);
    degrees[0] = 77;
    const DegreeDistribution all(degrees);
    std::ranges::sort(degrees);
    const double n = double(users), follows = double(std::accumulate(degrees.begin(), degrees.end(), 0u));
    CHECK(all.user_count() == users);
    CHECK(all.mean() == follows / n);
    CHECK(all.max() == 77);

    for (int percent = 0; percent <= 100;
         ++percent) {  // the smallest degree that percent / 100 of users do not exceed, counted in whole numbers
      std::size_t i = 0;
      while (100 * (i + 1) < std::size_t(percent) * users) ++i;
      REQUIRE(all.quantile(percent / 100.0) == degrees[i]);

      const std::size_t top = std::max<std::size_t>(1, users * std::size_t(percent) / 100);
      const double held = std::accumulate(degrees.end() - std::ptrdiff_t(top), degrees.end(), 0.0);
      REQUIRE(all.share_of_top(percent / 100.0) == Approx(held / follows));
    }

    double differences = 0;
    for (const std::uint32_t a : degrees)
      for (const std::uint32_t b : degrees) differences += std::abs(double(a) - double(b));
    CHECK(all.gini() == Approx(differences / (2 * n * n) / all.mean()).margin(1e-12));

    for (const double degree : {0.0, 0.5, 1.0, 7.0, 7.5, 77.0, 78.0})
      CHECK(all.users_at_least(degree) ==
            std::size_t(std::ranges::count_if(degrees, [=](std::uint32_t d) { return d >= degree; })));
  }
}

TEST_CASE("one user who has all follows has Gini 1 - 1 / users and equal users have 0", "[graph][statistics]") {
  Degrees one(200, 0);
  one[17] = 5;
  CHECK(DegreeDistribution(one).gini() == Approx(1 - 1.0 / 200));
  CHECK(DegreeDistribution(one).share_of_top(0.01) == 1);
  const DegreeDistribution equal(Degrees(200, 5));
  CHECK(equal.gini() == 0);
  CHECK(equal.share_of_top(0.01) == 0.01);
  CHECK(summarise(equal) == DegreeSummary{.mean = 5, .median = 5, .max = 5, .gini = 0, .top_percent_share = 0.01});
}

TEST_CASE("a CCDF of 1 / degree has slope -1", "[graph][statistics]") {
  // 6 000 / d users have d or more, d = 1 .. 6 000 / 20: exact where d divides 6 000.
  Degrees degrees;
  for (std::uint32_t d = 1; d <= 300; ++d)
    degrees.insert(degrees.end(), 6'000 / d - (d < 300 ? 6'000 / (d + 1) : 0), d);
  const DegreeDistribution all(degrees);
  CHECK(all.ccdf_slope(10, 100) == Approx(-1));
  CHECK(all.ccdf_slope(2, 300) == Approx(-1));
  CHECK(is_missing(all.ccdf_slope(2, 301)));
  CHECK(all.degrees().size() == all.at_least().size());
  CHECK(all.at_least()[49] == 120);
}

// Power laws

namespace {

/// Standard error of the exponent of greatest likelihood: 1 / sqrt(n var log x).
double exponent_error(double exponent, std::uint32_t x_min, double n) {
  const double whole = slow_zeta(exponent, x_min), first = slow_zeta(exponent, x_min, 1) / whole;
  return 1 / std::sqrt(n * (slow_zeta(exponent, x_min, 2) / whole - first * first));
}

}  // namespace

TEST_CASE("the exponent of drawn power laws is found again", "[graph][statistics][statistical]") {
  const auto [exponent, x_min] = GENERATE(table<double, std::uint32_t>({{1.8, 1}, {2.3, 1}, {2.3, 7}, {3.5, 3}}));
  const std::size_t users = 20'000;
  const PowerLawFit fit = fit_power_law(DegreeDistribution(zipf(users, exponent, x_min, 3)), x_min);
  // Five standard errors: sound code leaves them for one seed in 1.7 million. The draws end at 4e6, which leaves out
  // 5e-6 of the users of exponent 1.8.
  CHECK(std::abs(fit.exponent - exponent) < 5 * exponent_error(exponent, x_min, double(users)));
  CHECK(fit.users == users);
  CHECK(fit.x_min == x_min);
  CHECK(fit.distance <
        2.4 / std::sqrt(
                  double(users)));  // P(sqrt(n) distance > 2.4) = 2 exp(-2 * 2.4^2) = 2e-5, less with a fitted exponent
}

TEST_CASE("the fitted exponent is the likeliest, and its distance the largest gap of all whole numbers",
          "[graph][statistics]") {
  std::mt19937 engine(5);
  const std::uint32_t x_min = GENERATE(1u, 4u, 30u);
  Degrees degrees = {1, 2, x_min + 1};
  while (degrees.size() < 60)
    degrees.push_back(x_min - 1 + std::uint32_t(std::pow(double(engine() % 1'000 + 1) / 1'000, -1.1)));
  const DegreeDistribution all(degrees);
  const PowerLawFit fit = fit_power_law(all, x_min);
  std::erase_if(degrees, [&](std::uint32_t d) { return d < x_min; });
  std::ranges::sort(degrees);
  const double n = double(degrees.size());
  REQUIRE(fit.users == degrees.size());

  const auto likelihood = [&](double exponent) {
    double sum = -n * std::log(slow_zeta(exponent, x_min));
    for (const std::uint32_t d : degrees) sum -= exponent * std::log(double(d));
    return sum;
  };
  // Around its top the likelihood is a parabola: equal at equal distances to the second order, so the top lies within
  // 1e-7 if both sides agree to that part.
  const double here = likelihood(fit.exponent), lower = likelihood(fit.exponent - 0.001),
               higher = likelihood(fit.exponent + 0.001);
  CHECK(here > lower);
  CHECK(here > higher);
  CHECK(std::abs(lower - higher) < 0.01 * (here - (lower + higher) / 2));

  const double whole = slow_zeta(fit.exponent, x_min);
  double law = 0, largest = 0;
  for (std::uint32_t x = x_min; x <= degrees.back(); ++x) {
    law += std::pow(double(x), -fit.exponent) / whole;
    const double seen = double(std::ranges::count_if(degrees, [&](std::uint32_t d) { return d <= x; })) / n;
    largest = std::max(largest, std::abs(law - seen));
  }
  CHECK(fit.distance == Approx(largest).epsilon(1e-9));
}

TEST_CASE("where a power law begins is found by the least distance", "[graph][statistics][statistical]") {
  Degrees degrees = zipf(20'000, 2.5, 12, 8);
  std::mt19937 engine(9);
  for (int i = 0; i < 30'000; ++i)
    degrees.push_back(std::uint32_t(engine() % 12));  // as many users at each of 0 .. 11: no power law
  const DegreeDistribution all(degrees);
  const PowerLawFit best = best_power_law(all);
  CHECK(best.x_min >= 11);
  CHECK(best.x_min <= 40);  // where 13 % of the drawn tail are left: chance moves the least distance up, seldom so far
  CHECK(std::abs(best.exponent - 2.5) < 5 * exponent_error(2.5, best.x_min, double(best.users)));
  CHECK(best == fit_power_law(all, best.x_min));
  for (std::uint32_t x_min = 1; x_min < 60; ++x_min) CHECK(fit_power_law(all, x_min).distance >= best.distance);
  CHECK(best_power_law(all, 3 * best.users).x_min < best.x_min);
}

TEST_CASE("no x_min is passed over", "[graph][statistics]") {
  Degrees uniform, mixed = zipf(3'000, 1.7, 1, 21);
  std::mt19937 engine(22);
  for (int i = 0; i < 5'000; ++i) uniform.push_back(std::uint32_t(engine() % 2'000));
  for (int i = 0; i < 4'000; ++i) mixed.push_back(std::uint32_t(engine() % 300 + engine() % 300));
  for (const Degrees& degrees : {zipf(20'000, 2.2, 1, 20), zipf(700, 3.5, 40, 23), uniform, mixed}) {
    const DegreeDistribution all(degrees);
    for (const std::uint64_t least_users : {2, 50, 600}) {
      PowerLawFit best;
      for (std::size_t i = 0; i < all.degrees().size(); ++i) {
        if (all.degrees()[i] == 0 || all.at_least()[i] < least_users) continue;
        const PowerLawFit fit = fit_power_law(all, all.degrees()[i]);
        if (fit.distance < best.distance || is_missing(best.distance)) best = fit;
      }
      CHECK(best_power_law(all, least_users) == best);
    }
  }
}

TEST_CASE("a power law of a few hundred users is found above another law of many", "[graph][statistics][statistical]") {
  const auto [exponent, begin, tail, body] = GENERATE(table<double, std::uint32_t, std::size_t, std::size_t>(
      {{2.5, 150, 300, 20'000}, {3.3, 60, 500, 15'000}, {2.0, 40, 200, 10'000}}));
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  Degrees degrees = zipf(tail, exponent, begin, seed);
  std::mt19937 engine(seed);
  for (std::size_t i = 0; i < body; ++i)
    degrees.push_back(std::uint32_t(engine() % begin));  // as many at each of 0 .. begin - 1
  const DegreeDistribution all(degrees);
  const PowerLawFit best = best_power_law(all);
  CAPTURE(exponent, begin, tail, seed, best.x_min, best.users, best.exponent, best.distance);
  // One degree of the body more would put a quarter of the tail's users or more at its beginning, where the law has a
  // few percent, and tails of many have the shape of the body: farther than 0.1. P(sqrt(n) distance > 1.6) is 2
  // exp(-2 1.6^2) = 0.012 for a law that is known, and less for one that is fitted, which leaves 0.11 at most.
  for (std::uint32_t x_min = 1; x_min < begin; ++x_min) REQUIRE(fit_power_law(all, x_min).distance > 0.1);
  CHECK(best.x_min >= begin);
  // What is above any x_min of a power law is a power law of the same exponent, so this bound of five standard errors
  // is good for all of them. A part of less than a fifth of the tail would have to be nearer by luck: sqrt(users)
  // distance is below 0.35 with chance 3e-4, and about 0.6.
  CHECK(std::abs(best.exponent - exponent) < 5 * exponent_error(exponent, best.x_min, double(best.users)));
  CHECK(best.users >= tail / 5);
  // Tails of a tenth of the users or 1 000, as was the rule, end within the body.
  const PowerLawFit longer = best_power_law(all, 1'000);
  CHECK(longer.x_min < begin);
  CHECK(longer.distance > best.distance);
}

TEST_CASE("a tail without two different degrees has no exponent", "[graph][statistics]") {
  CHECK(is_missing(fit_power_law(DegreeDistribution(Degrees{}), 1).exponent));
  CHECK(is_missing(fit_power_law(DegreeDistribution(Degrees{0, 0, 3, 3}), 3).exponent));
  CHECK(is_missing(fit_power_law(DegreeDistribution(Degrees{0, 0, 3, 3}), 4).exponent));
  CHECK(fit_power_law(DegreeDistribution(Degrees{0, 0, 3, 3}), 4).users == 0);
  CHECK(fit_power_law(DegreeDistribution(Degrees{0, 0, 3, 3}), 2).exponent > 1);
  CHECK(fit_power_law(DegreeDistribution(Degrees{3, 4}), 3).exponent > 1);
  Degrees nearly(1'000'000,
                 1'000'000);  // P(1 000 001) / P(1 000 000) = 1e-6 at an exponent of log(1e6) / log(1 + 1e-6)
  nearly.push_back(1'000'001);
  CHECK(fit_power_law(DegreeDistribution(nearly), 1'000'000).exponent == Approx(std::log(1e6) * 1e6).epsilon(1e-5));
  CHECK(is_missing(best_power_law(DegreeDistribution(Degrees{0, 1, 2, 3})).distance));
  CHECK(best_power_law(DegreeDistribution(Degrees{0, 1, 2, 3}), 2).exponent > 1);
  CHECK(is_missing(best_power_law(DegreeDistribution(Degrees{})).exponent));
}

// Mixing

TEST_CASE("reciprocity, correlation and assortativity are those of plain lists", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const std::size_t users = graph.user_count();
    double mutual = 0, all = 0;
    std::vector<double> in(users, 0), out(users, 0), degree(users, 0), one_end, other_end;
    for (std::size_t u = 0; u < users; ++u)
      for (std::size_t v = 0; v < users; ++v) {
        all += follows(graph, u, v);
        mutual += follows(graph, u, v) && follows(graph, v, u);
        out[u] += follows(graph, u, v);
        in[v] += follows(graph, u, v);
        degree[u] += u != v && linked(graph, u, v);
      }
    for (std::size_t u = 0; u < users; ++u)
      for (std::size_t v = 0; v < users; ++v)
        if (linked(graph, u, v)) {
          one_end.push_back(degree[u]);
          other_end.push_back(degree[v]);
        }
    CHECK(reciprocity(graph) == mutual / all);
    const auto alike = [](const std::vector<double>& x) {
      return std::ranges::adjacent_find(x, std::not_equal_to()) == x.end();
    };
    if (alike(one_end))
      CHECK(is_missing(degree_assortativity(graph)));
    else
      CHECK(degree_assortativity(graph) == Approx(pearson(one_end, other_end)).margin(1e-12));
    if (alike(in) || alike(out)) {
      CHECK(is_missing(degree_correlation(graph)));
    } else {
      for (double& count : in) count = std::log(1 + count);
      for (double& count : out) count = std::log(1 + count);
      CHECK(degree_correlation(graph) == Approx(pearson(in, out)).margin(1e-12));
    }
  }
}

TEST_CASE("directed assortativity is the correlation over a plain list of follows", "[graph][statistics]") {
  std::vector<FollowGraph> graphs = various_graphs();
  graphs.push_back(large_graph());
  for (const FollowGraph& graph : graphs) {
    std::array<std::vector<double>, 2> followers_end, followees_end;  // followers, followees
    const Degrees out = followee_counts(graph);
    for (std::size_t u = 0; u < graph.user_count(); ++u)
      for (const UserId v : graph.followees(user(u))) {
        followers_end[0].push_back(graph.follower_count(user(u)));
        followers_end[1].push_back(out[u]);
        followees_end[0].push_back(graph.follower_count(v));
        followees_end[1].push_back(out[v.index()]);
      }
    const DirectedAssortativity found = directed_assortativity(graph);
    const auto check = [&](double value, std::size_t x, std::size_t y) {
      const auto alike = [](const std::vector<double>& list) {
        return std::ranges::adjacent_find(list, std::not_equal_to()) == list.end();
      };
      if (alike(followers_end[x]) || alike(followees_end[y]))
        CHECK(is_missing(value));
      else
        CHECK(value == Approx(pearson(followers_end[x], followees_end[y])).margin(1e-10));
    };
    check(found.in_in, 0, 0);
    check(found.in_out, 0, 1);
    check(found.out_in, 1, 0);
    check(found.out_out, 1, 1);
  }
}

TEST_CASE("each form of assortativity takes the two degrees that its name says", "[graph][statistics]") {
  // 0 -> 1, 0 -> 2 and 3 -> 4: of the followers 0 has two followees and 3 one; followers 0 0; followees have one
  // follower and follow nobody.
  const FollowGraph apart =
      graph_where(5, [](std::size_t u, std::size_t v) { return (u == 0 && (v == 1 || v == 2)) || (u == 3 && v == 4); });
  const DirectedAssortativity none = directed_assortativity(apart);
  for (const double form : {none.in_in, none.in_out, none.out_in, none.out_out}) CHECK(is_missing(form));
  // With 5 -> 2 user 2 has two followers. Follows 0-1, 0-2, 3-4, 5-2 as (out, in): (2, 1), (2, 2), (1, 1), (1, 2):
  // uncorrelated. With 5 -> 4 instead (2, 1), (2, 1), (1, 2), (1, 2): -1.
  const auto with = [&](std::size_t followee) {
    return directed_assortativity(graph_where(6, [=](std::size_t u, std::size_t v) {
      return (u == 0 && (v == 1 || v == 2)) || (u == 3 && v == 4) || (u == 5 && v == followee);
    }));
  };
  CHECK(with(2).out_in == 0);
  CHECK(with(4).out_in == Approx(-1));
  CHECK(is_missing(with(4).in_out));
}

TEST_CASE("in a star and a lopsided bipartite graph unlike degrees meet", "[graph][statistics]") {
  CHECK(degree_assortativity(star(9)) == -1);
  CHECK(degree_assortativity(bipartite(3, 5)) == -1);
  CHECK(is_missing(degree_assortativity(ring(9, 2))));
  CHECK(degree_correlation(bipartite(3, 5)) == Approx(-1));
  CHECK(reciprocity(complete(5)) == 1);
  CHECK(reciprocity(path(5)) == 0);
}

TEST_CASE("follows within communities are counted beside those of chance", "[graph][statistics]") {
  std::vector<std::uint16_t> halves(10);
  for (std::size_t u = 0; u < 10; ++u) halves[u] = u % 2 == 0 ? 3 : UINT16_MAX;
  const FollowGraph apart = graph_where(10, [](std::size_t u, std::size_t v) { return u % 2 == v % 2; });
  CHECK(homophily(apart, halves) == Homophily{.within = 1, .by_chance = 0.5, .assortativity = 1});
  const FollowGraph across = graph_where(10, [](std::size_t u, std::size_t v) { return u % 2 != v % 2; });
  CHECK(homophily(across, halves) == Homophily{.within = 0, .by_chance = 0.5, .assortativity = -1});
  CHECK(is_missing(homophily(across, std::vector<std::uint16_t>(10, 7)).assortativity));
  // 0 -> 1 -> 2 -> 3 with communities a, a, a, b: two of three follows within; a makes 3 and receives 2 of them.
  const Homophily line = homophily(path(4), std::vector<std::uint16_t>{1, 1, 1, 2});
  CHECK(line.within == Approx(2.0 / 3));
  CHECK(line.by_chance == Approx(6.0 / 9));
  CHECK(line.assortativity == Approx(0).margin(1e-12));
}

TEST_CASE("reshuffling leaves what chance gives within communities", "[graph][statistics][statistical]") {
  const FollowGraph graph = large_graph();
  std::vector<std::uint16_t> community(graph.user_count());
  for (std::size_t u = 0; u < community.size(); ++u) community[u] = std::uint16_t(u * u % 7);
  const Homophily before = homophily(graph, community), after = homophily(reshuffled(graph, stream()), community);
  // Follows are nearly independent coins: sd sqrt(p (1 - p) / follows) = 0.0016; loops and repetitions take out 2 % of
  // them, hardly more here than there.
  const double sd = std::sqrt(before.by_chance * (1 - before.by_chance) / double(graph.follow_count()));
  CHECK(std::abs(after.within - before.by_chance) < 5 * sd);
}

// Clustering

TEST_CASE("the undirected projection links whoever follows or is followed, once", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const UndirectedGraph undirected(graph);
    std::size_t wrong = 0, links = 0;
    for (std::size_t u = 0; u < graph.user_count(); ++u) {
      std::vector<UserId> expected;
      for (std::size_t v = 0; v < graph.user_count(); ++v)
        if (linked(graph, u, v)) expected.push_back(user(v));
      wrong += !std::ranges::equal(undirected.neighbours(user(u)), expected);
      wrong += neighbour_counts(graph)[u] != expected.size();
      links += expected.size();
    }
    CHECK(wrong == 0);
    CHECK(undirected.link_count() == links / 2);
  }
}

TEST_CASE("triangles and clustering are those of every triple looked at", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const std::size_t users = graph.user_count();
    const UndirectedGraph undirected(graph);
    std::uint64_t closed = 0, paths = 0, with_two = 0;
    double sum = 0;
    for (std::size_t u = 0; u < users; ++u) {
      const std::span<const UserId> around = undirected.neighbours(user(u));
      std::uint64_t closed_here = 0;
      for (std::size_t i = 0; i < around.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) closed_here += linked(graph, around[i].index(), around[j].index());
      const std::uint64_t paths_here = around.size() * (around.size() - 1) / 2;
      closed += closed_here;
      paths += paths_here;
      with_two += around.size() >= 2;
      if (around.size() >= 2) sum += double(closed_here) / double(paths_here);
    }
    const Clustering found = clustering(undirected);
    CHECK(found.triangles == closed / 3);
    CHECK(found.paths == paths);
    CHECK(found.transitivity == Approx(double(closed) / double(paths)));
    CHECK(found.mean_local == Approx(sum / double(users)));
    CHECK(found.mean_local_of_linked == Approx(sum / double(with_two)));
  }
}

TEST_CASE("mean clustering agrees with Boost.Graph's", "[graph][statistics][boost]") {
  using Plain = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  using Property = boost::exterior_vertex_property<Plain, double>;
  const FollowGraph graph = erdos_renyi(200, 9, stream());
  Plain plain(200);
  for (std::size_t u = 0; u < 200; ++u)
    for (std::size_t v = 0; v < u; ++v)
      if (linked(graph, u, v)) add_edge(u, v, plain);
  Property::container_type values(200);
  const Property::map_type map(values, plain);
  CHECK(clustering(UndirectedGraph(graph)).mean_local == Approx(boost::all_clustering_coefficients(plain, map)));
}

TEST_CASE("clustering has its closed forms", "[graph][statistics]") {
  const Clustering full = clustering(UndirectedGraph(complete(30)));
  CHECK(full == Clustering{.triangles = 4'060,
                           .paths = 30 * 29 * 28 / 2,
                           .transitivity = 1,
                           .mean_local = 1,
                           .mean_local_of_linked = 1});
  CHECK(clustering(UndirectedGraph(bipartite(5, 8))).mean_local == 0);
  CHECK(clustering(UndirectedGraph(bipartite(5, 8))).transitivity == 0);
  const Clustering starlike = clustering(UndirectedGraph(star(10)));
  CHECK(starlike.paths == 36);
  CHECK(starlike.mean_local == 0);
  CHECK(starlike.mean_local_of_linked == 0);
  // A triangle with a tail: local 1, 1, 1/3 and 0 at the end of the tail, which has one neighbour.
  const Clustering kite = clustering(
      UndirectedGraph(graph_where(4, [](std::size_t u, std::size_t v) { return u + 1 == v || (u == 2 && v == 0); })));
  CHECK(kite.triangles == 1);
  CHECK(kite.transitivity == 3.0 / 5);
  CHECK(kite.mean_local == Approx(7.0 / 12));
  CHECK(kite.mean_local_of_linked == Approx(7.0 / 9));
  for (const std::size_t half : {1, 2, 3, 5}) {  // each user linked to k = 2 half others (Watts and Strogatz 1998)
    const double k = 2.0 * double(half);
    const Clustering lattice = clustering(UndirectedGraph(ring(5'000, half)));
    CHECK(lattice.mean_local == Approx(3 * (k - 2) / (4 * (k - 1))));
    CHECK(lattice.transitivity == Approx(3 * (k - 2) / (4 * (k - 1))));
  }
}

TEST_CASE("a sample of everybody has the exact clustering and no interval", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const Clustering exact = clustering(UndirectedGraph(graph));
    const SampledClustering all = sampled_clustering(graph, graph.user_count() + 5, stream());
    CHECK(all.mean_local.value == Approx(exact.mean_local));
    CHECK(all.mean_local_of_linked.value == Approx(exact.mean_local_of_linked));
    CHECK(all.mean_local.low == all.mean_local.high);
    CHECK(all.mean_local.sampled == graph.user_count());
  }
}

// Sampling

TEST_CASE("samples are drawn without replacement and hardly change when a user comes", "[graph][statistics]") {
  const std::vector<UserId> sample = sample_users(1'000, 50, stream()), more = sample_users(1'001, 50, stream());
  CHECK(sample.size() == 50);
  CHECK(std::ranges::is_sorted(sample, std::ranges::less_equal()) == true);
  CHECK(std::ranges::adjacent_find(sample) == sample.end());
  std::vector<UserId> both;
  std::ranges::set_intersection(sample, more, std::back_inserter(both));
  CHECK(both.size() >= 49);
  CHECK(sample_users(5, 50, stream()).size() == 5);
  CHECK(sample_users(0, 50, stream()).empty());
  CHECK(sample_users(1'000, 50, stream(1)) != sample);
}

TEST_CASE("every user is drawn as often as any other", "[graph][statistics][statistical]") {
  constexpr std::size_t users = 40, wanted = 10, replicates = 4'000;
  std::vector<double> drawn(users, 0);
  std::array<double, 3> together = {};  // users 0 and 1, 2 and 3, 0 and 39
  for (std::uint32_t replicate = 0; replicate < replicates; ++replicate) {
    const std::vector<UserId> sample = sample_users(users, wanted, stream(replicate));
    for (const UserId u : sample) ++drawn[u.index()];
    const auto both = [&](std::size_t u, std::size_t v) {
      return std::ranges::binary_search(sample, user(u)) && std::ranges::binary_search(sample, user(v));
    };
    together[0] += both(0, 1);
    together[1] += both(2, 3);
    together[2] += both(0, 39);
  }
  // Sum of (count - mean)^2 / (R f (1 - f)) times (n - 1) / n is chi-square with 39 degrees of freedom: above 99 for
  // one seed in 2 million, below 9 for one in 10 million.
  double chi = 0;
  for (const double count : drawn) chi += (count - 1'000) * (count - 1'000) / 750 * 39 / 40;
  CHECK(chi < 99);
  CHECK(chi > 9);
  // Two users come together with chance 10 * 9 / (40 * 39) = 0.0577: 231 times, sd 14.7; five of them.
  for (const double times : together) CHECK(std::abs(times - 230.8) < 5 * 14.7);
}

TEST_CASE("a ratio from a sample has the textbook's interval", "[graph][statistics]") {
  // Totals 1, 4, 7 on counts 1, 2, 2 from 12 users: 2.4; rests -1.4, -0.8, 2.2, squares 7.44; error sqrt(3/4 * 7.44 / 2
  // / 3) / (5/3) = 0.5787.
  const SampledMean mean = sampled_ratio(std::vector{1.0, 4.0, 7.0}, std::vector{1.0, 2.0, 2.0}, 12);
  CHECK(mean.value == Approx(2.4));
  CHECK(mean.high - mean.value == Approx(1.959964 * std::sqrt(0.75 * 7.44 / 2 / 3) / (5.0 / 3)).epsilon(1e-6));
  CHECK(mean.value - mean.low == Approx(mean.high - mean.value));
  CHECK(mean.sampled == 3);
  CHECK(is_missing(sampled_ratio(std::vector{1.0}, std::vector{1.0}, 2).low));
  CHECK(sampled_ratio(std::vector{1.0}, std::vector{1.0}, 2).value == 1);
  CHECK(sampled_ratio(std::vector{1.0}, std::vector{1.0}, 1).low == 1);
  CHECK(is_missing(sampled_ratio(std::vector{0.0}, std::vector{0.0}, 1).value));
  CHECK(is_missing(sampled_ratio({}, {}, 0).value));
}

TEST_CASE("19 of 20 intervals cover the exact value", "[graph][statistics][statistical]") {
  // Of 200 intervals 190 cover, sd 3.1; linearised intervals of skewed values cover a little less often: 0.93 gives
  // 186, sd 3.6. Five sd below that is 168, and an interval half as wide would cover 0.67, that is 134. More than 199
  // would be too wide: P = 200 * 0.05 * 0.95^199 + 0.95^200 = 4e-4 if the level is met.
  const FollowGraph graph = with_threads(1, [] {
    PowerLawParameters parameters;
    parameters.users = 1'500;
    parameters.mean_followees = 4;
    parameters.largest_share = 0.1;
    return power_law(parameters, stream());
  });
  const UndirectedGraph undirected(graph);
  const Clustering exact = clustering(undirected);
  const double links = distances(undirected).mean.value, passes = distances(graph).mean.value;
  int local = 0, of_linked = 0, along_links = 0, along_follows = 0;
  const auto covers = [](const SampledMean& mean, double value) { return mean.low <= value && value <= mean.high; };
  for (std::uint32_t replicate = 0; replicate < 200; ++replicate) {
    const SampledClustering sampled = sampled_clustering(graph, 200, stream(replicate));
    local += covers(sampled.mean_local, exact.mean_local);
    of_linked += covers(sampled.mean_local_of_linked, exact.mean_local_of_linked);
    along_links += covers(sampled_distances(undirected, 60, stream(replicate)).mean, links);
    along_follows += covers(sampled_distances(graph, 60, stream(replicate)).mean, passes);
  }
  for (const int covering : {local, of_linked, along_links, along_follows}) {
    CHECK(covering > 168);
    CHECK(covering < 200);
  }
}

// Distances

namespace {

/// Pairs by distance, each source by a plain breadth-first search over the rows of `reaches`: users that a user reaches
/// in one step.
std::vector<std::uint64_t> slow_pairs(const std::vector<std::vector<std::size_t>>& reaches) {
  std::vector<std::uint64_t> pairs = {0};
  for (std::size_t source = 0; source < reaches.size(); ++source) {
    std::vector<std::size_t> distance(reaches.size(), SIZE_MAX), queue = {source};
    distance[source] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (const std::size_t v : reaches[queue[i]])
        if (distance[v] == SIZE_MAX) {
          distance[v] = distance[queue[i]] + 1;
          queue.push_back(v);
          if (pairs.size() <= distance[v]) pairs.resize(distance[v] + 1, 0);
          ++pairs[distance[v]];
        }
  }
  return pairs;
}

double mean_of(const std::vector<std::uint64_t>& pairs) {
  double all = 0, steps = 0;
  for (std::size_t d = 0; d < pairs.size(); ++d) {
    all += double(pairs[d]);
    steps += double(d) * double(pairs[d]);
  }
  return steps / all;
}

}  // namespace

TEST_CASE("distances are those of one breadth-first search a user", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    std::vector<std::vector<std::size_t>> readers(graph.user_count()), neighbours(graph.user_count());
    for (std::size_t u = 0; u < graph.user_count(); ++u)
      for (std::size_t v = 0; v < graph.user_count(); ++v) {
        if (follows(graph, v, u)) readers[u].push_back(v);
        if (linked(graph, u, v)) neighbours[u].push_back(v);
      }
    const UndirectedGraph undirected(graph);
    CHECK(distances(graph).pairs == slow_pairs(readers));
    CHECK(distances(undirected).pairs == slow_pairs(neighbours));
    CHECK(distances(undirected).mean.value == Approx(mean_of(slow_pairs(neighbours))));

    const Distances everybody = sampled_distances(graph, graph.user_count(), stream());
    CHECK(everybody.pairs == slow_pairs(readers));
    CHECK(everybody.mean.value == Approx(mean_of(slow_pairs(readers))));
    CHECK(everybody.mean.low == everybody.mean.high);
  }
}

TEST_CASE("distances in a graph of several blocks of users are whole", "[graph][statistics]") {
  // Exact search numbers users anew and sampled search does not, so far steps end in other blocks.
  const FollowGraph graph = large_graph();
  CHECK(sampled_distances(graph, graph.user_count(), stream()).pairs == distances(graph).pairs);
  for (const std::size_t first :
       {std::size_t{0}, std::size_t{8'900}}) {  // a path of 100 users among others who follow nobody
    GraphBuilder builder(9'000);
    for (std::size_t u = first; u + 1 < first + 100; ++u) builder.add(user(u), user(u + 1));
    const FollowGraph line = builder.build();
    const Distances all = sampled_distances(line, 9'000, stream());
    CHECK(all.mean.value == Approx(101.0 / 3));
    CHECK(all.max() == 99);
    CHECK(distances(line).pairs == all.pairs);
  }
}

TEST_CASE("distances have their closed forms", "[graph][statistics]") {
  for (const std::size_t n : {2, 9, 300}) {
    const double users = double(n);
    CHECK(distances(UndirectedGraph(path(n))).mean.value == Approx((users + 1) / 3));
    CHECK(distances(UndirectedGraph(path(n))).max() == n - 1);
    CHECK(distances(path(n)).mean.value == Approx((users + 1) / 3));  // one way only, the same steps
    CHECK(distances(UndirectedGraph(star(n))).mean.value == Approx(2 * (users - 1) / users));
    CHECK(distances(complete(n)).mean.value == 1);
    CHECK(distances(complete(n)).max() == 1);
    CHECK(distances(ring(n, 1)).mean.value == Approx(users / 2));  // a cycle of follows: 1 .. n - 1
  }
  CHECK(distances(UndirectedGraph(bipartite(3, 300))).mean.value ==
        Approx((2.0 * 900 + 2 * (3 * 2 + 300 * 299)) / (303 * 302)));
  CHECK(distances(UndirectedGraph(ring(101, 1))).mean.value == Approx((101.0 + 1) / 4));
}

TEST_CASE("a post travels from the followee to the follower", "[graph][statistics]") {
  // 0, 1 and 2 follow 3, who follows nobody: only posts of 3 travel, so one sampled source sees three pairs or none.
  const FollowGraph fans = graph_where(4, [](std::size_t, std::size_t v) { return v == 3; });
  for (std::uint32_t replicate = 0; replicate < 20; ++replicate) {
    const bool author = sample_users(4, 1, stream(replicate)) == std::vector{user(3)};
    const Distances seen = sampled_distances(fans, 1, stream(replicate));
    CHECK(seen.pairs == (author ? std::vector<std::uint64_t>{0, 3} : std::vector<std::uint64_t>{0}));
  }
}

TEST_CASE("the effective diameter lies where 90 % of pairs are reached", "[graph][statistics]") {
  CHECK(distances(complete(9)).effective_diameter() ==
        Approx(0.9));  // all pairs within 1, so 90 % within 0.9 on the line from 0
  // A cycle of 11 follows has 11 pairs at each of 1 .. 10: 90 % within 9.
  CHECK(distances(ring(11, 1)).effective_diameter() == Approx(9));
  CHECK(distances(ring(11, 1)).effective_diameter(0.55) == Approx(5.5));
  CHECK(distances(ring(11, 1)).effective_diameter(1) == Approx(10));
  // Mutual star of 5: 8 pairs at 1, 12 at 2: 18 of 20 are 10 / 12 of the way from 1 to 2.
  CHECK(distances(UndirectedGraph(star(5))).effective_diameter() == Approx(1 + 10.0 / 12));
  CHECK(is_missing(distances(path(1)).effective_diameter()));
}

// Components

TEST_CASE("components hold the users that reach each other", "[graph][statistics]") {
  for (const FollowGraph& graph : various_graphs()) {
    const std::size_t users = graph.user_count();
    std::vector<std::vector<bool>> one_way(users, std::vector<bool>(users)), any_way = one_way;
    for (std::size_t u = 0; u < users; ++u)
      for (std::size_t v = 0; v < users; ++v) {
        one_way[u][v] = u == v || follows(graph, u, v);
        any_way[u][v] = u == v || linked(graph, u, v);
      }
    const auto expected = [&](std::vector<std::vector<bool>> reach) {
      for (std::size_t k = 0; k < users; ++k)  // Warshall
        for (std::size_t u = 0; u < users; ++u)
          if (reach[u][k])
            for (std::size_t v = 0; v < users; ++v)
              if (reach[k][v]) reach[u][v] = true;
      Components components;
      for (std::size_t u = 0; u < users; ++u) {
        std::size_t size = 0, first = users;
        for (std::size_t v = users; v-- > 0;)
          if (reach[u][v] && reach[v][u]) {
            ++size;
            first = v;
          }
        components.count += first == u;
        components.largest = std::max(components.largest, size);
      }
      components.giant_share = double(components.largest) / double(users);
      return components;
    };
    CHECK(weak_components(graph) == expected(any_way));
    CHECK(strong_components(graph) == expected(one_way));
  }
}

TEST_CASE("a large graph has the weak components that Boost.Graph finds", "[graph][statistics][boost]") {
  const FollowGraph graph = erdos_renyi(20'000, 0.6, stream());
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> plain(graph.user_count());
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) add_edge(u, v.index(), plain);
  std::vector<int> component(graph.user_count());
  const Components found = weak_components(graph);
  CHECK(int(found.count) == boost::connected_components(plain, component.data()));
  std::vector<std::size_t> sizes(found.count, 0);
  for (const int c : component) ++sizes[std::size_t(c)];
  CHECK(found.largest == *std::ranges::max_element(sizes));
}

TEST_CASE("a large graph has the strong components that Boost.Graph finds", "[graph][statistics][boost]") {
  for (const double followees : {0.9, 1.3, 3.0}) {
    const FollowGraph graph = erdos_renyi(20'000, followees, stream());
    std::vector<std::size_t> expected(graph.user_count());
    const std::size_t count = boost::strong_components(
        graph, boost::make_iterator_property_map(expected.begin(), get(boost::vertex_index, graph)));
    const std::vector<std::uint32_t> found = strong_component_of(graph);
    CHECK(strong_components(graph).count == count);
    std::vector<std::uint32_t> same_as(count, UINT32_MAX);  // ours of theirs
    std::size_t wrong = 0;
    for (std::size_t u = 0; u < found.size(); ++u) {
      if (same_as[expected[u]] == UINT32_MAX) same_as[expected[u]] = found[u];
      wrong += same_as[expected[u]] != found[u] || found[u] >= count;
      for (const UserId v : graph.followees(user(u)))
        wrong += found[v.index()] > found[u];  // follows lead to no higher number
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a path of a million follows has as many strong components as users", "[graph][statistics]") {
  GraphBuilder builder(1'000'000);
  for (std::size_t u = 0; u + 1 < 1'000'000; ++u) builder.add(user(u), user(u + 1));
  CHECK(strong_components(builder.build()).count == 1'000'000);  // and the search goes a million deep
}

// Reshuffling

TEST_CASE("reshuffling keeps every degree but for dropped loops and repetitions", "[graph][statistics]") {
  const FollowGraph graph = large_graph();
  Dropped dropped;
  const FollowGraph other = reshuffled(graph, stream(), &dropped);
  CHECK(other.follow_count() + dropped.self_loops + dropped.duplicates == graph.follow_count());
  CHECK(double(other.follow_count()) > 0.9 * double(graph.follow_count()));
  const Degrees before = followee_counts(graph), after = followee_counts(other);
  for (std::size_t u = 0; u < graph.user_count(); ++u) {
    REQUIRE(after[u] <= before[u]);
    REQUIRE(other.follower_count(user(u)) <= graph.follower_count(user(u)));
  }
  CHECK(other != graph);
  CHECK(reshuffled(graph, stream(1)) != other);
}

TEST_CASE("reshuffled follows are as likely as the degrees say", "[graph][statistics][statistical]") {
  // 20 users with two followees and two followers each: two of 40 stubs miss the two of another user with chance 38/40
  // * 37/39, so a pair is joined with p = 0.0987. 3 000 graphs: 296 times, sd 16.3; of 380 pairs one leaves five sd for
  // one seed in 4 600.
  const FollowGraph before = ring(20, 2);
  std::vector<double> seen(400, 0);
  constexpr std::uint32_t replicates = 3'000;
  with_threads(1, [&] {
    for (std::uint32_t replicate = 0; replicate < replicates; ++replicate) {
      const FollowGraph after = reshuffled(before, stream(replicate));
      for (std::size_t u = 0; u < 20; ++u)
        for (const UserId v : after.followees(user(u))) ++seen[20 * u + v.index()];
    }
  });
  constexpr double p = 1 - 38.0 / 40 * 37 / 39;
  for (std::size_t u = 0; u < 20; ++u)
    for (std::size_t v = 0; v < 20; ++v)
      if (u != v) CHECK(std::abs(seen[20 * u + v] - replicates * p) < 5 * std::sqrt(replicates * p * (1 - p)));
}

TEST_CASE("a reshuffled lattice is clustered no more than its density", "[graph][statistics][statistical]") {
  // 3 000 users with 20 neighbours: closed pairs are about as likely as any link, 20 / 3 000 = 0.0067, against 0.711
  // before. 570 000 pairs of neighbours with the sd of coins would give 0.0001; triangles share links, so allow ten
  // times that.
  const FollowGraph lattice = ring(3'000, 10);
  CHECK(clustering(UndirectedGraph(lattice)).mean_local == Approx(3 * 18.0 / (4 * 19)));
  CHECK(std::abs(clustering(UndirectedGraph(reshuffled(lattice, stream()))).mean_local - 20.0 / 3'000) < 0.001);
}

// All of them

TEST_CASE("graphs without users, or without follows, have no statistics and do no harm", "[graph][statistics]") {
  const std::size_t users = GENERATE(0, 1, 3);
  const FollowGraph graph = erdos_renyi(users, 0, stream());
  const DegreeSummary summary = summarise(DegreeDistribution(graph.follower_counts()));
  CHECK(same(summary.mean, users == 0 ? no_value : 0));
  CHECK(same(summary.median, users == 0 ? no_value : 0));
  CHECK(same(summary.max, users == 0 ? no_value : 0));
  CHECK(is_missing(summary.gini));
  CHECK(is_missing(summary.top_percent_share));
  CHECK(is_missing(DegreeDistribution(graph.follower_counts()).ccdf_slope(1, 2)));
  CHECK(is_missing(reciprocity(graph)));
  CHECK(is_missing(degree_correlation(graph)));
  CHECK(is_missing(degree_assortativity(graph)));
  const DirectedAssortativity forms = directed_assortativity(graph);
  for (const double form : {forms.in_in, forms.in_out, forms.out_in, forms.out_out}) CHECK(is_missing(form));
  CHECK(is_missing(homophily(graph, std::vector<std::uint16_t>(users, 0)).within));
  CHECK(is_missing(homophily(graph, std::vector<std::uint16_t>(users, 0)).by_chance));
  const UndirectedGraph undirected(graph);
  const Clustering none = clustering(undirected);
  CHECK(none.triangles == 0);
  CHECK(is_missing(none.transitivity));
  CHECK(same(none.mean_local, users == 0 ? no_value : 0));
  CHECK(is_missing(none.mean_local_of_linked));
  CHECK(same(sampled_clustering(graph, 2, stream()).mean_local.value, none.mean_local));
  CHECK(is_missing(sampled_clustering(graph, 2, stream()).mean_local_of_linked.value));
  for (const Distances& found : {distances(graph), distances(undirected), sampled_distances(graph, 2, stream()),
                                 sampled_distances(undirected, 2, stream())}) {
    CHECK(found.pairs == std::vector<std::uint64_t>{0});
    CHECK(found.max() == 0);
    CHECK(is_missing(found.mean.value));
    CHECK(is_missing(found.effective_diameter()));
  }
  CHECK(weak_components(graph).count == users);
  CHECK(strong_components(graph).count == users);
  CHECK(same(weak_components(graph).giant_share, users == 0 ? no_value : 1.0 / double(users)));
  CHECK(reshuffled(graph, stream()) == graph);
}

namespace {

std::vector<std::uint16_t> by_followees(const FollowGraph& graph) {
  std::vector<std::uint16_t> communities;
  for (const std::uint32_t count : followee_counts(graph)) communities.push_back(std::uint16_t(count));
  return communities;
}

/// Everything that is measured, to the bit.
struct Everything {
  explicit Everything(const FollowGraph& graph)
      : undirected(graph),
        fit(best_power_law(DegreeDistribution(graph.follower_counts()), 100)),
        correlation(degree_correlation(graph)),
        assortativity(degree_assortativity(graph)),
        local(clustering(undirected)),
        sampled_local(sampled_clustering(graph, 1'000, stream())),
        along_links(distances(undirected)),
        along_follows(distances(graph)),
        sampled_links(sampled_distances(undirected, 300, stream())),
        sampled_follows(sampled_distances(graph, 300, stream())),
        weak(weak_components(graph)),
        strong(strong_components(graph)),
        mixed(homophily(graph, by_followees(graph))),
        shuffled(reshuffled(graph, stream())) {}

  UndirectedGraph undirected;
  PowerLawFit fit;
  double correlation, assortativity;
  Clustering local;
  SampledClustering sampled_local;
  Distances along_links, along_follows, sampled_links, sampled_follows;
  Components weak, strong;
  Homophily mixed;
  FollowGraph shuffled;
};

}  // namespace

TEST_CASE("the number of threads does not change a statistic", "[graph][statistics][invariance]") {
  const FollowGraph graph = large_graph();
  const Everything alone = with_threads(1, [&] { return Everything(graph); });
  const int threads = GENERATE(2, 3, 8);
  const Everything together = with_threads(threads, [&] { return Everything(graph); });
  CHECK(together.undirected.rows() == alone.undirected.rows());
  CHECK(together.fit == alone.fit);
  CHECK(together.correlation == alone.correlation);
  CHECK(together.assortativity == alone.assortativity);
  CHECK(together.local == alone.local);
  CHECK(together.sampled_local == alone.sampled_local);
  CHECK(together.along_links == alone.along_links);
  CHECK(together.along_follows == alone.along_follows);
  CHECK(together.sampled_links == alone.sampled_links);
  CHECK(together.sampled_follows == alone.sampled_follows);
  CHECK(together.weak == alone.weak);
  CHECK(together.strong == alone.strong);
  CHECK(together.mixed == alone.mixed);
  CHECK(together.shuffled == alone.shuffled);
}

// The real graphs. Values are those of the data's README, computed by others; a printed digit allows half a unit.

TEST_CASE("followers of a brand on Twitter have the statistics published beside them (needs GRAPEVINE_DATA)",
          "[graph][statistics][data]") {
  if (data_folder() == nullptr) {
    WARN("skipped: GRAPEVINE_DATA is not set");
    return;
  }
  const FollowGraph bofa = load_edge_list(std::filesystem::path(data_folder()) / "twitter_follow_bofa.csv.gz").graph;
  const auto prints = [](double value, double printed, double unit) { return std::abs(value - printed) <= unit / 2; };
  const DegreeDistribution followers(bofa.follower_counts()), followees(followee_counts(bofa));
  const DegreeSummary in = summarise(followers), out = summarise(followees);
  CHECK(in.max == 3'469);
  CHECK(in.median == 0);
  CHECK(prints(in.mean, 4.99, 0.01));
  CHECK(prints(in.gini, 0.922, 0.001));
  CHECK(prints(in.top_percent_share, 0.601, 0.001));
  CHECK(prints(followers.ccdf_slope(10, 100), -0.91, 0.01));
  CHECK(out.max == 567);
  CHECK(out.median == 2);
  CHECK(prints(out.gini, 0.65, 0.01));

  const auto is = [&](const PowerLawFit& fit, std::uint32_t x_min, double exponent, double distance,
                      std::uint64_t users) {
    CAPTURE(fit.x_min, fit.exponent, fit.distance, fit.users);
    CHECK((fit.x_min == x_min && prints(fit.exponent, exponent, 0.001) && prints(fit.distance, distance, 0.0001) &&
           fit.users == users));
  };
  is(best_power_law(followers, 1'000), 2, 1.806, 0.0170,
     3'303);  // the published ones are those of tails of 1 000 users or more
  is(best_power_law(followees, 1'000), 11, 2.417, 0.0232, 1'208);
  is(best_power_law(followers), 2, 1.806, 0.0170,
     3'303);  // scipy's zeta function and minimiser over all x_min, by the formulas of the paper
  is(best_power_law(followees), 22, 2.546, 0.0224, 466);

  CHECK(prints(reciprocity(bofa), 0.315, 0.001));
  CHECK(prints(degree_correlation(bofa), 0.64, 0.01));
  CHECK(prints(degree_assortativity(bofa), -0.23, 0.01));

  const UndirectedGraph undirected(bofa);
  const Clustering local = clustering(undirected);
  CHECK(prints(local.transitivity, 0.0230, 0.0001));
  CHECK(prints(local.mean_local, 0.297, 0.001));
  CHECK(prints(local.mean_local_of_linked, 0.446, 0.001));
  CHECK(prints(weak_components(bofa).giant_share, 0.982, 0.001));
  CHECK(prints(strong_components(bofa).giant_share, 0.361, 0.001));
  const Distances links = distances(undirected);
  CHECK(prints(links.mean.value, 3.205, 0.001));
  CHECK(links.max() == 11);

  const SampledClustering sampled = sampled_clustering(bofa, 2'000, stream());
  CHECK(sampled.mean_local.low < local.mean_local);
  CHECK(local.mean_local < sampled.mean_local.high);
  const Distances sampled_links = sampled_distances(undirected, 500, stream());
  CHECK(sampled_links.mean.low < links.mean.value);
  CHECK(links.mean.value < sampled_links.mean.high);
}

TEST_CASE("ego-Twitter has the triangles and distances published beside it (needs GRAPEVINE_DATA)",
          "[graph][statistics][data]") {
  if (data_folder() == nullptr) {
    WARN("skipped: GRAPEVINE_DATA is not set");
    return;
  }
  const UndirectedGraph ego(
      load_edge_list(std::filesystem::path(data_folder()) / "ego_twitter_undirected.csv.gz", {.undirected = true})
          .graph);
  CHECK(ego.link_count() == 1'342'296);
  std::vector<std::uint32_t> neighbours;
  for (std::size_t u = 0; u < ego.user_count(); ++u)
    neighbours.push_back(static_cast<std::uint32_t>(ego.rows()[u].size()));
  const PowerLawFit tail = best_power_law(DegreeDistribution(neighbours));  // as for the brand's followers, by scipy
  CHECK(tail.x_min == 188);
  CHECK(tail.users == 1'825);
  CHECK(std::abs(tail.exponent - 3.2707) <= 0.00005);
  CHECK(std::abs(tail.distance - 0.020348) <= 0.0000005);
  const Clustering local = clustering(ego);
  CHECK(local.triangles == 13'082'506);
  CHECK(std::abs(local.transitivity - 0.1706) <= 0.00005);
  CHECK(std::abs(local.mean_local - 0.5653) <= 0.00005);
  const Distances links = distances(ego);
  CHECK(std::abs(links.mean.value - 3.889) <= 0.0005);
  CHECK(links.max() == 7);
}
