#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <string>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"
#include "sim/feed/author_pasts.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/small_worlds.hpp"

// `feed.ranking = "formula"`: what features are, what is done with scores, and which runs come of it.
namespace grapevine {
namespace {

using namespace testing;

/// Three posts as user 0 is offered them in tick 9. It follows 1, who follows back, and 2, who has reshared the post of
/// 3; the post of 4 was discovered. User 4 has three followers.
struct ThreePosts {
  FollowGraph graph = [] {
    GraphBuilder builder(6);
    for (const auto& [follower, followed] :
         std::array<std::pair<std::uint32_t, std::uint32_t>, 6>{{{0, 1}, {1, 0}, {0, 2}, {1, 4}, {2, 4}, {5, 4}}})
      builder.add(UserId{follower}, UserId{followed});
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;
  ActionPrior prior;
  const AuthorPasts* pasts = nullptr;
  const FollowChanges* changes = nullptr;
  Posts posts;
  Session session;

  ThreePosts() {
    accounts.attributes = {{"verified", {0, 0, 0, 1, 0, 0}}, {"creator", {0, 1, 0, 0, 0, 0}}};
    world.time.tick_seconds = 1'800;
    run.feed.ranking = Ranking::formula;
    run.feed.window = 36;
    for (std::size_t a = 0; a < action_count; ++a)
      prior.mean[a] = 0.01 * static_cast<double>(a + 1), prior.strength[a] = 10.0 * static_cast<double>(a + 1);
    prior.strength[2] = unlimited;
    posts.append(3);
    const std::array<UserId, 3> authors{UserId{1}, UserId{3}, UserId{4}};
    for (std::uint32_t i = 0; i < 3; ++i) {
      posts.write(i, {.key = std::uint64_t{i + 1} << 38, .author = authors[i], .topic = static_cast<std::uint8_t>(i)},
                  1 + i, {});
      posts.counters(i).impressions = 20 + i, posts.counters(i).reach = 10 + i;
      for (std::size_t a = 0; a < action_count; ++a)
        posts.counters(i).actions[a] = static_cast<std::uint32_t>(i * (action_count - a));
    }
    session.reader = UserId{0};
    session.now = 9;
    session.candidates = {
        {0, UserId{1}, 1U << 1, 0}, {1, UserId{2}, 4U << 1 | 1U, 1}, {2, UserId{4}, 3U << 1 | Candidate::shown, 0}};
  }

  /// The scores of the three.
  std::vector<double> scores(const std::string& formula) {
    run.feed.formula = formula;
    const Population population(graph, accounts, world, StreamKey(5, Stream::dynamics, 0), {0, 6});
    const Behaviour behaviour(run.behaviour, world.population);
    Follows follows(graph, 0);
    follows.look_at(changes);
    const auto ranker =
        Ranker::make(run.feed.ranking, {follows, world.time, run, behaviour, population, prior}, {1, 2, 3, 4});
    for (std::uint32_t i = 0; i < 3; ++i) interests[i] = population.interest(UserId{0}, i);
    // It has looked at the post of 1 twice and at that of 4 once, and liked the former.
    static constexpr std::array<std::uint32_t, 3> roots{0, 0, 2};
    static constexpr std::array<ActionSet, 3> actions{0, set_of(Action::like), 0};
    static constexpr std::array<UserId, 3> authors{UserId{1}, UserId{1}, UserId{4}};
    of_posts = ranker->learns();  // then it keeps the score of a post as a number of 32 bits
    std::vector<double> kept;
    for (std::uint32_t i = 0; i < 3; ++i) {
      const PostCounters& counters = posts.counters(i);
      posts.hot(i).value = pasts ? ranker->value(counters, pasts->expected(i)) : ranker->value(counters);
      kept.push_back(std::bit_cast<float>(posts.hot(i).value));
    }
    ranker->rank({posts, {roots, actions, authors}, pasts}, session, 3, 3);
    needs_history = ranker->needs_history();
    order.clear();
    for (const Ranked& ranked : session.ranked) order.push_back(ranked.candidate);
    return of_posts ? kept : session.scores;
  }
  /// What `scores` gives where it should be that.
  double as_kept(double score) const { return of_posts ? static_cast<double>(static_cast<float>(score)) : score; }

  std::array<int, 3> interests{};
  std::vector<std::uint32_t> order;
  bool needs_history = false, of_posts = false;
};

TEST_CASE("each feature is what its sentence says", "[sim][formula]") {
  ThreePosts three;
  (void)three.scores("age");
  std::map<std::string, std::vector<double>> expected{
      {"impressions", {20, 21, 22}},  {"reach", {10, 11, 12}},   {"followers", {1, 0, 3}},
      {"age", {4, 3.5, 3}},  // in hours, of half-hour ticks: visible in ticks 1, 2 and 3
      {"proof", {0, 1, 0}},           {"in_network", {1, 1, 0}}, {"follows_author", {1, 0, 0}},
      {"mutual", {1, 0, 0}},          {"verified", {0, 1, 0}},   {"creator", {1, 0, 0}},
      {"looks_at_author", {2, 0, 1}}, {"topic_match", {}},
  };
  for (const int interest : three.interests) expected["topic_match"].push_back((2 * interest + 1) / 512.0);
  for (std::size_t a = 0; a < action_count; ++a) {
    const std::string name(action_table[a].name), plural(action_table[a].plural);
    for (std::uint32_t i = 0; i < 3; ++i) {
      const double taken = i * static_cast<double>(action_count - a), m = three.prior.mean[a],
                   s = 10.0 * static_cast<double>(a + 1);
      expected[plural].push_back(taken);
      expected["p_" + name].push_back(a == 2 ? m : (taken + m * s) / (20 + i + s));
      expected[plural + "_of_author"].push_back(a == 0 && i == 0 ? 1 : 0);
    }
  }
  REQUIRE(expected.size() == features().size());
  for (const Feature& feature : features()) {
    CAPTURE(feature.name);
    const std::vector<double>& values = expected.at(feature.name);
    const std::vector<double> alone = three.scores(feature.name);
    for (std::size_t i = 0; i < 3; ++i) CHECK(alone[i] == three.as_kept(values[i]));
    const bool counts = feature.name.starts_with("p_") || feature.name == "impressions" || feature.name == "reach" ||
                        (feature.name.ends_with("s") && expected.contains(feature.name + "_of_author"));
    CHECK(three.of_posts == counts);
    CHECK(three.needs_history == (feature.name.ends_with("_of_author") || feature.name == "looks_at_author"));
    const double sum = three.scores("2 * likes + 3 * (" + feature.name + ")")[1];
    CHECK(sum == three.as_kept(2 * expected.at("likes")[1] + 3 * values[1]));
    CHECK(three.scores("0 * age + " + feature.name) == values);
    CHECK_FALSE(three.of_posts);
    CHECK(!feature.sentence.empty());
  }
}

TEST_CASE("a prediction begins with what was expected of the post when it was published", "[sim][formula]") {
  ThreePosts three;
  three.prior.author_strength.fill(5);
  AuthorPasts pasts(6, three.prior, three.run.feed);
  pasts.advance(0, 0);
  PostCounters counters;
  counters.impressions = 40, counters.actions[0] = 30;
  pasts.retire(0, UserId{1}, counters, 0, 0);
  pasts.advance(0, 3);
  pasts.publish(0, UserId{1}, 1);
  three.pasts = &pasts;
  const double m = pasts.expected(0).rates[0];
  CHECK(m > 2 * three.prior.mean[0]);
  for (const char* formula : {"p_like", "p_like + 0 * age"}) {
    const std::vector<double> scores = three.scores(formula);
    CHECK(scores[0] == three.as_kept((0 + m * 10) / (20 + 10)));
    CHECK(scores[1] == three.as_kept((8 + 0.01 * 10) / (21 + 10)));
  }
}

TEST_CASE("an author that was unfollowed is mutual where its own emission came in before, in whatever order",
          "[sim][formula]") {
  // Under `queue` memory the first candidate still stands there; the second is another root of user 1, reshared.
  ThreePosts three;
  FollowChanges changes(6);
  changes.change(0, UserId{1}, false, true);
  three.changes = &changes;
  three.posts.write(1, {.key = std::uint64_t{2} << 38, .author = UserId{1}, .topic = 1}, 2, {});
  CHECK(three.scores("mutual") == std::vector<double>{1, 0, 0});
  std::swap(three.session.candidates[0], three.session.candidates[1]);
  CHECK(three.scores("mutual") == std::vector<double>{0, 1, 0});
}

TEST_CASE("the highest score comes first, whatever its sign, and zero has one sign", "[sim][formula]") {
  ThreePosts three;
  (void)three.scores("impressions - 21");
  CHECK(three.order == std::vector<std::uint32_t>{2, 1, 0});
  (void)three.scores("-age");
  CHECK(three.order == std::vector<std::uint32_t>{2, 1, 0});
  (void)three.scores("age * 1e37");  // still a 32-bit number
  CHECK(three.order == std::vector<std::uint32_t>{0, 1, 2});
  (void)three.scores("0 * proof");
  const std::vector<std::uint32_t> by_tie = three.order;
  (void)three.scores("-proof * 0");
  CHECK(three.order == by_tie);
  (void)three.scores("in_network ? -0 * proof : 0 * proof");
  CHECK(three.order == by_tie);
  three.run.feed.verified = 4;  // of the second, which is reshared
  (void)three.scores("age");
  CHECK(three.order == std::vector<std::uint32_t>{0, 1, 2});
  three.run.feed.creator = 0.5;  // 4 x 0.5 behind 3.5 and 3
  (void)three.scores("age");
  CHECK(three.order == std::vector<std::uint32_t>{1, 2, 0});
}

TEST_CASE("a score that is no number ends the run and names the post, its features and the formula", "[sim][formula]") {
  ThreePosts three;
  const auto refusal = [&](const std::string& formula) -> std::string {
    try {
      (void)three.scores(formula);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal("1 / proof + likes") ==
        "feed.formula gives inf for the post 0000004000000000 (likes = 0, proof = 0); expected a number of at most "
        "3.4e+38, whatever the features; change it where it divides by 0, takes a logarithm of 0, or grows: 1 / proof "
        "+ likes");
  CHECK(refusal("log(likes - 9)").starts_with("feed.formula gives nan for the post 0000004000000000 (likes = 0); "));
  CHECK(refusal("log(follows_author)").starts_with("feed.formula gives -inf for the post 0000008000000000 ("));
  CHECK(refusal("age * 1e38").starts_with("feed.formula gives 4e+38 for the post 0000004000000000 (age = 4); "));
  CHECK(refusal("likes * 1e38").starts_with("feed.formula gives 8e+38 for the post 0000008000000000 (likes = 8); "));
  CHECK(refusal("likes > 0 ? log(likes) : 0").empty());
}

/// What happens in a lively world, and how many looks there are.
std::pair<std::uint64_t, std::uint64_t> events(const RunParameters& run) {
  WorldParameters parameters = lively_parameters();
  parameters.tiers.verified = {0.3};
  const FollowGraph graph = lively_graph(1'500);
  const Users users;
  Alone alone;
  World world(graph, users, parameters, run, ReplicateStreams{}, alone);
  world.run_until(90);
  return {world.state.clock.event_hash, world.state.seen.size()};
}

TEST_CASE("a formula that spells out the sum of `weighted` gives the run of `weighted`, event by event",
          "[sim][formula][invariance]") {
  const auto pick = GENERATE(range(0, 4));
  RunParameters run = lively_run();
  run.feed.weights = {0.5, 13.5, 1, 0.25};
  if (pick >= 1) run.feed.author_strength = 20, run.feed.author_half_life = 15;
  if (pick >= 2) run.feed.perturbation = 0.3, run.feed.verified = 3, run.feed.verified_outside = 0.5;
  if (pick == 3) run.feed.memory = FeedMemory::window, run.feed.prior_strength.fill(8), run.feed.age_half_life = 0;
  run.feed.ranking = Ranking::weighted;
  const auto weighted = events(run);
  run.feed.ranking = Ranking::formula;
  run.feed.formula = "0.5 * p_like + 13.5 * p_reply + p_reshare + 0.25 * p_click";
  CHECK(events(run) == weighted);
  run.feed.formula += " + 0 * age";  // not computed by post any more
  CHECK(events(run) == weighted);
  run.feed.formula = "0.5 * p_like + 13.5 * p_reply + p_reshare + 0.26 * p_click";
  CHECK(events(run) != weighted);
}

TEST_CASE("threads do not change a run under a formula", "[sim][formula][invariance]") {
  RunParameters run = restless_run(Ranking::formula, FeedMemory::session, ParentRule::latest);
  const auto alone = with_threads(1, [&] { return events(run); });
  const int threads = GENERATE(2, 3);
  CHECK(with_threads(threads, [&] { return events(run); }) == alone);
}

TEST_CASE("a formula of one thing orders as the ranking that is made for it", "[sim][formula][invariance]") {
  RunParameters run = lively_run();
  run.feed.age_half_life = 0;
  run.feed.ranking = Ranking::popularity;
  const auto popular = events(run);
  run.feed.ranking = Ranking::no_learning;
  const auto chance = events(run);
  run.feed.ranking = Ranking::formula;
  run.feed.formula = "likes + replies + reshares";
  CHECK(events(run) == popular);
  run.feed.formula = "0 * likes";
  CHECK(events(run) == chance);
}

}  // namespace
}  // namespace grapevine
