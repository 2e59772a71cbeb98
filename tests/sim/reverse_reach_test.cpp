#include <cmath>
#include <string>
#include <vector>

#include "sim/diffusion/chances.hpp"
#include "sim/influence/reverse_reach.hpp"
#include "tests/catch.hpp"
#include "tests/sim/influence_graphs.hpp"
#include "tests/sim/small_worlds.hpp"

// Reverse reachable sets: whom a user would have the post from. They are held against the spread of every live-edge
// graph.
namespace grapevine {
namespace {

using namespace testing;

TEST_CASE("seeds meet a reverse reachable set as often as they win its root, on every digraph of three users",
          "[sim][influence][statistical]") {
  // 64 digraphs x 6 models x 7 sets of seeds = 2688 counts of 20 480 sets; 6 sd are left by one in 5e8, by one of them
  // for one key in 190 000.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t u = 0; u < 3; ++u)
    for (std::uint32_t v = 0; v < 3; ++v)
      if (u != v) pairs.emplace_back(u, v);
  for (std::uint32_t digraph = 0; digraph < 64; ++digraph) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> follows;
    for (std::size_t i = 0; i < pairs.size(); ++i)
      if ((digraph >> i & 1) != 0) follows.push_back(pairs[i]);
    const FollowGraph graph = graph_of(3, follows);
    for (const Variant& variant : variants(graph)) {
      const SpreadModel model{graph, variant.chances, variant.live};
      const ExactSpread exact(model);
      ReverseReachSets sets(model, mix(digraph), {});
      sets.grow(20'480);
      std::vector<std::uint64_t> hits(8, 0);
      for (const std::vector<UserId>& set : listed(sets)) {
        Mask members = 0;
        for (const UserId user : set) members |= Mask{1} << user.value();
        for (Mask seeds = 1; seeds < 8; ++seeds) hits[seeds] += (members & seeds) != 0;
      }
      for (Mask seeds = 1; seeds < 8; ++seeds) {
        const double p = exact.of(seeds) / 3, n = 20'480;
        INFO(variant.name << ", digraph " << digraph << ", seeds " << seeds);
        CHECK(std::abs(static_cast<double>(hits[seeds]) - n * p) < 6 * std::sqrt(n * p * std::max(0.0, 1 - p)) + 1e-3);
      }
    }
  }
}

TEST_CASE("readers meet the probabilities that followers do", "[sim][influence]") {
  const FollowGraph graph = lively_graph(300);
  const Audience audience(graph);
  const Users accounts;
  const PopulationParameters population;
  const StreamKey dynamics(5, Stream::dynamics, 2);
  const Interests interests(accounts, population, dynamics);
  std::vector<Chance> of_follows(graph.follow_count());
  for (std::size_t i = 0; i < of_follows.size(); ++i)
    of_follows[i] = Chance(static_cast<double>(i) / static_cast<double>(of_follows.size()));
  DiffusionParameters parameters;
  parameters.adoptions = GENERATE(0.0, 0.7);
  for (const Probability probability : {Probability::uniform, Probability::weighted_cascade, Probability::trivalency,
                                        Probability::topic_match, Probability::follow}) {
    parameters.probability = probability;
    const Chances forth = make_chances(audience, parameters, of_follows, interests, 2.0, 3, dynamics);
    const ReaderChances back = make_reader_chances(graph, parameters, of_follows, interests, 2.0, 3, dynamics);
    std::size_t different = 0;
    for (std::uint32_t v = 0; v < graph.user_count(); ++v) {
      const auto followers = audience.followers(UserId{v});
      for (std::size_t i = 0; i < followers.size(); ++i) {
        const auto row = graph.followees(followers[i]);
        const std::uint64_t there =
            forth.is_uniform() ? forth.threshold() : forth.of(audience, UserId{v})[i].threshold();
        const auto place = static_cast<std::size_t>(std::ranges::find(row, UserId{v}) - row.begin());
        different += there != (back.differ_within_rows() ? back.of(graph, followers[i])[place].threshold()
                                                         : back.threshold(followers[i]));
      }
    }
    INFO("probability " << static_cast<int>(probability));
    CHECK(different == 0);
  }
}

TEST_CASE("how many sets are made at a time changes none of them", "[sim][influence]") {
  const FollowGraph graph = lively_graph(300);
  const ReaderChances chances = ReaderChances::uniform(GENERATE(0.05, 0.9));
  const std::vector<UserId> candidates{UserId{3}, UserId{4}, UserId{250}};
  for (const std::vector<UserId>& kept : {std::vector<UserId>{}, candidates}) {
    ReverseReachSets at_once({graph, chances}, 5, kept), in_steps({graph, chances}, 5, kept);
    at_once.grow(3'000);
    for (const std::uint64_t count : {1, 1, 8, 71, 2'999, 3'000, 100}) in_steps.grow(count);
    REQUIRE(at_once.count() == 3'000);
    CHECK(listed(in_steps) == listed(at_once));
    CHECK(in_steps.places() == at_once.places());
    std::uint64_t members = 0, squares = 0;
    for (const auto& set : listed(at_once)) members += set.size(), squares += set.size() * set.size();
    CHECK(in_steps.member_count() == members);
    CHECK(in_steps.square_sum() == static_cast<double>(squares));  // whole numbers far below 2^53
    CHECK(in_steps.reached_count() == at_once.reached_count());
  }
}

}  // namespace
}  // namespace grapevine
