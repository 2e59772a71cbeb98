#include "analysis/overlap.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

using Audiences = std::vector<std::vector<UserId>>;

Overlap overlap(const Audiences& audiences) {
  std::vector<std::span<const UserId>> spans(audiences.begin(), audiences.end());
  return overlap_of(spans);
}

std::vector<UserId> audience(std::initializer_list<std::uint32_t> users) {
  std::vector<UserId> all;
  for (const std::uint32_t u : users) all.push_back(UserId(u));
  return all;
}

/// Everything that can happen when partners draw audiences of these sizes among a few users, all equally likely: users
/// are bits.
struct Enumeration {
  double mean_reach = 0, variance = 0;
  std::vector<double> frequency;
};
Enumeration enumerate(unsigned users, const std::vector<std::uint64_t>& sizes) {
  std::vector<std::vector<unsigned>> masks(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i)
    for (unsigned mask = 0; mask < (1u << users); ++mask)
      if (std::popcount(mask) == static_cast<int>(sizes[i])) masks[i].push_back(mask);
  Enumeration all{.frequency = std::vector<double>(sizes.size() + 1, 0)};
  double worlds = 0, squares = 0;
  std::vector<std::size_t> choice(sizes.size(), 0);
  for (;;) {
    unsigned reached = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) reached |= masks[i][choice[i]];
    for (unsigned user = 0; user < users; ++user) {
      std::size_t f = 0;
      for (std::size_t i = 0; i < sizes.size(); ++i) f += masks[i][choice[i]] >> user & 1u;
      ++all.frequency[f];
    }
    const int reach = std::popcount(reached);
    ++worlds;
    all.mean_reach += reach;
    squares += reach * reach;
    std::size_t i = 0;
    while (i < sizes.size() && ++choice[i] == masks[i].size()) choice[i++] = 0;
    if (i == sizes.size()) break;
  }
  all.mean_reach /= worlds;
  all.variance = squares / worlds - all.mean_reach * all.mean_reach;
  for (double& f : all.frequency) f /= worlds;
  return all;
}

const std::vector<std::vector<std::uint64_t>> few_sizes{{1},    {0},       {3, 3},    {1, 2, 3}, {6, 2},
                                                        {5, 5}, {2, 2, 2}, {0, 4, 1}, {6},       {1, 1, 1, 1}};

}  // namespace

TEST_CASE("closed forms of random audiences agree with every audience there is", "[analysis][overlap]") {
  for (const unsigned users : {6u, 7u})
    for (const auto& sizes : few_sizes) {
      INFO(users << " users, " << sizes.size() << " audiences, the first of " << sizes.front());
      const Enumeration all = enumerate(users, sizes);
      CHECK(expected_reach(users, sizes) == Approx(all.mean_reach).margin(1e-12));
      CHECK(reach_variance(users, sizes) == Approx(all.variance).margin(1e-12));
      const auto frequency = expected_frequency(users, sizes);
      REQUIRE(frequency.size() == all.frequency.size());
      for (std::size_t f = 0; f < frequency.size(); ++f) CHECK(frequency[f] == Approx(all.frequency[f]).margin(1e-12));
    }
  // Two audiences: what they share is what the union lacks.
  CHECK(expected_shared(7, 3, 5) == Approx(3 + 5 - enumerate(7, {3, 5}).mean_reach));
}

