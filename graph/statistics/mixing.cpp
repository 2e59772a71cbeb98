#include "graph/statistics/mixing.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/undirected.hpp"

namespace grapevine {

namespace {

__extension__ using Wide = __int128;

UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }

}  // namespace

double reciprocity(const FollowGraph& graph) { return ratio(graph.mutual_count(), graph.follow_count()); }

double degree_correlation(const FollowGraph& graph) {
  const std::vector<std::uint32_t> followees = followee_counts(graph);
  const std::span<const std::uint32_t> followers = graph.follower_counts();
  const auto all_alike = [](std::span<const std::uint32_t> counts) {
    return std::ranges::adjacent_find(counts, std::not_equal_to()) == counts.end();
  };
  if (all_alike(followers) || all_alike(followees)) return no_value;

  const auto log_of = [](std::uint32_t count) { return math::log(1.0 + count); };
  const std::size_t n = graph.user_count();
  const double mean_in = parallel_sum(n, [&](std::size_t u) { return log_of(followers[u]); }) / static_cast<double>(n);
  const double mean_out = parallel_sum(n, [&](std::size_t u) { return log_of(followees[u]); }) / static_cast<double>(n);
  struct Moments {
    double in = 0.0, out = 0.0, both = 0.0;
    void operator+=(const Moments& other) { in += other.in, out += other.out, both += other.both; }
  };
  const Moments sums = parallel_sum(n, [&](std::size_t u) {
    const double in = log_of(followers[u]) - mean_in, out = log_of(followees[u]) - mean_out;
    return Moments{in * in, out * out, in * out};
  });
  return sums.both / std::sqrt(sums.in * sums.out);
}

// With E ends of links, r = (E sum of d d' - (sum of d)^2) / (E sum of d^2 - (sum of d)^2), sums over ends: a user
// stands at d of them. Whole numbers throughout.
double degree_assortativity(const FollowGraph& graph) {
  const std::vector<std::uint32_t> degree = neighbour_counts(graph);
  const std::size_t n = graph.user_count();
  const auto power_sum = [&](int power) {
    return parallel_sum(n, [&](std::size_t u) {
      Wide product = 1;
      for (int i = 0; i < power; ++i) product *= degree[u];
      return product;
    });
  };
  const Wide ends = power_sum(1), sum = power_sum(2), squares = power_sum(3);
  const Wide products = parallel_sum(n, [&](std::size_t u) {
    Wide others = 0;
    std::uint64_t follow = graph.row_begin(user(u));
    for (const UserId v : graph.followees(
             user(u)))  // a link is two ends: of a mutual pair each follow gives one, a single follow gives both
      others += Wide{degree[v.index()]} * (graph.is_mutual(follow++) ? 1 : 2);
    return others * degree[u];
  });
  return ratio(ends * products - sum * sum, ends * squares - sum * sum);
}

namespace {

/// Sums over follows of what the degrees x of the follower and y of the followee have in common.
struct EndSums {
  Wide x_in = 0, x_out = 0, y_in = 0, y_out = 0;        // degrees
  Wide xx_in = 0, xx_out = 0, yy_in = 0, yy_out = 0;    // squares
  Wide in_in = 0, in_out = 0, out_in = 0, out_out = 0;  // products: the follower's degree first

  void operator+=(const EndSums& other) {
    x_in += other.x_in, x_out += other.x_out, y_in += other.y_in, y_out += other.y_out;
    xx_in += other.xx_in, xx_out += other.xx_out, yy_in += other.yy_in, yy_out += other.yy_out;
    in_in += other.in_in, in_out += other.in_out, out_in += other.out_in, out_out += other.out_out;
  }
};

}  // namespace

DirectedAssortativity directed_assortativity(const FollowGraph& graph) {
  const std::span<const std::uint32_t> followers = graph.follower_counts();
  const std::vector<std::uint32_t> followees = followee_counts(graph);
  const EndSums sums = parallel_sum(graph.user_count(), [&](std::size_t u) {
    const Wide in = followers[u], out = followees[u];
    std::uint64_t others_in = 0, others_out = 0;
    for (const UserId v : graph.followees(user(u))) {
      others_in += followers[v.index()];
      others_out += followees[v.index()];
    }
    return EndSums{.x_in = in * out,  // at the follower's end of `out` follows, at the followee's of `in`
                   .x_out = out * out,
                   .y_in = in * in,
                   .y_out = in * out,
                   .xx_in = in * in * out,
                   .xx_out = out * out * out,
                   .yy_in = in * in * in,
                   .yy_out = in * out * out,
                   .in_in = in * others_in,
                   .in_out = in * others_out,
                   .out_in = out * others_in,
                   .out_out = out * others_out};
  });
  const Wide follows = graph.follow_count();
  const auto correlation = [&](Wide x, Wide y, Wide xx, Wide yy, Wide xy) {
    const Wide x_spread = follows * xx - x * x, y_spread = follows * yy - y * y;
    if (x_spread == 0 || y_spread == 0) return no_value;
    return static_cast<double>(follows * xy - x * y) /
           (std::sqrt(static_cast<double>(x_spread)) * std::sqrt(static_cast<double>(y_spread)));
  };
  return {.in_in = correlation(sums.x_in, sums.y_in, sums.xx_in, sums.yy_in, sums.in_in),
          .in_out = correlation(sums.x_in, sums.y_out, sums.xx_in, sums.yy_out, sums.in_out),
          .out_in = correlation(sums.x_out, sums.y_in, sums.xx_out, sums.yy_in, sums.out_in),
          .out_out = correlation(sums.x_out, sums.y_out, sums.xx_out, sums.yy_out, sums.out_out)};
}

Homophily homophily(const FollowGraph& graph, std::span<const std::uint16_t> community) {
  GRAPEVINE_EXPECTS(community.size() == graph.user_count());
  const std::size_t n = graph.user_count();
  std::vector<std::uint64_t> made(std::size_t{UINT16_MAX} + 1, 0), received(made.size(), 0);
  for (std::size_t u = 0; u < n; ++u) {
    made[community[u]] += graph.followees(user(u)).size();
    received[community[u]] += graph.follower_count(user(u));
  }
  const std::uint64_t within = parallel_sum(n, [&](std::size_t u) {
    const auto alike = [&](UserId v) { return community[v.index()] == community[u]; };
    return static_cast<std::uint64_t>(std::ranges::count_if(graph.followees(user(u)), alike));
  });
  Wide by_chance = 0;
  for (std::size_t c = 0; c < made.size(); ++c) by_chance += Wide{made[c]} * received[c];
  const Wide follows = graph.follow_count();
  return {.within = ratio<Wide>(within, follows),
          .by_chance = ratio(by_chance, follows * follows),
          .assortativity = ratio(within * follows - by_chance, follows * follows - by_chance)};
}

}  // namespace grapevine
