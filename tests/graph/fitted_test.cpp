#include "graph/generators/fitted.hpp"

#include <cmath>
#include <map>
#include <set>

#include "graph/base/parallel.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/mixing.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

using FollowSet = std::set<std::pair<std::size_t, std::size_t>>;

FollowSet set_of(const FollowGraph& graph) {
  FollowSet all;
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) all.emplace(u, v.index());
  return all;
}

FollowGraph graph_from(std::size_t users, const FollowSet& all) {
  GraphBuilder builder(users);
  for (const auto& [u, v] : all) builder.add(user(u), user(v));
  return builder.build();
}

/// All graphs that exchanges of followees between two readers of one community lead to, by the definition.
std::set<FollowSet> exchangeable(const FollowSet& first, const std::vector<std::uint16_t>& community) {
  std::set<FollowSet> found{first};
  std::vector<FollowSet> open{first};
  while (!open.empty()) {
    const FollowSet at = open.back();
    open.pop_back();
    for (const auto& [u, v] : at)
      for (const auto& [x, y] : at) {
        if (u == y || x == v || at.count({u, y}) > 0 || at.count({x, v}) > 0) continue;
        if (!community.empty() && community[u] != community[x]) continue;
        FollowSet next = at;
        next.erase({u, v}), next.erase({x, y});
        next.emplace(u, y), next.emplace(x, v);
        if (found.insert(next).second) open.push_back(next);
      }
  }
  return found;
}

/// A score of its own for each pair, in eighths.
double some_score(UserId reader, UserId author) {
  return static_cast<double>((reader.value() * 5 + author.value() * 3 + reader.value() * author.value()) % 9) / 8.0;
}

/// How much a reader likes each of 16 topics, and what an author writes about: hashes of their numbers, so that no size
/// has an advantage.
double uniform_interest(UserId reader, UserId author) {
  const std::uint64_t topic = mix(author.value() ^ 0x5eedULL) % 16;
  return uniform(mix(mix(reader.value() + 1) + topic * golden));
}

double mean_score(const FollowGraph& graph, const FollowScore& score) {
  double sum = 0;
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u))) sum += score(user(u), v);
  return sum / double(graph.follow_count());
}

/// Followers that each account has in each community.
std::map<std::pair<std::size_t, std::uint16_t>, int> followers_by_community(
    const FollowGraph& graph, const std::vector<std::uint16_t>& community) {
  std::map<std::pair<std::size_t, std::uint16_t>, int> counts;
  for (const auto& [u, v] : set_of(graph)) ++counts[{v, community[u]}];
  return counts;
}

FollowGraph heavy_tailed(std::size_t users) {
  PowerLawParameters p;
  p.users = users;
  p.mean_followees = 15;
  return power_law(p, stream());
}

}  // namespace

