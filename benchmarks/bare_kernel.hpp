#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/parallel.hpp"
#include "sim/feed/gather.hpp"
#include "sim/run/world.hpp"

namespace grapevine {

/// How many emissions were walked, and the sum of the top scores, so that nothing is optimised away.
struct BareResult {
  double top = 0.0;
  std::uint64_t walked = 0;
  bool operator==(const BareResult&) const = default;
};

/// The bare kernel: sessions of one block eight at a time and stage by stage, so that nothing is waited for alone.
class BareKernel {
public:
  BareResult serve(const World& world, const std::vector<std::uint32_t>& awake) {
    world_ = &world;
    BareResult result;
    for (std::size_t i = 0; i < 2 * together; ++i) find_place(awake, i);
    for (std::size_t i = 0; i < together; ++i) find_row(awake, i);
    for (std::size_t first = 0; first < awake.size(); first += together) {
      for (std::size_t i = first + 2 * together; i < first + 3 * together; ++i) find_place(awake, i);
      for (std::size_t i = first + together; i < first + 2 * together; ++i) find_row(awake, i);
      const std::span readers = std::span(awake).subspan(first, std::min(together, awake.size() - first));
      scan(readers);
      walk(readers.size());
      for (std::size_t i = 0; i < readers.size(); ++i)
        score(std::span(roots_).subspan(begin_[i], end_[i] - begin_[i]), result);
    }
    return result;
  }

private:
  static constexpr std::size_t together = 8, timelines_ahead = 12, top_count = 20;

  void find_place(const std::vector<std::uint32_t>& awake, std::size_t i) const {
    if (i < awake.size()) world_->follows.prefetch_place(UserId{awake[i]});
  }
  void find_row(const std::vector<std::uint32_t>& awake, std::size_t i) const {
    if (i < awake.size()) world_->follows.prefetch_row(UserId{awake[i]});
  }

  void scan(std::span<const std::uint32_t> readers) {
    const WorldState& state = world_->state;
    const auto stamps = state.timelines.stamps();
    fresh_count_ = 0;
    for (std::size_t i = 0; i < readers.size(); ++i) {
      since_[i] = news_since(world_->run.feed, state.last_session[readers[i]], state.clock.now);
      const Timelines::Fresh fresh = state.timelines.fresh_since(since_[i]);
      const auto row = world_->graph.followees(UserId{readers[i]});
      if (fresh_.size() < fresh_count_ + row.size()) fresh_.resize(2 * (fresh_count_ + row.size()));
      std::size_t n = fresh_count_;
      for (const UserId followee : row) {
        fresh_[n] = followee.value();
        n += fresh(stamps[followee.index()]) ? 1 : 0;
      }
      for (std::size_t k = fresh_count_; k < n; ++k) state.timelines.prefetch_offsets(UserId{fresh_[k]});
      last_[i] = fresh_count_ = n;
    }
  }

  void walk(std::size_t sessions) {
    const WorldState& state = world_->state;
    for (std::size_t k = 0; k < std::min(timelines_ahead, fresh_count_); ++k)
      state.timelines.prefetch_row(UserId{fresh_[k]});
    std::size_t n = 0, k = 0;
    for (std::size_t i = 0; i < sessions; ++i) {
      begin_[i] = n;
      for (; k < last_[i]; ++k) {
        if (k + timelines_ahead < fresh_count_) state.timelines.prefetch_row(UserId{fresh_[k + timelines_ahead]});
        state.timelines.for_each_since(UserId{fresh_[k]}, since_[i], [&](Emission emission) {
          state.posts.prefetch(emission.root);
          if (roots_.size() == n) roots_.resize(2 * n + 64);
          roots_[n] = emission.root;
          n += emission.root < state.posts.tail() ? 0 : 1;
        });
      }
      end_[i] = n;
    }
  }

  void score(std::span<const std::uint32_t> roots, BareResult& result) const {
    float top[top_count];
    std::size_t kept = 0;
    for (const std::uint32_t root : roots) {
      const PostHot hot = world_->state.posts.hot(root);
      const float score = static_cast<float>(hot.value) * 0.5f + static_cast<float>(hot.tag);
      if (kept == top_count && score <= top[top_count - 1]) continue;
      std::size_t at = kept < top_count ? kept++ : top_count - 1;
      for (; at > 0 && top[at - 1] < score; --at) top[at] = top[at - 1];
      top[at] = score;
    }
    result.walked += roots.size();
    for (std::size_t i = 0; i < kept; ++i) result.top += static_cast<double>(top[i]);
  }

