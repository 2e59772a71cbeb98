#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "sim/feed/gather.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/sources/followees.hpp"
#include "sim/run/world.hpp"

/// How much does the whole tick cost beside the bare feed kernel, which does nothing but read? Both run on the same
/// sessions of the same world in the same iteration, so that a change of the machine's mood moves both. The bare
/// kernel: stamps of the followees, exact candidates walked out of the same timelines, one multiply-add on one 8-byte
/// word each, the twenty best. The whole tick: wake, compose, timelines, gather, rank, attend, react, counters,
/// retirement.
namespace grapevine {
namespace {

constexpr double followees = 50;
constexpr double sessions_per_user_and_tick = 0.02;

WorldParameters parameters_for(double candidates) {
  WorldParameters p;
  p.seed = 1;
  p.time = {600, 288, 100'000, 0};
  p.population.sessions_per_day = sessions_per_user_and_tick * p.time.ticks_per_day();
  p.population.session_spread = 0.0;
  // A reader comes every 50 ticks on average and finds what 50 followees emitted meanwhile (the window of 144 ticks
  // cuts 5 % of it off): posts, and reshares of 1.2 % of what is looked at (patience ends a session at 17.8 posts of a
  // long feed).
  const double emissions = candidates / (followees / sessions_per_user_and_tick) / 0.95;  // per user and tick
  const double reshares = 0.012 * std::min(0.6 * candidates, 17.8) * sessions_per_user_and_tick;
  p.population.posts_per_day = (emissions - reshares) * p.time.ticks_per_day();
  p.population.post_spread = 0.0;
  p.population.patience = 20.0;
  p.tiers = {{"few", "many"}, {0, 50}};
  return p;
}

RunParameters run_parameters() {
  RunParameters run;
  run.feed.ranking = Ranking::weighted;
  return run;
}

/// A world in its steady state. The last one is kept; another takes its place, so that only one lies in memory.
World& steady_world(int candidates, std::size_t users) {
  static Alone alone;
  static const Users no_ids;
  static FollowGraph graph;
  static std::unique_ptr<World> world;
  static std::pair<int, std::size_t> made{0, 0};
  if (made == std::pair(candidates, users)) return *world;
  world.reset();
  if (graph.user_count() != users) {
    graph = {};
    graph = erdos_renyi(users, followees, StreamKey(1, Stream::graph, 0));
  }
  world =
      std::make_unique<World>(graph, no_ids, parameters_for(candidates), run_parameters(), ReplicateStreams{}, alone);
  world->run_until(200);
  made = {candidates, users};
  return *world;
}

struct BareWorker {
  Session session;
  std::vector<std::uint32_t> roots;  // walked, for the check; the kernel itself keeps only the top
};

/// The sum of the top scores, so that nothing is optimised away, and how many emissions were walked.
struct BareResult {
  double top = 0.0;
  std::uint64_t walked = 0;
};

BareResult bare_session(const World& world, std::size_t reader, Session& session, std::vector<std::uint32_t>* roots) {
  const WorldState& state = world.state;
  const Tick now = state.clock.now;
  session.reader = UserId{static_cast<std::uint32_t>(reader)};
  const std::int64_t oldest = static_cast<std::int64_t>(now) - world.run.feed.window;
  const std::int64_t since =
      state.last_session[reader] == never ? oldest : std::max<std::int64_t>(state.last_session[reader], oldest);
  scan_followees(world.follows, state.timelines, since, session);
  constexpr std::size_t top_count = 20;
  float top[top_count];
  std::size_t kept = 0;
  BareResult result;
  session.candidates.clear();
  walk_fresh(state.timelines, session, since, [&](UserId, Emission emission) {
    state.posts.prefetch(emission.root);
    session.candidates.push_back({emission.root, UserId{}, 0, 0});
  });
  for (const Candidate& candidate : session.candidates) {
    if (candidate.root < state.posts.tail()) continue;
    if (roots) roots->push_back(candidate.root);
    const PostHot hot = state.posts.hot(candidate.root);
    const float score = static_cast<float>(hot.value) * 0.5f + static_cast<float>(hot.tag);
    ++result.walked;
    if (kept == top_count && score <= top[top_count - 1]) continue;
    std::size_t at = kept < top_count ? kept++ : top_count - 1;
    for (; at > 0 && top[at - 1] < score; --at) top[at] = top[at - 1];
    top[at] = score;
  }
  for (std::size_t i = 0; i < kept; ++i) result.top += static_cast<double>(top[i]);
  return result;
}

double seconds(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

void whole_tick_beside_bare_kernel(benchmark::State& bench) {
  const int candidates = static_cast<int>(bench.range(0)), threads = static_cast<int>(bench.range(1));
  const auto users = static_cast<std::size_t>(bench.range(2)) * 1'000'000;
  World& world = with_threads(2, [&]() -> World& { return steady_world(candidates, users); });
  set_thread_count(threads);
  double bare_time = 0, whole_time = 0;
  std::uint64_t sessions = 0, delivered = 0, impressions = 0, wrong = 0;
  std::vector<BareWorker> workers(static_cast<std::size_t>(threads));
  std::vector<double> ratios;
  for (auto _ : bench) {
    const Tick now = world.state.clock.now;
    auto start = std::chrono::steady_clock::now();
    world.state.timelines.begin_tick(
        now);  // the merge belongs to the tick; when step() calls it again nothing is left to do
    double whole = seconds(start);

    std::vector<std::vector<std::uint32_t>> awake((users + reader_block - 1) / reader_block);
    for (std::size_t i = 0; i < users; ++i)
      if (world.state.next_session[i] == now) awake[i / reader_block].push_back(static_cast<std::uint32_t>(i));
    std::vector<BareResult> results(awake.size());
    start = std::chrono::steady_clock::now();
    parallel_blocks(awake.size(), 1, [&](std::size_t block, std::size_t, std::size_t, int worker) {
      for (const std::uint32_t reader : awake[block]) {
        const BareResult r = bare_session(world, reader, workers[static_cast<std::size_t>(worker)].session, nullptr);
        results[block].top += r.top;
        results[block].walked += r.walked;
      }
    });
    const double bare = seconds(start);
    benchmark::DoNotOptimize(results.data());

    // Fast and wrong is no result: the distinct roots that the bare kernel walks are what the tick delivers.
    std::uint64_t distinct = 0;
    for (const auto& readers : awake)
      for (const std::uint32_t reader : readers) {
        std::vector<std::uint32_t> roots;
        bare_session(world, reader, workers[0].session, &roots);
        std::sort(roots.begin(), roots.end());
        roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
        std::erase_if(roots,
                      [&](std::uint32_t root) {  // the reader's own, and those that this tick retires before it gathers
                        return world.state.posts.identity(root).author.value() == reader ||
                               world.state.posts.visible(root) + world.run.feed.window <= now;
                      });
        distinct += roots.size();
      }

    start = std::chrono::steady_clock::now();
    world.step();
    whole += seconds(start);
    const TickCounts& counts = world.state.tick_counts.back();
    wrong += counts.delivered != distinct;
    sessions += counts.sessions;
    delivered += counts.delivered;
    impressions += counts.impressions;
    bare_time += bare;
    whole_time += whole;
    ratios.push_back(whole / bare);
    bench.SetIterationTime(whole);
  }
  if (wrong > 0) bench.SkipWithError("the tick delivers other roots than the bare kernel walks");
  std::sort(ratios.begin(), ratios.end());
  const double n = static_cast<double>(sessions);
  bench.counters["candidates"] = static_cast<double>(delivered) / n;
  bench.counters["looked_at"] = static_cast<double>(impressions) / n;
  bench.counters["bare_us"] = 1e6 * bare_time / n * threads;  // per session and core
  bench.counters["whole_us"] = 1e6 * whole_time / n * threads;
  bench.counters["ratio"] = ratios[ratios.size() / 2];
  bench.counters["ratio_min"] = ratios.front();
  bench.counters["ratio_max"] = ratios.back();
  bench.counters["bare_sessions/s"] = n / bare_time;
  bench.counters["sessions/s"] = n / whole_time;
}
BENCHMARK(whole_tick_beside_bare_kernel)
    ->ArgsProduct({{5, 140}, {1, 2}, {1}})
    ->ArgsProduct({{5}, {1, 2}, {10}})  // with 140, ten million users would write 85 million posts a day
    ->ArgNames({"candidates", "threads", "million_users"})
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Seconds that each ranking took, and over how many candidates.
struct RankingTimes {
  std::array<double, 3> first{}, again{}, candidates{};

  /// Ranks the session, and once more now that its posts are in the cache.
  void add(std::size_t which, const Ranker& ranker, const World& world, Session& session, std::size_t looked) {
    for (double* const time : {&first[which], &again[which]}) {
      const auto start = std::chrono::steady_clock::now();
      ranker.rank({world.state.posts, {}}, session, session.candidates.size(), looked);
      *time += seconds(start);
    }
    candidates[which] += static_cast<double>(session.candidates.size());
  }
};

/// Ranks the sessions of the tick, each third of them by another ranker, so that none finds posts in the cache for
/// another. Returns how many neighbours of the last one's feeds are not in the order of their scores.
std::uint64_t rank_in_turn(const World& world, const std::array<std::unique_ptr<const Ranker>, 3>& rankers,
                           RankingTimes& times) {
  const Tick now = world.state.clock.now;
  Session session;
  std::uint64_t unsorted = 0;
  std::size_t which = 0;
  for (std::uint32_t i = 0; i < world.graph.user_count(); ++i) {
    if (world.state.next_session[i] != now) continue;
    session.reader = UserId{i}, session.now = now;
    gather(world.follows, world.state.timelines, world.state.posts, world.run, world.keys.ranking.emission_time, false,
           world.state.last_session[i], world.state.seen.entries(i), session);
    const std::size_t looked = std::min<std::size_t>(session.candidates.size(), 18);
    times.add(which, *rankers[which], world, session, looked);
    for (std::size_t k = 1; which + 1 == rankers.size() && k < looked; ++k)
      unsorted += session.scores[session.ranked[k - 1].candidate] <
                  session.scores[session.ranked[k].candidate] * (1 - 1e-6);  // as far as a float tells them apart
    which = (which + 1) % rankers.size();
  }
  return unsorted;
}

/// How much longer does it take to rank by a formula than by what is made for it?
void formula_beside_weighted(benchmark::State& bench) {
  static constexpr std::array formulas{"0.5 * p_like + 13.5 * p_reply + p_reshare",
                                       "(0.5 * p_like + 13.5 * p_reply) * exp(-age / 6) * (1 + in_network)"};
  World& world = with_threads(2, [&]() -> World& { return steady_world(140, 1'000'000); });
  RunParameters run = world.run;
  run.feed.formula = formulas[static_cast<std::size_t>(bench.range(0))];
  ActionPrior prior = world.ranking_prior;
  prior.strength.fill(100);
  const RankingGiven given{world.follows, run, world.behaviour, *world.population, prior};
  const auto ranker = [&](Ranking ranking) { return Ranker::make(ranking, given, world.keys.ranking); };
  const std::array rankers{ranker(Ranking::weighted), ranker(Ranking::oracle), ranker(Ranking::formula)};
  RankingTimes sum;
  std::vector<double> ratios;
  std::uint64_t unsorted = 0;
  for (auto _ : bench) {
    world.step();
    world.state.timelines.begin_tick(world.state.clock.now);
    RankingTimes tick;
    unsorted += rank_in_turn(world, rankers, tick);
    for (std::size_t k = 0; k < rankers.size(); ++k)
      sum.first[k] += tick.first[k], sum.again[k] += tick.again[k], sum.candidates[k] += tick.candidates[k];
    ratios.push_back(tick.first[2] / tick.first[0]);
    bench.SetIterationTime(tick.first[2]);
  }
  if (unsorted > 0) bench.SkipWithError("a feed is not in the order of its scores");
  std::sort(ratios.begin(), ratios.end());
  for (std::size_t k = 0; k < rankers.size(); ++k) {
    const char* const name = std::array{"weighted", "oracle", "formula"}[k];
    bench.counters[fmt::format("{}_ns", name)] = 1e9 * sum.first[k] / sum.candidates[k];  // per candidate
    bench.counters[fmt::format("{}_again_ns", name)] = 1e9 * sum.again[k] / sum.candidates[k];
  }
  bench.counters["ratio"] = ratios[ratios.size() / 2];
  bench.counters["ratio_min"] = ratios.front();
  bench.counters["ratio_max"] = ratios.back();
}
BENCHMARK(formula_beside_weighted)->DenseRange(0, 1)->Iterations(15)->UseManualTime()->Unit(benchmark::kMillisecond);

/// How many bytes does the state take for each account, live post, emission and remembered impression?
void memory(benchmark::State& bench) {
  const auto users = static_cast<std::size_t>(bench.range(1)) * 1'000'000;
  const World& world =
      with_threads(2, [&]() -> World& { return steady_world(static_cast<int>(bench.range(0)), users); });
  for (auto _ : bench) benchmark::DoNotOptimize(world.memory());
  std::map<std::string, double> bytes;
  for (const MemoryLine& line : world.memory()) bytes[line.unit] += static_cast<double>(line.bytes);
  bench.counters["B/account"] = (bytes["user"] + bytes["reader"]) / static_cast<double>(users);
  bench.counters["B/post"] = bytes["post"] / static_cast<double>(world.state.posts.head() - world.state.posts.tail());
  bench.counters["B/emission"] =
      (bytes["emission"] + bytes["recent emission"]) / static_cast<double>(world.state.timelines.emission_count());
  bench.counters["B/remembered"] = (bytes["remembered impression"]) / static_cast<double>(world.state.seen.size());
  bench.counters["B/follow"] = bytes["follow"] / static_cast<double>(world.graph.follow_count());
}
BENCHMARK(memory)
    ->Args({5, 1})
    ->Args({140, 1})
    ->Args({5, 10})
    ->ArgNames({"candidates", "million_users"})
    ->Iterations(1);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
