#include "sim/diffusion/epidemic_events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "sim/diffusion/epidemic.hpp"
#include "tests/catch.hpp"
#include "tests/sim/contagions.hpp"

namespace grapevine {
namespace {

using namespace testing;

constexpr double tick = 0x1p-32;
constexpr std::uint64_t no_time = INT64_MAX, end_of_time = std::uint64_t{INT32_MAX} << 32;  // 2^31 - 1 steps

Spread spread_of(const Audience& audience, const Chances& chances, double recovery, const std::vector<UserId>& seeds,
                 std::uint64_t n, std::uint32_t horizon = 0) {
  Spread spread;
  EpidemicEvents(audience, chances, recovery, horizon).run(seeds, contagion(n), spread);
  return spread;
}

double rate(double chance) { return chance >= 1 ? 32 * std::log(2.0) : -std::log1p(-chance); }

/// Ticks of an exponential time, rounded up. The logarithm is the portable one: whether the search is right is asked
/// here, not the tick.
std::uint64_t exponential(std::uint64_t bits, double failure) {
  if (failure >= 1) return no_time;
  return 1 + static_cast<std::uint64_t>(math::log(uniform(~bits)) * (1.0 / math::log(std::max(failure, tick))) / tick);
}

struct Timed {
  std::uint64_t time;
  UserId parent;
};

/// Earliest times by going over all pairs until nothing moves (Bellman 1958, Ford 1956).
std::map<UserId, Timed> slow_events(const Audience& audience, const Chances& chances, double recovery,
                                    const std::vector<UserId>& seeds, ContagionKey key, std::uint64_t horizon) {
  std::map<UserId, Timed> all;
  for (const UserId seed : seeds) all[seed] = {0, seed};
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t a = 0; a < audience.user_count(); ++a) {
      const UserId v = user(a);
      if (!all.contains(v)) continue;
      const std::uint64_t sick = exponential(nested_mix(key.key(Draw::recovery), v.value(), 0), 1 - recovery);
      for (const UserId u : audience.followers(v)) {
        const double failure = 1 - double(threshold_of(audience, chances, v, u)) * 0x1p-32;
        const std::uint64_t delay = exponential(nested_mix(key.key(Draw::contact), v.value(), u.value()), failure);
        const std::uint64_t time = all[v].time + delay;
        if (delay > sick || time > horizon) continue;
        if (all.contains(u) && all[u].time < time) continue;
        const auto rank = [&](UserId parent) { return parent_rank(key.key(Draw::parent_tie), parent, u); };
        if (all.contains(u) && all[u].time == time && rank(all[u].parent) <= rank(v)) continue;
        all[u] = {time, v};
        moved = true;
      }
    }
  }
  return all;
}

TEST_CASE("an epidemic in continuous time follows the earliest of all paths", "[sim][epidemic][events]") {
  const double followees = GENERATE(0.7, 4.0, 15.0);
  const double recovery = GENERATE(0.0, 0.1, 0.6, 1.0);
  const std::uint32_t horizon = GENERATE(0U, 1U, 6U);
  const FollowGraph graph = erdos_renyi(80, followees, StreamKey(3, Stream::graph, 0));
  const Audience audience(graph);
  for (std::uint64_t n = 0; n < 6; ++n) {
    const Chances chances = n % 2 == 0 ? mixed_chances(audience, n, 0.5) : Chances::uniform(0.05 * double(n));
    const std::vector<UserId> seeds{user(n), user(79 - n)};
    const auto slow = slow_events(audience, chances, recovery, seeds, contagion(n),
                                  horizon == 0 ? end_of_time : std::uint64_t{horizon} << 32);
    const Spread spread = spread_of(audience, chances, recovery, seeds, n, horizon);
    CAPTURE(followees, recovery, horizon, n);
    REQUIRE(spread.adopters.size() == slow.size());
    std::uint64_t contacts = 0;
    std::pair<std::uint64_t, UserId> last{0, user(0)};
    for (std::size_t i = 0; i < spread.adopters.size(); ++i) {
      const auto& [who, parent, step] = spread.adopters[i];
      const Timed& timed = slow.at(who);
      REQUIRE(spread.adopters[parent].user == timed.parent);
      REQUIRE(step == timed.time >> 32);
      REQUIRE(parent <= i);
      if (i >= 2) {
        REQUIRE(last < std::pair(timed.time, who));
        last = {timed.time, who};
      }
      contacts += audience.follower_count(who);
    }
    CHECK(spread.contacts == contacts);
  }
}

