#include <fmt/format.h>

#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "sim/run/replicate.hpp"
#include "sim/tick/mechanism.hpp"
#include "tests/catch.hpp"
#include "tests/sim/simsom_by_hand.hpp"
#include "tests/sim/small_worlds.hpp"

// The ranking `simsom` and its queues, against the written-out formula, a slow queue, and SimSoM by itself.
namespace grapevine::of_simsom {
namespace {

using namespace testing;

/// 200 posts of all ages in the session of a reader.
struct Lots {
  static constexpr std::uint32_t count = 200;
  static constexpr RankingKeys keys{1, 2, 3, 4, 5, 6};
  FollowGraph graph = GraphBuilder(count + 1).build();
  WorldParameters world;
  RunParameters run;
  ActionPrior prior;
  Posts posts;
  Session session;

  explicit Lots(std::uint64_t seed, std::uint32_t candidates = count) {
    run.feed.ranking = Ranking::simsom;
    run.feed.memory = FeedMemory::queue;
    run.feed.window = 288;
    run.feed.simsom.step = 7;
    session.now = 300;
    session.reader = UserId{0};
    posts.append(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint64_t key = nested_mix(seed, 7, i), bits = nested_mix(seed, 8, i);
      const Tick written = 20 + i;
      posts.write(i, {.key = key, .author = UserId{1 + i}}, written, {0, PostHot::make_tag(key, 0, true, false)});
      if (i >= candidates) continue;
      const bool reshared = bits % 2 == 0;  // it came by a reshare, some time later
      const auto came = static_cast<std::uint32_t>(written + (reshared ? bits / 2 % (301 - written) : 0));
      session.candidates.push_back({i, UserId{1 + i}, came << 1 | (reshared ? 1U : 0U),
                                    static_cast<std::uint32_t>(bits >> 40) % 5 + (reshared ? 1 : 0)});
    }
  }

  /// Ranks the session for each of the ordinals first, ..., last; `after` sees what came of it.
  template <class After>
  void rank(std::uint32_t first, std::uint32_t last, std::size_t looked, const After& after) {
    const Users nobody;
    const Population population(graph, nobody, world, StreamKey(5, Stream::dynamics, 0), {0, count + 1});
    const Behaviour behaviour(run.behaviour, world.population);
    const Follows follows(graph, 0);
    const auto ranker = Ranker::make(Ranking::simsom, {follows, world.time, run, behaviour, population, prior}, keys);
    for (session.ordinal = first; session.ordinal <= last; ++session.ordinal) {
      ranker->rank({posts, {}, nullptr}, session, session.candidates.size(), looked);
      after();
    }
  }

  /// The published formula, on doubles.
  double weight(const Candidate& candidate) const {
    const double u = uniform(nested_mix(keys.appeal, posts.identity(candidate.root).key, 0));
    const double appeal = 1 - std::pow(1 - u, 1 / 5.0), shares = shares_of(candidate);
    const double age = (session.now - candidate.visible()) / 7.0, recency = std::exp(-0.4 * std::pow(age, 0.4));
    if (run.feed.simsom.form == SimSomForm::product) return appeal * shares * recency;
    double all = 0;
    for (const Candidate& other : session.candidates) all += shares_of(other);
    return (appeal + shares / all + recency) / 3;
  }
  static double shares_of(const Candidate& candidate) {
    return candidate.proof + (candidate.source() == Source::author ? 1 : 0);
  }
};

TEST_CASE("a post's score is the logarithm of the published weight, and the order that of scores with luck",
          "[sim][simsom][rules]") {
  const SimSomForm form = GENERATE(SimSomForm::product, SimSomForm::sum);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Lots lots(seed);
    lots.run.feed.simsom.form = form;
    const auto ordinal = static_cast<std::uint32_t>(seed);
    lots.rank(ordinal, ordinal, Lots::count, [] {});
    std::vector<double> scores(Lots::count);
    for (std::size_t i = 0; i < Lots::count; ++i) {
      const double expected = std::log(lots.weight(lots.session.candidates[i]));
      CAPTURE(seed, i, expected);
      CHECK(std::abs(lots.session.scores[i] - expected) < 1e-12 * std::max(1.0, std::abs(expected)));
      const std::uint64_t lot = nested_mix(
          nested_mix(Lots::keys.lottery, lots.posts.identity(static_cast<std::uint32_t>(i)).key, 0), seed, 0);
      scores[i] = expected - std::log(-std::log(uniform(lot)));
    }
    // The sum is kept in 32 bits: neighbours may change places where they are nearer than a 2^-24 of it.
    for (std::size_t place = 0; place + 1 < Lots::count; ++place)
      CHECK(scores[lots.session.ranked[place].candidate] >=
            scores[lots.session.ranked[place + 1].candidate] - 32 * 0x1p-24);
  }
}

/// What a sum of squares over `freedom` exceeds for one seed in a million.
double rare_chi_squared(double freedom) {
  return boost::math::quantile(boost::math::complement(boost::math::chi_squared(freedom), 1e-6));
}

TEST_CASE("what stands first is drawn in proportion, anew in each session", "[sim][simsom][statistical]") {
  Lots lots(3, 12);
  lots.run.feed.simsom.form = GENERATE(SimSomForm::product, SimSomForm::sum);
  constexpr std::uint32_t sessions = 40'000;
  std::vector<double> first(12), second(12), expected_second(12), weight(12);
  double all = 0;
  for (std::size_t i = 0; i < 12; ++i) all += weight[i] = lots.weight(lots.session.candidates[i]);
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t j = 0; j < 12; ++j)
      if (i != j) expected_second[j] += weight[i] / all * weight[j] / (all - weight[i]);
  lots.rank(1, sessions, 2,
            [&] { ++first[lots.session.ranked[0].candidate], ++second[lots.session.ranked[1].candidate]; });
  double of_first = 0, of_second = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const double expected = sessions * weight[i] / all, next = sessions * expected_second[i];
    REQUIRE((expected > 20 && next > 20));
    of_first += (first[i] - expected) * (first[i] - expected) / expected;
    of_second += (second[i] - next) * (second[i] - next) / next;
  }
  CHECK(of_first < rare_chi_squared(11));
  CHECK(of_second < rare_chi_squared(11));
}

