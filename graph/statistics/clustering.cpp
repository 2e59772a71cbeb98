#include "graph/statistics/clustering.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <numeric>
#include <span>
#include <vector>

#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

/// A set of users, one bit each.
class Marks {
public:
  void resize(std::size_t users) { words_.resize((users + 63) / 64, 0); }
  bool has(UserId u) const { return (words_[u.index() / 64] >> (u.index() % 64) & 1) != 0; }
  void put(std::span<const UserId> users) {
    for (const UserId u : users) words_[u.index() / 64] |= std::uint64_t{1} << (u.index() % 64);
  }
  void take(std::span<const UserId> users) {
    for (const UserId u : users) words_[u.index() / 64] = 0;
  }

private:
  std::vector<std::uint64_t> words_;
};

/// Users by degree, the highest first, ties by number.
std::vector<UserId> by_degree(const Rows& rows) {
  std::vector<UserId> order(rows.count());
  parallel_for(order.size(), [&](std::size_t u) { order[u] = UserId(static_cast<std::uint32_t>(u)); });
  std::ranges::sort(order, [&](UserId a, UserId b) {
    const std::size_t of_a = rows[a.index()].size(), of_b = rows[b.index()].size();
    return of_a != of_b ? of_a > of_b : a < b;
  });
  return order;
}

/// How many triangles each user is in, where a lower number means a higher degree.
std::vector<std::uint64_t> count_triangles(const Rows& rows) {
  std::vector<std::span<const UserId>> higher(rows.count());  // neighbours of higher degree
  parallel_for(rows.count(), [&](std::size_t u) {
    const std::span<const UserId> row = rows[u];
    higher[u] = {row.begin(), std::ranges::lower_bound(row, UserId(static_cast<std::uint32_t>(u)))};
  });
  std::vector<std::uint64_t> triangles(rows.count(), 0);
  const auto add = [&](std::size_t u, std::uint64_t found) {
    std::atomic_ref(triangles[u]).fetch_add(found, std::memory_order_relaxed);
  };
  std::vector<Marks> marks(static_cast<std::size_t>(thread_count()));
  parallel_blocks(rows.count(), 64, [&](std::size_t, std::size_t first, std::size_t last, int worker) {
    Marks& marked = marks[static_cast<std::size_t>(worker)];
    marked.resize(rows.count());
    for (std::size_t u = first; u < last; ++u) {
      marked.put(higher[u]);
      std::uint64_t of_u = 0;
      for (const UserId v : higher[u]) {
        std::uint64_t of_link = 0;
        for (const UserId w : higher[v.index()])
          if (marked.has(w)) {
            add(w.index(), 1);
            ++of_link;
          }
        if (of_link > 0) add(v.index(), of_link);
        of_u += of_link;
      }
      if (of_u > 0) add(u, of_u);
      marked.take(higher[u]);
    }
  });
  return triangles;
}

std::uint64_t pairs(std::uint64_t degree) { return degree * (degree - 1) / 2; }

double local_clustering(std::uint64_t links, std::uint64_t degree) {
  return degree < 2 ? 0.0 : static_cast<double>(links) / static_cast<double>(pairs(degree));
}

}  // namespace

Clustering clustering(const UndirectedGraph& graph) {
  const std::size_t users = graph.user_count();
  const std::vector<UserId> order = by_degree(graph.rows());
  const std::vector<std::uint64_t> triangles = count_triangles(renumber(graph.rows(), order));
  const auto degree = [&](std::size_t i) { return graph.degree(order[i]); };
  const double local = parallel_sum(users, [&](std::size_t i) { return local_clustering(triangles[i], degree(i)); });
  const std::size_t linked = parallel_sum(users, [&](std::size_t i) { return std::size_t{degree(i) >= 2}; });

  Clustering result;
  result.triangles = parallel_sum(users, [&](std::size_t i) { return triangles[i]; }) / 3;
  result.paths = parallel_sum(users, [&](std::size_t i) { return pairs(degree(i)); });
  result.transitivity = ratio(3 * result.triangles, result.paths);
  if (users > 0) result.mean_local = local / static_cast<double>(users);
  if (linked > 0) result.mean_local_of_linked = local / static_cast<double>(linked);
  return result;
}

namespace {

/// The rows of these users hold their followers, ascending; all others are empty.
Rows followers_of(const FollowGraph& graph, std::span<const UserId> users) {
  Marks wanted;
  wanted.resize(graph.user_count());
  wanted.put(users);
  const std::vector<Follow> follows =
      parallel_append<Follow>(graph.user_count(), [&](std::size_t u, std::vector<Follow>& out) {
        const UserId follower(static_cast<std::uint32_t>(u));
        for (const UserId v : graph.followees(follower))
          if (wanted.has(v)) out.push_back({v, follower});
      });
  return group_by_follower(graph.user_count(), follows);
}

}  // namespace

SampledClustering sampled_clustering(const FollowGraph& graph, std::size_t users, const StreamKey& key) {
  const std::vector<UserId> sample = sample_users(graph.user_count(), users, key);
  const Rows followers = followers_of(graph, sample);
  std::vector<double> local(sample.size()), linked(sample.size()), everybody(sample.size(), 1.0);
  std::vector<Marks> marks(static_cast<std::size_t>(thread_count()));
  parallel_blocks(sample.size(), 1, [&](std::size_t i, std::size_t, std::size_t, int worker) {
    Marks& marked = marks[static_cast<std::size_t>(worker)];
    marked.resize(graph.user_count());
    std::vector<UserId> neighbours;
    std::ranges::set_union(graph.followees(sample[i]), followers[sample[i].index()], std::back_inserter(neighbours));
    marked.put(neighbours);
    std::uint64_t single = 0, mutual = 0;
    for (const UserId v : neighbours) {
      std::uint64_t follow = graph.row_begin(v);
      for (const UserId w : graph.followees(v)) {
        if (marked.has(w)) ++(graph.is_mutual(follow) ? mutual : single);
        ++follow;
      }
    }
    marked.take(neighbours);
    local[i] = local_clustering(single + mutual / 2, neighbours.size());
    linked[i] = neighbours.size() >= 2 ? 1.0 : 0.0;
  });
  return {.mean_local = sampled_ratio(local, everybody, graph.user_count()),
          .mean_local_of_linked = sampled_ratio(local, linked, graph.user_count())};
}

}  // namespace grapevine
