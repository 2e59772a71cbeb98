#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "sim/feed/rankings/heads.hpp"
#include "sim/feed/rankings/list_rules.hpp"
#include "sim/feed/rankings/score.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// The rules that platforms published, against a slow version written from the published sentences.
namespace grapevine {
namespace {

constexpr std::uint32_t authors = 60, posts_count = 200;
constexpr auto act = [](Action action) { return static_cast<std::size_t>(action); };

/// Reader 0 follows the first 30 of 60 authors, who all post; every third of those follows back. Posts differ in age,
/// counters and way into the feed; the draw is by `seed`.
struct RandomFeed {
  FollowGraph graph = [] {
    GraphBuilder builder(3'000);
    for (std::uint32_t author = 1; author <= 30; ++author) {
      builder.add(UserId{0}, UserId{author});
      if (author % 3 == 0) builder.add(UserId{author}, UserId{0});
    }
    for (std::uint32_t author = 1; author <= authors; ++author)  // some accounts are small
      for (std::uint32_t fan = 0; fan < 40 * author; ++fan) builder.add(UserId{100 + fan % 2'900}, UserId{author});
    return builder.build();
  }();
  Users accounts;
  WorldParameters world;
  RunParameters run;
  ActionPrior prior;
  Posts posts;
  Session session;
  std::vector<PostCounters> counters;

  /// `writing`: of the authors, that have posts.
  explicit RandomFeed(std::uint64_t seed, std::uint32_t writing = authors) {
    world.time.tick_seconds = 600;
    run.feed.ranking = Ranking::weighted;
    run.feed.window = 288;
    run.feed.length = 1'000;
    run.feed.weights = {};
    accounts.attributes = {{"verified", std::vector<double>(3'000)}, {"creator", std::vector<double>(3'000)}};
    for (std::uint32_t u = 0; u < 3'000; u += 4) accounts.attributes[0].values[u] = 1;
    for (std::uint32_t u = 0; u < 3'000; u += 3) accounts.attributes[1].values[u] = 1;
    for (std::size_t a = 0; a < action_count; ++a)
      prior.mean[a] = 0.02 / (1.0 + static_cast<double>(a)), prior.strength[a] = 30.0 + static_cast<double>(a);
    session.now = 300;
    posts.append(posts_count);
    const auto bits = [&](std::uint64_t of, std::uint64_t i) { return nested_mix(seed, of, i) >> 16; };
    for (std::uint32_t i = 0; i < posts_count; ++i) {
      const UserId author{static_cast<std::uint32_t>(1 + bits(1, i) % writing)};
      // Posts by age, oldest first, all of the window.
      posts.write(i,
                  {.key = nested_mix(seed, 7, i),
                   .author = author,
                   .topic = 0,
                   .quality = static_cast<std::uint8_t>(bits(2, i))},
                  static_cast<Tick>(20 + i), {0, PostHot::make_tag(nested_mix(seed, 7, i), 0, true, false)});
      PostCounters& sums = posts.counters(i);
      sums.impressions = static_cast<std::uint32_t>(bits(3, i) % 3'000);
      for (std::size_t a = 0; a < action_count; ++a)
        sums.actions[a] = static_cast<std::uint32_t>(bits(10 + a, i) % (1 + sums.impressions / (20 * (a + 1))));
      counters.push_back(sums);
      const bool followed = author.value() <= 30;
      const std::uint64_t way = bits(4, i) % 3;
      if (followed && way > 0)
        session.candidates.push_back({i, author, static_cast<std::uint32_t>(20 + i) << 1, 0});
      else if (way == 0)
        session.candidates.push_back(
            {i, UserId{static_cast<std::uint32_t>(1 + bits(5, i) % 30)}, static_cast<std::uint32_t>(250) << 1 | 1U, 2});
      else
        session.candidates.push_back({i, author, Candidate::shown | static_cast<std::uint32_t>(20 + i) << 1, 0});
    }
  }

  /// The feed, best first, as places among the candidates.
  std::vector<std::size_t> ordered(std::size_t served, std::size_t looked) {
    const Population population(graph, accounts, world, StreamKey(5, Stream::dynamics, 0), {0, 3'000});
    const Behaviour behaviour(run.behaviour, world.population);
    const Follows follows(graph, 0);
    const auto ranker =
        Ranker::make(run.feed.ranking, {follows, world.time, run, behaviour, population, prior}, {1, 2, 3, 4});
    for (std::uint32_t i = 0; i < posts_count; ++i) posts.hot(i).value = ranker->value(posts.counters(i));
    served = std::min(served, ranker->caps() ? ranker->servable(session) : session.candidates.size());
    looked = std::min(looked, served);
    ranker->rank({posts, {}, nullptr}, session, served, looked);
    std::vector<std::size_t> list;
    std::set<std::size_t> all;
    for (const Ranked& ranked : session.ranked) all.insert(ranked.candidate), list.push_back(ranked.candidate);
    REQUIRE(all.size() == session.candidates.size());  // nothing is lost and nothing doubled
    list.resize(served);
    return list;
  }

  // From the published sentences, on doubles.

  double rate(std::size_t post, Action action) const {
    const std::size_t a = act(action);
    return (counters[post].actions[a] + prior.mean[a] * prior.strength[a]) /
           (counters[post].impressions + prior.strength[a]);
  }
  bool outside(const Candidate& candidate) const { return candidate.source() == Source::discovery; }
  bool mutual(UserId author) const { return author.value() <= 30 && author.value() % 3 == 0; }

  /// "score = sum_i weight_i x P(engagement_i)" with the heads of 2023, or those of 2026.
  double heads(const Candidate& candidate, bool of_2023) const {
    const std::size_t p = candidate.root;
    const double responds = 1 - (1 - rate(p, Action::like)) * (1 - rate(p, Action::reply));
    double positive = 0, negative = 0, sum = 0;
    const auto add = [&](double weight, double probability) {
      (weight < 0 ? negative : positive) += std::abs(weight);
      sum += weight * probability;
    };
    if (of_2023) {
      add(0.5, rate(p, Action::like)), add(1.0, rate(p, Action::reshare)), add(13.5, rate(p, Action::reply));
      add(75.0, 0.0);  // nobody answers here
      add(12.0, rate(p, Action::profile_visit) * responds), add(11.0, rate(p, Action::click) * responds);
      add(-74.0, rate(p, Action::hide)), add(-369.0, rate(p, Action::report));
    } else {
      add(0.5, rate(p, Action::like)), add(1.0, rate(p, Action::reshare)), add(5.0, rate(p, Action::reply));
      add(4.0, rate(p, Action::follow)), add(0.4, rate(p, Action::click));
      add(-43.2, rate(p, Action::hide)), add(-234.0, rate(p, Action::report));
      if (candidate.source() == Source::author && mutual(posts.identity(candidate.root).author))
        sum += 15.0 * rate(p, Action::reply);
    }
    constexpr double eps = 0.001;
    return sum < 0 ? (sum + negative) / (positive + negative) * eps : sum + eps;
  }
  double scored(const Candidate& candidate, bool of_2023) const {
    double score = heads(candidate, of_2023);
    const UserId author = posts.identity(candidate.root).author;
    const double minutes = 10.0 * (session.now - posts.visible(candidate.root));
    if (of_2023) {
      score *= 0.6 + 0.4 / (1 + std::exp(0.003 * (minutes - 360)));
      if (candidate.source() != Source::reshare) {  // "isOriginalTweet"
        if (author.value() % 4 == 0) score *= outside(candidate) ? 2.0 : 4.0;
        if (author.value() % 3 == 0) score *= outside(candidate) ? 1.3 : 1.1;
      }
    } else {
      if (outside(candidate) || candidate.source() == Source::reshare) score *= 0.75;
    }
    return score;
  }
  /// "sort, discount the k-th of an author, sort once more".
  std::vector<std::pair<double, std::size_t>> by_hand(bool of_2023) const {
    std::vector<std::pair<double, std::size_t>> list;
    for (std::size_t i = 0; i < session.candidates.size(); ++i)
      list.emplace_back(scored(session.candidates[i], of_2023), i);
    std::sort(list.rbegin(), list.rend());
    std::map<std::uint32_t, int> before;
    for (auto& [score, i] : list)
      score *= (1 - 0.25) * std::pow(0.5, before[posts.identity(session.candidates[i].root).author.value()]++) + 0.25;
    std::sort(list.rbegin(), list.rend());
    return list;
  }
};

void lay(RandomFeed& feed, bool of_2023) {
  const auto weight = [&](Action action) -> double& { return feed.run.feed.weights[act(action)]; };
  FeedRules& rules = feed.run.feed.rules;
  rules.diversity = 0.5, rules.diversity_floor = 0.25;
  weight(Action::like) = 0.5, weight(Action::reshare) = 1;
  if (of_2023) {
    weight(Action::reply) = 13.5, weight(Action::hide) = -74, weight(Action::report) = -369;
    feed.run.feed.answered_weight = 75, feed.run.feed.good_visit_weight = 12, feed.run.feed.good_click_weight = 11;
    feed.run.feed.verified = 4, feed.run.feed.verified_outside = 2;
    feed.run.feed.creator = 1.1, feed.run.feed.creator_outside = 1.3;
    rules.age_middle = 36;
  } else {
    weight(Action::reply) = 5, weight(Action::hide) = -43.2, weight(Action::report) = -234;
    weight(Action::follow) = 4, weight(Action::click) = 0.4;
    feed.run.feed.mutual_reply_weight = 15;
    rules.out_of_network = 0.75, rules.reposts = 0.75;
  }
}

/// Scores are kept in 32 bits: the order may differ where two are nearer than that.
constexpr double rounding = 1e-6;

TEST_CASE("the feeds of 2023 and 2026 are in the order of the published sentences", "[sim][rules]") {
  const bool of_2023 = GENERATE(true, false);
  const std::uint32_t writing = GENERATE(60u, 6u, 1u);  // some three posts each, some 33, and all of one
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomFeed feed(seed, writing);
    lay(feed, of_2023);
    const auto by_hand = feed.by_hand(of_2023);
    std::map<std::size_t, double> score;
    for (const auto& [value, i] : by_hand) score[i] = value;
    const std::size_t all = feed.session.candidates.size(), served = seed % 2 ? all : 50,
                      looked = seed % 3 ? served : 10;
    CAPTURE(seed, of_2023, writing, served, looked);
    const auto list = feed.ordered(served, looked);
    int below_zero = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const double expected = by_hand[i].first;
      below_zero += expected < 0.001 * 0.25;
      if (i < looked) CHECK(score.at(list[i]) == Approx(expected).epsilon(rounding));
      CHECK(score.at(list[i]) >= by_hand[served - 1].first * (1 - rounding));
    }
    if (served == all && of_2023) CHECK(below_zero > 0);  // squashed sums are among them
  }
}

TEST_CASE("factors and squashed sums are the published numbers", "[sim][rules]") {
  FeedParameters feed;
  feed.rules.age_middle = 360;  // ticks of a minute
  CHECK(age_factor(feed, 0, 1) == Approx(0.6 + 0.4 / (1 + std::exp(-1.08))).epsilon(1e-12));
  CHECK(age_factor(feed, 0, 1) == Approx(0.90).margin(0.005));
  CHECK(age_factor(feed, 360, 1) == Approx(0.80).epsilon(1e-12));
  feed.rules.age_middle = 36;  // of ten minutes
  CHECK(age_factor(feed, 36, 10) == Approx(0.80).epsilon(1e-12));
  const double published[] = {1, 0.625, 0.4375, 0.34375};
  for (int k = 0; k < 4; ++k)
    CHECK(ListRules::discount_of(std::pow(0.5, k), 0.25) == Approx(published[k]).epsilon(1e-12));
  CHECK(fatigue_factor(13.9) == 0.0);
  CHECK(fatigue_factor(14) == Approx(0.2).epsilon(1e-12));
  CHECK(fatigue_factor(84) == Approx(0.6).epsilon(1e-12));
  CHECK(fatigue_factor(154) == Approx(1.0).epsilon(1e-12));
  feed.weights = {};
  feed.weights[act(Action::like)] = 0.5, feed.weights[act(Action::report)] = -369;
  const Heads heads(feed);
  CHECK(heads.squashes());
  CHECK(heads.squashed(-369) == 0.0);  // the least there can be
  CHECK(heads.squashed(-1) == Approx((-1 + 369.0) / 369.5 * 0.001).epsilon(1e-12));
  CHECK(heads.squashed(0) == Approx(0.001).epsilon(1e-12));
  CHECK(heads.squashed(0.5) == Approx(0.501).epsilon(1e-12));
}

TEST_CASE("a feed holds so many from each side of the network at most, the best ones", "[sim][rules]") {
  const auto most_in = GENERATE(1u, 3u, 60u), most_out = GENERATE(2u, 5u, 1'000u);
  RandomFeed plain(3), capped(3);
  lay(plain, true), lay(capped, true);
  capped.run.feed.rules.most_in_network = most_in, capped.run.feed.rules.most_outside = most_out;
  const auto all = plain.ordered(1'000, 1'000), list = capped.ordered(1'000, 1'000);
  std::vector<std::size_t> expected;
  std::uint32_t in = 0, out = 0;
  for (const std::size_t i : all)
    if (plain.outside(plain.session.candidates[i]) ? out++ < most_out : in++ < most_in) expected.push_back(i);
  CHECK(list == expected);
  const auto inside = static_cast<std::size_t>(std::ranges::count_if(
      plain.session.candidates, [&](const Candidate& candidate) { return !plain.outside(candidate); }));
  CHECK(list.size() == std::min<std::size_t>(inside, most_in) + std::min<std::size_t>(all.size() - inside, most_out));
}

TEST_CASE("the best small new post is lifted to its place, and stands where it was if that is higher", "[sim][rules]") {
  const std::uint32_t place = GENERATE(1u, 15u, 120u);
  const std::size_t served = GENERATE(50u, 1'000u), looked = GENERATE(20u, 1'000u);
  RandomFeed plain(4), lifting(4);
  lay(plain, false), lay(lifting, false);
  FeedRules& rules = lifting.run.feed.rules;
  rules.lift_to = place, rules.lift_followers = 400, rules.lift_impressions = 500;
  auto expected = plain.ordered(1'000, 1'000);  // the whole order
  const auto eligible = [&](std::size_t i) {
    const std::uint32_t root = plain.session.candidates[i].root;
    return plain.counters[root].impressions < 500 &&
           plain.graph.follower_count(plain.posts.identity(root).author) <= 400;
  };
  const auto best = std::ranges::find_if(expected, eligible);
  REQUIRE(best != expected.end());
  CHECK((place != 1 || best != expected.begin()));  // there is something to lift
  const std::size_t room = std::min(served, expected.size()), depth = std::min(looked, room);
  if (place <= room && best - expected.begin() >= static_cast<std::ptrdiff_t>(place)) {
    const std::size_t lifted = *best;
    expected.erase(best);
    expected.insert(expected.begin() + place - 1, lifted);
  }
  const auto list = lifting.ordered(served, looked);
  CAPTURE(place, room, depth);
  CHECK(std::equal(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(depth), expected.begin()));
  CHECK(std::set(list.begin(), list.end()) ==
        std::set(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(room)));
}

TEST_CASE("in the share of pairs that is asked for a reader sees fewer of an author's posts",
          "[sim][rules][statistical]") {
  // Factors are 0 in 14 of 154 days, and else even between 0.2 and 1: in a tenth of 60 x 40 pairs.
  int silent = 0, fewer = 0, pairs = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomFeed plain(seed), tired(seed);
    lay(plain, true), lay(tired, true);
    const auto keys_of = [](RandomFeed& feed, std::uint64_t fatigue_key) {
      const Population population(feed.graph, feed.accounts, feed.world, StreamKey(5, Stream::dynamics, 0), {0, 3'000});
      const Behaviour behaviour(feed.run.behaviour, feed.world.population);
      const Follows follows(feed.graph, 0);
      feed.run.feed.rules.diversity = 1;
      const auto ranker =
          Ranker::make(Ranking::weighted, {follows, feed.world.time, feed.run, behaviour, population, feed.prior},
                       {1, 2, 3, fatigue_key});
      for (std::uint32_t i = 0; i < posts_count; ++i) feed.posts.hot(i).value = ranker->value(feed.posts.counters(i));
      ranker->rank({feed.posts, {}, nullptr}, feed.session, feed.session.candidates.size(), 0);
      std::map<std::uint32_t, float> score;
      for (const Ranked& ranked : feed.session.ranked)
        score[ranked.candidate] = float_of_ordered_bits(static_cast<std::uint32_t>(ranked.key >> 32));
      return score;
    };
    tired.run.feed.rules.fatigue = 0.1;
    const auto before = keys_of(plain, seed), after = keys_of(tired, seed);
    std::map<std::uint32_t, float> factor;  // by author: one for all of its posts
    for (const auto& [i, score] : after) {
      const std::uint32_t author = plain.posts.identity(plain.session.candidates[i].root).author.value();
      const float f = score / before.at(i);
      const auto [known, fresh] = factor.emplace(author, f);
      CHECK(f == Approx(known->second).epsilon(1e-5));
    }
    for (const auto& [author, f] : factor) ++pairs, silent += f == 0, fewer += f < 1;
  }
  CAPTURE(pairs, silent, fewer);
  const double sd = std::sqrt(0.1 * 0.9 * pairs);
  CHECK(std::abs(fewer - 0.1 * pairs) < 5 * sd);
  CHECK(std::abs(silent - 0.1 * pairs * 14 / 154) < 5 * std::sqrt(0.1 * pairs * 14 / 154));
}

TEST_CASE("without rules a feed is what it was, and each rule alone changes a world", "[sim][rules][invariance]") {
  const FollowGraph graph = testing::lively_graph(1'000);
  const Users accounts;
  const auto hash = [&](auto change) {
    WorldParameters world = testing::lively_parameters();
    RunParameters run = testing::lively_run();
    run.behaviour.probability[act(Action::hide)] = 0.02;
    run.discovery.share = 0.3;
    run.feed.length = 30;
    change(run.feed);
    Alone alone;
    World made(graph, accounts, world, run, ReplicateStreams{}, alone);
    made.run_until(60);
    return made.state.clock.event_hash;
  };
  std::set<std::uint64_t> hashes;
  const auto add = [&](auto change) { hashes.insert(hash(change)); };
  add([](FeedParameters&) {});
  add([](FeedParameters& feed) {
    feed.rules.lift_followers = 5, feed.rules.diversity_floor = 0.3;
  });  // which do nothing
  CHECK(hashes.size() == 1);
  add([](FeedParameters& feed) { feed.rules.out_of_network = 0.5; });
  add([](FeedParameters& feed) { feed.rules.reposts = 0.5; });
  add([](FeedParameters& feed) { feed.rules.age_middle = 6; });
  add([](FeedParameters& feed) { feed.rules.diversity = 0.5; });
  add([](FeedParameters& feed) { feed.rules.diversity = 0.5, feed.rules.diversity_floor = 0.5; });
  add([](FeedParameters& feed) { feed.rules.fatigue = 0.3; });
  add([](FeedParameters& feed) { feed.rules.lift_to = 2, feed.rules.lift_followers = 40; });
  add([](FeedParameters& feed) { feed.rules.most_in_network = 5; });
  add([](FeedParameters& feed) { feed.rules.most_outside = 1; });
  add([](FeedParameters& feed) { feed.weights[act(Action::hide)] = -20; });
  add([](FeedParameters& feed) { feed.weights[act(Action::hide)] = -20, feed.rules.negative_scale = 1; });
  add([](FeedParameters& feed) { feed.mutual_reply_weight = 15; });
  add([](FeedParameters& feed) { feed.good_click_weight = 11; });
  CHECK(hashes.size() == 14);
}

}  // namespace
}  // namespace grapevine
