#include "graph/generators/configuration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "graph/base/parallel.hpp"
#include "graph/generators/degree_sequences.hpp"
#include "graph/generators/randomised.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/power_law_fit.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Numbers = std::vector<std::uint32_t>;

ConfigurationParameters heavy_tailed(std::size_t users, double mean) {
  ConfigurationParameters p;
  p.users = users;
  p.mean_followees = mean;
  p.most_followers = users / 20;
  p.most_followees = users / 50;
  return p;
}

/// A graph is simple by contract of `FollowGraph`; are the degrees those asked for?
void expect_degrees(const FollowGraph& graph, const DegreeSequences& degrees) {
  CHECK(follower_numbers(graph) == degrees.followers);
  CHECK(followee_counts(graph) == degrees.followees);
}

DegreeSequences degrees_of(const FollowGraph& graph) { return {follower_numbers(graph), followee_counts(graph)}; }

/// The degrees of every graph of `users` users.
std::set<std::pair<Numbers, Numbers>> all_degrees(std::size_t users) {
  std::set<std::pair<Numbers, Numbers>> found;
  const std::size_t pairs = users * (users - 1);
  for (std::size_t graph = 0; graph < std::size_t{1} << pairs; ++graph) {
    Numbers followers(users, 0), followees(users, 0);
    for (std::size_t pair = 0; pair < pairs; ++pair) {
      if ((graph >> pair & 1) == 0) continue;
      const std::size_t u = pair / (users - 1),
                        v = pair % (users - 1) < u ? pair % (users - 1) : pair % (users - 1) + 1;
      ++followees[u];
      ++followers[v];
    }
    found.emplace(followers, followees);
  }
  return found;
}

DegreeSequences read(const std::string& text) {
  const Folder folder;
  return read_degrees(folder.write("grapevine-degrees.txt", text));
}

}  // namespace

TEST_CASE("a configuration graph has exactly the degrees asked for, whatever their tail",
          "[graph][generators][configuration]") {
  const auto [users, mean] =
      GENERATE(table<std::size_t, double>({{30'000, 12.0}, {2'000, 20.0}, {100, 1.5}, {400, 0.3}}));
  const DegreeSequences degrees = power_law_sequences(heavy_tailed(users, mean), stream());
  CHECK(std::accumulate(degrees.followers.begin(), degrees.followers.end(), std::size_t{0}) ==
        std::size_t(mean * double(users) + 0.5));
  CHECK(std::accumulate(degrees.followees.begin(), degrees.followees.end(), std::size_t{0}) ==
        std::size_t(mean * double(users) + 0.5));
  CHECK(std::ranges::is_sorted(degrees.followers, std::greater()));
  expect_degrees(configuration(degrees, stream()), degrees);
}

