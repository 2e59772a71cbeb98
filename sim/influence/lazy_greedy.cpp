#include "sim/influence/lazy_greedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/influence/greedy.hpp"

namespace grapevine {

namespace {

/// The follows that let the post through in one run, as the post travels: users[begin[v]] .. users[begin[v + 1] - 1]
/// adopt from v.
struct LiveGraph {
  std::vector<std::uint32_t> begin;
  std::vector<UserId> users;

  std::span<const UserId> operator[](UserId v) const {
    return std::span(users).subspan(begin[v.index()], begin[v.index() + 1] - begin[v.index()]);
  }
};

/// visit(author, reader) for each live follow, by reader.
template <class Visit>
void for_each_live(const SpreadModel& model, const ContagionKey& key, Visit&& visit) {
  const std::uint64_t contact = key.key(Draw::contact), threshold = key.key(Draw::adoption_threshold);
  for (std::uint32_t u = 0; u < model.graph.user_count(); ++u) {
    const UserId reader(u);
    const std::span<const UserId> followees = model.graph.followees(reader);
    if (model.live == LiveEdges::at_most_one) {
      if (const auto place = live_followee(model.graph, model.chances, reader, nested_mix(threshold, u, 0)))
        visit(followees[*place], reader);
      continue;
    }
    const bool differ = model.chances.differ_within_rows();
    for (std::size_t i = 0; i < followees.size(); ++i) {
      const std::uint64_t chance =
          differ ? model.chances.of(model.graph, reader)[i].threshold() : model.chances.threshold(reader);
      if (coin(ContactCoins(contact, followees[i]).of(reader), chance)) visit(followees[i], reader);
    }
  }
}

LiveGraph live_graph(const SpreadModel& model, const ContagionKey& key) {
  std::vector<Follow> live;
  LiveGraph graph{std::vector<std::uint32_t>(model.graph.user_count() + 1, 0), {}};
  for_each_live(model, key, [&](UserId author, UserId reader) {
    live.push_back({reader, author});
    ++graph.begin[author.index() + 1];
  });
  std::partial_sum(graph.begin.begin(), graph.begin.end(), graph.begin.begin());
  graph.users.resize(live.size());
  std::vector<std::uint32_t> next(graph.begin.begin(), graph.begin.end() - 1);
  for (const Follow& follow : live) graph.users[next[follow.followee.index()]++] = follow.follower;
  return graph;
}

/// Mean live follows of a run.
double expected_live(const SpreadModel& model) {
  if (model.live == LiveEdges::at_most_one) return static_cast<double>(model.graph.user_count());
  return 0x1p-32 * static_cast<double>(parallel_sum(model.graph.user_count(), [&](std::size_t u) {
           const UserId reader(static_cast<std::uint32_t>(u));
           if (!model.chances.differ_within_rows())
             return model.chances.threshold(reader) * model.graph.followees(reader).size();
           std::uint64_t sum = 0;
           for (const Chance chance : model.chances.of(model.graph, reader)) sum += chance.threshold();
           return sum;
         }));
}

/// How many users the seeds taken so far reach, over all runs, and how many more each other would: the `Gains` of
/// `choose_greedily`.
class LiveGraphs {
public:
  LiveGraphs(const SpreadModel& model, const SeedQuestion& question, std::uint32_t runs, std::uint64_t stream,
             const StillWanted& still_wanted)
      : users_(model.graph.user_count()),
        graphs_(runs),
        reached_(runs),
        first_(users_, 0),
        searches_(static_cast<std::size_t>(thread_count())) {
    const std::size_t at_a_time = step / (users_ + model.graph.follow_count() + 1) + 1;
    for (std::size_t first = 0; first < runs; first += at_a_time) {
      parallel_for(
          std::min(at_a_time, runs - first),
          [&](std::size_t i) { graphs_[first + i] = live_graph(model, ContagionKey(stream, first + i)); }, 1);
      if (still_wanted) still_wanted();
    }
    forget();
    try_alone(question, still_wanted);
  }

  std::uint64_t first(UserId user) const { return first_[user.index()]; }

  std::uint64_t of(UserId user) {
    std::atomic<std::uint64_t> gain{0};
    parallel_blocks(graphs_.size(), at_once, [&](std::size_t, std::size_t begin, std::size_t end, int worker) {
      std::uint64_t reached = 0;
      for (std::size_t r = begin; r < end; ++r) reached += newly_reached(r, user, worker).size();
      gain.fetch_add(reached, std::memory_order_relaxed);
    });
    return gain.load();
  }

