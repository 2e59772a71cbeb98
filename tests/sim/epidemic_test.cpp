#include "sim/diffusion/epidemic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "tests/catch.hpp"
#include "tests/sim/contagions.hpp"

namespace grapevine {
namespace {

using namespace testing;

Spread spread_of(const Audience& audience, const Chances& chances, double recovery, const std::vector<UserId>& seeds,
                 std::uint64_t n, std::uint32_t horizon = 0) {
  Spread spread;
  Epidemic(audience, chances, recovery, horizon).run(seeds, contagion(n), spread);
  return spread;
}

/// Trials up to the first success, the coin of `bits` deciding about the first.
double trials(std::uint64_t bits, std::uint64_t threshold) {
  if (bits >> 32 < threshold) return 1;
  return threshold == 0
             ? 1e300
             : std::max(2.0, 1 + std::floor(std::log(uniform(~bits)) / std::log1p(-double(threshold) * 0x1p-32)));
}

struct SlowSpread {
  Adoptions adoptions;
  std::uint64_t contacts = 0;
};

/// By definition: step by step, every infectious user, every follower, and recovery at the end of the step. The draws
/// are those of the addresses that the header names.
SlowSpread slow_epidemic(const Audience& audience, const Chances& chances, double recovery,
                         const std::vector<UserId>& seeds, ContagionKey key, std::uint32_t horizon) {
  SlowSpread slow;
  Adoptions& all = slow.adoptions;
  for (const UserId seed : seeds) all[seed] = {seed, 0};
  const auto duration = [&](UserId v) {
    const double x = std::log(uniform(~nested_mix(key.key(Draw::recovery), v.value(), 0)));
    return recovery == 0 ? 1e300 : recovery == 1 ? 1 : 1 + std::floor(x / std::log1p(-recovery));
  };
  for (std::uint32_t step = 1; horizon == 0 || step <= horizon; ++step) {
    Adoptions next = all;
    std::uint64_t contacts = 0;
    bool alive = false;
    std::map<UserId, std::uint64_t> rank;
    for (const auto& [v, adoption] : all) {
      const double trial = step - adoption.step;
      if (trial > duration(v)) continue;
      for (const UserId u : audience.followers(v)) {
        ++contacts;
        const std::uint64_t threshold = threshold_of(audience, chances, v, u);
        if (all.contains(u) || threshold == 0) continue;
        alive = true;
        if (trials(nested_mix(key.key(Draw::contact), v.value(), u.value()), threshold) != trial) continue;
        const std::uint64_t mine = parent_rank(key.key(Draw::parent_tie), v, u);
        if (next.contains(u) && rank[u] < mine) continue;
        next[u] = {v, step};
        rank[u] = mine;
      }
    }
    if (!alive) break;
    slow.contacts += contacts;
    all = next;
  }
  return slow;
}

TEST_CASE("an epidemic is what trials step by step give", "[sim][epidemic]") {
  const double followees = GENERATE(0.7, 4.0, 15.0);
  const double recovery = GENERATE(0.0, 0.05, 0.4, 1.0);
  const std::uint32_t horizon = GENERATE(0U, 1U, 4U, 30U);
  const FollowGraph graph = erdos_renyi(50, followees, StreamKey(3, Stream::graph, 0));
  const Audience audience(graph);
  for (std::uint64_t n = 0; n < 6; ++n) {
    const Chances chances = n % 2 == 0 ? mixed_chances(audience, n, 0.3) : Chances::uniform(0.03 * double(n));
    if (recovery == 0 && horizon == 0 && n % 2 == 0) continue;  // chances of a millionth: too long for the slow one
    const std::vector<UserId> seeds{user(n), user(49 - n)};
    const Spread spread = spread_of(audience, chances, recovery, seeds, n, horizon);
    const SlowSpread slow = slow_epidemic(audience, chances, recovery, seeds, contagion(n), horizon);
    CAPTURE(followees, recovery, horizon, n);
    REQUIRE(adoptions(spread) == slow.adoptions);
    REQUIRE(spread.contacts == slow.contacts);
    REQUIRE(std::ranges::is_sorted(
        spread.adopters.begin() + 2, spread.adopters.end(),
        [](const Adopter& a, const Adopter& b) { return std::pair(a.step, a.user) < std::pair(b.step, b.user); }));
  }
}

TEST_CASE("an epidemic in a crowd is what trials step by step give", "[sim][epidemic]") {
  // Hundreds adopt in a step, each with a hundred followers who may get the post from it.
  const FollowGraph graph = erdos_renyi(400, 150, StreamKey(6, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = Chances::uniform(0.02);
  const Spread spread = spread_of(audience, chances, 0.02, {user(1), user(2)}, 1, 6);
  const SlowSpread slow = slow_epidemic(audience, chances, 0.02, {user(1), user(2)}, contagion(1), 6);
  CHECK(spread.adopters.size() > 300);
  CHECK(adoptions(spread) == slow.adoptions);
  CHECK(spread.contacts == slow.contacts);
}

/// What each user of a small graph is.
enum State : std::uint8_t { susceptible, infectious, recovered };
template <std::size_t users>
using States = std::array<State, users>;

/// The probability of each set of adopters after `steps` steps, from the transition probabilities of the model itself:
/// no draws.
template <std::size_t users>
std::vector<double> by_markov_chain(const Audience& audience, const Chances& chances, double recovery,
                                    std::uint32_t steps) {
  std::map<States<users>, double> now;
  States<users> start{};
  start[0] = infectious;
  now[start] = 1;
  for (std::uint32_t step = 0; step < steps; ++step) {
    std::map<States<users>, double> next;
    for (const auto& [state, p] : now) {
      std::array<double, users> change{};  // the probability that a user's state becomes the next one
      for (std::size_t u = 0; u < users; ++u) {
        if (state[u] == infectious) change[u] = recovery;
        if (state[u] != susceptible) continue;
        double escapes = 1;
        for (const UserId v : audience.graph().followees(user(u)))
          if (state[v.index()] == infectious)
            escapes *= 1 - double(threshold_of(audience, chances, v, user(u))) * 0x1p-32;
        change[u] = 1 - escapes;
      }
      for (std::size_t changed = 0; changed < (std::size_t{1} << users); ++changed) {
        double q = p;
        States<users> then = state;
        for (std::size_t u = 0; u < users; ++u) {
          const bool changes = (changed >> u & 1) != 0;
          q *= changes ? change[u] : 1 - change[u];
          if (changes && then[u] != recovered) then[u] = static_cast<State>(then[u] + 1);
        }
        if (q > 0) next[then] += q;
      }
    }
    now = std::move(next);
  }
  std::vector<double> probability(std::size_t{1} << users, 0.0);
  for (const auto& [state, p] : now) {
    std::size_t set = 0;
    for (std::size_t u = 0; u < users; ++u) set |= std::size_t{state[u] != susceptible} << u;
    probability[set] += p;
  }
  return probability;
}

TEST_CASE("an epidemic reaches the sets that the Markov chain of its steps reaches, on every digraph of three users",
          "[sim][epidemic][statistical]") {
  // 64 digraphs, 8 settings, 1000 runs each. Recovery 0.3: after 100 steps somebody is still infectious once in 1e15.
  ChiSquared fit;
  for (std::uint64_t pattern = 0; pattern < 64; ++pattern) {
    const FollowGraph graph = digraph(3, pattern);
    const Audience audience(graph);
    for (const std::uint32_t horizon : {0U, 1U, 2U, 5U})
      for (const double recovery : {0.0, 0.3}) {
        if (recovery == 0 && horizon == 0) continue;
        const Chances chances =
            pattern % 2 == 0 ? Chances::uniform(0.2) : chances_where(audience, [&](UserId v, UserId u) {
              return uniform(nested_mix(pattern, v.value(), u.value())) / 2;
            });
        Epidemic model(audience, chances, recovery, horizon);
        std::vector<std::uint64_t> count(8, 0);
        Spread spread;
        const std::vector<UserId> seeds{user(0)};
        for (std::uint64_t n = 0; n < 1'000; ++n) {
          model.run(seeds, contagion((pattern << 32) + (horizon << 24) + n + (recovery > 0) * 500'000), spread);
          ++count[set_of(spread)];
        }
        fit.add(count, by_markov_chain<3>(audience, chances, recovery, horizon == 0 ? 100 : horizon), 1'000);
      }
  }
  CAPTURE(fit.sum(), fit.freedom(), fit.bound());
  CHECK(fit.freedom() > 600);
  CHECK(fit.fits());
}

TEST_CASE("one follower adopts with probability p / (1 - (1 - p)(1 - r)), at a geometric time",
          "[sim][epidemic][statistical]") {
  const double p = 0.12, r = 0.2, both = (1 - p) * (1 - r);
  const FollowGraph graph = path_of(2);
  const Audience audience(graph);
  const Chances chances = Chances::uniform(p);
  Epidemic model(audience, chances, r);
  std::vector<std::uint64_t> at(60, 0);  // at[0]: never
  Spread spread;
  for (std::uint64_t n = 0; n < 50'000; ++n) {
    model.run(std::vector<UserId>{user(0)}, contagion(n), spread);
    ++at[spread.adopters.size() == 1 ? 0 : std::min(59U, spread.adopters[1].step)];
  }
  std::vector<double> probability(60, 0.0);
  probability[0] = 1 - p / (1 - both);
  for (int k = 1; k < 59; ++k) probability[k] = p * std::pow(both, k - 1);
  probability[59] = p * std::pow(both, 58) / (1 - both);
  ChiSquared fit;
  fit.add(at, probability, 50'000);
  CAPTURE(fit.sum(), fit.freedom(), fit.bound());
  CHECK(fit.fits());
}

TEST_CASE("SI walks down a path at one step in 1 / p", "[sim][epidemic][si][statistical]") {
  // The end of 50 follows is reached after 50 / p steps in the mean, variance 50 (1 - p) / p^2 a run; 5 sd of the mean
  // of 400.
  const double p = GENERATE(0.02, 0.3, 0.9, 1.0);
  const FollowGraph graph = path_of(51);
  const Audience audience(graph);
  const Chances chances = Chances::uniform(p);
  Epidemic model(audience, chances, 0.0);
  double sum = 0;
  Spread spread;
  for (std::uint64_t n = 0; n < 400; ++n) {
    model.run(std::vector<UserId>{user(0)}, contagion(n), spread);
    REQUIRE(spread.adopters.size() == 51);
    CHECK(spread.contacts == [&] {
      std::uint64_t contacts = 0;
      for (std::size_t i = 0; i < 50; ++i) contacts += spread.adopters.back().step - spread.adopters[i].step;
      return contacts;
    }());
    sum += spread.adopters.back().step;
  }
  CHECK(std::abs(sum / 400 - 50 / p) <= 5 * std::sqrt(50 * (1 - p) / (p * p) / 400));
}

TEST_CASE("SI fills a complete graph of five in the time of its recursion", "[sim][epidemic][si][statistical]") {
  // From m adopters each of the others adopts with 1 - (1 - p)^m: the mean and the second moment of the steps that are
  // left.
  const double p = 0.15;
  std::array<double, 6> mean{}, second{};
  for (int m = 4; m >= 1; --m) {
    const double q = 1 - std::pow(1 - p, m);
    double stay = 0, mean_rest = 0,
           second_rest = 0;  // E[T] = 1 + sum_k P(k) E[T_k], E[T^2] = 1 + 2 sum_k P(k) E[T_k] + sum_k P(k) E[T_k^2]
    double binomial = std::pow(1 - q, 5 - m);
    for (int k = 0; k <= 5 - m; ++k) {
      if (k == 0) {
        stay = binomial;
      } else {
        mean_rest += binomial * mean[m + k];
        second_rest += binomial * second[m + k];
      }
      binomial *= q / (1 - q) * (5 - m - k) / (k + 1);
    }
    mean[m] = (1 + mean_rest) / (1 - stay);
    second[m] = (1 + 2 * (stay * mean[m] + mean_rest) + second_rest) / (1 - stay);
  }
  const FollowGraph graph = complete_of(5);
  const Audience audience(graph);
  const Chances chances = Chances::uniform(p);
  Epidemic model(audience, chances, 0.0);
  double sum = 0;
  Spread spread;
  for (std::uint64_t n = 0; n < 20'000; ++n) {
    model.run(std::vector<UserId>{user(n % 5)}, contagion(n), spread);
    REQUIRE(spread.adopters.size() == 5);
    sum += spread.adopters.back().step;
  }
  CHECK(std::abs(sum / 20'000 - mean[1]) < 5 * std::sqrt((second[1] - mean[1] * mean[1]) / 20'000));
}

TEST_CASE("SIR on a large random graph ends at the size of its deterministic limit", "[sim][epidemic][statistical]") {
  // z = 1 - (1 - s) exp(-R0 z), s the share of seeds, R0 = followers x p / (1 - (1 - p)(1 - r)) (Kermack and McKendrick
  // 1927). 40 graphs of 4000; the spread between them gives the error of the mean, of which 6 happen once in a million;
  // one user of bias for each graph.
  const double p = 0.05, r = 0.2, followers = 10, share = 0.02;
  const double reproduction = followers * p / (1 - (1 - p) * (1 - r));
  double z = 1;
  for (int i = 0; i < 200; ++i) z = 1 - (1 - share) * std::exp(-reproduction * z);
  constexpr int graphs = 40;
  constexpr std::size_t users = 4'000;
  double sum = 0, squares = 0;
  for (std::uint32_t g = 0; g < graphs; ++g) {
    const FollowGraph graph = erdos_renyi(users, followers, StreamKey(9, Stream::graph, g));
    const Audience audience(graph);
    std::vector<UserId> seeds;
    for (std::size_t u = 0; double(u) < users * share; ++u) seeds.push_back(user(u));
    const double size = double(spread_of(audience, Chances::uniform(p), r, seeds, g).adopters.size()) / users;
    sum += size;
    squares += size * size;
  }
  const double mean = sum / graphs, error = std::sqrt((squares / graphs - mean * mean) / (graphs - 1));
  CAPTURE(mean, error, z);
  CHECK(error < 0.003);
  CHECK(std::abs(mean - z) < 6 * error + 1.0 / users);
}

TEST_CASE("SIR with recovery 1 is who is reached along live edges, step by step",
          "[sim][epidemic][independent-cascade]") {
  // Breadth first over the pairs whose contact coin succeeds; no model of ours in between.
  const FollowGraph graph = erdos_renyi(400, 8, StreamKey(5, Stream::graph, 0));
  const Audience audience(graph);
  for (std::uint64_t n = 0; n < 40; ++n) {
    const Chances chances = n % 2 == 0 ? Chances::uniform(0.2) : mixed_chances(audience, n, 0.4);
    const ContagionKey key = contagion(n);
    Adoptions reached{{user(n), {user(n), 0}}};
    std::uint64_t contacts = 0;
    for (std::uint32_t step = 1; step <= 400; ++step) {
      Adoptions next = reached;
      for (const auto& [v, adoption] : reached) {
        if (adoption.step + 1 != step) continue;
        for (const UserId u : audience.followers(v)) {
          if (reached.contains(u) ||
              !coin(ContactCoins(key.key(Draw::contact), v).of(u), threshold_of(audience, chances, v, u)))
            continue;
          const auto rank = [&](UserId parent) { return parent_rank(key.key(Draw::parent_tie), parent, u); };
          if (!next.contains(u) || rank(v) < rank(next[u].parent)) next[u] = {v, step};
        }
      }
      if (next.size() == reached.size()) break;
      reached = next;
    }
    for (const auto& [v, adoption] : reached) contacts += audience.follower_count(v);
    const Spread spread = spread_of(audience, chances, 1.0, {user(n)}, n);
    REQUIRE(adoptions(spread) == reached);
    CHECK(spread.contacts <= contacts);  // less where nobody was left to be reached
  }
}

TEST_CASE("chances of 0 and 1, and nobody to reach", "[sim][epidemic]") {
  const double recovery = GENERATE(0.0, 0.3, 1.0);
  const FollowGraph nobody, one = graph_of(1, [](std::size_t, std::size_t) { return false; });
  CHECK(spread_of(Audience(nobody), Chances::uniform(0.5), recovery, {}, 1).adopters.empty());
  const Spread alone = spread_of(Audience(one), Chances::uniform(1), recovery, {user(0)}, 1);
  CHECK(alone.adopters == std::vector<Adopter>{{user(0), 0, 0}});
  CHECK(alone.contacts == 0);

  const FollowGraph graph = path_of(6);
  const Audience audience(graph);
  const auto zero_by_follow = chances_where(audience, [](UserId, UserId) { return 0.0; });
  CHECK(spread_of(audience, Chances::uniform(0), recovery, {user(0)}, 1).adopters.size() == 1);
  CHECK(spread_of(audience, Chances::uniform(0), recovery, {user(0)}, 1).contacts == 0);  // nothing can change
  CHECK(spread_of(audience, zero_by_follow, recovery, {user(0)}, 1).adopters.size() == 1);
  const Spread certain = spread_of(audience, Chances::uniform(1), recovery, {user(0)}, 1);
  REQUIRE(certain.adopters.size() == 6);
  for (std::uint32_t i = 0; i < 6; ++i) CHECK(certain.adopters[i] == Adopter{user(i), i == 0 ? 0 : i - 1, i});
  CHECK(spread_of(audience, Chances::uniform(1), recovery, {user(0)}, 1, 2).adopters.size() == 3);
  std::vector<UserId> everybody;
  for (std::size_t u = 0; u < 6; ++u) everybody.push_back(user(u));
  CHECK(spread_of(audience, Chances::uniform(1), recovery, everybody, 1).contacts == 0);
}

TEST_CASE("the centre of a star of a million infects as many as it should", "[sim][epidemic][statistical]") {
  const FollowGraph star = star_of(1'000'001);
  const Audience audience(star);
  CHECK(spread_of(audience, Chances::uniform(1), 0.5, {user(0)}, 1).adopters.size() == 1'000'001);
  const Spread spread = spread_of(audience, Chances::uniform(0.1), 0.0, {user(0)}, 1,
                                  5);  // 1 - 0.9^5 = 0.40951: sd 492; 5 sd once in 1.7 million
  CHECK(std::abs(double(spread.adopters.size()) - 409'511) < 5 * 491.8);
  CHECK(spread.contacts == 5'000'000);
  const Chances each = chances_where(audience, [](UserId, UserId) { return 0.1; });
  CHECK(std::abs(double(spread_of(audience, each, 0.0, {user(0)}, 1, 5).adopters.size()) - 409'511) <
        5 * 491.8 + 120);  // 120: 0.1 in two bytes
}

TEST_CASE("a longer look at an epidemic sees the same beginning", "[sim][epidemic][invariance]") {
  const FollowGraph graph = erdos_renyi(3'000, 8, StreamKey(4, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = Chances::uniform(0.08);
  const std::vector<UserId> seeds{user(7), user(70), user(700)};
  const Spread whole = spread_of(audience, chances, 0.2, seeds, 3);
  REQUIRE(whole.adopters.back().step > 10);
  for (const std::uint32_t horizon : {1U, 3U, 9U, 1'000U}) {
    std::vector<Adopter> beginning;
    for (const Adopter& adopter : whole.adopters)
      if (adopter.step <= horizon) beginning.push_back(adopter);
    CHECK(spread_of(audience, chances, 0.2, seeds, 3, horizon).adopters == beginning);
  }
}

TEST_CASE("an epidemic that was run is as good as new, on any number of threads", "[sim][epidemic][invariance]") {
  const FollowGraph graph = erdos_renyi(2'000, 8, StreamKey(4, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = mixed_chances(audience, 3, 0.2);
  const auto all = [&](std::size_t at_once) {
    std::vector<Spread> spreads(24);
    parallel_blocks(spreads.size(), at_once, [&](std::size_t, std::size_t begin, std::size_t end, int) {
      Epidemic model(audience, chances, 0.3, 50);
      for (std::size_t n = begin; n < end; ++n)
        model.run(std::vector<UserId>{user(n), user(n + 1'000)}, contagion(n), spreads[n]);
    });
    std::vector<std::pair<std::vector<Adopter>, std::uint64_t>> found;
    for (const Spread& spread : spreads) found.emplace_back(spread.adopters, spread.contacts);
    return found;
  };
  const auto fresh = with_threads(1, [&] { return all(1); });
  CHECK(with_threads(1, [&] { return all(24); }) == fresh);
  CHECK(with_threads(3, [&] { return all(5); }) == fresh);
  CHECK(adoptions(spread_of(audience, chances, 0.3, {user(1'002), user(2)}, 2, 50)) ==
        adoptions(spread_of(audience, chances, 0.3, {user(2), user(1'002)}, 2, 50)));
}

}  // namespace
}  // namespace grapevine