TEST_CASE("a configuration graph is the same for any number of threads",
          "[graph][generators][configuration][invariance]") {
  const DegreeSequences degrees = power_law_sequences(heavy_tailed(9'000, 15.0), stream());
  const FollowGraph alone = with_threads(1, [&] { return configuration(degrees, stream()); });
  CHECK(fingerprint(alone) == 0xb83ffd64d7af3a84);
  const int threads = GENERATE(2, 3, 8);
  with_threads(threads, [&] {
    const DegreeSequences again = power_law_sequences(heavy_tailed(9'000, 15.0), stream());
    CHECK(again.followers == degrees.followers);
    CHECK(again.followees == degrees.followees);
    CHECK(configuration(degrees, stream()) == alone);
  });
  CHECK(configuration(degrees, stream(1)) != alone);
}

TEST_CASE("stubs are matched without regard to where they lie", "[graph][generators][configuration][statistical]") {
  // 20 000 users with 10 followers and 10 followees each: 200 000 stubs in several buckets. Of a random matching the
  // table of follower's and followee's sixteenth has a chi-square of 15 x 15 = 225 degrees of freedom, sd 21.2; beyond
  // five of them for one seed in a million. Loops and repetitions, 55 of the follows, are too few to show.
  constexpr std::size_t users = 20'000, degree = 10, parts = 16;
  const FollowGraph graph = configuration({Numbers(users, degree), Numbers(users, degree)}, stream());
  std::array<std::array<double, parts>, parts> seen{};
  for (std::size_t u = 0; u < users; ++u)
    for (const UserId v : graph.followees(user(u))) ++seen[u * parts / users][v.index() * parts / users];
  double chi = 0;
  constexpr double expected = double(users * degree) / parts / parts;
  for (const auto& row : seen)
    for (const double count : row) chi += (count - expected) * (count - expected) / expected;
  CHECK(std::abs(chi - 225.0) < 5 * 21.2);
}

TEST_CASE("a user's followers are the others in proportion to their followees",
          "[graph][generators][configuration][statistical]") {
  // 1 000 users follow 20, 1 000 follow 5; user 0 has 200 followers: 160 are expected of the first kind, hypergeometric
  // with sd sqrt(200 x 0.8 x 0.2) = 5.66. Over 400 graphs the mean has 0.283. Taking out repetitions moves it by less
  // than the repeated, 200^2 / 2 x (1 000 x 20^2 + 1 000 x 5^2) / 25 000^2 = 13.6 draws a graph: each is replaced by a
  // user who does not follow yet, so 20 s lose up to a few.
  constexpr std::size_t users = 2'000;
  DegreeSequences degrees{Numbers(users, 0), Numbers(users, 20)};
  for (std::size_t u = 0; u < users; u += 2) degrees.followees[u] = 5;
  degrees.followers.assign(users, 12);
  degrees.followers[0] = 200;
  std::uint32_t missing = 25'000 - 200 - 12 * (users - 1);
  for (std::size_t v = 1; missing > 0; ++v, --missing) ++degrees.followers[v];
  double seen = 0;
  for (std::uint32_t replicate = 0; replicate < 400; ++replicate) {
    const FollowGraph graph = with_threads(1, [&] { return configuration(degrees, stream(replicate)); });
    for (std::size_t u = 1; u < users; u += 2) seen += follows(graph, u, 0);
  }
  // Without replacement of users the chance that a user of f followees is among the 200 solves f -> 1 - exp(-c f): c
  // from the sum of 200.
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double c = (low + high) / 2;
    (1'000 * (1 - std::exp(-20 * c)) + 1'000 * (1 - std::exp(-5 * c)) < 200 ? low : high) = c;
  }
  CHECK(seen / 400 > 1'000 * (1 - std::exp(-20 * low)) - 5 * 0.283);
  CHECK(seen / 400 < 160 + 5 * 0.283);
}

TEST_CASE("a simple graph is found exactly where there is one", "[graph][generators][configuration]") {
  // All pairs of sequences of three and of four users, against all graphs there are.
  const std::size_t users = GENERATE(3, 4);
  const std::set<std::pair<Numbers, Numbers>> possible = all_degrees(users);
  std::size_t count = 1;
  for (std::size_t u = 0; u < 2 * users; ++u) count *= users;
  with_threads(1, [&] {
    for (std::size_t code = 0; code < count; ++code) {
      DegreeSequences degrees{Numbers(users), Numbers(users)};
      std::size_t rest = code;
      for (std::size_t u = 0; u < users; ++u, rest /= users)
        degrees.followers[u] = static_cast<std::uint32_t>(rest % users);
      for (std::size_t u = 0; u < users; ++u, rest /= users)
        degrees.followees[u] = static_cast<std::uint32_t>(rest % users);
      if (std::accumulate(degrees.followers.begin(), degrees.followers.end(), 0U) !=
          std::accumulate(degrees.followees.begin(), degrees.followees.end(), 0U))
        continue;
      const bool exists = possible.count({degrees.followers, degrees.followees}) > 0;
      if (why_not_simple(degrees).empty() != exists) FAIL("sequence " << code << " of " << users << " users");
      if (exists) {
        const FollowGraph graph = configuration(degrees, stream());
        if (follower_numbers(graph) != degrees.followers || followee_counts(graph) != degrees.followees)
          FAIL("degrees of sequence " << code);
      }
    }
  });
}

TEST_CASE("degrees that leave hardly any choice are met", "[graph][generators][configuration]") {
  SECTION("everybody follows everybody") {
    const DegreeSequences all{Numbers(60, 59), Numbers(60, 59)};
    expect_degrees(configuration(all, stream()), all);
  }
  SECTION("everybody but one follows everybody") {
    Numbers followers(60, 58), followees(60, 59);
    followers[0] = 59;
    followees[0] = 0;
    const DegreeSequences degrees{followers, followees};
    expect_degrees(configuration(degrees, stream()), degrees);
  }
  SECTION("one is followed by everybody and follows nobody") {
    Numbers followers(500, 0), followees(500, 1);
    followers[0] = 499;
    followees[0] = 0;
    const DegreeSequences star{followers, followees};
    expect_degrees(configuration(star, stream()), star);
  }
  SECTION("half of the follows of a dense random graph") {
    const FollowGraph other = randomised(configuration({Numbers(80, 40), Numbers(80, 40)}, stream(1)), 5, stream(2));
    expect_degrees(configuration(degrees_of(other), stream()), degrees_of(other));
  }
  SECTION("nobody, one, and two without a follow") {
    CHECK(configuration({}, stream()).user_count() == 0);
    CHECK(configuration({Numbers{0}, Numbers{0}}, stream()).follow_count() == 0);
    CHECK(configuration({Numbers{0, 0}, Numbers{0, 0}}, stream()).follow_count() == 0);
  }
}

TEST_CASE("degrees that no graph has are refused", "[graph][generators][configuration]") {
  // User 0 has to follow somebody, and nobody else has a follower.
  CHECK(message_of([] {
          configuration({Numbers{2, 0, 0}, Numbers{1, 0, 1}}, stream());
        }) ==
        "graph.degrees: the user with the most followees wants 1 follow, and the others' followers leave room for 0; "
        "expected degrees that a graph without repeated follows can have (Fulkerson 1960)");
  CHECK(contains(message_of([] {
                   configuration({Numbers{3, 0}, Numbers{1, 2}}, stream());
                 }),
                 "a user has 3 followers; expected at most 1"));
}

TEST_CASE("power-law degrees follow the law between its cut-offs", "[graph][generators][configuration]") {
  const auto [mean, exponent, most] = GENERATE(
      table<double, double, std::uint64_t>({{30, 2.3, 40'000}, {20, 1.8, 5'000}, {8, 3.0, 2'000}, {50, 2.0, 100}}));
  constexpr std::size_t users = 200'000;
  const Numbers degrees = power_law_degrees(users, {mean, exponent, most});
  CHECK(std::accumulate(degrees.begin(), degrees.end(), std::size_t{0}) == std::size_t(mean * users));
  CHECK(std::ranges::is_sorted(degrees, std::greater()));
  CHECK(degrees.front() <= most);
  // Pareto between the cut-offs a and b: more than x have (x^-s - b^-s) / (a^-s - b^-s), s = exponent - 1; a by
  // bisection of the mean.
  const double s = exponent - 1, b = double(most);
  const auto integral = [&](double a) {
    return std::abs(s - 1) < 1e-9 ? s * std::log(b / a) : s * (std::pow(b, 1 - s) - std::pow(a, 1 - s)) / (1 - s);
  };
  double low = 1e-9, high = b;
  for (int step = 0; step < 200; ++step) {
    const double a = (low + high) / 2;
    (integral(a) / (std::pow(a, -s) - std::pow(b, -s)) < mean ? low : high) = a;
  }
  for (const double x : {2 * mean, 4 * mean, b / 4}) {
    if (x >= b || x <= low) continue;
    const double share = (std::pow(x, -s) - std::pow(b, -s)) / (std::pow(low, -s) - std::pow(b, -s));
    const auto above = double(std::ranges::count_if(degrees, [&](std::uint32_t degree) { return degree > x; }));
    // Rounding shifts degrees by less than one, and with them the share by its slope at x; a rank more or less besides.
    const double slope = s * std::pow(x, -s - 1) / (std::pow(low, -s) - std::pow(b, -s));
    CHECK(std::abs(above / users - share) < slope + 2.0 / users);
  }
}

TEST_CASE("the exponents asked for are found by maximum likelihood", "[graph][generators][configuration]") {
  ConfigurationParameters p = heavy_tailed(200'000, 30);
  p.most_followers = p.most_followees = 100'000;
  p.exponent = 2.2;
  p.followees_exponent = 2.6;
  const DegreeSequences degrees = power_law_sequences(p, stream());
  // The quantiles of the law carry no chance. Rounding moves degrees from 60 on by less than 1 %, the cut-off the mean
  // of their logs by less than (60 / 100 000)^1.2 x log(100 000 / 60) = 0.001: together less than 0.01 (exponent - 1)
  // and 0.0015.
  CHECK(std::abs(fit_power_law(DegreeDistribution(degrees.followers), 60).exponent - 2.2) < 0.015);
  CHECK(std::abs(fit_power_law(DegreeDistribution(degrees.followees), 60).exponent - 2.6) < 0.02);
}

TEST_CASE("equal degrees, no degrees and one user are power laws too", "[graph][generators][configuration]") {
  CHECK(power_law_degrees(5, {3, 2.2, 3}) == Numbers(5, 3));
  CHECK(power_law_degrees(5, {0, 2.2, 3}) == Numbers(5, 0));
  CHECK(power_law_degrees(0, {0, 2.2, 3}).empty());
  CHECK(power_law_degrees(1, {2, 2.2, 4}) == Numbers{2});
  CHECK(power_law_sequences({.users = 0, .mean_followees = 0}, stream()).user_count() == 0);
}

TEST_CASE("parameters that no degrees meet are refused, all at once", "[graph][generators][configuration]") {
  ConfigurationParameters p = heavy_tailed(1'000, 21);
  p.exponent = 1.0;
  p.followees_exponent = std::nan("");
  const std::string text = message_of([&] { power_law_sequences(p, stream()); });
  CHECK(contains(text, "graph.exponent is 1; expected a number above 1"));
  CHECK(contains(text, "graph.followees_exponent is nan; expected a number above 1"));
  CHECK(contains(text,
                 "graph.mean_followees is 21; expected at most 20, the least of graph.largest (a fifth of the users, "
                 "if that is fewer), "
                 "50, graph.largest_followees, 20, and"));
}

TEST_CASE("degrees are read from a file, by column or by header", "[graph][generators][configuration]") {
  const DegreeSequences plain = read("# followers followees\n1 2\n3 0\n0 1\n1 2\n");
  CHECK(plain.followers == Numbers{3, 1, 1, 0});
  CHECK(plain.followees == Numbers{0, 2, 2, 1});
  const DegreeSequences named = read("name,followees,followers\na,2,1\nb,0,3\nc,1,0\nd,2,1\n");
  CHECK(named.followers == plain.followers);
  CHECK(named.followees == plain.followees);
}

TEST_CASE("a file without the degrees of a graph is refused with its line", "[graph][generators][configuration]") {
  const std::string name = "grapevine-degrees.txt";
  CHECK(contains(message_of([] { read("1 1\n1 -1\n"); }), name + ":2: not the degrees of a user"));
  CHECK(contains(message_of([] { read("1 1\n1\n"); }), name + ":2: not the degrees of a user"));
  CHECK(contains(message_of([] { read("1 1\n1 4294967296\n"); }), name + ":2: not the degrees of a user"));
  CHECK(contains(message_of([] { read("a b\n1 1\n"); }), name + ":1: no columns 'followers' and 'followees'"));
  CHECK(contains(message_of([] { read(""); }), name + ": no users"));
  CHECK(contains(message_of([] { read("2 1\n0 1\n"); }),
                 name + ": user 1 has 2 followers or followees; expected at most 1"));
  CHECK(contains(message_of([] { read("1 1\n1 0\n"); }), name + ": followers add up to 2 and followees to 1"));
}

TEST_CASE("degrees of the discrete law are those of its quantiles, and add up to its mean", "[graph][generators]") {
  // P(k) ~ k^-2.3 from 1 to 1e5: P(K = 1) and E[K] summed here the other way round, smallest k first, in long double.
  long double total = 0, mean = 0;
  for (int k = 1; k <= 100'000; ++k) total += std::pow(k, -2.3L), mean += std::pow(k, -1.3L);
  mean /= total;
  const std::size_t users = 1'000'000;
  const std::vector<std::uint32_t> degrees = discrete_power_law_degrees(users, 2.3, 1, 100'000);
  REQUIRE(std::ranges::is_sorted(degrees, std::greater()));
  CHECK(degrees.back() == 1);
  CHECK(degrees.front() <= 100'000);
  const auto alone = static_cast<double>(std::ranges::count(degrees, 1u)),
             two = static_cast<double>(std::ranges::count(degrees, 2u));
  CHECK(std::abs(alone - double(users / total)) <= 1);  // one part may be shared with the next degree
  CHECK(std::abs(two - double(users * std::pow(2.0L, -2.3L) / total)) <= 2);
  double sum = 0;
  for (const std::uint32_t degree : degrees) sum += degree;
  // Only parts that hold several degrees are rounded, by at most 1/2 each: those of the users above the degree at which
  // a degree has one user.
  const double mixed = std::pow(users / double(total), 1 / 2.3) * 4;
  CHECK(std::abs(sum / double(users) - double(mean)) < mixed / double(users));
  CHECK(discrete_power_law_degrees(0, 2.3, 1, 10).empty());
  CHECK(discrete_power_law_degrees(3, 2.3, 7, 7) == std::vector<std::uint32_t>{7, 7, 7});
}