/// The world of a run: minutes, `per_step` of which are a step. What is done is seen from the next minute on, so that a
/// hop takes half a minute longer on average than in SimSoM, and one post and one session a minute at most lose a share
/// of 1 / (2 per_step) of what is done: with 60 minutes to a step lifetimes differ by 4 standard errors of 10 x 1 000
/// users, with 240 by 2.
struct Engine {
  static constexpr Tick per_step = 240;
  WorldParameters world;
  RunParameters run;

  Engine(const by_hand::Setting& setting, std::uint64_t seed) {
    const double steps_a_day = 1440.0 / per_step;
    const auto length = static_cast<Tick>(setting.steps * per_step);
    world.seed = seed;
    world.time = {60, 0, length, 1};
    world.population.posts_per_day = setting.mu * steps_a_day;
    world.population.sessions_per_day = (1 - setting.mu) * steps_a_day;
    world.population.post_spread = world.population.session_spread = 0;
    world.population.patience = 1;
    world.tiers = {{"small", "large"}, {0, 10}};
    run.feed.ranking = Ranking::simsom;
    run.feed.memory = FeedMemory::queue;
    run.feed.queue = static_cast<std::uint32_t>(setting.sigma);
    run.feed.window = length + 1;  // nothing is forgotten
    run.feed.simsom = {setting.sums ? SimSomForm::sum : SimSomForm::product, double{per_step}};
    run.behaviour.probability = {};
    run.behaviour.probability[static_cast<std::size_t>(Action::reshare)] = 1;
    run.behaviour.again = Again::always;
  }

  RunRecord record(const FollowGraph& graph, Exchange& exchange) const {
    const Users nobody;
    Replicate replicate(graph, nobody, world, run, ReplicateStreams{}, exchange);
    replicate.warm_up();
    return replicate.run_arm(run, RecordOptions{60, 1.0, true});
  }
};

FollowGraph graph_of(const by_hand::Network& network) {
  GraphBuilder builder(network.friends.size());
  for (std::uint32_t u = 0; u < network.friends.size(); ++u)
    for (const int v : network.friends[u]) builder.add(UserId{u}, UserId{static_cast<std::uint32_t>(v)});
  return builder.build();
}

// The queues that the engine keeps, against queues that are filled anew from everything that ever came.