TEST_CASE("fitted audiences keep everybody's followees, and everybody's followers in each community",
          "[graph][generators][fitted]") {
  const FollowGraph graph = heavy_tailed(3'000);
  std::vector<std::uint16_t> community;
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    community.push_back(static_cast<std::uint16_t>(mix(u) % 7 == 0 ? 9 : mix(u) % 3));
  const FollowGraph fit = fit_audiences(graph, 3, community, uniform_interest, stream());
  CHECK(followers_by_community(fit, community) == followers_by_community(graph, community));
  for (std::size_t u = 0; u < graph.user_count(); ++u) {
    REQUIRE(fit.followees(user(u)).size() == graph.followees(user(u)).size());
    REQUIRE(is_sound_row(fit.followees(user(u)), u, graph.user_count()));
  }
  CHECK(fit != graph);
  CHECK(fit_audiences(graph, 3, community, uniform_interest, stream(1)) != fit);
  CHECK(fit_audiences(graph, 0, community, uniform_interest, stream()) == graph);
  CHECK(fit_audiences(
            graph, 3, {}, [](UserId, UserId) { return 0.5; }, stream()) == graph);  // nobody would gain
}

TEST_CASE("fitted audiences are the same for any number of threads", "[graph][generators][fitted][invariance]") {
  const FollowGraph graph = erdos_renyi(5'000, 12, stream());
  std::vector<std::uint16_t> community;
  if (GENERATE(false, true))
    for (std::size_t u = 0; u < graph.user_count(); ++u) community.push_back(static_cast<std::uint16_t>(mix(u) % 5));
  const FollowGraph alone =
      with_threads(1, [&] { return fit_audiences(graph, 2, community, uniform_interest, stream()); });
  CHECK(fingerprint(alone) == (community.empty() ? 0xe79c1933e285969c : 0xe0ef43584c6d6274));
  const int threads = GENERATE(2, 3, 8);
  CHECK(with_threads(threads, [&] { return fit_audiences(graph, 2, community, uniform_interest, stream()); }) == alone);
}

TEST_CASE("in the long run a graph is exp(affinity x its scores) times as likely as another",
          "[graph][generators][fitted][statistical]") {
  // Chi-square over all graphs that exchanges lead to, found by brute force, against the law. Graphs of fewer than five
  // expected runs are put together. Mean d, sd sqrt(2 d); five of them are left for one seed in 300 000 or so.
  const auto [users, first, community, affinity] =
      GENERATE(table<std::size_t, FollowSet, std::vector<std::uint16_t>, double>({
          {5, FollowSet{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}, {}, 1.5},
          {5, FollowSet{{0, 1}, {0, 2}, {1, 0}, {1, 3}, {2, 4}, {3, 0}, {4, 1}}, {}, 2.0},
          {6, FollowSet{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}, {0, 3}, {1, 4}}, {1, 0, 1, 0, 1, 0}, 2.0},
      }));
  const std::set<FollowSet> all = exchangeable(first, community);
  constexpr std::uint32_t runs = 4'000;
  const FollowGraph graph = graph_from(users, first);
  std::map<FollowSet, double> seen;
  with_threads(1, [&, affinity = affinity, &community = community] {
    for (std::uint32_t run = 0; run < runs; ++run)
      ++seen[set_of(fit_audiences(graph, affinity, community, some_score, stream(run), 60))];
  });
  double weights = 0;
  const auto weight = [&, affinity = affinity](const FollowSet& one) {
    double sum = 0;
    for (const auto& [u, v] : one) sum += some_score(user(u), user(v));
    return std::exp(affinity * sum);
  };
  for (const FollowSet& one : all) weights += weight(one);
  double chi = 0, rare_expected = 0, rare_count = 0, classes = 0, found = 0;
  for (const FollowSet& one : all) {
    const auto at = seen.find(one);
    const double expected = runs * weight(one) / weights, count = at == seen.end() ? 0.0 : at->second;
    found += count;
    if (expected < 5)
      rare_expected += expected, rare_count += count;
    else
      chi += (count - expected) * (count - expected) / expected, ++classes;
  }
  CHECK(found == runs);  // nothing that exchanges do not lead to
  if (rare_expected > 5) chi += (rare_count - rare_expected) * (rare_count - rare_expected) / rare_expected, ++classes;
  INFO(all.size() << " graphs, " << classes << " classes, chi-square " << chi);
  REQUIRE(classes > 5);
  CHECK(std::abs(chi - (classes - 1)) < 5 * std::sqrt(2 * (classes - 1)));
}

TEST_CASE("readers follow authors as the law of large sparse graphs says", "[graph][generators][fitted][statistical]") {
  // Where nobody is short of choice, a reader's followee is of topic t with probability in proportion to exp(affinity x
  // interest in t). 20 000 readers with 10 followees among topics of equal weight: sd of the mean below 0.3 / sqrt(200
  // 000) = 0.0007. The topics' audiences are not quite equal and the rounds not endless, so 0.005.
  const FollowGraph graph = erdos_renyi(20'000, 10, stream());
  std::vector<double> means;
  for (const double affinity : {0.0, 0.5, 2.0, 4.0}) {
    double expected = 0;
    for (std::size_t u = 0; u < graph.user_count(); ++u) {
      double sum = 0, likely = 0;
      for (std::uint64_t topic = 0; topic < 16; ++topic) {
        const double interest = uniform(mix(mix(u + 1) + topic * golden));
        likely += std::exp(affinity * interest), sum += interest * std::exp(affinity * interest);
      }
      expected += sum / likely * double(graph.followees(user(u)).size());
    }
    expected /= double(graph.follow_count());
    const double mean = mean_score(fit_audiences(graph, affinity, {}, uniform_interest, stream()), uniform_interest);
    INFO("affinity " << affinity << ": " << mean << ", expected " << expected);
    CHECK(std::abs(mean - expected) < 0.005);
    means.push_back(mean);
  }
  CHECK(std::ranges::is_sorted(means));
}

TEST_CASE("no size of account has followers that fit better", "[graph][generators][fitted][statistical]") {
  // Accounts of one topic each, drawn by hash, in five classes of followers from 1 to 600 of 20 000 users. A class has
  // at least 20 000 follows and scores with an sd below 0.3: five sd of a mean are 0.011. Topics are few, and a class
  // of large accounts has few of them, so that each mean is over topics first.
  PowerLawParameters p;
  p.users = 20'000;
  p.mean_followees = 20;
  p.largest_share = 0.03;
  const FollowGraph graph = power_law(p, stream());
  const FollowGraph fit = fit_audiences(graph, 2, {}, uniform_interest, stream());
  std::vector<double> sum(4, 0), follows(4, 0);
  const auto class_of = [&](UserId author) {
    const std::uint32_t followers = graph.follower_count(author);
    return followers < 10 ? 0U : followers < 30 ? 1U : followers < 100 ? 2U : 3U;
  };
  for (std::size_t u = 0; u < fit.user_count(); ++u)
    for (const UserId v : fit.followees(user(u))) {
      sum[class_of(v)] += uniform_interest(user(u), v);
      ++follows[class_of(v)];
    }
  const double all = mean_score(fit, uniform_interest);
  CHECK(all > 0.6);
  for (std::size_t c = 0; c < sum.size(); ++c) {
    INFO("class " << c << ": " << follows[c] << " follows, mean " << sum[c] / follows[c] << ", of all " << all);
    CHECK(follows[c] > 20'000);
    CHECK(std::abs(sum[c] / follows[c] - all) < 0.011);
  }
}

TEST_CASE("a little affinity changes little", "[graph][generators][fitted]") {
  // There is no jump at 0: as affinity falls, ever more follows stay as they were.
  const FollowGraph graph = heavy_tailed(3'000);
  const auto kept = [&](double affinity) {
    const FollowSet before = set_of(graph),
                    after = set_of(fit_audiences(graph, affinity, {}, uniform_interest, stream()));
    double same = 0;
    for (const auto& follow : before) same += after.count(follow) > 0 ? 1 : 0;
    return same / double(before.size());
  };
  CHECK(kept(1e-6) > 0.999);
  CHECK(kept(0.01) > kept(0.1));
  CHECK(kept(0.1) > kept(1));
}
