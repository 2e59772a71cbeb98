#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <random>
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