TEST_CASE("an epidemic of a crowd in continuous time follows the earliest of all paths", "[sim][epidemic][events]") {
  // Hundreds adopt within a step, each with a hundred followers who may get the post from it.
  const FollowGraph graph = erdos_renyi(400, 150, StreamKey(6, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = Chances::uniform(0.02);
  const auto slow = slow_events(audience, chances, 0.02, {user(1), user(2)}, contagion(1), end_of_time);
  const Spread spread = spread_of(audience, chances, 0.02, {user(1), user(2)}, 1);
  REQUIRE(spread.adopters.size() == slow.size());
  CHECK(spread.adopters.size() > 300);
  for (const Adopter& adopter : spread.adopters) {
    REQUIRE(spread.adopters[adopter.parent].user == slow.at(adopter.user).parent);
    REQUIRE(adopter.step == slow.at(adopter.user).time >> 32);
  }
}

enum State : std::uint8_t { susceptible, infectious, recovered };
using States = std::array<State, 3>;

/// The probability of each final set of adopters from here, by what happens next: each event with its rate over all
/// rates.
std::vector<double> by_jump_chain(const Audience& audience, const Chances& chances, double recovery,
                                  const States& state) {
  std::vector<std::pair<double, States>> jumps;
  double rates = 0;
  const auto jump = [&](double r, std::size_t u) {
    States then = state;
    then[u] = static_cast<State>(then[u] + 1);
    rates += r;
    jumps.emplace_back(r, then);
  };
  for (std::size_t v = 0; v < 3; ++v) {
    if (state[v] != infectious) continue;
    jump(rate(recovery), v);
    for (const UserId u : audience.followers(user(v)))
      if (state[u.index()] == susceptible)
        jump(rate(double(threshold_of(audience, chances, user(v), u)) * 0x1p-32), u.index());
  }
  std::vector<double> probability(8, 0.0);
  if (jumps.empty()) {
    std::size_t set = 0;
    for (std::size_t u = 0; u < 3; ++u) set |= std::size_t{state[u] != susceptible} << u;
    probability[set] = 1;
  }
  for (const auto& [r, then] : jumps) {
    const std::vector<double> rest = by_jump_chain(audience, chances, recovery, then);
    for (std::size_t i = 0; i < 8; ++i) probability[i] += r / rates * rest[i];
  }
  return probability;
}

TEST_CASE(
    "an epidemic in continuous time reaches the sets that its Markov chain reaches, on every digraph of three users",
    "[sim][epidemic][events][statistical]") {
  // 64 digraphs, 2 recoveries, 2000 runs each.
  ChiSquared fit;
  for (std::uint64_t pattern = 0; pattern < 64; ++pattern) {
    const FollowGraph graph = digraph(3, pattern);
    const Audience audience(graph);
    for (const double recovery : {0.2, 0.8}) {
      const Chances chances =
          pattern % 2 == 0 ? Chances::uniform(0.4) : chances_where(audience, [&](UserId v, UserId u) {
            return uniform(nested_mix(pattern, v.value(), u.value()));
          });
      EpidemicEvents model(audience, chances, recovery);
      std::vector<std::uint64_t> count(8, 0);
      Spread spread;
      for (std::uint64_t n = 0; n < 2'000; ++n) {
        model.run(std::vector<UserId>{user(0)}, contagion((pattern << 32) + n + (recovery > 0.5) * 500'000), spread);
        ++count[set_of(spread)];
      }
      fit.add(count, by_jump_chain(audience, chances, recovery, {infectious, susceptible, susceptible}), 2'000);
    }
  }
  CAPTURE(fit.sum(), fit.freedom(), fit.bound());
  CHECK(fit.freedom() > 150);
  CHECK(fit.fits());
}

TEST_CASE("one follower adopts within t steps with probability b / (b + g) (1 - exp(-(b + g) t))",
          "[sim][epidemic][events][statistical]") {
  // 20 000 runs; 5 sd, once in 1.7 million.
  const double chance = GENERATE(0.05, 0.5, 1.0), recovery = GENERATE(0.0, 0.25, 1.0);
  const double b = rate(chance), g = rate(recovery);
  const FollowGraph graph = path_of(2);
  const Audience audience(graph);
  const Chances chances = Chances::uniform(chance);
  for (const std::uint32_t horizon : {1U, 3U, 0U}) {
    EpidemicEvents model(audience, chances, recovery, horizon);
    double count = 0;
    Spread spread;
    for (std::uint64_t n = 0; n < 20'000; ++n) {
      model.run(std::vector<UserId>{user(0)}, contagion(n), spread);
      count += spread.adopters.size() == 2;
    }
    const double p = b / (b + g) * (horizon == 0 ? 1 : 1 - std::exp(-(b + g) * horizon));
    CAPTURE(chance, recovery, horizon, count, p);
    CHECK(std::abs(count - 20'000 * p) <= 5 * std::sqrt(20'000 * p * (1 - p)) + 1e-3);
  }
}

TEST_CASE("steps made shorter and shorter come to continuous time", "[sim][epidemic][events]") {
  // The same contagion in steps of h: chances 1 - (1 - c)^h, recovery 1 - (1 - r)^h. Draws have the same addresses, so
  // every time is the continuous one rounded up, by less than h for each follow of its path, and never less, but for a
  // tick of 2^-32 for each. A pair is decided otherwise only if the two times that it compares lie within h: at h =
  // 2^-16 that is to be expected for less than one in 40 000 of the pairs, 0.08 in all that follows.
  const double c = 0.3, r = 0.4, h = 0x1p-16;
  const FollowGraph graph = erdos_renyi(300, 6, StreamKey(8, Stream::graph, 0));
  const Audience audience(graph);
  const Chances whole = Chances::uniform(c), small = Chances::uniform(1 - std::pow(1 - c, h));
  std::size_t reached = 0;
  for (std::uint64_t n = 0; n < 10; ++n) {
    Spread steps;
    Epidemic(audience, small, 1 - std::pow(1 - r, h)).run(std::vector<UserId>{user(n)}, contagion(n), steps);
    const Spread events = spread_of(audience, whole, r, {user(n)}, n);
    REQUIRE(steps.adopters.size() == events.adopters.size());
    const auto slow = slow_events(audience, whole, r, {user(n)}, contagion(n), end_of_time);
    for (const Adopter& adopter : steps.adopters) {
      const double late = adopter.step * h - double(slow.at(adopter.user).time) * tick;
      CHECK(late > -300 * tick);
      CHECK(late < 300 * h);
    }
    reached += events.adopters.size();
  }
  CHECK(reached > 1'000);
}

TEST_CASE("chances of 0 and 1 in continuous time, and nobody to reach", "[sim][epidemic][events]") {
  const double recovery = GENERATE(0.0, 0.3, 1.0);
  const FollowGraph nobody, one = graph_of(1, [](std::size_t, std::size_t) { return false; });
  CHECK(spread_of(Audience(nobody), Chances::uniform(0.5), recovery, {}, 1).adopters.empty());
  CHECK(spread_of(Audience(one), Chances::uniform(1), recovery, {user(0)}, 1).adopters ==
        std::vector<Adopter>{{user(0), 0, 0}});
  const FollowGraph graph = path_of(6);
  const Audience audience(graph);
  CHECK(spread_of(audience, Chances::uniform(0), recovery, {user(0)}, 1).adopters.size() == 1);
  CHECK(spread_of(audience, chances_where(audience, [](UserId, UserId) { return 0.0; }), recovery, {user(0)}, 1)
            .adopters.size() == 1);
  if (recovery == 0) CHECK(spread_of(audience, Chances::uniform(1e-6), recovery, {user(0)}, 1).adopters.size() == 6);
}

TEST_CASE("the centre of a star of a million infects at exponential times", "[sim][epidemic][events][statistical]") {
  const FollowGraph star = star_of(1'000'001);
  const Audience audience(star);
  const Spread spread = spread_of(audience, Chances::uniform(0.1), 0.0, {user(0)}, 1,
                                  5);  // 1 - 0.9^5 = 0.40951: sd 492; 5 sd once in 1.7 million
  CHECK(std::abs(double(spread.adopters.size()) - 409'511) < 5 * 491.8);
  const auto first_step = std::ranges::count(spread.adopters, 0U, &Adopter::step);
  CHECK(std::abs(double(first_step) - 100'001) < 5 * 300.0);
  CHECK(spread.contacts == audience.follow_count());
}

TEST_CASE("an epidemic of events that was run is as good as new, on any number of threads",
          "[sim][epidemic][events][invariance]") {
  const FollowGraph graph = erdos_renyi(2'000, 8, StreamKey(4, Stream::graph, 0));
  const Audience audience(graph);
  const Chances chances = mixed_chances(audience, 3, 0.3);
  const auto all = [&](std::size_t at_once) {
    std::vector<Spread> spreads(24);
    parallel_blocks(spreads.size(), at_once, [&](std::size_t, std::size_t begin, std::size_t end, int) {
      EpidemicEvents model(audience, chances, 0.3, 50);
      for (std::size_t n = begin; n < end; ++n)
        model.run(std::vector<UserId>{user(n), user(n + 1'000)}, contagion(n), spreads[n]);
    });
    std::vector<std::vector<Adopter>> found;
    for (const Spread& spread : spreads) found.push_back(spread.adopters);
    return found;
  };
  const auto fresh = with_threads(1, [&] { return all(1); });
  CHECK(with_threads(1, [&] { return all(24); }) == fresh);
  CHECK(with_threads(3, [&] { return all(5); }) == fresh);
}

}  // namespace
}  // namespace grapevine
