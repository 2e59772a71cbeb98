#include "sim/diffusion/linear_threshold.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "tests/catch.hpp"
#include "tests/sim/contagions.hpp"

namespace grapevine {
namespace {

using namespace testing;

__extension__ using Wide = unsigned __int128;

/// Weights up to 0.9, so that some readers' add up to more than 1.
Chances weights_of(const Audience& audience, std::uint64_t salt) {
  return chances_where(audience,
                       [=](UserId v, UserId u) { return 0.9 * uniform(nested_mix(salt, v.value(), u.value())); });
}

Spread spread_of(const Audience& audience, const Chances& chances, const std::vector<UserId>& seeds, std::uint64_t n,
                 std::uint32_t horizon = 0) {
  Spread spread;
  LinearThreshold(audience, chances, horizon).run(seeds, contagion(n), spread);
  return spread;
}

/// A number for each set of adopters and their parents: parent_of(user) is `users` for those without.
template <class ParentOf>
std::size_t number_of(std::size_t users, ParentOf&& parent_of) {
  std::size_t number = 0;
  for (std::size_t u = 0; u < users; ++u) number = number * (users + 1) + parent_of(u);
  return number;
}
std::size_t tree_of(std::size_t users, const Spread& spread) {
  std::vector<std::size_t> parents(users, users);
  for (const Adopter& adopter : spread.adopters)
    if (adopter.step > 0) parents[adopter.user.index()] = spread.adopters[adopter.parent].user.index();
  return number_of(users, [&](std::size_t u) { return parents[u]; });
}

/// The probability of each tree, by enumeration of all ways in which each user keeps one of its followees, by weight,
/// or none: adopters are those reached from the seed along what was kept, and have the post from whom they kept (Kempe,
/// Kleinberg, Tardos 2003, theorem 2.5).
std::vector<double> by_live_edges(const Audience& audience, const Chances& chances, std::size_t seed) {
  const std::size_t users = audience.user_count();
  std::vector<double> probability(number_of(users, [&](std::size_t) { return users; }) + 1, 0.0);
  std::vector<std::size_t> kept(users, users);  // `users`: none
  const auto choose = [&](auto&& self, std::size_t u, double p) -> void {
    if (u == users) {
      std::uint64_t set = std::uint64_t{1} << seed;
      for (std::size_t round = 0; round < users; ++round)
        for (std::size_t w = 0; w < users; ++w)
          if (kept[w] < users && (set >> kept[w] & 1) != 0) set |= std::uint64_t{1} << w;
      probability[number_of(users,
                            [&](std::size_t w) { return w != seed && (set >> w & 1) != 0 ? kept[w] : users; })] += p;
      return;
    }
    double none = 1.0;
    const double sum = [&] {
      double all = 0;
      for (const UserId v : audience.graph().followees(user(u)))
        all += double(threshold_of(audience, chances, v, user(u))) * 0x1p-32;
      return std::max(1.0, all);
    }();
    for (const UserId v : audience.graph().followees(user(u))) {
      const double weight = double(threshold_of(audience, chances, v, user(u))) * 0x1p-32 / sum;
      none -= weight;
      kept[u] = v.index();
      self(self, u + 1, p * weight);
    }
    kept[u] = users;
    self(self, u + 1, p * std::max(0.0, none));
  };
  choose(choose, 0, 1.0);
  return probability;
}

std::vector<std::uint64_t> frequencies(const Audience& audience, const Chances& chances, std::size_t seed,
                                       std::uint64_t runs, std::uint64_t first) {
  LinearThreshold model(audience, chances);
  const std::size_t users = audience.user_count();
  std::vector<std::uint64_t> count(number_of(users, [&](std::size_t) { return users; }) + 1, 0);
  const std::vector<UserId> seeds{user(seed)};
  Spread spread;
  for (std::uint64_t n = 0; n < runs; ++n) {
    model.run(seeds, contagion(first + n), spread);
    ++count[tree_of(users, spread)];
  }
  return count;
}

TEST_CASE(
    "linear threshold grows the trees that its live-edge form grows, on every digraph of three users and many of four",
    "[sim][linear-threshold][statistical]") {
  // 64 digraphs of three users, 100 of the 4096 of four; 2000 runs each.
  ChiSquared fit;
  const auto compare = [&](std::size_t users, std::uint64_t pattern) {
    const FollowGraph graph = digraph(users, pattern);
    const Audience audience(graph);
    const Chances chances = weights_of(audience, 5 + pattern);
    fit.add(frequencies(audience, chances, 0, 2'000, pattern << 20), by_live_edges(audience, chances, 0), 2'000);
  };
  for (std::uint64_t pattern = 0; pattern < 64; ++pattern) compare(3, pattern);
  for (std::uint64_t i = 0; i < 100; ++i) compare(4, mix(i + 1) % 4096);
  CAPTURE(fit.sum(), fit.freedom(), fit.bound());
  CHECK(fit.freedom() > 500);
  CHECK(fit.fits());
}

TEST_CASE("the parent is a followee of the last step, in proportion to weight",
          "[sim][linear-threshold][statistical]") {
  // User 2 follows the seeds 0 and 1. It has the heavy one's post in 0.9 / 0.95 of the cases in which it adopts, the
  // light one's else.
  const FollowGraph graph = graph_of(3, [](std::size_t, std::size_t u) { return u == 2; });
  const Audience audience(graph);
  const auto adopted_from_0 = [&](const Chances& chances) {
    LinearThreshold model(audience, chances);
    Spread spread;
    std::pair<double, double> count{0, 0};  // adopted, and of them from user 0
    for (std::uint64_t n = 0; n < 40'000; ++n) {
      model.run(std::vector<UserId>{user(1), user(0)}, contagion(n), spread);
      if (spread.adopters.size() == 2) continue;
      ++count.first;
      count.second += spread.adopters[spread.adopters[2].parent].user == user(0);
    }
    return count;
  };
  // Five standard deviations each: sound code leaves one of these three in 600 000 seeds. Weights are rounded by 2^-12
  // at most.
  const auto fits = [](std::pair<double, double> count, double share) {
    return std::abs(count.second - count.first * share) <
           5 * std::sqrt(count.first * share * (1 - share)) + count.first * 0x1p-12;
  };
  const auto unequal =
      adopted_from_0(chances_where(audience, [](UserId v, UserId) { return v == user(0) ? 0.9 : 0.05; }));
  CHECK(fits({40'000, unequal.first}, 0.95));
  CHECK(fits(unequal, 0.9 / 0.95));
  const auto equal = adopted_from_0(chances_where(audience, [](UserId, UserId) { return 0.25; }));
  CHECK(fits(equal, 0.5));
  CHECK(adopted_from_0(Chances::uniform(0.25)) == equal);  // the same adopters and the same parents
}

/// By definition: in each step every user adds up what its followees of the steps before weigh.
Adoptions slow_threshold(const Audience& audience, const Chances& chances, const std::vector<UserId>& seeds,
                         ContagionKey key, std::uint32_t horizon) {
  Adoptions all;
  for (const UserId seed : seeds) all[seed] = {seed, 0};
  for (std::uint32_t step = 1; horizon == 0 || step <= horizon; ++step) {
    Adoptions next = all;
    for (std::size_t u = 0; u < audience.user_count(); ++u) {
      if (all.contains(user(u))) continue;
      std::uint64_t weight = 0, sum = 0;
      std::map<double, UserId> parents;  // by the time of their race
      for (const UserId v : audience.graph().followees(user(u))) {
        const std::uint64_t w = threshold_of(audience, chances, v, user(u));
        sum += w;
        if (!all.contains(v)) continue;
        weight += w;
        const std::uint64_t rank = parent_rank(key.key(Draw::parent_tie), v, user(u));
        if (w > 0 && all[v].step + 1 == step) parents[-std::log(1.0 - uniform(rank)) / double(w)] = v;
      }
      const std::uint64_t whole = double(sum) * 0x1p-32 < 1.0 - 0x1p-12 ? std::uint64_t{1} << 32 : sum;
      const std::uint64_t drawn = nested_mix(key.key(Draw::adoption_threshold), u, 0);
      if (weight > 0 && Wide{drawn} * whole < Wide{weight} << 64) next[user(u)] = {parents.begin()->second, step};
    }
    if (next.size() == all.size()) break;
    all = next;
  }
  return all;
}

TEST_CASE("linear threshold is what adding up weights in every step gives", "[sim][linear-threshold]") {
  const double followees = GENERATE(0.5, 3.0, 12.0);
  const FollowGraph graph = erdos_renyi(60, followees, StreamKey(3, Stream::graph, 0));
  const Audience audience(graph);
  const std::uint32_t horizon = GENERATE(0U, 1U, 3U);
  for (std::uint64_t n = 0; n < 20; ++n) {
    const Chances chances = n % 2 == 0 ? mixed_chances(audience, n, 0.8) : Chances::uniform(0.02 * double(n));
    const std::vector<UserId> seeds{user(n), user(59 - n), user(30 + n)};
    const Spread spread = spread_of(audience, chances, seeds, n, horizon);
    REQUIRE(adoptions(spread) == slow_threshold(audience, chances, seeds, contagion(n), horizon));
    std::uint64_t contacts = 0;
    for (const Adopter& adopter : spread.adopters)
      if (horizon == 0 || adopter.step < horizon) contacts += audience.follower_count(adopter.user);
    CHECK(spread.contacts == contacts);
    CHECK(std::ranges::is_sorted(spread.adopters, {}, &Adopter::step));
  }
}

TEST_CASE("a reader all of whose followees adopted adopts if their weights were meant to add up to 1",
          "[sim][linear-threshold]") {
  // Weighted cascade, 1 / followees rounded to two bytes, for readers of 1 to 3000 followees. Were sums that fall short
  // left alone, 200 contagions would miss about one reader in 10 000.
  constexpr std::size_t authors = 3'000, readers = 300;
  const auto followees = [](std::size_t reader) { return reader < 150 ? reader + 1 : (reader - 149) * 20; };
  GraphBuilder builder(authors + readers);
  for (std::size_t r = 0; r < readers; ++r)
    for (std::size_t v = 0; v < followees(r); ++v) builder.add(user(authors + r), user(v));
  const FollowGraph graph = builder.build();
  const Audience audience(graph);
  const Chances chances = shares_of_followees(audience);
  const ReaderWeights weights(audience, chances);
  std::size_t short_of_one = 0;
  for (std::size_t r = 0; r < readers; ++r) {
    const UserId reader = user(authors + r);
    REQUIRE(weights.whole(reader) == weights.total(reader));
    short_of_one += weights.total(reader) < std::uint64_t{1} << 32;
  }
  CHECK(short_of_one > 50);
  std::vector<UserId> seeds;
  for (std::size_t v = 0; v < authors; ++v) seeds.push_back(user(v));
  LinearThreshold model(audience, chances);
  Spread spread;
  for (std::uint64_t n = 0; n < 200; ++n) {
    model.run(seeds, contagion(n), spread);
    REQUIRE(spread.adopters.size() == authors + readers);
  }
}

TEST_CASE("weights above 1 are divided by their sum, weights below 1 are left alone",
          "[sim][linear-threshold][statistical]") {
  // 20 000 draws of probability p; 5 sd <= 354, once in 1.7 million.
  const FollowGraph graph = graph_of(3, [](std::size_t, std::size_t u) { return u == 2; });
  const Audience audience(graph);
  const auto adopted = [&](double first, double second, const std::vector<UserId>& seeds) {
    const Chances chances = chances_where(audience, [=](UserId v, UserId) { return v == user(0) ? first : second; });
    LinearThreshold model(audience, chances);
    Spread spread;
    double count = 0;
    for (std::uint64_t n = 0; n < 20'000; ++n) {
      model.run(seeds, contagion(n), spread);
      count += spread.adopters.size() > seeds.size();
    }
    return count;
  };
  CHECK(std::abs(adopted(0.9, 0.9, {user(0)}) - 10'000) < 354);
  CHECK(std::abs(adopted(1.0, 0.25, {user(0)}) - 16'000) < 283);
  CHECK(adopted(0.9, 0.9, {user(0), user(1)}) == 20'000);
  CHECK(std::abs(adopted(0.3, 0.2, {user(0)}) - 6'000) < 324);
  CHECK(std::abs(adopted(0.3, 0.2, {user(0), user(1)}) - 10'000) < 354);
  CHECK(adopted(0.0, 1.0, {user(0)}) == 0);
}

TEST_CASE("linear threshold on a graph of nobody, of one, and on a star of a million", "[sim][linear-threshold]") {
  const FollowGraph nobody, one = graph_of(1, [](std::size_t, std::size_t) { return false; });
  CHECK(spread_of(Audience(nobody), Chances::uniform(0.5), {}, 1).adopters.empty());
  const Spread alone = spread_of(Audience(one), Chances::uniform(1), {user(0)}, 1);
  CHECK(alone.adopters == std::vector<Adopter>{{user(0), 0, 0}});
  CHECK(alone.contacts == 0);

  const FollowGraph star = star_of(1'000'001);
  const Audience audience(star);
  CHECK(spread_of(audience, Chances::uniform(0), {user(0)}, 1).adopters.size() == 1);
  CHECK(spread_of(audience, Chances::uniform(1), {user(0)}, 1).adopters.size() == 1'000'001);
  const Spread spread = spread_of(audience, Chances::uniform(0.3), {user(0)}, 1);  // sd 458; 5 sd once in 1.7 million
  CHECK(std::abs(double(spread.adopters.size()) - 300'001) < 5 * 458.3);
  CHECK(spread.contacts == 1'000'000);
}

TEST_CASE("a model of linear threshold that was used is as good as new", "[sim][linear-threshold][invariance]") {
  const FollowGraph graph = erdos_renyi(2'000, 8, StreamKey(4, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = shares_of_followees(audience);
  LinearThreshold used(audience, chances);
  std::size_t adopters = 0;
  for (std::uint64_t n = 0; n < 30; ++n) {
    const std::vector<UserId> seeds{user(n), user(n + 100)}, turned{user(n + 100), user(n)};
    Spread spread;
    used.run(seeds, contagion(n), spread);
    const Spread fresh = spread_of(audience, chances, seeds, n);
    CHECK(spread.adopters == fresh.adopters);
    CHECK(spread.contacts == fresh.contacts);
    CHECK(adoptions(spread_of(audience, chances, turned, n)) == adoptions(fresh));
    adopters += fresh.adopters.size();
  }
  CHECK(adopters > 300);
}

TEST_CASE("contagions of linear threshold side by side are those one after the other",
          "[sim][linear-threshold][invariance]") {
  const FollowGraph graph = erdos_renyi(1'000, 8, StreamKey(4, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = mixed_chances(audience, 3, 0.5);
  const auto all = [&] {
    std::vector<Spread> spreads(40);
    parallel_blocks(spreads.size(), 4, [&](std::size_t, std::size_t begin, std::size_t end, int) {
      LinearThreshold model(audience, chances);
      for (std::size_t n = begin; n < end; ++n) model.run(std::vector<UserId>{user(n)}, contagion(n), spreads[n]);
    });
    std::vector<std::vector<Adopter>> adopters;
    for (const Spread& spread : spreads) adopters.push_back(spread.adopters);
    return adopters;
  };
  const auto alone = with_threads(1, all);
  CHECK(with_threads(3, all) == alone);
}

}  // namespace
}  // namespace grapevine
