#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "benchmarks/bare_kernel.hpp"
#include "graph/base/exchange.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "sim/feed/gather.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/sources/followees.hpp"
#include "sim/run/world.hpp"

/// How much does the whole tick cost beside the bare feed kernel, which does nothing but read? They take turns, a tick
/// each, on one world in its steady state, so that a change of the machine's mood moves both and neither finds in the
/// caches what the other has read. The bare kernel: stamps of the followees, exact candidates walked out of the
/// timelines, one multiply-add on one 8-byte word each, the twenty best. The whole tick: wake, compose, timelines,
/// gather, rank, attend, react, counters, retirement.
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

enum class Mechanisms {
  none,
  all,  ///< as the flagship study has them: tastes, answers, trust, discovery, a product, control groups
};

void add_all(WorldParameters& p, RunParameters& run) {
  p.population.focus = 0.5;
  p.population.interest_skew = 3;
  p.population.quality_spread = 0.5;
  ProductParameters tent;
  tent.name = "tent";
  tent.topic = 3;
  tent.rate = 0.001 / p.time.ticks_per_day();
  tent.affinity = 3;
  tent.look = 1;
  tent.click = 50;
  tent.half_life = 2 * p.time.ticks_per_day();
  p.products = {tent};
  run.feed.holdout = 0.3;
  run.discovery.share = 0.2;
  run.discovery.pool = 1000;
  run.behaviour.topic_match = 2;
  run.behaviour.stranger = -0.5;
  run.answers.per_day = 30;
  run.answers.patience = p.time.ticks_per_day();
  run.trust.effect = 2;
  run.trust.start = 0.4;
  run.trust.answered = 0.5;
  run.trust.bystander = 0.1;
  run.trust.sponsored = 0.1;
  run.trust.half_life = 2 * p.time.ticks_per_day();
  run.sponsorship.reaction = -0.2;
}

/// A world in its steady state. The last one is kept; another takes its place, so that only one lies in memory.
World& steady_world(int candidates, std::size_t users, Mechanisms mechanisms) {
  static Alone alone;
  static const Users no_ids;
  static FollowGraph graph;
  static std::unique_ptr<World> world;
  static std::tuple<int, std::size_t, Mechanisms> made{0, 0, Mechanisms::none};
  if (made == std::tuple(candidates, users, mechanisms)) return *world;
  world.reset();
  if (graph.user_count() != users) {
    graph = {};
    graph = erdos_renyi(users, followees, StreamKey(1, Stream::graph, 0));
  }
  WorldParameters parameters = parameters_for(candidates);
  RunParameters run = run_parameters();
  if (mechanisms == Mechanisms::all) add_all(parameters, run);
  world = std::make_unique<World>(graph, no_ids, parameters, run, ReplicateStreams{}, alone);
  world->run_until(200);
  made = {candidates, users, mechanisms};
  return *world;
}

void beside_bare_kernel(benchmark::State& bench, Mechanisms mechanisms) {
  const int candidates = static_cast<int>(bench.range(0)), threads = static_cast<int>(bench.range(1));
  const auto users = static_cast<std::size_t>(bench.range(2)) * 1'000'000;
  World& world = with_threads(2, [&]() -> World& { return steady_world(candidates, users, mechanisms); });
  beside_bare_kernel(bench, world, threads);
}
void whole_tick_beside_bare_kernel(benchmark::State& bench) { beside_bare_kernel(bench, Mechanisms::none); }
void every_mechanism_beside_bare_kernel(benchmark::State& bench) { beside_bare_kernel(bench, Mechanisms::all); }
BENCHMARK(every_mechanism_beside_bare_kernel)
    ->ArgsProduct({{5, 140}, {1, 2}, {1}})
    ->ArgNames({"candidates", "threads", "million_users"})
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
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
      *time += seconds_since(start);
    }
    candidates[which] += static_cast<double>(session.candidates.size());
  }
};

/// Ranks the sessions of the tick, each third of them by another ranker, so that none finds posts in the cache for
/// another. Returns how many neighbours of the feeds are not in the order of their keys.
std::uint64_t rank_in_turn(const World& world, const std::array<std::unique_ptr<const Ranker>, 3>& rankers,
                           RankingTimes& times) {
  const Tick now = world.state.clock.now;
  Session session;
  std::uint64_t unsorted = 0;
  std::size_t which = 0;
  for (std::uint32_t i = 0; i < world.graph.user_count(); ++i) {
    if (world.state.next_session[i] != now) continue;
    session.reader = UserId{i}, session.now = now;
    scan_followees(world.follows, world.state.timelines, session.reader,
                   news_since(world.run.feed, world.state.last_session[i], now), session.fresh);
    gather(world.follows, world.state.timelines, world.state.posts, world.run, world.keys.ranking.emission_time, false,
           world.state.last_session[i], world.state.seen.entries(i), session);
    const std::size_t looked = std::min<std::size_t>(session.candidates.size(), 18);
    times.add(which, *rankers[which], world, session, looked);
    for (std::size_t k = 1; k < looked; ++k) unsorted += session.ranked[k - 1].key < session.ranked[k].key;
    which = (which + 1) % rankers.size();
  }
  return unsorted;
}

/// How much longer does it take to rank by a formula than by what is made for it?
void formula_beside_weighted(benchmark::State& bench) {
  static constexpr std::array formulas{"0.5 * p_like + 13.5 * p_reply + p_reshare",
                                       "(0.5 * p_like + 13.5 * p_reply) * exp(-age / 6) * (1 + in_network)"};
  World& world = with_threads(2, [&]() -> World& { return steady_world(140, 1'000'000, Mechanisms::none); });
  RunParameters run = world.run;
  run.feed.formula = formulas[static_cast<std::size_t>(bench.range(0))];
  ActionPrior prior = world.ranking_prior;
  prior.strength.fill(100);
  const RankingGiven given{world.follows, world.parameters.time, run, world.behaviour, *world.population, prior};
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
  const World& world = with_threads(
      2, [&]() -> World& { return steady_world(static_cast<int>(bench.range(0)), users, Mechanisms::none); });
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
