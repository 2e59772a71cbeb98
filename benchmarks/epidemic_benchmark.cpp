#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "graph/base/bits.hpp"
#include "graph/base/math.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "sim/diffusion/epidemic.hpp"
#include "sim/diffusion/epidemic_events.hpp"
#include "sim/diffusion/likely_heads.hpp"
#include "sim/diffusion/linear_threshold.hpp"

/// How many contacts a second do SI and SIR resolve on a million users beside a bare kernel that tosses a coin for each
/// contact of each step? The bare kernel is what the models' definition says and no more: no parents, no times, no
/// order, one bit of state a user.
namespace grapevine {
namespace {

constexpr std::size_t users = 1'000'000;
constexpr double followers = 20;

const Audience& audience() {
  static const FollowGraph graph = erdos_renyi(users, followers, StreamKey(1, Stream::graph, 0));
  static const Audience all(graph);
  return all;
}

std::vector<UserId> some_seeds(std::uint32_t count) {
  const KeyedPermutation order(7, users);
  std::vector<UserId> seeds;
  for (std::uint32_t i = 0; i < count; ++i) seeds.emplace_back(static_cast<std::uint32_t>(order(i)));
  return seeds;
}

ContagionKey contagion(std::uint64_t n) { return {StreamKey(1, Stream::dynamics, 0).key(Draw::contagion), n}; }

double seconds(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

struct Reached {
  std::uint64_t adopters = 0, contacts = 0;
};

class BareEpidemic {
public:
  BareEpidemic(double chance, double recovery)
      : chance_(chance), recovery_(recovery), adopted_((users + 63) / 64), places_(users) {}

  Reached run(std::span<const UserId> seeds, std::uint64_t key) {
    std::ranges::fill(adopted_, 0);
    infectious_.assign(seeds.begin(), seeds.end());
    for (const UserId seed : seeds) set(adopted_, seed.index());
    Reached reached{seeds.size(), 0};
    const std::uint64_t threshold = coin_threshold(chance_), well = coin_threshold(recovery_);
    for (std::uint64_t step = 0; !infectious_.empty(); ++step) {
      const std::uint64_t step_key = mix(key + step * golden);
      const std::size_t count = infectious_.size();
      std::size_t kept = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if (i + 16 < count) __builtin_prefetch(&audience().rows().begin[infectious_[i + 16].index()]);
        if (i + 8 < count) __builtin_prefetch(audience().followers(infectious_[i + 8]).data());
        const UserId user = infectious_[i];
        const std::uint64_t row = mix(step_key ^ user.value());
        const std::span<const UserId> row_users = audience().followers(user);
        const std::size_t found = likely_heads(row_users, row, threshold, 1, places_.data());
        for (std::size_t k = 0; k < found; ++k) {
          const UserId follower = row_users[places_[k]];
          if (test(adopted_, follower.index())) continue;
          set(adopted_, follower.index());
          infectious_.push_back(follower);
          ++reached.adopters;
        }
        reached.contacts += row_users.size();
        infectious_[kept] = user;
        kept += coin(static_cast<std::uint32_t>(mix(row) >> 32), well) ? 0 : 1;
      }
      infectious_.erase(infectious_.begin() + static_cast<std::ptrdiff_t>(kept),
                        infectious_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return reached;
  }

private:
  double chance_, recovery_;
  std::vector<std::uint64_t> adopted_;
  std::vector<std::uint32_t> places_;
  std::vector<UserId> infectious_;
};

/// Of all users, z = 1 - (1 - s) exp(-R z), if one adopter passes the post to R followers. The share of one run differs
/// from it by about 1 / sqrt(users) times a small number.
bool near_limit(double share, double passed, double seeds) {
  double z = 1;
  for (int i = 0; i < 500; ++i) z = 1 - (1 - seeds / double(users)) * std::exp(-passed * z);
  return std::abs(share - z) < 0.02 * z;
}

void sir(benchmark::State& bench) {
  const double recovery = static_cast<double>(bench.range(0)) / 100, chance = recovery == 1 ? 0.1 : 0.02;
  const bool by_follow = bench.range(1) != 0;
  set_thread_count(1);
  const std::vector<UserId> seeds = some_seeds(100);
  const Chances chances = by_follow
                              ? Chances::by_follow(UnwrittenArray<Chance>(audience().follow_count(), Chance(chance)))
                              : Chances::uniform(chance);
  Epidemic model(audience(), chances, recovery);
  BareEpidemic bare(chance, recovery);
  Spread spread;
  const double passed = followers * chance / (1 - (1 - chance) * (1 - recovery));
  std::vector<double> rates, bare_rates, ratios;
  std::uint64_t n = 0;
  for (auto _ : bench) {
    auto start = std::chrono::steady_clock::now();
    const Reached reached = bare.run(seeds, mix(++n));
    const double bare_time = seconds(start);
    start = std::chrono::steady_clock::now();
    model.run(seeds, contagion(n), spread);
    const double time = seconds(start);
    bench.SetIterationTime(time);
    bare_rates.push_back(static_cast<double>(reached.contacts) / bare_time);
    rates.push_back(static_cast<double>(spread.contacts) / time);
    ratios.push_back(rates.back() / bare_rates.back());
    if (!near_limit(static_cast<double>(spread.adopters.size()) / double(users), passed, 100))
      bench.SkipWithError("wrong final size");
    if (!near_limit(static_cast<double>(reached.adopters) / double(users), passed, 100))
      bench.SkipWithError("the bare kernel is wrong");
  }
  const auto median = [](std::vector<double>& values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  bench.counters["adopters"] = static_cast<double>(spread.adopters.size());
  bench.counters["contacts/s"] = median(rates);
  bench.counters["bare_contacts/s"] = median(bare_rates);
  bench.counters["ratio"] = median(ratios);
  bench.counters["pairs/s"] = rates[rates.size() / 2] * recovery;
}
BENCHMARK(sir)
    ->ArgsProduct({{10, 20, 100}, {0, 1}})
    ->ArgNames({"recovery_%", "by_follow"})
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// What a second thread adds when many contagions are simulated: the same sixteen on one thread and on two, in one
/// iteration.
void sir_on_two_threads(benchmark::State& bench) {
  const double recovery = static_cast<double>(bench.range(0)) / 100, chance = 0.02;
  constexpr std::size_t contagions = 16;
  const std::vector<UserId> seeds = some_seeds(100);
  const Chances chances = Chances::uniform(chance);
  std::array<Epidemic, 2> models{Epidemic(audience(), chances, recovery), Epidemic(audience(), chances, recovery)};
  std::array<Spread, 2> spreads;
  std::vector<double> rates, gains;
  std::uint64_t first = 0;
  for (auto _ : bench) {
    std::array<std::array<std::uint64_t, contagions>, 2> contacts{};
    std::array<double, 2> took{};
    for (const int threads : {1, 2}) {
      const auto index = static_cast<std::size_t>(threads - 1);
      const auto start = std::chrono::steady_clock::now();
      with_threads(threads, [&] {
        parallel_blocks(contagions, 1, [&](std::size_t i, std::size_t, std::size_t, int worker) {
          const auto w = static_cast<std::size_t>(worker);
          models[w].run(seeds, contagion(first + i), spreads[w]);
          contacts[index][i] = spreads[w].contacts;
        });
        return 0;
      });
      took[index] = seconds(start);
    }
    first += contagions;
    bench.SetIterationTime(took[1]);
    if (contacts[0] != contacts[1]) bench.SkipWithError("two threads do not do what one does");
    rates.push_back(static_cast<double>(std::accumulate(contacts[1].begin(), contacts[1].end(), std::uint64_t{0})) /
                    took[1]);
    gains.push_back(took[0] / took[1]);
  }
  std::ranges::sort(rates);
  std::ranges::sort(gains);
  bench.counters["contacts/s"] = rates[rates.size() / 2];
  bench.counters["gain"] = gains[gains.size() / 2];
  bench.counters["gain_min"] = gains.front();
  bench.counters["gain_max"] = gains.back();
}
BENCHMARK(sir_on_two_threads)
    ->Arg(10)
    ->Arg(20)
    ->ArgName("recovery_%")
    ->Iterations(7)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Pairs that pass the post within the infectious time, whether or not the follower has it: each is an event, and so is
/// each recovery.
std::uint64_t events_of(const Spread& spread, ContagionKey key, double chance, double recovery) {
  std::uint64_t events = spread.adopters.size();
  for (const Adopter& adopter : spread.adopters) {
    const double sick =
        math::log(uniform(~nested_mix(key.key(Draw::recovery), adopter.user.value(), 0))) / math::log(1 - recovery);
    for (const UserId follower : audience().followers(adopter.user))
      events += math::log(uniform(~nested_mix(key.key(Draw::contact), adopter.user.value(), follower.value()))) /
                    math::log(1 - chance) <
                sick;
  }
  return events;
}

void sir_in_continuous_time(benchmark::State& bench) {
  const double chance = 0.02, recovery = static_cast<double>(bench.range(0)) / 100;
  set_thread_count(1);
  const std::vector<UserId> seeds = some_seeds(100);
  const Chances chances = Chances::uniform(chance);
  EpidemicEvents model(audience(), chances, recovery);
  Spread spread;
  const double b = -std::log1p(-chance), g = -std::log1p(-recovery);
  std::vector<double> rates;
  std::uint64_t n = 0;
  for (auto _ : bench) {
    const auto start = std::chrono::steady_clock::now();
    model.run(seeds, contagion(++n), spread);
    const double time = seconds(start);
    bench.SetIterationTime(time);
    rates.push_back(static_cast<double>(events_of(spread, contagion(n), chance, recovery)) / time);
    if (!near_limit(static_cast<double>(spread.adopters.size()) / double(users), followers * b / (b + g), 100))
      bench.SkipWithError("wrong final size");
  }
  std::ranges::sort(rates);
  bench.counters["adopters"] = static_cast<double>(spread.adopters.size());
  bench.counters["events/s"] = rates[rates.size() / 2];
}
BENCHMARK(sir_in_continuous_time)
    ->Arg(10)
    ->Arg(20)
    ->ArgName("recovery_%")
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Linear threshold beside the sums alone: the same thresholds, no parents, no steps, nothing cleared.
void linear_threshold(benchmark::State& bench) {
  set_thread_count(1);
  const std::vector<UserId> seeds = some_seeds(10'000);
  const Chances chances = Chances::uniform(1.0 / followers);
  LinearThreshold model(audience(), chances);
  const ReaderWeights weights(audience(), chances);
  Spread spread;
  std::vector<double> ratios;
  std::uint64_t n = 0;
  double contacts = 0, whole = 0;
  for (auto _ : bench) {
    const ContagionKey key = contagion(++n);
    std::vector<float> missing(users);
    for (std::size_t u = 0; u < users; ++u)
      missing[u] = static_cast<float>(uniform(nested_mix(key.key(Draw::adoption_threshold), u, 0)) *
                                      static_cast<double>(weights.whole(UserId{static_cast<std::uint32_t>(u)})));
    const auto weight = static_cast<float>(chances.threshold());
    std::vector<UserId> queue(seeds);
    for (const UserId seed : seeds) missing[seed.index()] = -1;
    auto start = std::chrono::steady_clock::now();
    std::uint64_t bare_contacts = 0;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      if (i + 8 < queue.size()) __builtin_prefetch(audience().followers(queue[i + 8]).data());
      if (i + 1 < queue.size())
        for (const UserId u : audience().followers(queue[i + 1])) __builtin_prefetch(&missing[u.index()], 1);
      for (const UserId u : audience().followers(queue[i])) {
        ++bare_contacts;
        const float before = missing[u.index()];
        missing[u.index()] = before - weight;
        if (before > 0 && before <= weight) queue.push_back(u);
      }
    }
    const double bare_time = seconds(start);
    start = std::chrono::steady_clock::now();
    model.run(seeds, key, spread);
    const double time = seconds(start);
    bench.SetIterationTime(time);
    contacts += static_cast<double>(spread.contacts);
    whole += time;
    ratios.push_back(static_cast<double>(spread.contacts) / time / (static_cast<double>(bare_contacts) / bare_time));
    if (std::abs(static_cast<double>(queue.size()) - static_cast<double>(spread.adopters.size())) >
        1e-3 * double(queue.size()))  // floats round
      bench.SkipWithError("other adopters than the sums give");
  }
  std::ranges::sort(ratios);
  bench.counters["adopters"] = static_cast<double>(spread.adopters.size());
  bench.counters["contacts/s"] = contacts / whole;
  bench.counters["ratio"] = ratios[ratios.size() / 2];
}
BENCHMARK(linear_threshold)->Iterations(5)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace grapevine

BENCHMARK_MAIN();
