#include "graph/statistics/page_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "graph/base/error.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/statistics/degrees.hpp"

namespace grapevine {

namespace {

/// What each user passes on to each of its followees, and what has come in.
struct Flow {
  Array<float> passed;
  Array<double> received;
};

/// Sums for the users first .. last - 1 what the users of their rows pass on.
void pull(RowsView followers, std::size_t first, std::size_t last, Flow& flow) {
  const UserId* const users = followers.users.data();
  const float* const passed = flow.passed.data();
  for (std::size_t v = first; v < last; ++v) {
    double sum = 0.0;
    for (std::uint64_t i = followers.begin[v], end = followers.begin[v + 1]; i < end; ++i)
      sum += passed[users[i].index()];
    flow.received[v] = sum;
  }
}

/// Users in ranges that receive about as many follows each: where each begins, and the end.
std::vector<std::size_t> even_ranges(const FollowGraph& graph, std::size_t ranges) {
  std::vector<std::size_t> bounds = {0};
  std::uint64_t follows = 0;
  for (std::size_t v = 0; v < graph.user_count(); ++v) {
    if (follows * ranges >= bounds.size() * graph.follow_count() && bounds.size() < ranges) bounds.push_back(v);
    follows += graph.follower_counts()[v];
  }
  bounds.push_back(graph.user_count());
  return bounds;
}

/// The same sums, in the same order, without rows of followers: a worker walks all rows and passes on to the followees
/// of its own range.
void push(const FollowGraph& graph, std::span<const std::size_t> bounds, Flow& flow) {
  parallel_for(
      bounds.size() - 1,
      [&](std::size_t range) {
        const UserId low(static_cast<std::uint32_t>(bounds[range]));
        const std::size_t high = bounds[range + 1];
        std::fill(flow.received.begin() + static_cast<std::ptrdiff_t>(bounds[range]),
                  flow.received.begin() + static_cast<std::ptrdiff_t>(high), 0.0);
        for (std::size_t u = 0; u < graph.user_count(); ++u) {
          const std::span<const UserId> row = graph.rows()[u];
          for (auto v = std::ranges::lower_bound(row, low); v != row.end() && v->index() < high; ++v)
            flow.received[v->index()] += flow.passed[u];
        }
      },
      1);
}

bool all_mutual(const FollowGraph& graph) { return graph.mutual_count() == graph.follow_count(); }

}  // namespace

PageRank page_rank(const FollowGraph& graph, const PageRankParameters& parameters) {
  GRAPEVINE_EXPECTS(parameters.damping >= 0.0 && parameters.damping < 1.0 && parameters.most_iterations >= 1);
  const std::size_t n = graph.user_count();
  PageRank result;
  if (n == 0) return result;
  const double even = 1.0 / static_cast<double>(n);
  const bool symmetric = all_mutual(graph);
  const Rows turned = symmetric || parameters.lean ? Rows{} : transpose(graph.rows());
  const RowsView followers = symmetric ? graph.rows() : RowsView(turned);
  const std::vector<std::size_t> bounds = even_ranges(graph, 2 * static_cast<std::size_t>(thread_count()));

  Flow flow;
  flow.passed.resize(n);
  flow.received.resize(n);
  const auto pass_on = [&](std::size_t u) {
    const std::size_t followees = graph.rows()[u].size();
    flow.passed[u] = followees == 0 ? 0.0f : static_cast<float>(result.rank[u] / static_cast<double>(followees));
  };
  result.rank.assign(n, even);
  parallel_for(n, pass_on);
  do {
    if (parameters.lean && !symmetric)
      push(graph, bounds, flow);
    else
      parallel_blocks(n, default_block, [&](std::size_t, std::size_t first, std::size_t last, int) {
        pull(followers, first, last, flow);
      });
    const double carried = parameters.damping * parallel_sum(n, [&](std::size_t v) { return flow.received[v]; });
    const double spread = (1.0 - carried) * even;
    result.change = parallel_sum(n, [&](std::size_t v) {
      const double before = result.rank[v];
      result.rank[v] = spread + parameters.damping * flow.received[v];
      pass_on(v);
      return std::abs(result.rank[v] - before);
    });
    ++result.iterations;
  } while (result.change > parameters.tolerance && result.iterations < parameters.most_iterations);
  return result;
}

}  // namespace grapevine