TEST_CASE("expected frequencies add up to the users, their mean to the audiences, and those reached to the reach",
          "[analysis][overlap]") {
  const std::vector<std::uint64_t> sizes{3'000, 50'000, 120'000, 7, 999'999, 0, 20'000};
  const auto frequency = expected_frequency(1'000'000, sizes);
  double users = 0, gross = 0;
  for (std::size_t f = 0; f < frequency.size(); ++f) {
    users += frequency[f];
    gross += static_cast<double>(f) * frequency[f];
  }
  CHECK(users == Approx(1e6).epsilon(1e-12));
  CHECK(gross == Approx(3'000 + 50'000 + 120'000 + 7 + 999'999 + 20'000).epsilon(1e-12));
  CHECK(expected_reach(1'000'000, sizes) == Approx(1e6 - frequency[0]).epsilon(1e-12));
}

TEST_CASE("small audiences among many users keep their digits", "[analysis][overlap]") {
  // Two of 10 among 10^8: they share 10^-6 users; the union is 20 less that, with the variance of the shared:
  // hypergeometric, which is 10 p (1 - p)(N - 10) / (N - 1), p = 10^-7.
  const std::vector<std::uint64_t> sizes{10, 10};
  CHECK(20 - expected_reach(100'000'000, sizes) == Approx(1e-6).epsilon(1e-6));
  CHECK(reach_variance(100'000'000, sizes) == Approx(1e-6 * (1 - 1e-7)).epsilon(1e-6));
  CHECK(reach_variance(100'000'000, std::vector<std::uint64_t>{10}) == Approx(0).margin(1e-12));
  CHECK(reach_variance(10, std::vector<std::uint64_t>{10, 3}) == 0);
}

TEST_CASE("overlap counted by hand", "[analysis][overlap]") {
  const Audiences audiences{audience({1, 2, 3, 4}), audience({3, 4, 5}), audience({4}), {}};
  const Overlap o = overlap(audiences);
  CHECK((o.gross == 8 && o.reach == 5));
  CHECK(o.frequency == std::vector<std::uint64_t>{0, 3, 1, 1, 0});  // 1, 2, 5 once, 3 twice, 4 three times
  CHECK(o.duplication() == 1 - 5. / 8);
  CHECK(o.mean_frequency() == 8. / 5);
  std::uint64_t pairs = 0;
  for (std::size_t i = 0; i < audiences.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) pairs += shared(audiences[i], audiences[j]);
  CHECK((o.shared_pairs() == 4 && pairs == 4));
  CHECK(shared(audiences[0], audiences[1]) == 2);
  CHECK(shared(audiences[2], audiences[0]) == 1);
  CHECK(overlap_of(std::vector<std::uint32_t>{0, 1, 1, 2, 3, 1, 0}, 4) == o);

  const Overlap none = overlap({});
  CHECK((none.reach == 0 && std::isnan(none.duplication()) && std::isnan(none.mean_frequency())));
}

TEST_CASE("the order within an audience and of the audiences does not matter", "[analysis][overlap][invariance]") {
  CHECK(overlap({audience({9, 2, 5}), audience({5, 1})}) == overlap({audience({1, 5}), audience({2, 5, 9})}));
}

TEST_CASE("random audiences reach what the closed form says, with its spread", "[analysis][overlap][statistical]") {
  // 2 000 draws of five audiences among 3 000 users. The mean standard score has standard error 1 / sqrt(2 000) =
  // 0.022, the mean square one of about sqrt(2 / 2 000) = 0.032; five of each.
  const std::vector<std::uint64_t> sizes{30, 300, 300, 700, 1'500};
  constexpr std::uint64_t users = 3'000;
  const StreamKey key(3, Stream::graph, 0);
  double sum = 0, squares = 0, shared_sum = 0;
  constexpr int draws = 2'000;
  for (std::uint64_t draw = 0; draw < draws; ++draw) {
    Audiences audiences(sizes.size());
    for (std::uint32_t i = 0; i < sizes.size(); ++i) {
      const KeyedPermutation permutation(key.bits(Draw::sample, draw, i), users);
      for (std::uint64_t k = 0; k < sizes[i]; ++k)
        audiences[i].push_back(UserId(static_cast<std::uint32_t>(permutation(k))));
      std::ranges::sort(audiences[i]);
    }
    const ReachAgainstChance reach = against_chance(overlap(audiences), users, sizes);
    sum += reach.standard_score;
    squares += reach.standard_score * reach.standard_score;
    shared_sum += static_cast<double>(shared(audiences[1], audiences[4]));
  }
  CHECK(std::abs(sum / draws) < 5 * 0.022);
  CHECK(std::abs(squares / draws - 1) < 5 * 0.032);
  // 300 and 1 500 of 3 000 share 150, variance 300 x 0.5 x 0.5 x 2 700 / 2 999 = 67.5.
  CHECK(std::abs(shared_sum / draws - expected_shared(users, 300, 1'500)) < 5 * std::sqrt(67.5 / draws));
}

TEST_CASE("nested audiences reach less than by chance, disjoint ones more", "[analysis][overlap]") {
  std::vector<UserId> low, high;
  for (std::uint32_t u = 0; u < 500; ++u) {
    low.push_back(UserId(u));
    high.push_back(UserId(u + 500));
  }
  const std::vector<std::uint64_t> sizes{500, 500};
  const auto nested = against_chance(overlap({low, low}), 2'000, sizes),
             apart = against_chance(overlap({low, high}), 2'000, sizes);
  CHECK(nested.expected == 875);
  CHECK(nested.ratio == 500. / 875);
  CHECK(apart.ratio == 1'000. / 875);
  // The union varies as what is shared: hypergeometric, 500 x 1/4 x 3/4 x 1 500 / 1 999.
  CHECK(apart.standard_score == Approx(125 / std::sqrt(93.75 * 1'500 / 1'999)));
  CHECK(nested.standard_score == Approx(-375 / std::sqrt(93.75 * 1'500 / 1'999)));
  for (std::uint64_t users = 500; users < 600; ++users)  // one audience: its reach is no matter of chance
    CHECK(std::isnan(against_chance(overlap({low}), users, std::vector<std::uint64_t>{500, 0}).standard_score));
  CHECK(std::isnan(against_chance(overlap({}), 2'000, {}).ratio));
}