  void take(UserId user) {
    parallel_blocks(graphs_.size(), at_once, [&](std::size_t, std::size_t begin, std::size_t end, int worker) {
      for (std::size_t r = begin; r < end; ++r)
        for (const UserId reached : newly_reached(r, user, worker)) reached_[r][reached.index()] = true;
    });
  }

  void forget() {
    for (std::vector<bool>& reached : reached_) reached.assign(users_, false);
  }

private:
  static constexpr std::size_t step =
      std::size_t{1} << 24;  ///< coins, or users reached, between two looks at whether this is still wanted

  struct SearchSpace {
    std::vector<std::uint32_t> visited;  ///< by which search last
    std::uint32_t search = 0;
    std::vector<UserId> queue;
  };

  /// Fills `first_`: some candidates at a time on all graphs, as many as their reach so far allows.
  void try_alone(const SeedQuestion& question, const StillWanted& still_wanted) {
    const std::size_t candidates = question.candidates.empty() ? users_ : question.candidates.size();
    for (std::size_t tried = 0, reached = 0; tried < candidates;) {
      const std::size_t each = tried == 0 ? users_ * graphs_.size() : reached / tried, first = tried;
      tried = std::min(candidates, first + step / (each + 1) + 1);
      parallel_blocks(graphs_.size(), 1, [&](std::size_t r, std::size_t, std::size_t, int worker) {
        for (std::size_t i = first; i < tried; ++i) {
          const UserId user =
              question.candidates.empty() ? UserId(static_cast<std::uint32_t>(i)) : question.candidates[i];
          std::atomic_ref(first_[user.index()])
              .fetch_add(newly_reached(r, user, worker).size(), std::memory_order_relaxed);
        }
      });
      for (std::size_t i = first; i < tried; ++i)
        reached += first_[question.candidates.empty() ? i : question.candidates[i].index()];
      if (still_wanted) still_wanted();
    }
  }

  /// Whom the user reaches in run r and no seed does.
  std::span<const UserId> newly_reached(std::size_t r, UserId user, int worker) {
    SearchSpace& space = searches_[static_cast<std::size_t>(worker)];
    space.queue.clear();
    if (++space.search == 0 || space.visited.empty()) {
      space.visited.assign(users_, 0);
      space.search = 1;
    }
    const auto reach = [&](UserId v) {
      if (reached_[r][v.index()] || space.visited[v.index()] == space.search) return;
      space.visited[v.index()] = space.search;
      space.queue.push_back(v);
    };
    reach(user);
    for (std::size_t i = 0; i < space.queue.size(); ++i)
      for (const UserId reader : graphs_[r][space.queue[i]]) reach(reader);
    return space.queue;
  }

  static constexpr std::size_t at_once = 64;  ///< runs; fewer are not worth another thread

  std::size_t users_;
  std::vector<LiveGraph> graphs_;
  std::vector<std::vector<bool>> reached_;  ///< by run and user
  std::vector<std::uint64_t> first_;
  std::vector<SearchSpace> searches_;  ///< by worker
};

}  // namespace

SeedAnswer choose_by_lazy_greedy(const SpreadModel& model, const SeedQuestion& question,
                                 const LazyGreedyParameters& parameters, std::uint64_t stream,
                                 const StillWanted& still_wanted) {
  GRAPEVINE_EXPECTS(parameters.runs > 0);
  const std::size_t users = model.graph.user_count();
  const SeedBounds bounds = bounds_of(question, users);
  SeedAnswer answer;
  answer.samples = parameters.runs;
  answer.guarantee = fmt::format(
      "at least {} of the largest mean spread on the {} live-edge graphs tried (CELF: Leskovec et al. 2007)",
      share_in_words(bounds), parameters.runs);
  if (bounds.seeds == 0) return answer;
  const double bytes = 4.0 * parameters.runs * (static_cast<double>(users) + expected_live(model));
  if (bytes > static_cast<double>(parameters.most_bytes))
    throw BadRequest(
        fmt::format("lazy greedy: {} live-edge graphs of {} users take {:.1f} GiB; expected at most {:.1f} GiB; try "
                    "fewer runs, or IMM, "
                    "which is for large graphs",
                    parameters.runs, users, bytes / 0x1p30, static_cast<double>(parameters.most_bytes) / 0x1p30));
  LiveGraphs graphs(model, question, parameters.runs, stream, still_wanted);
  const GreedyChoice choice = best_greedy_choice(question, bounds, users, graphs, still_wanted);
  answer.seeds = choice.seeds;
  for (const std::uint64_t gain : choice.gains) {
    answer.gains.push_back(static_cast<double>(gain) / parameters.runs);
    answer.spread += answer.gains.back();
  }
  answer.optimum_at_least = answer.spread;
  return answer;
}

}  // namespace grapevine