struct Witness : Mechanism {
  struct Parameters {
    bool on = false;
  };
  static inline std::size_t sessions = 0, wrong = 0, returned = 0, own = 0, cut = 0;

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    return given.run.own.of<Parameters>("witness").on ? std::make_unique<Witness>() : nullptr;
  }

  void after_session(const Given& given, const Before& before, const Session& session, std::span<const Impression>,
                     std::vector<Message>&) override {
    using Came = std::tuple<Tick, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t>;
    std::vector<Came> all;
    for (const UserId followee : given.graph.followees(session.reader))
      before.timelines.for_each_since(followee, 0, [&](Emission e) {
        const std::uint64_t salt = before.posts.identity(e.root).key >> 38;
        all.push_back({e.visible(), nested_mix(given.keys.ranking.emission_time, salt, followee.value()), e.root,
                       followee.value(), e.when});
      });
    std::sort(all.begin(), all.end());
    struct Copy {
      std::uint32_t root, emitter, when, shares;
    };
    std::vector<Copy> queue;
    std::set<std::uint32_t> gone;
    for (const auto& [visible, date, root, emitter, when] : all) {
      const auto there =
          std::find_if(queue.begin(), queue.end(), [root = root](const Copy& c) { return c.root == root; });
      if (there != queue.end()) {
        ++there->shares;
        continue;
      }
      returned += gone.count(root);
      queue.push_back({root, emitter, when, 1});
      if (queue.size() <= given.run.feed.queue) continue;
      gone.insert(queue.front().root), ++cut;
      queue.erase(queue.begin());
    }
    ++sessions;
    bool same = queue.size() == session.candidates.size();
    for (std::size_t i = 0; same && i < queue.size(); ++i) {
      const Candidate& c = session.candidates[i];
      const std::uint32_t shares = c.proof + (c.source() == Source::author ? 1 : 0);
      same = c.root == queue[i].root && c.emitter.value() == queue[i].emitter && c.when == queue[i].when &&
             shares == queue[i].shares;
      own += before.posts.identity(c.root).author == session.reader;
    }
    wrong += !same;
  }
};

TEST_CASE("a reader's queue holds what came in last, and counts what comes again", "[sim][simsom]") {
  static const bool added = (add_mechanism({.name = "witness", .make = Witness::make}), true);
  REQUIRE(added);
  const FollowGraph graph = graph_of(by_hand::random_walk_network(300, 5));
  Engine engine({.mu = 0.3, .sigma = 4, .steps = 30}, 9);
  engine.run.own.set<Witness::Parameters>("witness", {true});
  Alone alone;
  with_threads(1, [&] { return engine.record(graph, alone).event_hash; });
  CHECK(Witness::wrong == 0);
  CAPTURE(Witness::sessions, Witness::returned, Witness::own, Witness::cut);
  CHECK((Witness::sessions > 5'000 && Witness::returned > 100 && Witness::own > 20 && Witness::cut > 1'000));
}

TEST_CASE("neither threads nor parts change what is drawn, nor what queues hold", "[sim][simsom][invariance]") {
  const FollowGraph graph = lively_graph(9'000);  // two whole blocks of readers and a rest
  WorldParameters world = lively_parameters();
  world.time = {600, 36, 18, 36};
  RunParameters run = lively_run();
  run.feed.ranking = Ranking::simsom;
  run.feed.memory = FeedMemory::queue;
  run.behaviour.probability = {0.1, 0, 0.8, 0, 0, 0.1, 0.1, 0};
  run.behaviour.again = Again::always;
  run.unfollow.hides = 1;
  run.discovery.share = 0.2;
  run.feed.holdout = 0.2;
  const auto record = [&](Exchange& exchange) {
    Replicate replicate(graph, {}, world, run, ReplicateStreams{}, exchange);
    replicate.warm_up();
    RunParameters arm = run;
    arm.feed.queue = 8;  // shorter than what was kept
    arm.feed.simsom.form = SimSomForm::sum;
    const RunRecord of_arm = replicate.run_arm(arm, RecordOptions{6, 0.1, true});
    return std::pair(outcome_of(of_arm), of_arm.mechanisms);
  };
  Alone alone;
  const auto one = with_threads(1, [&] { return record(alone); });
  const auto column = [&](std::string_view name) {
    const auto found = std::ranges::find(one.second, name, &MechanismColumn::name);
    REQUIRE(found != one.second.end());
    return std::accumulate(found->by_tier.begin(), found->by_tier.end(), std::uint64_t{0});
  };
  CHECK((column("queues_places") > 50'000 && column("queues_places") <= 9'000 * 8));
  for (const int threads : {2, 3}) CHECK((with_threads(threads, [&] { return record(alone); }) == one));
  for (const int parts : {2, 3}) {
    std::vector<char> equal(static_cast<std::size_t>(parts));
    run_parts(parts,
              [&](Exchange& exchange) { equal[static_cast<std::size_t>(exchange.part())] = record(exchange) == one; });
    for (const char part : equal) CHECK(part != 0);
  }
}

TEST_CASE("in a cascade each account has one place, however often it reshares", "[sim][simsom]") {
  const FollowGraph graph = graph_of(by_hand::random_walk_network(300, 6));
  const Engine engine({.mu = 0.2, .sigma = 5, .steps = 30}, 4);
  Alone alone;
  const RunRecord record = engine.record(graph, alone);
  std::uint64_t more = 0, reshares = 0;
  for (const PostRow& post : record.posts) {
    std::set<std::uint32_t> accounts;
    for (std::uint32_t i = 0; i < post.cascade_size; ++i)
      accounts.insert(record.cascades[post.first_node + i].user.value());
    CHECK(accounts.size() == post.cascade_size);
    CHECK(post.actions[Action::reshare] + 1 >= post.cascade_size);
    more += post.actions[Action::reshare] + 1 > post.cascade_size;
    reshares += post.actions[Action::reshare];
  }
  CHECK(more > 100);
  const auto looks =
      std::accumulate(record.tiers.begin(), record.tiers.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const TierRow& tier) { return sum + tier.outcomes.impressions; });
  CHECK(reshares == looks);  // of each look one
}

