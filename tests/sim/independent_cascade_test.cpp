#include "sim/diffusion/independent_cascade.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/boost_graph.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/graph_builder.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_towns.hpp"

namespace grapevine {
namespace {

using namespace testing;

/// Who adopted at which step from whom. Seeds stand first in their order; the order within a later step is nobody's
/// business.
std::vector<std::array<std::uint32_t, 3>> uptake(const Spread& spread) {
  std::vector<std::array<std::uint32_t, 3>> rows;
  std::uint32_t place = 0;
  for (const Adopter& adopter : spread.adopters) {
    CHECK((adopter.step == 0 ? adopter.parent == place : adopter.parent < place));
    rows.push_back(
        {adopter.step, adopter.step == 0 ? place : adopter.user.value(), spread.adopters[adopter.parent].user.value()});
    ++place;
  }
  CHECK(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a[0] < b[0]; }));
  std::sort(rows.begin(), rows.end());
  return rows;
}

bool same(const Spread& a, const Spread& b) { return uptake(a) == uptake(b) && a.contacts == b.contacts; }

/// The model as a textbook has it, with sets.
Spread slow_cascade(const Town& town, const Chances& chances, const std::vector<UserId>& seeds, ContagionKey key,
                    std::uint32_t horizon) {
  Spread spread;
  std::set<UserId> adopted(seeds.begin(), seeds.end());
  for (const UserId seed : seeds)
    spread.adopters.push_back({seed, static_cast<std::uint32_t>(spread.adopters.size()), 0});
  std::size_t first = 0;
  for (std::uint32_t step = 0; first < spread.adopters.size() && (horizon == 0 || step < horizon); ++step) {
    const std::size_t last = spread.adopters.size();
    std::map<UserId, std::size_t> next;
    for (; first < last; ++first) {
      const UserId adopter = spread.adopters[first].user;
      const auto followers = town.audience.followers(adopter);
      for (std::size_t k = 0; k < followers.size(); ++k) {
        ++spread.contacts;
        const std::uint64_t bits = nested_mix(key.key(Draw::contact), adopter.value(), followers[k].value()) >> 32;
        const std::uint64_t threshold = chances.is_uniform() ? coin_threshold(chances.probability())
                                                             : chances.of(town.audience, adopter)[k].threshold();
        if (adopted.count(followers[k]) != 0 || bits >= threshold) continue;
        const auto [known, is_new] = next.emplace(followers[k], spread.adopters.size());
        if (is_new) {
          spread.adopters.push_back({followers[k], static_cast<std::uint32_t>(first), step + 1});
          continue;
        }
        Adopter& other = spread.adopters[known->second];
        const auto rank = [&](UserId parent) {
          return nested_mix(key.key(Draw::parent_tie), parent.value(), followers[k].value());
        };
        if (rank(adopter) < rank(spread.adopters[other.parent].user)) other.parent = static_cast<std::uint32_t>(first);
      }
    }
    for (const auto& [user, place] : next) adopted.insert(user);
  }
  return spread;
}

/// Whether a count of `trials` independent trials of probability p is one that Bernstein's inequality allows but for a
/// chance of `alarm`.
bool plausible(std::uint64_t count, double trials, double p, double alarm) {
  const double distance = std::abs(static_cast<double>(count) - trials * p);
  return 2.0 * std::exp(-distance * distance / (2.0 * (trials * p * (1.0 - p) + distance / 3.0))) >= alarm ||
         distance < 1e-6;
}

constexpr double alarm =
    1e-8;  // of each comparison; fewer than 200 000 are made, so sound code fails for one seed in 500 at most

/// How often each value of outcome(spread) came in `runs` contagions from user 0.
template <class Outcome>
std::map<std::uint64_t, std::uint64_t> frequencies(IndependentCascade& cascade, std::uint64_t first, std::uint64_t runs,
                                                   Outcome&& outcome) {
  std::map<std::uint64_t, std::uint64_t> counts;
  Spread spread;
  const std::array<UserId, 1> seed{UserId{0}};
  for (std::uint64_t run = first; run < first + runs; ++run) {
    cascade.run(seed, contagion(run), spread);
    ++counts[outcome(spread)];
  }
  return counts;
}

std::uint64_t size_of(const Spread& spread) { return spread.adopters.size(); }
std::uint64_t depth_of(const Spread& spread) { return spread.adopters.back().step; }

