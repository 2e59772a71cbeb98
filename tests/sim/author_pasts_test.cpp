#include "sim/feed/author_pasts.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "sim/run/replicate.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"

// What earlier posts of an author say of a new one. tests/sim/slow_model_test.cpp holds every feed that comes of it
// against the text of the model.
namespace grapevine {
namespace {

constexpr auto like = static_cast<std::size_t>(Action::like);

ActionPrior prior_of(double mean, double strength, double author_strength) {
  return {per_action(mean), per_action(strength), per_action(author_strength)};
}

PostCounters counters(std::uint32_t looks, std::uint32_t likes) {
  PostCounters counted;
  counted.impressions = looks;
  counted.actions[like] = likes;
  return counted;
}

/// Pasts fade with this half-life, and nobody asks for answers.
FeedParameters fading(double half_life) {
  FeedParameters feed;
  feed.author_half_life = half_life;
  return feed;
}

void retire(AuthorPasts& pasts, UserId author, const PostCounters& counters, Tick now) {
  pasts.retire(0, author, counters, 0, now);
}

TEST_CASE("a new post is expected to do as earlier posts of its author did", "[sim][prior]") {
  const UserId author{3};
  AuthorPasts pasts(5, prior_of(0.2, unlimited, 10), fading(0));
  CHECK(pasts.expected_of(author, 7).rates == per_action(0.2));
  retire(pasts, author, counters(30, 21), 8);
  CHECK_THAT(pasts.expected_of(author, 8).rates[like], Catch::Matchers::WithinRel((21 + 2.0) / (30 + 10.0), 1e-12));
  retire(pasts, author, counters(60, 9), 50);
  CHECK_THAT(pasts.expected_of(author, 900).rates[like], Catch::Matchers::WithinRel((30 + 2.0) / (90 + 10.0), 1e-12));
  CHECK(pasts.expected_of(UserId{2}, 50).rates == per_action(0.2));
}

TEST_CASE("the past of an author fades, and when it was touched does not matter", "[sim][prior]") {
  const UserId author{0};
  AuthorPasts pasts(1, prior_of(0.2, unlimited, 10), fading(12));
  retire(pasts, author, counters(40, 32), 100);
  CHECK_THAT(pasts.expected_of(author, 112).rates[like], Catch::Matchers::WithinRel((16 + 2.0) / (20 + 10.0), 1e-12));
  CHECK_THAT(pasts.expected_of(author, 136).rates[like], Catch::Matchers::WithinRel((4 + 2.0) / (5 + 10.0), 1e-12));
  retire(pasts, author, counters(0, 0), 107);  // a post that nobody looked at
  CHECK_THAT(pasts.expected_of(author, 124).rates[like], Catch::Matchers::WithinRel((8 + 2.0) / (10 + 10.0), 1e-12));
  retire(pasts, author, counters(6, 0), 124);
  // Sums are whole numbers of 2^-24.
  CHECK_THAT(pasts.expected_of(author, 136).rates[like], Catch::Matchers::WithinRel((4 + 2.0) / (8 + 10.0), 1e-7));
}

TEST_CASE("what was expected of a post stays until it leaves", "[sim][prior]") {
  const UserId author{0};
  AuthorPasts pasts(1, prior_of(0.2, unlimited, 10), fading(12));
  retire(pasts, author, counters(40, 32), 100);
  pasts.advance(0, 3);
  pasts.publish(1, author, 100);
  const PerAction then = pasts.expected_of(author, 100).rates;
  CHECK(pasts.expected(0).rates == per_action(0.2));  // published before pasts were kept
  CHECK(pasts.expected(1).rates == then);
  retire(pasts, author, counters(500, 0), 105);
  pasts.advance(1, 5'000);  // more than there was room for
  CHECK(pasts.expected(1).rates == then);
  CHECK(pasts.expected(4'999).rates == per_action(0.2));
}

/// A post with so many replies.
PostCounters replied(std::uint32_t replies) {
  PostCounters counted = counters(100, 0);
  counted.actions[Action::reply] = replies;
  return counted;
}

TEST_CASE("of an author's replies the share is expected to be answered that was answered before", "[sim][prior]") {
  const UserId author{1}, other{2}, stranger{0};
  FeedParameters feed = fading(10);
  feed.answered_weight = 75;
  feed.answered_strength = 4;
  AuthorPasts pasts(3, prior_of(0.2, unlimited, unlimited), feed);
  pasts.advance(0, 4);
  CHECK(pasts.expected_of(author, 0).answered == 0);  // nobody has answered anything
  for (const std::uint32_t root : {0, 1, 2}) pasts.publish(root, author, 0);
  pasts.retire(0, author, replied(8), 8, 20);
  pasts.retire(1, other, replied(32), 2, 20);
  pasts.retire(3, other, replied(500), 500, 20);  // published when nobody counted: its answers may have been missed
  // Of 40 replies 10 were answered.
  CHECK_THAT(pasts.expected_of(author, 20).answered, Catch::Matchers::WithinRel((8 + 4 * 0.25) / (8 + 4.0), 1e-12));
  CHECK_THAT(pasts.expected_of(author, 30).answered, Catch::Matchers::WithinRel((4 + 4 * 0.25) / (4 + 4.0), 1e-12));
  CHECK_THAT(pasts.expected_of(other, 20).answered, Catch::Matchers::WithinRel((2 + 4 * 0.25) / (32 + 4.0), 1e-12));
  CHECK(pasts.expected_of(stranger, 20).answered == 0.25);
  CHECK(pasts.expected_of(author, 20).rates == per_action(0.2));
  CHECK(pasts.expected(2).answered == 0);  // as when it was published
  CHECK(pasts.expected(3).answered == 0);
}

/// The slope of what authors are like on what is expected of them, over authors of two kinds whose posts are of two
/// kinds each. `looks` readers look at each of `posts` posts. What is expected is the best linear guess if and only if
/// the slope is 1: below that it believes too much, above too little.
double slope(std::uint32_t posts, std::uint32_t looks) {
  const double mean = 0.3, of_authors = 0.08, of_posts = 0.15;  // standard deviations
  const ActionPrior prior = prior_of(mean, (mean * (1 - mean) - of_authors * of_authors) / (of_posts * of_posts) - 1,
                                     mean * (1 - mean) / (of_authors * of_authors) - 1);
  const std::uint32_t authors = 6'000;
  AuthorPasts pasts(authors, prior, fading(0));
  double products = 0, squares = 0;
  for (std::uint32_t author = 0; author < authors; ++author) {
    const double like_author = author % 2 ? of_authors : -of_authors;
    for (std::uint32_t post = 0; post < posts; ++post) {
      const std::uint64_t key = nested_mix(77, author, post);
      const double rate = mean + like_author + (key % 2 ? of_posts : -of_posts);
      std::uint32_t likes = 0;
      for (std::uint32_t look = 0; look < looks; ++look) likes += uniform(nested_mix(key, look, 1)) < rate;
      retire(pasts, UserId{author}, counters(looks, likes), post);
    }
    const double expected = pasts.expected_of(UserId{author}, posts).rates[like] - mean;
    products += expected * like_author;
    squares += expected * expected;
  }
  return products / squares;
}

TEST_CASE("an author's past counts for as much as it says, however many looked at each post",
          "[sim][prior][statistical]") {
  // The slope has the standard error sqrt((1 - r^2) / (r^2 n)), n authors, r^2 the share of variance that is foreseen:
  // with an audience of 400 that looked at three posts that is 1 / (1 + (0.15^2 / 3) / 0.08^2) = 0.46, and 0.014; with
  // one of five that looked at twelve posts 0.46 / 1.7 or so, and 0.025. Five of these.
  CHECK_THAT(slope(3, 400), Catch::Matchers::WithinAbs(1, 0.07));
  CHECK_THAT(slope(12, 5), Catch::Matchers::WithinAbs(1, 0.13));
  CHECK_THAT(slope(1, 4'000), Catch::Matchers::WithinAbs(1, 0.12));
}

/// Readers alike and posts alike, audiences drawn at random: 20 accounts of 1 000 followers and 1 000 of 20.
struct AlikeWorld {
  AlikeWorld() {
    parameters.seed = 11;
    parameters.time = {3600, 96, 72, 24};
    parameters.population.sessions_per_day = 4;
    parameters.population.session_spread = 0;
    parameters.population.posts_per_day = 4;
    parameters.population.post_spread = 0;
    parameters.population.patience = 8;
    parameters.tiers = {{"none", "small", "large"}, {0, 20, 1'000}};
  }
  static RunParameters run(double author_strength) {
    RunParameters run;
    run.feed.window = 24;
    run.feed.ranking = Ranking::weighted;
    run.feed.author_strength = author_strength;
    run.behaviour.probability = {0.3, 0.0, 0.01, 0.0};
    return run;
  }

  WorldParameters parameters;
  FollowGraph graph = uniform_audience(5'000, std::array<std::array<std::uint64_t, 2>, 2>{{{1'000, 20}, {20, 1'000}}},
                                       StreamKey(11, Stream::graph, 0));
  Users accounts;
};

/// Looks a post at small accounts in `measure`, of those whose earlier posts were liked more than most, over those of
/// the others, in an arm.
double looks_of_lucky(const AlikeWorld& town, double author_strength) {
  RecordOptions options;
  options.track_share = 1.0;
  // Who was lucky is told by the platform that believes in luck, in a warm-up that both arms share.
  Alone alone;
  World world(town.graph, town.accounts, town.parameters, AlikeWorld::run(5), ReplicateStreams{}, alone);
  world.run_until(town.parameters.time.warmup);
  std::vector<bool> lucky;
  for (std::uint32_t u = 0; u < town.graph.user_count(); ++u)
    lucky.push_back(world.pasts->expected_of(UserId{u}, world.state.clock.now).rates[like] > 0.3);
  const auto arm = world.branch(AlikeWorld::run(author_strength), options);
  CHECK((arm->pasts == nullptr) == (author_strength == automatic));
  arm->run_until(town.parameters.time.end());
  std::array<double, 2> looks{}, posts{};
  for (const PostRow& post : arm->record().posts) {
    if (post.tier != 1) continue;
    looks[lucky[post.author.index()]] += static_cast<double>(post.impressions_followed + post.impressions_reshared);
    ++posts[lucky[post.author.index()]];
  }
  REQUIRE(posts[0] > 1'000);
  REQUIRE(posts[1] > 1'000);
  return looks[1] / posts[1] / (looks[0] / posts[0]);
}

TEST_CASE("where authors do not differ, a finite strength carries those who were lucky, and \"auto\" nobody",
          "[sim][prior][statistical]") {
  const AlikeWorld town;
  // About 3 000 posts each with 10 looks: a standard error of 1 % and a little more, as posts of one author go
  // together.
  CHECK(std::abs(std::log(looks_of_lucky(town, automatic))) < 0.1);
  CHECK(looks_of_lucky(town, 5) > 1.2);
}

TEST_CASE("a platform that values answered replies carries those who answer", "[sim][prior][statistical]") {
  // Authors can answer two replies a day. One with 20 followers gets some 20 looks a post, four posts a day and 0.1
  // replies a look, and answers a quarter of them; one with 1 000 followers answers next to none. Nothing else differs.
  AlikeWorld town;
  const auto looks_a_follower = [&](double weight, Ranking ranking) {
    RunParameters run = AlikeWorld::run(unlimited);
    run.feed.ranking = ranking;
    run.behaviour.probability = {0.3, 0.1, 0.01, 0.0};
    run.answers.per_day = 2;
    run.feed.answered_weight = weight;
    Alone alone;
    Replicate replicate(town.graph, town.accounts, town.parameters, run, ReplicateStreams{}, alone);
    replicate.warm_up();
    const RunRecord record = replicate.run_arm(run, {});
    const auto per_follower = [&](std::size_t tier) {
      return static_cast<double>(record.tiers[tier].outcomes.impressions) /
             static_cast<double>(record.tiers[tier].follower_posts);
    };
    return per_follower(1) / per_follower(2);
  };
  for (const Ranking ranking : {Ranking::weighted, Ranking::oracle}) {
    CHECK_THAT(looks_a_follower(0, ranking), Catch::Matchers::WithinAbs(1, 0.05));
    CHECK(looks_a_follower(75, ranking) > 1.2);
  }
}

TEST_CASE("what readers did with an author before carries no size", "[sim][prior][statistical]") {
  AlikeWorld town;
  const auto run = [&](double tie) {
    RunParameters parameters = AlikeWorld::run(unlimited);
    parameters.feed.tie = tie;
    Alone alone;
    Replicate replicate(town.graph, town.accounts, town.parameters, parameters, ReplicateStreams{}, alone);
    replicate.warm_up();
    return replicate.run_arm(parameters, {});
  };
  const RunRecord off = run(unlimited), on = run(3);
  CHECK(on.event_hash != off.event_hash);
  const auto per_follower = [](const RunRecord& record, std::size_t tier) {
    return static_cast<double>(record.tiers[tier].outcomes.impressions) /
           static_cast<double>(record.tiers[tier].follower_posts);
  };
  // Some 70 000 looks a tier, that come back to the same authors a few times each.
  for (const RunRecord& record : {off, on})
    CHECK_THAT(per_follower(record, 1) / per_follower(record, 2), Catch::Matchers::WithinAbs(1, 0.04));
}

TEST_CASE("a platform that knows what readers like shows them that", "[sim][prior][statistical]") {
  AlikeWorld town;
  town.parameters.population.interest_skew = 1;
  const auto rate = [&](double believed, Ranking ranking) {
    RunParameters run = AlikeWorld::run(unlimited);
    run.feed.ranking = ranking;
    run.behaviour.topic_match = 3;
    run.feed.topic_match = believed;
    Alone alone;
    Replicate replicate(town.graph, town.accounts, town.parameters, run, ReplicateStreams{}, alone);
    replicate.warm_up();
    const Outcomes outcomes = replicate.run_arm(run, {}).tiers[1].outcomes;
    return static_cast<double>(outcomes.actions[Action::like]) / static_cast<double>(outcomes.first_looks);
  };
  const double blind = rate(0, Ranking::weighted), known = rate(1, Ranking::weighted),
               true_odds = rate(0, Ranking::oracle);
  CAPTURE(blind, known, true_odds);
  CHECK(known > 1.15 * blind);
  // Nothing else tells posts apart but who reshared them, so that the order is that of the true odds.
  CHECK_THAT(known / true_odds, Catch::Matchers::WithinAbs(1, 0.02));
}

TEST_CASE("a strength of authors that follows from the population changes nothing where they do not differ",
          "[sim][null]") {
  const AlikeWorld town;
  const auto run = [&](double author_strength, Ranking ranking) {
    RunParameters asked = AlikeWorld::run(author_strength);
    asked.feed.ranking = ranking;
    Alone alone;
    World world(town.graph, town.accounts, town.parameters, asked, ReplicateStreams{}, alone);
    world.run_until(town.parameters.time.end());
    return std::pair(world.digest(), world.record().event_hash);
  };
  const auto off = run(unlimited, Ranking::weighted);
  CHECK(run(automatic, Ranking::weighted) == off);
  CHECK(run(automatic, Ranking::random).second == off.second);
  CHECK(run(5, Ranking::weighted).second != off.second);
}

}  // namespace
}  // namespace grapevine
