#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Audiences = std::vector<std::array<std::uint64_t, 2>>;

double variance(const std::vector<double>& values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / double(values.size() - 1);
}

std::vector<double> follower_counts(const FollowGraph& graph) {
  return {graph.follower_counts().begin(), graph.follower_counts().end()};
}

std::vector<double> followee_counts(const FollowGraph& graph) {
  std::vector<double> counts;
  for (std::size_t u = 0; u < graph.user_count(); ++u) counts.push_back(double(graph.followees(user(u)).size()));
  return counts;
}

PowerLawParameters small_world(std::size_t users, double mean) {
  PowerLawParameters parameters;
  parameters.users = users;
  parameters.mean_followees = mean;
  return parameters;
}

}  // namespace

TEST_CASE("generated graphs do not depend on the number of threads and have the bits they always had",
          "[graph][generators][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  with_threads(threads, [] {
    CHECK(fingerprint(erdos_renyi(9'000, 12.5, stream())) == 0xcf941f78198664c9);
    CHECK(fingerprint(uniform_audience(9'000, Audiences{{5'000, 2}, {100, 30}, {10, 400}}, stream())) ==
          0x6f9cdfdb10408961);
    CHECK(fingerprint(power_law(small_world(9'000, 15.0), stream())) == 0x1c7027a03fe54dbd);
  });
}

TEST_CASE("another replicate is another graph", "[graph][generators]") {
  CHECK(erdos_renyi(100, 5, stream(0)) != erdos_renyi(100, 5, stream(1)));
  CHECK(uniform_audience(100, Audiences{{20, 3}}, stream(0)) != uniform_audience(100, Audiences{{20, 3}}, stream(1)));
  CHECK(power_law(small_world(100, 5), stream(0)) != power_law(small_world(100, 5), stream(1)));
}

TEST_CASE("an Erdos-Renyi graph has independent follows of one probability", "[graph][generators][statistical]") {
  constexpr std::size_t users = 2'000;
  const double p = 20.0 / (users - 1);
  const FollowGraph graph = erdos_renyi(users, 20.0, stream());
  // All bounds are five standard deviations: sound code leaves one of them for one seed in about 400 000.
  CHECK(std::abs(double(graph.follow_count()) - 40'000.0) < 5 * std::sqrt(40'000.0 * (1 - p)));
  // Both degrees are binomial with variance 19.8; a sample variance of 2 000 has sd 19.8 sqrt(2 / 1 999 + 1 / (19.8 * 2
  // 000)) = 0.634.
  CHECK(std::abs(variance(follower_counts(graph)) - 20.0 * (1 - p)) < 5 * 0.634);
  CHECK(std::abs(variance(followee_counts(graph)) - 20.0 * (1 - p)) < 5 * 0.634);
  // A pair is mutual with probability p^2: 200.1 pairs, sd 14.1.
  CHECK(std::abs(double(graph.mutual_count()) / 2 - users * (users - 1) / 2 * p * p) < 5 * 14.1);
  // Followees are spread evenly: 20 bins of 100 users, chi-square with 19 degrees of freedom; above 65 for one seed
  // in 1.7 million.
  double chi = 0;
  for (std::size_t bin = 0; bin < 20; ++bin) {
    double seen = 0;
    for (std::size_t v = 100 * bin; v < 100 * (bin + 1); ++v) seen += graph.follower_count(user(v));
    chi += (seen - double(graph.follow_count()) / 20) * (seen - double(graph.follow_count()) / 20) /
           (double(graph.follow_count()) / 20);
  }
  CHECK(chi < 65);
}

TEST_CASE("an Erdos-Renyi graph may have no follow, all follows or hardly anybody", "[graph][generators]") {
  CHECK(erdos_renyi(0, 0, stream()).user_count() == 0);
  CHECK(erdos_renyi(1, 0, stream()).user_count() == 1);
  CHECK(erdos_renyi(50, 0, stream()).follow_count() == 0);
  CHECK(erdos_renyi(50, 1e-300, stream()).follow_count() == 0);
  CHECK(erdos_renyi(2, 1, stream()).follow_count() == 2);
  const FollowGraph all = erdos_renyi(50, 49, stream());
  CHECK(all.follow_count() == 50 * 49);
  CHECK(all.mutual_count() == 50 * 49);
  CHECK(message_of([] { erdos_renyi(50, 49.5, stream()); }).find("graph.mean_followees is 49.5; expected 0 to 49") ==
        0);
  CHECK(message_of([] { erdos_renyi(50, std::nan(""), stream()); }).find("graph.mean_followees is nan") == 0);
}

TEST_CASE("a follow of rare graphs is as rare as asked for", "[graph][generators][statistical]") {
  // p = 1e-6, where log(1 - p) by its series counts: 1 000 users 2 000 times; 999 000 pairs x 2 000 = 1 998 follows,
  // sd 44.7, five of them.
  std::size_t follows_seen = 0;
  with_threads(1, [&] {
    for (std::uint32_t replicate = 0; replicate < 2'000; ++replicate)
      follows_seen += erdos_renyi(1'000, 999e-6, stream(replicate)).follow_count();
  });
  CHECK(std::abs(double(follows_seen) - 1'998.0) < 5 * 44.7);
}

TEST_CASE("audiences have exactly the sizes asked for, largest first", "[graph][generators]") {
  const FollowGraph graph = uniform_audience(1'000, Audiences{{10, 100}, {999, 2}, {0, 5}, {300, 3}}, stream());
  std::vector<std::uint32_t> expected = {999, 999, 300, 300, 300};
  expected.resize(105, 10);
  expected.resize(1'000, 0);
  CHECK(std::ranges::equal(graph.follower_counts(), expected));
  CHECK(uniform_audience(3, Audiences{}, stream()).follow_count() == 0);
  CHECK(uniform_audience(0, Audiences{}, stream()).user_count() == 0);
}

TEST_CASE("every other user is equally likely to be in an audience, and audiences are independent",
          "[graph][generators][statistical]") {
  constexpr std::size_t users = 200, size = 50, replicates = 2'000, account = 1;
  std::vector<double> seen(users, 0.0);
  double overlap = 0;
  for (std::uint32_t replicate = 0; replicate < replicates; ++replicate) {
    const FollowGraph graph = with_threads(1, [&] {
      return uniform_audience(users, Audiences{{size, 2}}, stream(replicate));
    });
    for (std::size_t u = 0; u < users; ++u) {
      seen[u] += follows(graph, u, account);
      overlap += follows(graph, u, 0) && follows(graph, u, 1);
    }
  }
  CHECK(seen[account] == 0);
  // Counts of simple samples of share f: sum of (count - mean)^2 / (R f (1 - f)) times (N - 1) / N is chi-square with N
  // - 1 = 198 degrees of freedom; mean 198, sd 19.9; above 298 for one seed in about 200 000.
  constexpr double others = users - 1, share = size / others, mean = replicates * share;
  double chi = 0;
  for (std::size_t u = 0; u < users; ++u)
    if (u != account) chi += (seen[u] - mean) * (seen[u] - mean) / (mean * (1 - share)) * (others - 1) / others;
  CHECK(chi < 298);
  CHECK(chi > 115);  // as unlikely below: samples more even than chance
  // 198 users may follow both: 12.5 a replicate, sd at most that of a binomial, 3.42; the mean of 2 000 has 0.077. Five
  // of them.
  CHECK(std::abs(overlap / replicates - 198 * share * share) < 5 * 0.077);
}

TEST_CASE("audiences that do not fit are refused, all at once", "[graph][generators]") {
  const std::string text = message_of([] { uniform_audience(100, Audiences{{100, 1}, {5, 90}, {200, 10}}, stream()); });
  CHECK(text.find("an audience of 100 followers; expected at most 99") != std::string::npos);
  CHECK(text.find("an audience of 200 followers; expected at most 99") != std::string::npos);
  CHECK(text.find("more accounts than there are users; expected at most 100") != std::string::npos);
  CHECK(message_of([] {
          uniform_audience(100, Audiences{{1, UINT64_MAX}, {1, UINT64_MAX}}, stream());
        }).find("more accounts") != std::string::npos);
}

TEST_CASE("power-law weights have the mean, the largest share and the exponent asked for", "[graph][generators]") {
  const auto [users, mean, exponent, share] =
      GENERATE(table<std::size_t, double, double, double>({{1'000'000, 50, 2.2, 0.05},
                                                           {200'000, 25, 2.0, 0.2},
                                                           {3'000, 15, 3.5, 0.01},
                                                           {500, 10, 1.6, 0.5},
                                                           {10, 3, 2.5, 0.9},
                                                           {100'000, 20, 2.0 + 1e-12, 0.01}}));
  PowerLawParameters parameters = small_world(users, mean);
  parameters.exponent = exponent;
  parameters.largest_share = share;
  const std::vector<double> weights = power_law_weights(parameters);
  CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) / double(users) == Approx(mean).epsilon(1e-9));
  CHECK(weights.front() == Approx(share * double(users)).epsilon(1e-7));
  CHECK(std::ranges::is_sorted(weights, std::greater()));
  // Ranks fall as weight^-(exponent - 1), so that power of the weights is a straight line over ranks.
  const auto straight = [&weights, power = 1 - exponent](std::size_t i) { return std::pow(weights[i], power); };
  const double step = (straight(users - 1) - straight(0)) / double(users - 1);
  for (const std::size_t i : {std::size_t{1}, users / 10, users / 2})
    CHECK(straight(i) == Approx(straight(0) + step * double(i)).epsilon(1e-9));
}

TEST_CASE("equal weights and a single giant are the two ends of a power law", "[graph][generators]") {
  PowerLawParameters equal = small_world(1'000, 10.0);
  equal.largest_share = 0.01;
  const std::vector<double> weights = power_law_weights(equal);
  CHECK(weights.back() == Approx(10.0).epsilon(1e-6));
  PowerLawParameters giant = small_world(1'000, 0.5);
  giant.largest_share = 0.5;
  CHECK(power_law_weights(giant)[0] == Approx(500.0).epsilon(1e-6));
}

TEST_CASE("u follows v of a power-law graph with probability 1 - exp(-a_u w_v / W), independently for each pair",
          "[graph][generators][statistical]") {
  constexpr std::size_t users = 40;
  constexpr std::uint32_t replicates = 4'000;
  PowerLawParameters parameters = small_world(users, 6.0);
  parameters.largest_share = 0.5;
  parameters.followees_spread = 0.7;
  const std::vector<double> weights = power_law_weights(parameters);
  const double total = 6.0 * users;
  std::vector<double> seen(users * users, 0), expected(users * users, 0), spread(users * users, 0);
  for (std::uint32_t replicate = 0; replicate < replicates; ++replicate) {
    const FollowGraph graph = with_threads(1, [&] { return power_law(parameters, stream(replicate)); });
    for (std::size_t u = 0; u < users; ++u) {
      for (const UserId v : graph.followees(user(u))) ++seen[u * users + v.index()];
      const double wanted = expected_followees(parameters, stream(replicate), user(u));
      for (std::size_t v = 0; v < users; ++v) {
        const double p = u == v ? 0 : 1 - std::exp(-wanted * weights[v] / total);
        expected[u * users + v] += p;
        spread[u * users + v] += p * (1 - p);
      }
    }
  }
  double chi = 0, self_loops = 0;
  for (std::size_t pair = 0; pair < users * users; ++pair)
    if (pair % (users + 1) == 0)
      self_loops += seen[pair];
    else
      chi += (seen[pair] - expected[pair]) * (seen[pair] - expected[pair]) / spread[pair];
  CHECK(self_loops == 0);
  // A sum of 1 560 independent squares of nearly normal scores: mean 1 560, sd 55.9 (a little more, as the rarest pair
  // is seen 40 times). Five of them: one seed in a million.
  CHECK(std::abs(chi - users * (users - 1)) < 5 * 57);
}

TEST_CASE("counts of a power-law graph are those its probabilities add up to", "[graph][generators][statistical]") {
  constexpr std::size_t users = 3'000;
  const PowerLawParameters parameters = small_world(users, 15.0);
  const FollowGraph graph = power_law(parameters, stream());
  const std::vector<double> weights = power_law_weights(parameters);
  double all = 0, all_variance = 0, largest = 0, largest_variance = 0;
  for (std::size_t u = 0; u < users; ++u) {
    const double wanted = expected_followees(parameters, stream(), user(u));
    for (std::size_t v = 0; v < users; ++v) {
      const double p = u == v ? 0 : 1 - std::exp(-wanted * weights[v] / (15.0 * users));
      all += p;
      all_variance += p * (1 - p);
      if (v == 0) largest += p, largest_variance += p * (1 - p);
    }
  }
  // Five standard deviations of sums of independent coins: one seed in 1.7 million each.
  CHECK(std::abs(double(graph.follow_count()) - all) < 5 * std::sqrt(all_variance));
  CHECK(std::abs(graph.follower_count(user(0)) - largest) < 5 * std::sqrt(largest_variance));
  // The header says what merging takes: about largest_share / 2 * e^(spread^2), 6.8 %, from the largest user.
  CHECK(largest / weights[0] == Approx(1 - 0.05 / 2 * std::exp(1.0)).epsilon(0.03));
}

TEST_CASE("expected followees are log-normal with the mean and spread asked for", "[graph][generators][statistical]") {
  constexpr std::size_t users = 20'000;
  PowerLawParameters parameters = small_world(users, 30.0);
  parameters.followees_spread = 1.5;
  std::vector<double> logs;
  for (std::size_t u = 0; u < users; ++u) logs.push_back(std::log(expected_followees(parameters, stream(), user(u))));
  const double mean = std::accumulate(logs.begin(), logs.end(), 0.0) / users;
  CHECK(std::abs(mean - (std::log(30.0) - 1.5 * 1.5 / 2)) < 5 * 1.5 / std::sqrt(double(users)));
  CHECK(std::abs(std::sqrt(variance(logs)) - 1.5) < 5 * 1.5 / std::sqrt(2.0 * users));
  parameters.followees_spread = 0;
  CHECK(expected_followees(parameters, stream(), user(7)) == Approx(30.0).epsilon(1e-14));
}

TEST_CASE("power laws that no weights can meet are refused with what would fit", "[graph][generators]") {
  PowerLawParameters parameters = small_world(1'000, 100.0);
  parameters.largest_share = 0.05;
  CHECK(message_of([&] {
          power_law(parameters, stream());
        }).find("graph.largest_share is 0.05; expected 0.1 (all users alike) to 1 for 1000 users") == 0);
  parameters.largest_share = 1.5;
  CHECK(message_of([&] { power_law(parameters, stream()); }).find("graph.largest_share is 1.5") == 0);
  parameters.mean_followees = 1'000;
  parameters.exponent = 1;
  parameters.followees_spread = -1;
  const std::string text = message_of([&] { power_law(parameters, stream()); });
  CHECK(text.find("graph.mean_followees is 1000; expected above 0 and at most 999") != std::string::npos);
  CHECK(text.find("graph.exponent is 1; expected a number above 1") != std::string::npos);
  CHECK(text.find("graph.followees_spread is -1") != std::string::npos);
}