std::uint64_t at_least(const std::map<std::uint64_t, std::uint64_t>& counts, std::uint64_t value) {
  std::uint64_t sum = 0;
  for (auto i = counts.lower_bound(value); i != counts.end(); ++i) sum += i->second;
  return sum;
}

TEST_CASE("along a path of followers a post comes k users far with probability p^(k-1)",
          "[sim][diffusion][statistical]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const double p = GENERATE(0.1, 0.5, 0.9);
  const Town town(12, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}, {8, 9}, {9, 10}, {10, 11}});
  const Chances chances = Chances::uniform(p);
  IndependentCascade cascade(town.audience, chances, sampling);
  constexpr std::uint64_t runs = 100'000;
  const auto sizes = frequencies(cascade, 0, runs, size_of);
  for (std::uint64_t k = 1; k <= 12; ++k)
    CHECK(plausible(at_least(sizes, k), runs, std::pow(p, static_cast<double>(k - 1)), alarm));
}

TEST_CASE("the followers of a star adopt as binomial trials", "[sim][diffusion][statistical]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const double p = GENERATE(0.05, 0.4, 0.8);
  std::vector<Arc> arcs;
  for (std::uint32_t u = 1; u <= 20; ++u) arcs.push_back({0, u});
  const Town town(21, arcs);
  const Chances chances = Chances::uniform(p);
  IndependentCascade cascade(town.audience, chances, sampling);
  constexpr std::uint64_t runs = 100'000;
  auto sizes = frequencies(cascade, 0, runs, size_of);
  double binomial = std::pow(1.0 - p, 20);
  for (std::uint64_t k = 0; k <= 20; ++k) {
    CHECK(plausible(sizes[k + 1], runs, binomial, alarm));
    binomial *= p / (1.0 - p) * static_cast<double>(20 - k) / static_cast<double>(k + 1);
  }
  auto of_follower = frequencies(cascade, runs, runs, [](const Spread& spread) {
    std::uint64_t set = 0;
    for (const Adopter& adopter : spread.adopters) set |= std::uint64_t{1} << adopter.user.index();
    return set;
  });
  for (std::uint32_t u = 1; u <= 20; ++u) {  // wherever they stand in the row
    std::uint64_t count = 0;
    for (const auto& [set, times] : of_follower) count += (set >> u & 1) * times;
    CHECK(plausible(count, runs, p, alarm));
  }
}

TEST_CASE("on a complete binary tree depth follows the recursion of a branching process",
          "[sim][diffusion][statistical]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const double p = GENERATE(0.3, 0.6);
  constexpr std::uint32_t levels = 8;
  std::vector<Arc> arcs;
  for (std::uint32_t u = 1; u < (1U << (levels + 1)) - 1; ++u) arcs.push_back({(u - 1) / 2, u});
  const Town town((1U << (levels + 1)) - 1, arcs);
  const Chances chances = Chances::uniform(p);
  IndependentCascade cascade(town.audience, chances, sampling);
  constexpr std::uint64_t runs = 20'000;
  const auto depths = frequencies(cascade, 0, runs, depth_of);
  double reaches = 1.0;  // P(depth >= k) = 1 - (1 - p P(depth >= k - 1))^2
  for (std::uint64_t k = 0; k <= levels; ++k) {
    CHECK(plausible(at_least(depths, k), runs, reaches, alarm));
    reaches = 1.0 - (1.0 - p * reaches) * (1.0 - p * reaches);
  }
}

/// P(the final size is k) of the chain binomial of Reed and Frost: `tries` adopters try `untouched` users, `before`
/// tried earlier.
void add_final_sizes(std::size_t before, std::size_t tries, std::size_t untouched, double p, double probability,
                     std::vector<double>& sizes) {
  if (tries == 0 || untouched == 0) {
    sizes[before + tries] += probability;
    return;
  }
  const double adopts = 1.0 - std::pow(1.0 - p, static_cast<double>(tries));
  double binomial = std::pow(1.0 - adopts, static_cast<double>(untouched));
  for (std::size_t k = 0; k <= untouched; ++k) {
    add_final_sizes(before + tries, k, untouched - k, p, probability * binomial, sizes);
    binomial *= adopts / (1.0 - adopts) * static_cast<double>(untouched - k) / static_cast<double>(k + 1);
  }
}

