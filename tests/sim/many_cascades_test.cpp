#include "sim/diffusion/many_cascades.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/tree_metrics.hpp"
#include "sim/diffusion/branching.hpp"
#include "sim/diffusion/growing_cascade.hpp"
#include "sim/diffusion/independent_cascade.hpp"
#include "sim/diffusion/uniform_contacts.hpp"
#include "tests/catch.hpp"
#include "tests/sim/cascades.hpp"

namespace grapevine {
namespace {

using namespace testing;

struct Town {
  explicit Town(FollowGraph follows) : graph(std::move(follows)), audience(graph) {}
  FollowGraph graph;
  Audience audience;
};

const Town& town() {
  static const Town town(hubs(2'000, 4));
  return town;
}

ManyCascadesParameters of(std::uint64_t cascades, std::uint32_t trees_from = 1) {
  ManyCascadesParameters p;
  p.stream = dynamics_stream();
  p.cascades = cascades;
  p.tiers = {{"small", "middle", "large"}, {0, 5, 50}};
  p.large = 20;
  p.trees_from = trees_from;
  return p;
}

/// From the kernel that knows one contagion at a time.
ManyCascades general(const Town& at, double probability, TrialSampling sampling, const ManyCascadesParameters& p) {
  const Chances chances = Chances::uniform(probability);
  return spread_many(at.graph, p,
                     [&] { return std::make_unique<IndependentCascade>(at.audience, chances, sampling, p.steps); });
}

void check_same(const ManyCascades& a, const ManyCascades& b) {
  CHECK(a.tally == b.tally);
  CHECK(a.event_hash == b.event_hash);
  REQUIRE(a.trees.size() == b.trees.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.trees.size(); ++i)
    different +=
        a.trees[i].number != b.trees[i].number || adoptions(a.trees[i].adopters) != adoptions(b.trees[i].adopters);
  CHECK(different == 0);
}

std::size_t largest_of(const ManyCascades& many) {
  std::size_t largest = 0;
  for (const KeptTree& tree : many.trees) largest = std::max(largest, tree.adopters.size());
  return largest;
}

std::uint64_t of_size_one(const ManyCascades& many) { return many.tally.shapes().sizes[1].cascades; }

}  // namespace

TEST_CASE("cascades that advance together are those that run alone, tree by tree", "[sim][cascades]") {
  const auto sampling = GENERATE(TrialSampling::skip, TrialSampling::coins);
  const auto [probability, steps] =
      GENERATE(std::pair(0.02, 0U), std::pair(0.15, 0U), std::pair(0.3, 0U), std::pair(0.3, 2U), std::pair(0.5, 1U));
  ManyCascadesParameters p = of(1'500);
  p.steps = steps;
  const ManyCascades together = spread_many_independent(town().audience, probability, sampling, p);
  REQUIRE(together.trees.size() == p.cascades);
  if (probability >= 0.1) CHECK(largest_of(together) > 32);  // some outgrow
  check_same(together, general(town(), probability, sampling, p));
}

TEST_CASE("memory of the cascade's own size finds the cascade that marks of all users find", "[sim][cascades]") {
  const Chances chances = Chances::uniform(0.3);
  for (const std::uint32_t steps : {0U, 2U}) {
    IndependentCascade marking(town().audience, chances, TrialSampling::skip, steps);
    GrowingCascade<SkippedContacts> growing(SkippedContacts(town().audience.rows(), 0.3), steps);
    Spread marked, grown;
    std::size_t largest = 0;
    for (std::uint64_t number = 0; number < 200; ++number) {
      const std::vector<UserId> seeds{user(number), user(1'999 - number), user(500 + number)};
      const ContagionKey key(dynamics_stream(), number);
      marking.run(seeds, key, marked);
      growing.run(seeds, key, grown);
      CHECK(adoptions(grown.adopters) == adoptions(marked.adopters));
      CHECK(grown.contacts == marked.contacts);
      largest = std::max(largest, grown.adopters.size());
    }
    if (steps == 0) CHECK(largest > 256);  // its table of places grew more than once
    growing.run({}, ContagionKey(), grown);
    CHECK(grown.adopters.empty());
  }
}

TEST_CASE("branching processes that advance together are those that run alone, tree by tree",
          "[sim][cascades][branching]") {
  const auto [probability, steps] = GENERATE(std::pair(0.02, 0U), std::pair(0.2, 0U), std::pair(0.6, 4U));
  ManyCascadesParameters p = of(3'000);
  p.steps = steps;
  const ManyCascades together = spread_many_branching(town().graph, probability, p);
  if (probability >= 0.1) CHECK(largest_of(together) > 32);
  check_same(together, spread_many(town().graph, p, [&, chance = probability] {
               return std::make_unique<Branching>(town().graph, chance, p.steps);
             }));
}

TEST_CASE("the number of threads changes nothing of many cascades", "[sim][cascades][invariance]") {
  const ManyCascadesParameters p = of(50'000, 30);
  const auto run = [&] { return spread_many_independent(town().audience, 0.1, TrialSampling::skip, p); };
  const auto run_branching = [&] { return spread_many_branching(town().graph, 0.1, p); };
  const auto run_general = [&] { return general(town(), 0.1, TrialSampling::skip, of(3'000, 30)); };
  const ManyCascades alone = with_threads(1, run), branching_alone = with_threads(1, run_branching);
  const ManyCascades general_alone = with_threads(1, run_general);
  const int threads = GENERATE(2, 3, 8);
  check_same(with_threads(threads, run), alone);
  check_same(with_threads(threads, run_branching), branching_alone);
  check_same(with_threads(threads, run_general), general_alone);
}

TEST_CASE("the tally of many cascades is that of their trees", "[sim][cascades]") {
  const ManyCascadesParameters p = of(5'000);
  const ManyCascades many = spread_many_independent(town().audience, 0.15, TrialSampling::skip, p);
  CascadeTally expected(p.tiers.from.size(), p.large);
  for (const KeptTree& tree : many.trees) {
    std::vector<std::int32_t> parents;
    std::uint64_t contacts = 0;
    for (const Adopter& adopter : tree.adopters) {
      parents.push_back(parents.empty() ? -1 : static_cast<std::int32_t>(adopter.parent));
      contacts += town().graph.follower_count(adopter.user);
    }
    const TreeMetrics shape = tree_metrics(parents);
    const std::uint32_t followers = town().graph.follower_count(tree.adopters[0].user);
    expected.add({.size = shape.size,
                  .depth = shape.depth,
                  .max_breadth = shape.max_breadth,
                  .root_children = shape.root_children,
                  .largest_broadcast = shape.largest_broadcast,
                  .structural_virality = shape.size > 1 ? shape.structural_virality : 0,
                  .contacts = contacts,
                  .root_followers = followers,
                  .tier = static_cast<std::uint8_t>(followers < 5    ? 0
                                                    : followers < 50 ? 1
                                                                     : 2)});
  }
  CHECK(many.tally == expected);
}

TEST_CASE("trees are kept from the size that was asked for on, by number", "[sim][cascades]") {
  ManyCascadesParameters p = of(20'000);
  const ManyCascades all = spread_many_independent(town().audience, 0.1, TrialSampling::skip, p);
  std::vector<KeptTree> large;
  std::ranges::copy_if(all.trees, std::back_inserter(large),
                       [](const KeptTree& tree) { return tree.adopters.size() >= 40; });
  REQUIRE(!large.empty());
  for (std::size_t i = 0; i < all.trees.size(); ++i) REQUIRE(all.trees[i].number == i);
  p.trees_from = 40;
  CHECK(with_threads(2, [&] { return spread_many_independent(town().audience, 0.1, TrialSampling::skip, p).trees; }) ==
        large);
  p.trees_from = 0;
  const ManyCascades none = spread_many_independent(town().audience, 0.1, TrialSampling::skip, p);
  CHECK(none.trees.empty());
  CHECK(none.tally == all.tally);
  CHECK(none.event_hash == all.event_hash);
}

TEST_CASE("cascades by number can be run in parts", "[sim][cascades][invariance]") {
  ManyCascadesParameters p = of(5'000);
  ManyCascades whole = spread_many_independent(town().audience, 0.1, TrialSampling::coins, p);
  p.cascades = 1'234;
  ManyCascades part = spread_many_independent(town().audience, 0.1, TrialSampling::coins, p);
  p.first = 1'234;
  p.cascades = 5'000 - 1'234;
  const ManyCascades rest = spread_many_independent(town().audience, 0.1, TrialSampling::coins, p);
  part.tally.add(rest.tally);
  part.event_hash += rest.event_hash;
  part.trees.insert(part.trees.end(), rest.trees.begin(), rest.trees.end());
  check_same(part, whole);
}

TEST_CASE("roots are drawn alike among those that are named", "[sim][cascades][statistical]") {
  const std::vector<UserId> roots{user(3), user(14), user(159), user(265), user(1'999)};
  ManyCascadesParameters p = of(20'000);
  p.roots = roots;
  std::vector<std::uint64_t> drawn(roots.size(), 0);
  for (const KeptTree& tree : spread_many_branching(town().graph, 0.0, p).trees) {
    const auto found = std::ranges::find(roots, tree.adopters[0].user);
    REQUIRE(found != roots.end());
    ++drawn[std::size_t(found - roots.begin())];
  }
  // 4 000 each; five standard deviations of 56.6, one seed in 350 000.
  for (const std::uint64_t count : drawn) CHECK(std::abs(deviation(count, p.cascades, 0.2)) < 5);
}

TEST_CASE("a cascade stays alone as often as all its root's followers decline", "[sim][cascades][statistical]") {
  const double p = 0.15;
  double none = 0, mean = 0;
  for (const std::uint32_t k : town().graph.follower_counts()) none += std::pow(1 - p, k), mean += k;
  none /= double(town().graph.user_count());
  const auto sampling = GENERATE(TrialSampling::skip, TrialSampling::coins);
  const ManyCascadesParameters many = of(200'000, 0);
  const ManyCascades found = spread_many_independent(town().audience, p, sampling, many);
  CHECK(std::abs(deviation(of_size_one(found), many.cascades, none)) < 5);
}

TEST_CASE("where there is nobody nothing spreads", "[sim][cascades]") {
  const Town nowhere{FollowGraph()};
  const ManyCascades none = spread_many_independent(nowhere.audience, 0.5, TrialSampling::skip, of(100));
  CHECK(none.tally.cascades() == 0);
  CHECK(none.event_hash == 0);
  CHECK(spread_many_branching(nowhere.graph, 0.5, of(100)).tally.cascades() == 0);
  CHECK(general(nowhere, 0.5, TrialSampling::skip, of(100)).tally.cascades() == 0);
}

TEST_CASE("one user is a cascade of one, and so is everybody without a chance", "[sim][cascades]") {
  const Town one(FollowGraph(rows_of_sizes(std::vector<std::uint32_t>{0})));
  const auto sampling = GENERATE(TrialSampling::skip, TrialSampling::coins);
  CHECK(of_size_one(spread_many_independent(one.audience, 1.0, sampling, of(700))) == 700);
  CHECK(of_size_one(spread_many_branching(one.graph, 1.0, of(700))) == 700);
  CHECK(of_size_one(spread_many_independent(town().audience, 0.0, sampling, of(700))) == 700);
  CHECK(of_size_one(spread_many_branching(town().graph, 0.0, of(700))) == 700);
  CHECK(spread_many_independent(town().audience, 0.0, sampling, of(0)).tally.cascades() == 0);
}

TEST_CASE("a certain post goes once round a ring", "[sim][cascades]") {
  const auto sampling = GENERATE(TrialSampling::skip, TrialSampling::coins);
  for (const std::size_t users : {2, 31, 32, 33, 34, 300}) {
    const Town round(ring(users));
    const ManyCascades many = spread_many_independent(round.audience, 1.0, sampling, of(50));
    const CascadeShapes shapes = many.tally.shapes();
    const CascadeSizeRow& row = shapes.sizes[size_class(std::uint32_t(users))];
    CHECK(row.cascades == 50);
    CHECK(row.depth == 50 * (users - 1));
    CHECK(row.max_breadth == 50);
    // A path: (n + 1) / 3, rounded down to a multiple of 2^-20.
    CHECK(row.structural_virality == 50 * std::floor(double(users + 1) / 3 * 0x1p20) * 0x1p-20);
    CHECK(many.tally.tiers()[0].outcomes.impressions == 50 * users);
  }
}

TEST_CASE("progress is told to the end, and stops the cascades where it throws", "[sim][cascades]") {
  ManyCascadesParameters p = of(100'000, 0);
  std::vector<std::uint64_t> told;
  p.progress = [&](std::uint64_t done) { told.push_back(done); };
  with_threads(3, [&] { return spread_many_independent(town().audience, 0.02, TrialSampling::skip, p); });
  REQUIRE(told.size() > 1);
  CHECK(std::ranges::is_sorted(told));
  CHECK(told.back() == p.cascades);
  p.progress = [](std::uint64_t) { throw std::runtime_error("enough"); };
  CHECK_THROWS_WITH(
      with_threads(3, [&] { return spread_many_independent(town().audience, 0.02, TrialSampling::skip, p); }),
      "enough");
}

}  // namespace grapevine
