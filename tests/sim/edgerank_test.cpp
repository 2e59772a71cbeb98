#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "sim/feed/rankings/ranking.hpp"
#include "tests/catch.hpp"
#include "tests/sim/slow_pair.hpp"
#include "tests/sim/small_worlds.hpp"

// EdgeRank against the sentence that it was described by: a post's score is the sum over its edges of affinity x weight
// x time decay. What affinity, weight and decay are, nobody published: docs/model.md 7.21.
namespace grapevine {
namespace {

/// User 0 follows the first 30 of 60 authors. Of 400 roots the older half has left the window; it has looked at a third
/// of all, at some more than once, and is offered the younger half: by authors whom it follows, by others through
/// discovery, reshared by up to four followees. The draw is by `seed`.
struct EdgesAtRandom {
  static constexpr std::uint32_t authors = 60, followed = 30, roots = 400, first_alive = 200;
  static constexpr Tick window = 250;

  FollowGraph graph = [] {
    GraphBuilder builder(authors + 1);
    for (std::uint32_t author = 1; author <= followed; ++author) builder.add(UserId{0}, UserId{author});
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;
  Posts posts;
  Session session;
  std::vector<std::uint32_t> seen_roots;
  std::vector<ActionSet> seen_actions;
  std::vector<UserId> seen_authors;

  explicit EdgesAtRandom(std::uint64_t seed) {
    run.feed.ranking = Ranking::edgerank;
    run.feed.window = window;
    run.feed.length = 1'000;
    session.reader = UserId{0};
    session.now = roots + 10;
    const auto bits = [&](std::uint64_t of, std::uint64_t i) { return nested_mix(seed, of, i) >> 16; };
    posts.append(roots);
    for (std::uint32_t i = 0; i < roots; ++i) {
      const UserId author{static_cast<std::uint32_t>(1 + bits(1, i) % authors)};
      // Pairs of roots have the same 26 bits that ties are drawn by, and another identity.
      const std::uint64_t key = nested_mix(seed, 7, i / 2) >> 38 << 38 | bits(2, i) >> 20;
      posts.write(i, {.key = key, .author = author}, i + 1, {0, PostHot::make_tag(key, 0, true, false)});
      for (std::uint64_t look = 0; bits(3, i) % 3 == 0 && look < 1 + bits(4, i) % 2; ++look) {
        seen_roots.push_back(i), seen_authors.push_back(author);
        seen_actions.push_back(static_cast<ActionSet>(bits(5 + look, i) & bits(8 + look, i)));
      }
    }
    posts.retire(first_alive, [](std::uint32_t) {});
    for (std::uint32_t i = first_alive; i < roots; ++i) {
      const UserId author = posts.identity(i).author;
      const auto proof = static_cast<std::uint32_t>(bits(11, i) % 5);
      const bool follows = author.value() <= followed;
      if (follows && bits(12, i) % 2 == 0)  // the author's own emission is shown, reshared or not
        session.candidates.push_back({i, author, (i + 1) << 1, proof});
      else if (proof > 0)
        session.candidates.push_back(
            {i, UserId{static_cast<std::uint32_t>(1 + bits(13, i) % followed)}, (i + 6) << 1 | 1U, proof});
      else if (!follows)
        session.candidates.push_back({i, author, Candidate::shown | (i + 1) << 1, 0});
    }
  }

  // From the sentences, on doubles.

  /// The viewer's history with whoever made the edge.
  double affinity(UserId account) const {
    double sum = 1;
    for (std::size_t i = 0; i < seen_roots.size(); ++i)
      for (std::size_t a = 0; a < action_count; ++a)
        if (seen_roots[i] >= first_alive && seen_authors[i] == account && (seen_actions[i] >> a & 1) != 0)
          sum += run.feed.weights[a];
    return sum;
  }
  double age(const Candidate& candidate) const { return session.now - posts.visible(candidate.root); }
  double decay(const Candidate& candidate) const {
    return run.feed.age_half_life == 0 ? 1 : std::exp2(-age(candidate) / run.feed.age_half_life);
  }
  struct Edge {
    double affinity, weight;
  };
  std::vector<Edge> edges(const Candidate& candidate) const {
    const UserId author = posts.identity(candidate.root).author;
    std::vector<Edge> list;
    if (author.value() <= followed) list.push_back({affinity(author), 1});
    for (std::uint32_t i = 0; i < candidate.proof; ++i)
      list.push_back({affinity(candidate.source() == Source::reshare ? candidate.emitter : author),
                      run.feed.weights[static_cast<std::size_t>(Action::reshare)]});
    return list;
  }
  double score(const Candidate& candidate) const {
    double sum = 0, faded = 0;
    for (const Edge& edge : edges(candidate)) {
      sum += edge.affinity * edge.weight;
      faded += edge.affinity * edge.weight * decay(candidate);
    }
    return sum < 0 ? sum / decay(candidate) : faded;  // what lowers a score lowers one below 0, too
  }
  /// The same as it is said to be kept: in 32 bits, the sum and what age leaves of it multiplied as such.
  float kept(const Candidate& candidate) const {
    double sum = 0;
    for (const Edge& edge : edges(candidate)) sum += edge.affinity * edge.weight;
    const auto score = static_cast<float>(sum), fades = static_cast<float>(decay(candidate));
    return sum < 0 ? score / fades : score * fades;
  }
  std::vector<std::uint32_t> order(std::uint64_t feed_order) const {
    using Place = std::tuple<float, std::uint64_t, std::uint64_t, std::uint32_t>;
    std::vector<Place> list;
    for (std::uint32_t i = 0; i < session.candidates.size(); ++i) {
      const std::uint64_t key = posts.identity(session.candidates[i].root).key;
      list.emplace_back(-kept(session.candidates[i]), ~(nested_mix(feed_order, key >> 38, 0) >> 32), key, i);
    }
    std::ranges::sort(list);
    std::vector<std::uint32_t> places;
    for (const Place& place : list) places.push_back(std::get<3>(place));
    return places;
  }

  /// What the engine makes of it, in order.
  std::vector<Ranked> ranked(std::uint64_t feed_order) {
    const Population population(graph, accounts, world, StreamKey(5, Stream::dynamics, 0), {0, authors + 1});
    const Behaviour behaviour(run.behaviour, world.population);
    const Follows follows(graph, 0);
    const ActionPrior prior{};
    const auto ranker =
        Ranker::make(run.feed.ranking, {follows, world.time, run, behaviour, population, prior}, {feed_order, 2, 3, 4});
    const std::size_t all = session.candidates.size();
    ranker->rank({posts, {seen_roots, seen_actions, seen_authors}, nullptr}, session, all, all);
    return session.ranked;
  }
};

double score_in(const Ranked& ranked) { return float_of_ordered_bits(static_cast<std::uint32_t>(ranked.key >> 32)); }

TEST_CASE("EdgeRank orders by the sum over edges of affinity x weight x time decay, equal ones by key",
          "[sim][rules]") {
  std::size_t equal = 0, same_tie = 0, below_zero = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    EdgesAtRandom feed(seed);
    if (seed % 3 != 0) feed.run.feed.age_half_life = seed % 3 == 1 ? 36 : 7.5;
    if (seed % 2 == 0)  // else as they are by default: 1/2, 27/2, 1
      for (std::size_t a = 0; a < action_count; ++a)
        feed.run.feed.weights[a] = 4 * uniform(nested_mix(seed, 20, a)) - (a >= 6 ? 4 : 0);
    CAPTURE(seed);
    const std::vector<Ranked> ranked = feed.ranked(seed);
    const std::vector<std::uint32_t> order = feed.order(seed);
    REQUIRE(ranked.size() == order.size());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      const Candidate& candidate = feed.session.candidates[ranked[i].candidate];
      const double expected = feed.score(candidate), got = score_in(ranked[i]);
      CHECK(ranked[i].candidate == order[i]);
      // Three roundings to 24 bits: of the sum, of what age leaves, of their product.
      CHECK(got == Approx(expected).epsilon(3 * 0x1p-24).margin(1e-12));
      if (seed % 6 == 3) CHECK(got == expected);  // weights are quarters and nothing ages: all fits into 24 bits
      below_zero += got < 0;
      equal += i > 0 && got == score_in(ranked[i - 1]);
      same_tie += i > 0 && ranked[i].key == ranked[i - 1].key;
    }
  }
  CAPTURE(equal, same_tie, below_zero);
  CHECK((equal > 1'000 && same_tie > 10 && below_zero > 100));
}

TEST_CASE("EdgeRank's sums are right to 1e-12, which shows where their terms all but cancel", "[sim][rules]") {
  // A key keeps 24 bits of a score. Where terms of 1 and more leave 1e-5 and less, its last bit is below 1e-12.
  std::size_t small = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    EdgesAtRandom feed(seed);
    PerAction& weights = feed.run.feed.weights;
    for (std::size_t a = 0; a < action_count; ++a) weights[a] = 0.1 + uniform(nested_mix(seed, 21, a));
    // Of an author whom the reader follows, with a reshare: likes weigh what leaves next to nothing of its affinity.
    for (const Candidate& candidate : std::vector(feed.session.candidates)) {
      const UserId author = feed.posts.identity(candidate.root).author;
      if (candidate.source() != Source::author) continue;
      weights[0] = 0;
      const double others = feed.affinity(author);
      weights[0] = 1;
      const double likes = feed.affinity(author) - others;
      if (likes < 0.5) continue;
      weights[0] = -others / std::round(likes) + 1e-6 * (1 + uniform(nested_mix(seed, 22, candidate.root)));
      for (const Ranked& ranked : feed.ranked(1)) {
        const double expected = feed.score(feed.session.candidates[ranked.candidate]);
        if (std::abs(expected) > 1e-5) continue;
        ++small;
        CHECK(std::abs(score_in(ranked) - expected) < 1e-12);
      }
    }
  }
  CHECK(small > 1'000);
}

TEST_CASE("a world under EdgeRank does in every tick what the text of the model says", "[sim][oracle]") {
  using namespace testing;
  const FollowGraph graph = random_graph(50, 1.0, 99);
  const Users accounts = mixed_accounts(50, 0.7, 99);
  WorldParameters world = restless_world();
  world.tiers.verified = {0.3};
  world.tiers.creators = {0.2, 0.6, 0.4};
  add_promotion(world, 5);
  slow::Situations total;
  std::uint32_t number = 0;
  for (const FeedMemory memory : memories)
    for (const ParentRule parent : parents)
      for (const Ranking warmup : {Ranking::chronological, Ranking::edgerank}) {
        INFO("memory " << static_cast<int>(memory) << ", parent " << static_cast<int>(parent) << ", warm-up "
                       << static_cast<int>(warmup));
        RunParameters before = restless_run(warmup, memory, parent),
                      arm = restless_run(Ranking::edgerank, memory, parent);
        arm.behaviour.again = again[number % 2];
        arm.feed.holdout = number % 3 == 0 ? 0.3 : 0;
        if (number % 2 == 1) add_discovery(arm, DiscoveryGate::rate);
        if (number % 4 >= 1) add_follows(arm);
        if (number % 4 == 2) arm.feed.perturbation = 0.4;
        if (number % 4 == 3) arm.feed.verified = 3, arm.feed.verified_outside = 0.4;
        if (number % 4 != 2) arm.feed.creator = 1.7, arm.feed.creator_outside = 0.6;
        arm.pays = {"stars", "friends", "crowd"};
        ++number;
        Pair pair(graph, accounts, world, before, ReplicateStreams{}, true);
        REQUIRE(pair.run(arm, 7));
        for (const auto field : {&slow::Situations::affinities_matter, &slow::Situations::affinities_forgotten,
                                 &slow::Situations::edges_of_strangers, &slow::Situations::edges_of_several,
                                 &slow::Situations::held_out, &slow::Situations::creators_inside,
                                 &slow::Situations::creators_outside, &slow::Situations::creators_reshared})
          total.*field += pair.slow.situations.*field;
      }
  CAPTURE(total.affinities_matter, total.affinities_forgotten, total.edges_of_strangers, total.edges_of_several);
  CHECK((total.affinities_matter > 10'000 && total.affinities_forgotten > 10'000));
  CHECK((total.creators_inside > 1'000 && total.creators_outside > 1'000 && total.creators_reshared > 1'000));
  CHECK((total.edges_of_strangers > 1'000 && total.edges_of_several > 1'000 && total.held_out > 100));
}

}  // namespace
}  // namespace grapevine