TEST_CASE("on a complete graph the final size is that of Reed and Frost", "[sim][diffusion][statistical]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const double p = GENERATE(0.1, 0.35);
  constexpr std::uint32_t n = 7;
  std::vector<Arc> arcs;
  for (std::uint32_t u = 0; u < n; ++u)
    for (std::uint32_t v = 0; v < n; ++v)
      if (u != v) arcs.push_back({u, v});
  const Town town(n, arcs);
  const Chances chances = Chances::uniform(p);
  IndependentCascade cascade(town.audience, chances, sampling);
  constexpr std::uint64_t runs = 100'000;
  auto sizes = frequencies(cascade, 0, runs, size_of);
  std::vector<double> expected(n + 1, 0.0);
  add_final_sizes(0, 1, n - 1, p, 1.0, expected);
  for (std::uint64_t k = 1; k <= n; ++k) CHECK(plausible(sizes[k], runs, expected[k], alarm));
}

// All digraphs of up to 4 vertices, the smaller ones with vertices that nobody reaches: 4096 sets of arcs.

constexpr std::array<Arc, 12> arcs_of_4{
    {{0, 1}, {0, 2}, {0, 3}, {1, 0}, {1, 2}, {1, 3}, {2, 0}, {2, 1}, {2, 3}, {3, 0}, {3, 1}, {3, 2}}};

/// The distances from vertex 0 along the arcs of a set, two bits a vertex; 0: not reached.
std::uint64_t distances(unsigned set) {
  std::array<std::uint64_t, 4> distance{};
  unsigned reached = 1, front = 1;
  for (std::uint64_t step = 1; front != 0; ++step) {
    unsigned next = 0;
    for (std::size_t a = 0; a < arcs_of_4.size(); ++a)
      if ((set >> a & 1) != 0 && (front >> arcs_of_4[a].from & 1) != 0 && (reached >> arcs_of_4[a].to & 1) == 0) {
        next |= 1U << arcs_of_4[a].to;
        distance[arcs_of_4[a].to] = step;
      }
    reached |= next;
    front = next;
  }
  return distance[1] | distance[2] << 2 | distance[3] << 4;
}

std::uint64_t distances(const Spread& spread) {
  std::uint64_t code = 0;
  for (const Adopter& adopter : spread.adopters)
    if (adopter.user != UserId{0}) code |= std::uint64_t{adopter.step} << 2 * (adopter.user.index() - 1);
  return code;
}

TEST_CASE("on all digraphs of up to 4 vertices who adopts when is distributed as the enumeration of live edges says",
          "[sim][diffusion][statistical]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  constexpr double p = 0.4;
  constexpr std::uint64_t runs = 250;
  const Chances chances = Chances::uniform(p);
  // The statistic of Pearson has, for any number of runs, the mean (cells - 1) and the variance 2 (cells - 1) + (sum of
  // 1 / probability - cells^2 - 2 cells + 2) / runs (Haldane 1937). Summed over 4096 graphs it is normal: sound code
  // leaves 6 sd for one seed in 500 million.
  double excess = 0.0, variance = 0.0;
  for (unsigned graph = 0; graph < 1U << arcs_of_4.size(); ++graph) {
    std::map<std::uint64_t, double> probability;
    for (unsigned live = graph;; live = (live - 1) & graph) {
      const auto is_live = static_cast<double>(std::popcount(live)),
                 is_not = static_cast<double>(std::popcount(graph & ~live));
      probability[distances(live)] += std::pow(p, is_live) * std::pow(1.0 - p, is_not);
      if (live == 0) break;
    }
    std::vector<Arc> arcs;
    for (std::size_t a = 0; a < arcs_of_4.size(); ++a)
      if ((graph >> a & 1) != 0) arcs.push_back(arcs_of_4[a]);
    const Town town(with_threads(1, [&] { return Town::built(4, arcs); }));
    IndependentCascade cascade(town.audience, chances, sampling);
    auto counts = frequencies(cascade, graph * runs, runs, [](const Spread& spread) { return distances(spread); });
    bool possible = true;
    for (const auto& [outcome, times] : counts) possible &= probability.count(outcome) != 0;
    REQUIRE(possible);
    const auto cells = static_cast<double>(probability.size());
    double reciprocals = 0.0;
    bool likely = true;
    for (const auto& [outcome, q] : probability) {
      const double expected = q * runs, off = static_cast<double>(counts[outcome]) - expected;
      likely &= plausible(counts[outcome], runs, q, alarm);
      excess += off * off / expected;
      reciprocals += 1.0 / q;
    }
    CAPTURE(graph);
    REQUIRE(likely);
    excess -= cells - 1.0;
    variance += 2.0 * (cells - 1.0) + (reciprocals - cells * cells - 2.0 * cells + 2.0) / runs;
  }
  CHECK(std::abs(excess) < 6.0 * std::sqrt(variance));
}