  const World* world_ = nullptr;
  std::vector<std::uint32_t> fresh_, roots_;  ///< of all sessions, one behind the other
  std::size_t fresh_count_ = 0;
  std::array<std::int64_t, together> since_{};
  std::array<std::size_t, together> last_{}, begin_{}, end_{};
};

/// Who comes in this tick, by block.
inline std::vector<std::vector<std::uint32_t>> awake_in(const World& world) {
  std::vector<std::vector<std::uint32_t>> awake((world.state.next_session.size() + reader_block - 1) / reader_block);
  for (std::size_t i = 0; i < world.state.next_session.size(); ++i)
    if (world.state.next_session[i] == world.state.clock.now)
      awake[i / reader_block].push_back(static_cast<std::uint32_t>(i));
  return awake;
}

/// Distinct roots that followees have for the readers, the obvious way.
struct ObviousRoots {
  std::uint64_t read = 0;       ///< by the kernel: emitted by those followed at the start since the last session, or in
                                ///< the window
  std::uint64_t delivered = 0;  ///< emitted by those followed by now; without their own, what the tick retires before
                                ///< it gathers, what they have dismissed and, under `window` memory, looked at
};
inline ObviousRoots obvious_roots(const World& world, const std::vector<std::vector<std::uint32_t>>& awake) {
  const WorldState& state = world.state;
  ObviousRoots sum;
  std::vector<std::uint32_t> roots;
  const auto emitted_by = [&](UserId followee, std::uint32_t reader) {
    const std::int64_t since = news_since(world.run.feed, state.last_session[reader], state.clock.now);
    state.timelines.for_each_since(followee, since, [&](Emission emission) {
      if (emission.root >= state.posts.tail()) roots.push_back(emission.root);
    });
  };
  const auto make_distinct = [&] {
    std::sort(roots.begin(), roots.end());
    roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  };
  const auto served = [&](std::uint32_t reader, std::uint32_t root) {
    const SeenLog::Entries::Past past = state.seen.entries(reader).of(root);
    return state.posts.identity(root).author.value() != reader &&
           state.posts.visible(root) + world.run.feed.window > state.clock.now && (past.actions & dismissals) == 0 &&
           (world.run.feed.memory != FeedMemory::window || past.exposures == 0);
  };
  for (const auto& readers : awake)
    for (const std::uint32_t reader : readers) {
      roots.clear();
      for (const UserId followee : world.graph.followees(UserId{reader})) emitted_by(followee, reader);
      make_distinct();
      sum.read += roots.size();
      roots.clear();
      for (const UserId followee : world.graph.followees(UserId{reader}))
        if (world.follows.hold(UserId{reader}, followee)) emitted_by(followee, reader);
      for (const FollowChange& change : world.follows.changes(UserId{reader}))
        if (change.follows != 0) emitted_by(change.account, reader);
      make_distinct();
      sum.delivered += static_cast<std::uint64_t>(
          std::ranges::count_if(roots, [&](std::uint32_t root) { return served(reader, root); }));
    }
  return sum;
}

inline double seconds_since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

/// What the bare kernel did in a tick.
struct BareTick {
  double seconds = 0, sessions = 0, walked = 0;
};

/// The bare kernel in this tick. Afterwards the tick is done, and has to deliver what the obvious loop finds: fast and
/// wrong is no result. What the kernel walks may hold a root twice, but not more than that.
inline BareTick bare_tick(World& world, std::vector<BareKernel>& kernels, bool& sound) {
  world.state.timelines.begin_tick(world.state.clock.now);
  const auto awake = awake_in(world);
  std::vector<BareResult> results(awake.size());
  const auto start = std::chrono::steady_clock::now();
  parallel_blocks(awake.size(), 1, [&](std::size_t block, std::size_t, std::size_t, int worker) {
    results[block] = kernels[static_cast<std::size_t>(worker)].serve(world, awake[block]);
  });
  const double took = seconds_since(start);
  benchmark::DoNotOptimize(results.data());
  std::uint64_t walked = 0, sessions = 0;
  for (const BareResult& result : results) walked += result.walked;
  for (const auto& readers : awake) sessions += readers.size();
  const ObviousRoots obvious = obvious_roots(world, awake);
  world.step();
  const std::uint64_t delivered = world.state.tick_counts.back().delivered;
  const bool brings_more = world.run.discovery.share > 0, queues = world.run.feed.memory == FeedMemory::queue;
  const bool all_there = queues || (brings_more ? delivered >= obvious.delivered : delivered == obvious.delivered);
  sound = sound && all_there && walked >= obvious.read && walked < obvious.read * 5 / 4 + 100;
  return {took, static_cast<double>(sessions), static_cast<double>(walked)};
}

/// Lets the bare kernel and the whole tick take turns on a world in its steady state.
inline void beside_bare_kernel(benchmark::State& bench, World& world, int threads) {
  set_thread_count(threads);
  std::vector<BareKernel> kernels(static_cast<std::size_t>(threads));
  std::vector<double> ratios;
  BareTick bare;
  double whole = 0, sessions = 0, delivered = 0, impressions = 0;
  bool sound = true;
  for (auto _ : bench) {
    const BareTick read = bare_tick(world, kernels, sound);
    const auto start = std::chrono::steady_clock::now();
    world.step();  // the next tick: what the kernel has read of this one would lie in the caches
    const double took = seconds_since(start);
    const TickCounts& counts = world.state.tick_counts.back();
    const double n = static_cast<double>(counts.sessions);
    sessions += n;
    delivered += static_cast<double>(counts.delivered);
    impressions += static_cast<double>(counts.impressions);
    bare.seconds += read.seconds;
    bare.sessions += read.sessions;
    bare.walked += read.walked;
    whole += took;
    ratios.push_back(took / n / (read.seconds / read.sessions));
    bench.SetIterationTime(took);
  }
  if (!sound) bench.SkipWithError("the tick delivers other roots than there are");
  std::sort(ratios.begin(), ratios.end());
  bench.counters["candidates"] = delivered / sessions;
  bench.counters["read_bare"] = bare.walked / bare.sessions;  // candidates of the kernel
  bench.counters["looked_at"] = impressions / sessions;
  bench.counters["bare_us"] = 1e6 * bare.seconds / bare.sessions * threads;  // per session and core
  bench.counters["whole_us"] = 1e6 * whole / sessions * threads;
  bench.counters["ratio"] = ratios[ratios.size() / 2];
  bench.counters["ratio_min"] = ratios.front();
  bench.counters["ratio_max"] = ratios.back();
  bench.counters["per_candidate"] = whole / delivered / (bare.seconds / bare.walked);  // ratio, as many candidates each
  bench.counters["bare_sessions/s"] = bare.sessions / bare.seconds;
  bench.counters["sessions/s"] = sessions / whole;
}

}  // namespace grapevine
