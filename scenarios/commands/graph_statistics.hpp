#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/new_file.hpp"
#include "graph/follow_graph.hpp"
#include "graph/statistics/clustering.hpp"
#include "graph/statistics/components.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/distances.hpp"
#include "graph/statistics/lognormal_fit.hpp"
#include "graph/statistics/mixing.hpp"
#include "graph/statistics/power_law_fit.hpp"
#include "graph/statistics/spectral_radius.hpp"
#include "graph/statistics/vuong.hpp"

/// Everything that is known of a graph, in one table: what `grapevine graph stats` prints and writes.
/// docs/graph-statistics.md explains it.
namespace grapevine {

/// What is measured together.
enum class GraphGroup : std::uint8_t {
  size,
  followers,
  followees,
  mixing,
  homophily,  ///< where communities are known
  components,
  radius,
  page_rank,
  triangles,
  clustering,
  cores,
  links,   ///< distances along links, either way
  passes,  ///< distances along follows: how often a post is passed on
};
inline constexpr std::size_t graph_groups = 13;

/// What a group costs beside the graph.
enum class GraphCost : std::uint8_t {
  linear,  ///< passes over the follows and at most 36 bytes a user
  search,  ///< passes for every 256 sources, and 96 bytes a user
  large,   ///< the undirected projection: 8 bytes a link and more
};

GraphCost cost_of(GraphGroup group);

struct GraphStatisticsOptions {
  bool exact = false;          ///< every user is a source of distances and has its clustering looked at
  std::size_t sample = 1'000;  ///< else so many users do, drawn by `seed` ...
  std::size_t small = 20'000;  ///< ... unless there are so few that everybody can
  std::uint64_t seed = 1;
  std::uint64_t least_tail = usual_least_tail;  ///< users in the tail of a fitted law, 2 or more
  std::uint64_t large =
      100'000'000;  ///< above so many follows only what is linear is measured, and PageRank makes no second set of rows
  bool all = false;                                     ///< everything there, too; `exact` implies it
  std::function<void(std::string_view)> progress = {};  ///< told what is measured next; may throw to stop
};

struct DegreeStatistics {
  DegreeSummary summary;
  double top_thousandth_share = no_value;
  PowerLawFit power_law;
  LognormalFit lognormal;
  Vuong vuong;
  std::vector<std::uint32_t> degrees;   ///< those that occur, ascending
  std::vector<std::uint64_t> at_least;  ///< users with so many or more
};

struct PageRankStatistics {
  double largest = no_value;            ///< rank
  double top_percent_share = no_value;  ///< of all rank, held by the 1 % of users who rank highest, one at least
  std::uint64_t iterations = 0;
};

/// A path length of pairs, with what a table shows of it.
struct DistanceStatistics {
  SampledMean mean;
  double effective_diameter = no_value;
  std::uint64_t max = 0;
  std::vector<std::uint64_t> pairs;  ///< by distance, from 0
};

struct GraphStatistics {
  std::uint64_t users = 0;
  std::uint64_t follows = 0;
  double bytes_per_follow = no_value;
  DegreeStatistics followers, followees;
  double reciprocity = no_value, degree_correlation = no_value, assortativity = no_value;
  DirectedAssortativity directed;
  Homophily homophily;
  Components weak, strong;
  SpectralRadius radius;
  PageRankStatistics page_rank;
  std::uint64_t links = 0, triangles = 0;
  double transitivity = no_value;
  SampledClustering clustering;
  std::uint64_t degeneracy = 0, innermost = 0;
  std::vector<std::uint64_t> core_sizes;  ///< users by core number, from 0
  DistanceStatistics along_links, along_follows;

  std::uint32_t measured = 0;  ///< one bit a group
  bool exact = false;          ///< nothing was sampled
  std::uint64_t sample = 0;    ///< users wanted where something was
  std::uint64_t seed = 0;
  std::uint64_t least_tail = 0;  ///< users that a tail was to have

