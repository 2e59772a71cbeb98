#include "sim/model/verified.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "graph/graph_builder.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// Verified accounts: who they are, and what their posts are worth to a ranking that favours them.
namespace grapevine {
namespace {

constexpr std::uint64_t bits_of(float score) { return std::bit_cast<std::uint32_t>(score); }

/// Six posts as one reader is offered them: user 0 follows 1, 2 and 6, and 1 has reshared the post of 5. By score alone
/// the order is 3 0 2 1 5 4.
struct SixPosts {
  FollowGraph graph = [] {
    GraphBuilder builder(7);
    for (const std::uint32_t followed : {1U, 2U, 6U}) builder.add(UserId{0}, UserId{followed});
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;

  SixPosts() {
    accounts.attributes = {{"verified", {0, 0, 1, 7, std::nan(""), 1, 0.5}}};  // 2, 3, 5 and 6 are
    run.feed.ranking = Ranking::weighted;
    run.feed.window = 36;
  }

  std::vector<std::uint32_t> order() const {
    const Population population(graph, accounts, world, StreamKey(5, Stream::dynamics, 0), {0, 7});
    const Behaviour behaviour(run.behaviour, world.population);
    const Follows follows(graph, 0);
    const ActionPrior prior{};
    const auto ranker =
        Ranker::make(run.feed.ranking, {follows, world.time, run, behaviour, population, prior}, {1, 2, 3, 4});
    Posts posts;
    posts.append(6);
    Session session;
    session.now = 3;
    const std::array<float, 6> scores{1.0F, 0.3F, 0.9F, 1.5F, 0.24F, 0.26F};
    for (std::uint32_t i = 0; i < 6; ++i)
      posts.write(i, {.key = std::uint64_t{i + 1} << 38, .author = UserId{i + 1}}, 1,
                  {static_cast<std::uint32_t>(bits_of(scores[i])), 0});
    const std::uint32_t by_author = 1U << 1, reshared = 1U << 1 | 1U;
    session.candidates = {{0, UserId{1}, by_author, 0},        {1, UserId{2}, by_author, 0},
                          {2, UserId{3}, Candidate::shown, 0}, {3, UserId{4}, Candidate::shown, 0},
                          {4, UserId{1}, reshared, 1},         {5, UserId{6}, by_author, 0}};
    ranker->rank({posts, {}, nullptr}, session, 6, 6);
    std::vector<std::uint32_t> list;
    for (const Ranked& ranked : session.ranked) list.push_back(ranked.candidate);
    return list;
  }
};

using Order = std::vector<std::uint32_t>;

TEST_CASE(
    "verified authors gain by one factor with their followers, by another with strangers, and not where they are "
    "reshared",
    "[sim][verified]") {
  SixPosts six;
  CHECK(six.order() == Order{3, 0, 2, 1, 5, 4});
  six.run.feed.verified =
      4;  // 1.2 and 1.04 for the posts of 2 and 6, not 0.96 for that of 5, which is reshared: 1, 5 and 4
  CHECK(six.order() == Order{3, 1, 5, 0, 2, 4});
  six.run.feed.verified_outside = 2;  // 1.8 for that of 3
  CHECK(six.order() == Order{2, 3, 1, 5, 0, 4});
  six.run.feed.verified = 1;
  CHECK(six.order() == Order{2, 3, 0, 1, 5, 4});
  six.accounts.attributes.clear();  // nobody is
  CHECK(six.order() == Order{3, 0, 2, 1, 5, 4});
}

TEST_CASE(
    "creators gain by one factor with their followers, by another with strangers, and not where they are reshared",
    "[sim][verified]") {
  SixPosts six;
  six.accounts.attributes = {{"creator", {0, 0, 0, 1, 0, 1, 1}}};  // 3, who is a stranger, 5, reshared, and 6
  six.run.feed.creator = 4;                                        // 1.04 for the post of 6
  CHECK(six.order() == Order{3, 5, 0, 2, 1, 4});
  six.run.feed.creator_outside = 2;  // 1.8 for that of 3
  CHECK(six.order() == Order{2, 3, 5, 0, 1, 4});
  six.run.feed.creator = 1;
  CHECK(six.order() == Order{2, 3, 0, 1, 5, 4});
  six.accounts.attributes[0].name = "verified";
  CHECK(six.order() == Order{3, 0, 2, 1, 5, 4});
}

TEST_CASE("creators are drawn apart from who is verified, as many of each tier", "[sim][verified][statistical]") {
  // 40 000 accounts, p = 0.3 of either: of both 0.09, sd 0.0014; five of them.
  const TierParameters tiers{.names = {"a"}, .from = {0}, .verified = {0.3}, .creators = {0.3}};
  const Users accounts;
  const StreamKey dynamics(5, Stream::dynamics, 0);
  const VerifiedAccounts verified(accounts, tiers, dynamics);
  const CreatorAccounts creators(accounts, tiers, dynamics);
  double creating = 0, both = 0;
  for (std::uint32_t u = 0; u < 40'000; ++u) {
    creating += creators.hold(UserId{u}, 0);
    both += creators.hold(UserId{u}, 0) && verified.hold(UserId{u}, 0);
  }
  CHECK(std::abs(creating / 40'000 - 0.3) < 5 * 0.0023);
  CHECK(std::abs(both / 40'000 - 0.09) < 5 * 0.0014);
}

TEST_CASE("of each tier the share that is asked for is verified, clones alike", "[sim][verified][statistical]") {
  // 40 000 accounts of each of two tiers, p = 0.3 and 0.1: sd of a share below 0.0023; five of them.
  TierParameters tiers{
      .names = {"a", "b"}, .from = {0, 10}, .fake_followers = {}, .verified = {0.3, 0.1}, .creators = {}};
  Users accounts;
  const StreamKey dynamics(5, Stream::dynamics, 0);
  const VerifiedAccounts verified(accounts, tiers, dynamics);
  const auto share = [&](std::size_t tier) {
    double sum = 0;
    for (std::uint32_t u = 0; u < 40'000; ++u) sum += verified.hold(UserId{u}, tier);
    return sum / 40'000;
  };
  CHECK(std::abs(share(0) - 0.3) < 5 * 0.0023);
  CHECK(std::abs(share(1) - 0.1) < 5 * 0.0023);
  for (std::uint32_t u = 0; u < 1'000; ++u)  // more of them for a larger share, and nobody else
    CHECK(verified.hold(UserId{u}, 0) >= verified.hold(UserId{u}, 1));

  tiers.verified = {0.5};
  for (std::uint32_t member = 0; member < 12; ++member)
    accounts.planted.push_back({UserId{100 + member}, 0, member, true});
  const VerifiedAccounts clones(accounts, tiers, dynamics);
  for (std::uint32_t member = 0; member < 12; ++member)
    CHECK(clones.hold(UserId{100 + member}, member % 2) == clones.hold(UserId{100}, 0));
  CHECK_FALSE(VerifiedAccounts(accounts, TierParameters{}, dynamics).hold(UserId{3}, 0));
}

TEST_CASE("where no score looks at who is verified, nobody is better off for it", "[sim][verified][invariance]") {
  const FollowGraph graph = testing::lively_graph(1'000);
  const Users accounts;
  const auto hash = [&](std::vector<double> shares, double factor, double reposts = 1) {
    WorldParameters world = testing::lively_parameters();
    RunParameters run = testing::lively_run();
    world.tiers.verified = std::move(shares);
    run.feed.verified = factor;
    run.feed.rules.reposts = reposts;
    Alone alone;
    World made(graph, accounts, world, run, ReplicateStreams{}, alone);
    made.run_until(60);
    return made.state.clock.event_hash;
  };
  const std::uint64_t plain = hash({}, 1);
  CHECK(hash({0.3}, 1) == plain);
  CHECK(hash({}, 4) == plain);
  CHECK(hash({0.3}, 4) != plain);
  // All alike: what is reshared stands back by as much, for every score is multiplied by a power of two.
  CHECK(hash({1}, 4) == hash({}, 1, 0.25));
  CHECK(hash({1}, 4, 4) == plain);
}

}  // namespace
}  // namespace grapevine
