#include "graph/statistics/distances.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <span>

#include "graph/base/clones.hpp"
#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

constexpr std::size_t words = 4, batch_size = 64 * words;

/// A set of the sources of one batch.
using Sources = std::array<std::uint64_t, words>;

struct Front {
  std::vector<Sources> seen;  ///< from which sources a user was reached up to now
  std::vector<Sources> here;  ///< in the last step
  std::vector<Sources> next;  ///< in this one
};

struct Step {
  Sources reaching{};       ///< sources that reached somebody
  std::uint64_t pairs = 0;  ///< how many pairs are this far apart
};

/// One step of the users first .. last - 1. Posts come from the users of a user's row; only sources in `reaching` can
/// still come.
GRAPEVINE_CLONED void step(RowsView rows, std::size_t first, std::size_t last, const Sources& reaching, Front& front,
                           Step& result) {
  constexpr std::size_t stride = 8;  // neighbours looked at before asking whether all has been found
  for (std::size_t u = first; u < last; ++u) {
    const std::span<const UserId> row = rows[u];
    Sources wanted, found{};
    std::uint64_t left = 0;
    for (std::size_t w = 0; w < words; ++w) left |= wanted[w] = reaching[w] & ~front.seen[u][w];
    for (std::size_t i = 0; i < row.size() && left != 0;) {
      for (const std::size_t end = std::min(row.size(), i + stride); i < end; ++i)
        for (std::size_t w = 0; w < words; ++w) found[w] |= front.here[row[i].index()][w];
      left = 0;
      for (std::size_t w = 0; w < words; ++w) left |= wanted[w] & ~found[w];
    }
    for (std::size_t w = 0; w < words; ++w) {
      found[w] &= wanted[w];
      front.next[u][w] = found[w];
      front.seen[u][w] |= found[w];
      result.reaching[w] |= found[w];
      result.pairs += static_cast<std::uint64_t>(std::popcount(found[w]));
    }
  }
}

/// Steps and pairs of each source of a batch, summed over the users it reaches.
struct SourceSums {
  std::array<std::uint64_t, batch_size> steps{};
  std::array<std::uint64_t, batch_size> pairs{};

  void add(std::uint32_t distance, const std::vector<Sources>& reached) {
    std::vector<std::array<std::uint32_t, batch_size>> counts((reached.size() + default_block - 1) / default_block);
    parallel_blocks(reached.size(), default_block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
      counts[b] = {};
      for (std::size_t u = first; u < last; ++u)
        for (std::size_t w = 0; w < words; ++w)
          for (std::uint64_t rest = reached[u][w]; rest != 0; rest &= rest - 1)
            ++counts[b][64 * w + static_cast<std::size_t>(std::countr_zero(rest))];
    });
    for (const auto& count : counts)
      for (std::size_t i = 0; i < batch_size; ++i) {
        pairs[i] += count[i];
        steps[i] += std::uint64_t{distance} * count[i];
      }
  }
};

/// Counts pairs by distance for one batch of sources; after each step calls then(distance, front).
template <class Then>
std::vector<std::uint64_t> search(RowsView rows, std::span<const UserId> sources, Front& front, Then&& then) {
  const std::size_t users = rows.count();
  front.seen.assign(users, Sources{});
  front.here.assign(users, Sources{});
  front.next.resize(users);
  Sources reaching{};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    front.here[sources[i].index()][i / 64] |= std::uint64_t{1} << (i % 64);
    reaching[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  front.seen = front.here;
  std::vector<std::uint64_t> pairs = {0};
  std::vector<Step> steps((users + default_block - 1) / default_block);
  while (true) {
    parallel_blocks(users, default_block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
      steps[b] = {};
      step(rows, first, last, reaching, front, steps[b]);
    });
    reaching = {};
    std::uint64_t count = 0;
    for (const Step& part : steps) {
      for (std::size_t w = 0; w < words; ++w) reaching[w] |= part.reaching[w];
      count += part.pairs;
    }
    if (count == 0) return pairs;
    pairs.push_back(count);
    then(static_cast<std::uint32_t>(pairs.size() - 1), front.next);
    std::swap(front.here, front.next);
  }
}

void add(std::vector<std::uint64_t>& sums, std::span<const std::uint64_t> terms) {
  if (sums.size() < terms.size()) sums.resize(terms.size(), 0);
  for (std::size_t i = 0; i < terms.size(); ++i) sums[i] += terms[i];
}