  bool has(GraphGroup group) const { return (measured >> static_cast<unsigned>(group) & 1) != 0; }
};

/// Measures what `options` ask for. `community` has one entry a user, or none where communities are not known. The same
/// bits for any number of threads.
GraphStatistics graph_statistics(const FollowGraph& graph, std::span<const std::uint16_t> community,
                                 const GraphStatisticsOptions& options = {});

/// One entry of the table below: calls field(group, name, member, unit, decimals, label, sentence) for every statistic,
/// in the order of the groups. `name` is that of the dataset, `unit` and `label` are for the terminal. A member is a
/// whole number, a double or a `SampledMean`.
template <class Field>
void graph_fields(const GraphStatistics& s, Field&& field) {
  using enum GraphGroup;
  field(size, "users", s.users, "", 0, "users", "users");
  field(size, "follows", s.follows, "", 0, "follows", "follows, each once, without self-loops");
  field(size, "mean_degree", s.followers.summary.mean, "follows", 2, "per user",
        "followers of a user, and followees, mean over all users");
  field(size, "bytes_per_follow", s.bytes_per_follow, "bytes", 2, "memory per follow",
        "bytes that the graph takes in memory, per follow");

  const auto degrees = [&](GraphGroup group, const char* what, const DegreeStatistics& d, const char* max,
                           const char* whose) {
    const auto name = [&](const char* statistic) { return std::string(what) + "_" + statistic; };
    const auto sentence = [&](const char* before, const char* after = "") {
      return std::string(before) + whose + after;
    };
    field(group, name("median"), d.summary.median, "", 0, "median", sentence("median number of ", " over all users"));
    field(group, name("max"), d.summary.max, "", 0, "most", max);
    field(group, name("gini"), d.summary.gini, "", 3, "Gini coefficient",
          sentence("Gini coefficient of the number of "));
    field(group, name("top_1_percent"), d.summary.top_percent_share, "of follows", 4, "share of the top 1 %",
          sentence("part of all follows that the 1 % of users with most ", " have"));
    field(group, name("top_0_1_percent"), d.top_thousandth_share, "of follows", 4, "share of the top 0.1 %",
          sentence("part of all follows that the 0.1 % of users with most ", " have"));
    field(group, name("exponent"), d.power_law.exponent, "", 3, "power-law exponent",
          sentence("exponent of the discrete power law of greatest likelihood, tail of the number of "));
    field(group, name("x_min"), d.power_law.x_min > 0 ? static_cast<double>(d.power_law.x_min) : no_value, "", 0,
          "  from",
          sentence("least number of ", " in the tail, chosen by least distance; missing where no tail is long enough"));
    field(group, name("tail_users"), d.power_law.users, "", 0, "  users in the tail", "users in the tail");
    field(group, name("distance"), d.power_law.distance, "", 4, "  distance (KS)",
          "Kolmogorov-Smirnov distance of tail and power law");
    const auto found = [&](double parameter) { return d.lognormal.at_bound ? no_value : parameter; };
    field(group, name("lognormal_mu"), found(d.lognormal.mu), "", 3, "lognormal mu",
          "mean of the logarithm under the discrete lognormal law of greatest likelihood, same tail; missing where the "
          "fit runs to its bound");
    field(group, name("lognormal_sigma"), found(d.lognormal.sigma), "", 3, "  sigma",
          "standard deviation of the logarithm under that law");
    field(group, name("log_ratio"), d.vuong.log_ratio, "", 2, "power law / lognormal",
          "log likelihood of the power law less that of the lognormal law");
    field(group, name("vuong"), d.vuong.statistic, "", 2, "  Vuong's statistic",
          "Vuong's statistic: above 0 speaks for the power law, below for the lognormal");
    field(group, name("vuong_p"), d.vuong.p, "", 4, "  p",
          "two-sided p of Vuong's statistic: above 0.1 the sign of the ratio says nothing");
  };
  degrees(followers, "followers", s.followers, "most followers of a user", "followers");
  degrees(followees, "followees", s.followees, "most followees of a user", "followees");

  field(mixing, "reciprocity", s.reciprocity, "of follows", 4, "reciprocity", "part of follows whose reverse exists");
  field(mixing, "degree_correlation", s.degree_correlation, "", 3, "followers with followees",
        "correlation over users of the logarithms of 1 + followers and 1 + followees");
  field(mixing, "assortativity", s.assortativity, "", 3, "assortativity of links",
        "correlation of the numbers of neighbours at both ends of links");
  field(mixing, "in_in", s.directed.in_in, "", 3, "  in-in",
        "correlation over follows: followers of the follower with followers of the followee");
  field(mixing, "in_out", s.directed.in_out, "", 3, "  in-out",
        "correlation over follows: followers of the follower with followees of the followee");
  field(mixing, "out_in", s.directed.out_in, "", 3, "  out-in",
        "correlation over follows: followees of the follower with followers of the followee");
  field(mixing, "out_out", s.directed.out_out, "", 3, "  out-out",
        "correlation over follows: followees of the follower with followees of the followee");

  field(homophily, "within", s.homophily.within, "of follows", 4, "within communities",
        "part of follows whose two users are of one community");
  field(homophily, "by_chance", s.homophily.by_chance, "of follows", 4, "  by chance",
        "the same as expected from the degrees alone");
  field(homophily, "homophily", s.homophily.assortativity, "", 3, "  homophily",
        "assortativity by community: 1 all within, 0 chance");

  field(components, "weak_components", s.weak.count, "", 0, "weak components", "weak components");
  field(components, "weak_share", s.weak.giant_share, "of users", 4, "  in the largest",
        "part of users in the largest weak component");
  field(components, "strong_components", s.strong.count, "", 0, "strong components", "strong components");
  field(components, "strong_share", s.strong.giant_share, "of users", 4, "  in the largest",
        "part of users in the largest strong component");

  field(radius, "spectral_radius", s.radius.value, "", 4, "spectral radius",
        "largest absolute eigenvalue of the follow matrix; 0 where no follows close a circle");
  field(radius, "spectral_radius_low", s.radius.low, "", 4, "  at least", "lower bound of the spectral radius");
  field(radius, "spectral_radius_high", s.radius.high, "", 4, "  at most", "upper bound of the spectral radius");

  field(page_rank, "page_rank_largest", s.page_rank.largest, "of rank", 6, "largest PageRank",
        "largest PageRank of a user; damping 0.85, all ranks add up to 1");
  field(page_rank, "page_rank_top_1_percent", s.page_rank.top_percent_share, "of rank", 4, "  of the top 1 %",
        "part of all PageRank that the 1 % of users with most have");
  field(page_rank, "page_rank_iterations", s.page_rank.iterations, "", 0, "  iterations",
        "iterations until all ranks together changed by 1e-6 or less");

  field(triangles, "links", s.links, "", 0, "links",
        "pairs of users who follow each other, or of whom one follows the other");
  field(triangles, "triangles", s.triangles, "", 0, "triangles", "three users each linked to the two others");
  field(triangles, "transitivity", s.transitivity, "", 4, "transitivity",
        "3 triangles over pairs of links that meet in a user");
  field(clustering, "clustering", s.clustering.mean_local, "", 4, "local clustering",
        "part of a user's pairs of neighbours that are linked, mean over all users, 0 with fewer than two neighbours");
  field(clustering, "clustering_of_linked", s.clustering.mean_local_of_linked, "", 4, "  two neighbours or more",
        "the same over users with two neighbours or more");

  field(cores, "degeneracy", s.degeneracy, "", 0, "largest core number",
        "largest k of which there is a k-core, in the undirected projection");
  field(cores, "innermost", s.innermost, "", 0, "  users who have it", "users of that core number");

  const auto distances = [&](GraphGroup group, const char* what, const DistanceStatistics& d, const char* along) {
    const auto name = [&](const char* statistic) { return std::string(what) + "_" + statistic; };
    field(group, name("distance"), d.mean, "steps", 3, "mean distance",
          std::string("steps between two users ") + along + ", mean over pairs that have a path");
    field(group, name("effective_diameter"), d.effective_diameter, "steps", 2, "  of 90 % of pairs",
          "steps within which 90 % of those pairs are, interpolated");
    field(group, name("max_distance"), d.max, "steps", 0, "  longest",
          "longest distance seen; the diameter where everybody was a source");
  };
  distances(links, "link", s.along_links, "along links, either way");
  distances(passes, "pass", s.along_follows, "from an author along follows to a reader");
}

/// The table for a terminal: a heading a group, label, value, unit and, where users were sampled, the 95 % interval.
/// `-`: not measured, or without a value.
std::string graph_statistics_text(const GraphStatistics& statistics);

/// Writes everything to an HDF5 file that is also netCDF-4: /graph has a dataset for each statistic of the groups
/// measured, with NAME_lower, NAME_upper and NAME_sampled for means of a sample; /followers and /followees the degree
/// distributions, /cores and /link_distances, /pass_distances the others. `title` says which graph it is. Throws
/// `Error` where the file cannot be written.
void write_graph_statistics(NewFile& out, const GraphStatistics& statistics, std::string_view title);

}  // namespace grapevine