// SimSoM by itself and the engine, on the same networks.

/// What is compared, of all messages written in a run and of feeds at its end.
const std::array measures{"diversity",        "mean appeal",      "mean quality",    "never reshared",
                          "10 times or more", "log (1 + shares)", "log (1 + users)", "log (1 + steps of life)"};
using Measures = std::array<double, measures.size()>;

/// Means over messages of what is said of one; diversity and what is in feeds come first.
class Sums {
public:
  void add(double reshares, double users, double life) {
    ++messages_;
    const std::array values{reshares == 0 ? 1.0 : 0.0, reshares >= 10 ? 1.0 : 0.0, std::log1p(reshares),
                            std::log(users), std::log1p(life)};
    for (std::size_t i = 0; i < values.size(); ++i) sums_[3 + i] += values[i];
  }
  Measures with(double diversity, double appeal, double quality) const {
    Measures all{diversity, appeal, quality};
    for (std::size_t i = 3; i < all.size(); ++i) all[i] = sums_[i] / messages_;
    return all;
  }

private:
  double messages_ = 0;
  Measures sums_{};
};

Measures of_engine(const FollowGraph& graph, const by_hand::Setting& setting, std::uint64_t seed) {
  Alone alone;
  const RunRecord record = Engine(setting, seed).record(graph, alone);
  const auto column = [&](std::string_view name) {
    const MechanismColumn& found = *std::ranges::find(record.mechanisms, name, &MechanismColumn::name);
    return static_cast<double>(std::accumulate(found.by_tier.begin(), found.by_tier.end(), std::uint64_t{0}));
  };
  Sums sums;
  for (const PostRow& post : record.posts) {
    Tick last = post.tick;
    for (std::uint32_t i = 0; i < post.cascade_size; ++i)
      last = std::max(last, record.cascades[post.first_node + i].tick);
    sums.add(static_cast<double>(post.actions[Action::reshare]), post.cascade_size,
             static_cast<double>(last - post.tick) / Engine::per_step);
  }
  const double places = column("queues_places");
  return sums.with(column("queues_entropy") * 1e-6, column("queues_appeal") * 1e-6 / places,
                   column("queues_quality") * 1e-6 / places);
}

Measures of_square(const by_hand::Network& network, const by_hand::Setting& setting, std::uint64_t seed) {
  by_hand::Square square(network, setting, seed);
  square.run();
  Sums sums;
  for (const by_hand::Message& message : square.messages)
    sums.add(message.reshares, static_cast<double>(message.sharers.size()), message.last - message.written);
  std::map<std::size_t, double> held;
  double places = 0, appeal = 0, quality = 0, diversity = 0;
  for (const auto& feed : square.feeds)
    for (const by_hand::Copy& copy : feed) {
      ++held[copy.message], ++places;
      appeal += square.messages[copy.message].appeal, quality += square.messages[copy.message].quality;
    }
  for (const auto& [message, copies] : held) diversity -= copies / places * std::log(copies / places);
  return sums.with(diversity, appeal / places, quality / places);
}