TEST_CASE("a cascade is the textbook's, to the parent, on random graphs", "[sim][diffusion]") {
  const double mean = GENERATE(0.5, 3.0, 20.0, 60.0);
  const bool is_uniform = GENERATE(true, false);
  const std::uint32_t horizon = GENERATE(0U, 1U, 3U);
  const std::size_t users = 700;
  const Town town(erdos_renyi(users, mean, StreamKey(3, Stream::graph, 1)));
  const Chances chances = is_uniform ? Chances::uniform(std::min(1.0, 1.6 / mean)) : mixed_chances(town.audience, 5);
  IndependentCascade cascade(town.audience, chances, TrialSampling::coins, horizon);
  std::size_t adopters = 0, siblings = 0;
  for (std::uint64_t run = 0; run < 40; ++run) {
    std::vector<UserId> seeds;
    for (std::uint64_t s = 0; s < 1 + run % 5; ++s)
      seeds.push_back(UserId{static_cast<std::uint32_t>((run * 17 + s * 101) % users)});
    const Spread spread = spread_of(cascade, seeds, contagion(run)),
                 slow = slow_cascade(town, chances, seeds, contagion(run), horizon);
    REQUIRE(same(spread, slow));
    REQUIRE(cascade.reach(seeds, contagion(run)) == Reach{slow.adopters.size(), slow.contacts});
    adopters += slow.adopters.size();
    for (std::size_t i = 1; i < slow.adopters.size(); ++i)
      siblings += slow.adopters[i].parent < slow.adopters[i - 1].parent;
  }
  if (mean > 10.0 && horizon == 0) {
    CHECK(adopters > 40 * 70);
    CHECK(siblings > 20);  // parents out of order: the one who came first lost the tie
  }
}