/// Users as a breadth-first search comes by them that starts from, and turns first to, those with short rows (Cuthill
/// and McKee 1969). Under these numbers users and their neighbours lie close together, and so do the neighbourhoods of
/// the sources of one batch: a third of the time on ego-Twitter.
std::vector<UserId> local_order(RowsView rows) {
  const auto shorter = [&](UserId a, UserId b) {
    const std::size_t of_a = rows[a.index()].size(), of_b = rows[b.index()].size();
    return of_a != of_b ? of_a < of_b : a < b;
  };
  std::vector<UserId> starts(rows.count());
  for (std::size_t u = 0; u < starts.size(); ++u) starts[u] = UserId(static_cast<std::uint32_t>(u));
  std::ranges::sort(starts, shorter);
  std::vector<UserId> order;
  order.reserve(rows.count());
  std::vector<bool> known(rows.count(), false);
  const auto meet = [&](UserId u) {
    if (!known[u.index()]) order.push_back(u);
    known[u.index()] = true;
  };
  for (const UserId start : starts) {
    std::size_t i = order.size();
    for (meet(start); i < order.size(); ++i) {
      const std::size_t first_new = order.size();
      for (const UserId v : rows[order[i].index()]) meet(v);
      std::sort(order.begin() + static_cast<std::ptrdiff_t>(first_new), order.end(), shorter);
    }
  }
  return order;
}

Distances all_distances(RowsView as_numbered) {
  const Rows rows = renumber(as_numbered, local_order(as_numbered));
  const std::size_t users = rows.count(), batches = (users + batch_size - 1) / batch_size;
  std::vector<Front> fronts(static_cast<std::size_t>(thread_count()));
  std::vector<std::vector<std::uint64_t>> pairs(batches);
  parallel_blocks(users, batch_size, [&](std::size_t b, std::size_t first, std::size_t last, int worker) {
    std::vector<UserId> sources(last - first);
    for (std::size_t i = 0; i < sources.size(); ++i) sources[i] = UserId(static_cast<std::uint32_t>(first + i));
    pairs[b] = search(rows, sources, fronts[static_cast<std::size_t>(worker)],
                      [](std::uint32_t, const std::vector<Sources>&) {});
  });
  Distances result;
  for (const std::vector<std::uint64_t>& part : pairs) add(result.pairs, part);
  std::uint64_t reached = 0, steps = 0;
  for (std::size_t d = 1; d < result.pairs.size(); ++d) {
    reached += result.pairs[d];
    steps += d * result.pairs[d];
  }
  const double mean = ratio(steps, reached);
  result.mean = {.value = mean, .low = mean, .high = mean, .sampled = users};
  return result;
}

Distances drawn_distances(RowsView rows, std::size_t wanted, const StreamKey& key) {
  const std::vector<UserId> sample = sample_users(rows.count(), wanted, key);
  Distances result;
  std::vector<double> steps, pairs;  // of each source; whole numbers
  Front front;
  for (std::size_t first = 0; first < sample.size(); first += batch_size) {
    const std::span<const UserId> sources =
        std::span(sample).subspan(first, std::min(batch_size, sample.size() - first));
    SourceSums sums;
    add(result.pairs, search(rows, sources, front, [&](std::uint32_t distance, const std::vector<Sources>& reached) {
          sums.add(distance, reached);
        }));
    steps.insert(steps.end(), sums.steps.begin(), sums.steps.begin() + static_cast<std::ptrdiff_t>(sources.size()));
    pairs.insert(pairs.end(), sums.pairs.begin(), sums.pairs.begin() + static_cast<std::ptrdiff_t>(sources.size()));
  }
  result.mean = sampled_ratio(steps, pairs, rows.count());
  return result;
}

}  // namespace

double Distances::effective_diameter(double share) const {
  GRAPEVINE_EXPECTS(share > 0.0 && share <= 1.0);
  if (pairs.size() < 2) return no_value;
  const double wanted = share * static_cast<double>(std::accumulate(pairs.begin(), pairs.end(), std::uint64_t{0}));
  std::uint64_t nearer = 0;
  std::size_t d = 1;
  while (d + 1 < pairs.size() && static_cast<double>(nearer + pairs[d]) < wanted) nearer += pairs[d++];
  return static_cast<double>(d - 1) + (wanted - static_cast<double>(nearer)) / static_cast<double>(pairs[d]);
}

Distances distances(const UndirectedGraph& graph) { return all_distances(graph.rows()); }
Distances distances(const FollowGraph& graph) { return all_distances(graph.rows()); }

Distances sampled_distances(const UndirectedGraph& graph, std::size_t sources, const StreamKey& key) {
  return drawn_distances(graph.rows(), sources, key);
}
Distances sampled_distances(const FollowGraph& graph, std::size_t sources, const StreamKey& key) {
  return drawn_distances(graph.rows(), sources, key);
}

}  // namespace grapevine