struct Spread {
  double mean = 0, of_mean = 0;  ///< and the variance of that
};
Spread spread_of(const std::vector<Measures>& runs, std::size_t measure) {
  const auto n = static_cast<double>(runs.size());
  double mean = 0, squares = 0;
  for (const Measures& run : runs) mean += run[measure] / n;
  for (const Measures& run : runs) squares += (run[measure] - mean) * (run[measure] - mean);
  return {mean, squares / (n - 1) / n};
}

/// The runs of both programs under one setting, each on networks of its own number, and how long they took.
struct Pair {
  std::vector<Measures> engine, square;
  double engine_seconds = 0, square_seconds = 0;
};
Pair run_both(const by_hand::Setting& setting, int users, int replicates, std::uint64_t seed) {
  Pair pair;
  const auto timed = [](double& seconds, const auto& run) {
    const auto begin = std::chrono::steady_clock::now();
    const Measures measured = run();
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return measured;
  };
  for (int r = 0; r < replicates; ++r) {
    const auto number = seed + static_cast<std::uint64_t>(r);
    const by_hand::Network network = by_hand::random_walk_network(users, number);
    const FollowGraph graph = graph_of(network);
    pair.engine.push_back(timed(pair.engine_seconds, [&] { return of_engine(graph, setting, number); }));
    pair.square.push_back(timed(pair.square_seconds, [&] { return of_square(network, setting, number + 1'000); }));
  }
  return pair;
}

/// The difference of two means in standard errors (Welch), as a normal variable that is as rare.
double rarity(const Spread& a, const Spread& b, double replicates) {
  const double variance = a.of_mean + b.of_mean;
  if (variance == 0) return a.mean == b.mean ? 0 : 100;
  const double freedom = (replicates - 1) * variance * variance / (a.of_mean * a.of_mean + b.of_mean * b.of_mean);
  const double difference = (a.mean - b.mean) / std::sqrt(variance);
  const double beyond =
      boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), std::abs(difference)));
  return std::copysign(-boost::math::quantile(boost::math::normal(), std::max(beyond, 1e-300)), difference);
}

/// Of so many normal variables one is beyond this for one seed in a thousand.
double rare_among(std::size_t count) {
  return -boost::math::quantile(boost::math::normal(), 1e-3 / 2 / static_cast<double>(count));
}

/// Runs mu x sigma and compares all measures, and each over all settings. Returns the table of docs/validation.md.
std::string compare(int users, double steps, int replicates, std::uint64_t seed) {
  const std::array mus{0.1, 0.5, 0.9};
  const std::array sigmas{std::size_t{1}, std::size_t{15}, std::size_t{64}};
  constexpr std::size_t settings = mus.size() * sigmas.size();
  std::string table;
  Measures sums{};
  double engine_seconds = 0, square_seconds = 0;
  for (const double mu : mus)
    for (const std::size_t sigma : sigmas) {
      const Pair pair = run_both({.mu = mu, .sigma = sigma, .steps = steps}, users, replicates, seed);
      engine_seconds += pair.engine_seconds, square_seconds += pair.square_seconds;
      table += fmt::format("\n| {} | {} |", mu, sigma);
      for (std::size_t m = 0; m < measures.size(); ++m) {
        const Spread ours = spread_of(pair.engine, m), theirs = spread_of(pair.square, m);
        const double z = rarity(ours, theirs, replicates);
        CAPTURE(mu, sigma, measures[m], ours.mean, theirs.mean, z);
        CHECK(std::abs(z) < rare_among(settings * measures.size()));
        sums[m] += z / std::sqrt(static_cast<double>(settings));
        table += fmt::format(" {:.4f} {:.4f} {:+.1f} |", ours.mean, theirs.mean, z);
      }
    }
  for (std::size_t m = 0; m < measures.size(); ++m) {
    CAPTURE(measures[m], table);
    CHECK(std::abs(sums[m]) < rare_among(measures.size()));
    table += fmt::format("\n{}, over all settings: {:+.1f}", measures[m], sums[m]);
  }
  return table + fmt::format("\nseconds: {:.1f} and {:.1f}", engine_seconds, square_seconds);
}

TEST_CASE("the engine's feeds are SimSoM's: diversity, appeal, quality and popularity over mu and sigma",
          "[sim][simsom][statistical]") {
  (void)compare(1'000, 40, 6, 100);
}

TEST_CASE("the engine's feeds are SimSoM's for longer, in a thousand users and in ten times as many",
          "[.validation][statistical]") {
  WARN("1 000 users" << compare(1'000, 100, 10, 500));
  WARN("10 000 users" << compare(10'000, 100, 5, 500));
}

}  // namespace
}  // namespace grapevine::of_simsom