TEST_CASE("the number of threads does not change a contagion", "[sim][diffusion][invariance]") {
  const Town town(erdos_renyi(2'000, 15.0, StreamKey(6, Stream::graph, 1)));
  const bool is_uniform = GENERATE(true, false);
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const Chances chances = is_uniform ? Chances::uniform(0.09) : mixed_chances(town.audience, 11);
  const auto all = [&] {
    std::vector<Spread> spreads(60);
    std::vector<std::unique_ptr<IndependentCascade>> cascades(static_cast<std::size_t>(thread_count()));
    parallel_blocks(spreads.size(), 1, [&](std::size_t run, std::size_t, std::size_t, int worker) {
      auto& cascade = cascades[static_cast<std::size_t>(worker)];
      if (!cascade) cascade = std::make_unique<IndependentCascade>(town.audience, chances, sampling);
      cascade->run(std::array{UserId{static_cast<std::uint32_t>(run)}}, contagion(run), spreads[run]);
    });
    return spreads;
  };
  const std::vector<Spread> alone = with_threads(1, all);
  const int threads = GENERATE(2, 3, 8);
  const std::vector<Spread> together = with_threads(threads, all);
  for (std::size_t run = 0; run < alone.size(); ++run) REQUIRE(same(alone[run], together[run]));
}

TEST_CASE("a run leaves no mark behind", "[sim][diffusion]") {
  const Town town(erdos_renyi(5'000, 10.0, StreamKey(8, Stream::graph, 1)));
  const Chances chances = Chances::uniform(0.1);
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  IndependentCascade used(town.audience, chances, sampling);
  for (std::uint64_t run = 0; run < 50; ++run) {  // some reach a handful of users and some half of them
    const std::vector<UserId> seeds{UserId{static_cast<std::uint32_t>(run * 91)}};
    IndependentCascade fresh(town.audience, chances, sampling);
    const Spread expected = spread_of(fresh, seeds, contagion(run));
    REQUIRE(used.reach(seeds, contagion(run)) == Reach{expected.adopters.size(), expected.contacts});
    REQUIRE(same(spread_of(used, seeds, contagion(run)), expected));
  }
}

TEST_CASE("a table of gaps gives those of its sampler, to the bit", "[sim][diffusion]") {
  const double p = GENERATE(0.0, 1e-20, 1e-17, 1e-15, 1e-9, 1e-4, 0.02, 0.1, 0.5, 0.75, 0.9999, 1.0);
  const SkipSampler sampler(p);
  const GapTable table(p);
  const auto same_gap = [&](std::uint64_t bits) {
    bool same = true;
    for (const std::uint64_t most : {0ULL, 1ULL, 20ULL, 1'000ULL, 4'000'000'000ULL})
      same &= table.gap(bits, most) == sampler.gap(bits, most);
    return same;
  };
  bool all = true;
  for (std::uint64_t i = 0; i < 100'000; ++i) all &= same_gap(nested_mix(1, 2, i));
  for (std::uint64_t cell = 0; cell < 1024; ++cell)
    for (const std::uint64_t offset : {0ULL, 1ULL << 12, ~0ULL, ~0ULL << 13}) all &= same_gap((cell << 54) + offset);
  CHECK(all);
}

TEST_CASE("a star of a million followers is tossed to the last one", "[sim][diffusion]") {
  constexpr std::uint32_t followers = 1'000'000;
  Rows rows = rows_of_sizes([] {
    std::vector<std::uint32_t> sizes(followers + 1, 1);
    sizes[0] = 0;
    return sizes;
  }());  // all follow user 0
  std::fill(rows.users.begin(), rows.users.end(), UserId{0});
  const Town town(FollowGraph(std::move(rows)));
  const std::vector<UserId> centre{UserId{0}};
  for (const double p : {0.0, 0.3, 1.0}) {
    const Chances chances = Chances::uniform(p);
    IndependentCascade cascade(town.audience, chances, TrialSampling::coins);
    const Spread spread = spread_of(cascade, centre, contagion(1));
    std::vector<Adopter> expected{{UserId{0}, 0, 0}};
    for (std::uint32_t u = 1; u <= followers; ++u)
      if (nested_mix(contagion(1).key(Draw::contact), 0, u) >> 32 < coin_threshold(p))
        expected.push_back({UserId{u}, 0, 1});
    CHECK((spread.adopters == expected));
    CHECK(spread.contacts == followers);
    IndependentCascade skipping(town.audience, chances, TrialSampling::skip);
    CHECK(plausible(skipping.reach(centre, contagion(1)).adopters - 1, followers, p, alarm));
  }
}

TEST_CASE("with probability 0 only seeds adopt, with 1 all whom a path leads to, after as many steps",
          "[sim][diffusion]") {
  const Town town(erdos_renyi(1'000, 3.0, StreamKey(9, Stream::graph, 1)));
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const bool is_uniform = GENERATE(true, false);
  const auto all = [&](double p) {
    return is_uniform ? Chances::uniform(p)
                      : Chances::by_follow(UnwrittenArray<Chance>(town.graph.follow_count(), Chance(p)));
  };
  const std::vector<UserId> seeds{UserId{5}, UserId{3}};
  const Chances never = all(0.0), always = all(1.0);
  IndependentCascade still(town.audience, never, sampling), flood(town.audience, always, sampling);
  const Spread none = spread_of(still, seeds, contagion(1));
  CHECK(none.adopters == std::vector<Adopter>{{UserId{5}, 0, 0}, {UserId{3}, 1, 0}});
  CHECK(none.contacts == town.audience.follower_count(UserId{5}) + town.audience.follower_count(UserId{3}));
  CHECK(same(spread_of(flood, seeds, contagion(1)), slow_cascade(town, Chances::uniform(1.0), seeds, contagion(1), 0)));
}

TEST_CASE("the smallest of graphs are no exception", "[sim][diffusion]") {
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  const Chances chances = Chances::uniform(0.5), by_follow = Chances::by_follow(UnwrittenArray<Chance>(1, Chance(1.0)));
  Spread spread;
  SECTION("nobody") {
    const Town town(FollowGraph{});
    IndependentCascade cascade(town.audience, chances, sampling);
    cascade.run({}, contagion(0), spread);
    CHECK(spread.adopters.empty());
    CHECK(cascade.reach({}, contagion(0)) == Reach{});
  }
  SECTION("one user") {
    const Town town(1, {});
    IndependentCascade cascade(town.audience, chances, sampling);
    CHECK(cascade.reach(std::array{UserId{0}}, contagion(0)) == Reach{1, 0});
  }
  SECTION("seeds that nobody follows") {
    const Town town(3, {{2, 0}});
    IndependentCascade cascade(town.audience, by_follow, sampling);
    CHECK(spread_of(cascade, {UserId{1}, UserId{0}}, contagion(0)).adopters ==
          std::vector<Adopter>{{UserId{1}, 0, 0}, {UserId{0}, 1, 0}});
  }
  SECTION("all users are seeds") {
    const Town town(3, {{2, 0}, {0, 1}, {1, 2}});
    IndependentCascade cascade(town.audience, chances, sampling);
    CHECK(cascade.reach(std::array{UserId{0}, UserId{1}, UserId{2}}, contagion(0)) == Reach{3, 3});
  }
}

TEST_CASE("users whom nobody reaches change nothing, and follows that are added take no adopter away",
          "[sim][diffusion]") {
  const std::size_t users = 900;
  const FollowGraph graph = erdos_renyi(users, 8.0, StreamKey(10, Stream::graph, 1)),
                    more = erdos_renyi(users, 2.0, StreamKey(10, Stream::graph, 2));
  GraphBuilder with_strangers(users + 5'000), denser(users);
  for (std::uint32_t u = 0; u < users; ++u) {
    for (const UserId v : graph.followees(UserId{u})) {
      with_strangers.add(UserId{u}, v);
      denser.add(UserId{u}, v);
    }
    for (const UserId v : more.followees(UserId{u})) denser.add(UserId{u}, v);
  }
  const Town town(graph), crowd(with_strangers.build()), dense(denser.build());
  const Chances chances = Chances::uniform(0.2);
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  IndependentCascade here(town.audience, chances, sampling), there(crowd.audience, chances, sampling),
      denser_here(dense.audience, chances, sampling);
  for (std::uint64_t run = 0; run < 20; ++run) {
    const std::vector<UserId> seeds{UserId{static_cast<std::uint32_t>(run * 40)}};
    const Spread spread = spread_of(here, seeds, contagion(run));
    REQUIRE(same(spread, spread_of(there, seeds, contagion(run))));
    if (sampling == TrialSampling::skip) continue;  // its gaps belong to places in a row
    std::set<UserId> reached;
    for (const Adopter& adopter : spread_of(denser_here, seeds, contagion(run)).adopters) reached.insert(adopter.user);
    REQUIRE(std::all_of(spread.adopters.begin(), spread.adopters.end(),
                        [&](const Adopter& adopter) { return reached.count(adopter.user) != 0; }));
  }
}

TEST_CASE("a horizon cuts the steps beyond it off, and nothing else", "[sim][diffusion]") {
  const Town town(erdos_renyi(2'000, 8.0, StreamKey(12, Stream::graph, 1)));
  const Chances chances = Chances::uniform(0.2);
  const TrialSampling sampling = GENERATE(TrialSampling::coins, TrialSampling::skip);
  IndependentCascade whole(town.audience, chances, sampling);
  const std::vector<UserId> seeds{UserId{1}, UserId{700}, UserId{1'300}};
  const Spread spread = spread_of(whole, seeds, contagion(2));
  REQUIRE(spread.adopters.back().step > 4);
  for (std::uint32_t horizon = 1; horizon < 5; ++horizon) {
    IndependentCascade cut(town.audience, chances, sampling, horizon);
    std::vector<Adopter> expected;
    std::uint64_t contacts = 0;
    for (const Adopter& adopter : spread.adopters) {
      if (adopter.step <= horizon) expected.push_back(adopter);
      if (adopter.step < horizon) contacts += town.audience.follower_count(adopter.user);
    }
    const Spread early = spread_of(cut, seeds, contagion(2));
    CHECK(early.adopters == expected);
    CHECK(early.contacts == contacts);
  }
}

}  // namespace
}  // namespace grapevine
