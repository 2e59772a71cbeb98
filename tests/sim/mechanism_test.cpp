#include "sim/tick/mechanism.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "graph/base/error.hpp"
#include "sim/feed/ranker_of.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// Mechanisms and rankings that a program brings: what they are told, and that no way of computing shows in them.
namespace grapevine {
namespace {

using namespace testing;

/// Counts the looks of each reader, tells each author what was done with its posts, and can keep readers from acting.
struct Echo : Mechanism {
  struct Parameters {
    bool on = false;
    double factor = 1.0;
  };
  static const Parameters& of(const RunParameters& run) { return run.own.of<Parameters>("echo"); }

  explicit Echo(const MechanismGiven& given)
      : factor(of(given.run).factor), looks(given.readers.size()), received(given.graph.user_count()) {}
  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    return of(given.run).on ? std::make_unique<Echo>(given) : nullptr;
  }

  void arrays(ArrayTable& table) override {
    table("echo.looks", "reader", looks);
    table("echo.received", "user", received);
  }
  bool weighs() const override { return factor != 1.0; }
  void weigh(const Given&, const Before&, const Session& session, std::span<const std::uint32_t> which,
             std::span<double> odds) const override {
    GRAPEVINE_EXPECTS(odds.size() == which.size());
    for (const std::uint32_t candidate : which) GRAPEVINE_EXPECTS(candidate < session.candidates.size());
    for (double& odd : odds) odd *= factor;
  }
  void after_session(const Given&, const Before& before, const Session& session, std::span<const Impression> seen,
                     std::vector<Message>& out) override {
    looks[session.place] += static_cast<std::uint32_t>(seen.size());
    for (const Impression& look : seen)
      if (look.actions != 0)
        out.push_back({look.reader, before.posts.identity(look.root).author, look.root, look.actions});
  }
  void commit(const Given&, const Before&, std::span<const Message> messages) override {
    GRAPEVINE_EXPECTS(std::ranges::is_sorted(messages, {}, &Message::from));  // in the order of readers
    for (const Message& message : messages)
      received[message.to.index()] += static_cast<std::uint32_t>(std::popcount(message.what));
  }
  void record(const Given& given, std::vector<MechanismColumn>& columns) const override {
    std::vector<std::uint64_t> by_tier(given.parameters.tiers.from.size());
    for (std::size_t i = 0; i < looks.size(); ++i)  // each part tells of its own readers
      by_tier[given.population.tier(given.reader(i))] += received[given.reader(i).index()];
    columns.push_back({"echo_received", "1", "actions on posts of the tier", by_tier});
  }

  double factor;
  std::vector<std::uint32_t> looks, received;
};

RunParameters with_echo(RunParameters run, double factor = 1.0) {
  static const bool added = (add_mechanism({.name = "echo", .make = Echo::make}), true);
  REQUIRE(added);
  run.own.set<Echo::Parameters>("echo", {true, factor});
  return run;
}

std::vector<std::uint32_t> array_of(World& world, std::string_view name) {
  for (const WorldArray& array : world_arrays(world.state))
    if (array.name == name) {
      std::vector<std::uint32_t> values(array.bytes.size() / 4);
      std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
      return values;
    }
  FAIL("no such array");
  return {};
}

/// A ranking that looks at every fact of its candidates and holds it against a slow search; it shows the candidate that
/// it has put second first.
std::atomic<std::uint64_t> facts_asked = 0, facts_wrong = 0;
struct Witness : RankingRule {
  static constexpr bool needs_history = true;
  const FollowGraph& graph;
  explicit Witness(const RankingGiven& given) : graph(given.follows.at_start()) {}
  std::uint64_t key(const CandidateFacts& candidate) const { return ranking_key(0, candidate.tie()); }
  void arrange(const SessionFacts& facts, std::span<Ranked> feed, std::size_t looked) const {
    const Posts& posts = facts.before.posts;
    const auto follows = [&](UserId a, UserId b) { return std::ranges::count(graph.followees(a), b) > 0; };
    const auto expect = [](bool right) { ++facts_asked, facts_wrong += right ? 0 : 1; };
    expect(looked <= feed.size());
    for (std::size_t i = 0; i < feed.size(); ++i) {
      const Candidate& shown = facts.session.candidates[feed[i].candidate];
      const CandidateFacts candidate(facts, shown);
      const UserId reader = candidate.reader(), author = posts.identity(shown.root).author;
      expect(i == 0 || feed[i - 1].key >= feed[i].key);
      expect(candidate.author() == author);
      expect(candidate.follows_author() == follows(reader, author));
      expect(candidate.mutual() == (follows(reader, author) && follows(author, reader)));
      expect((candidate.source() == Source::author) == (candidate.emitter() == author));
      expect(candidate.age() + posts.visible(shown.root) == facts.session.now);
      std::uint32_t looks = 0, likes = 0;
      for (std::size_t k = 0; k < facts.before.seen.roots.size(); ++k) {
        const std::uint32_t root = facts.before.seen.roots[k];
        if (root < posts.tail() || posts.identity(root).author != author) continue;
        ++looks, likes += has(facts.before.seen.actions[k], Action::like) ? 1 : 0;
      }
      expect(candidate.history().looks == looks && candidate.history().actions[Action::like] == likes);
    }
    if (feed.size() > 1) std::swap(feed[0], feed[1]);
  }
};
Ranking witness() {
  static const Ranking ranking =
      add_ranking({.name = "witness", .first = "what a test asks for", .make = RankerOf<Witness>::make});
  return ranking;
}

TEST_CASE("a mechanism hears of every look and every action, tick by tick", "[sim][mechanism]") {
  const FollowGraph graph = lively_graph(3'000);
  const Users users;
  Alone alone;
  World world(graph, users, lively_parameters(), with_echo(lively_run()), ReplicateStreams{}, alone);
  std::vector<std::uint32_t> looks(graph.user_count()), received(graph.user_count());
  std::uint64_t heard = 0;
  for (int tick = 0; tick < 40; ++tick) {
    world.step();
    for (const Impression& look : world.last_events().impressions) {
      ++looks[look.reader.index()];
      const auto actions = static_cast<std::uint32_t>(std::popcount(static_cast<unsigned>(look.actions)));
      received[world.state.posts.identity(look.root).author.index()] += actions;
      heard += actions;
    }
    REQUIRE(array_of(world, "echo.looks") == looks);
    REQUIRE(array_of(world, "echo.received") == received);
  }
  REQUIRE(heard > 1'000);
}

TEST_CASE("a mechanism's factor moves the odds of every action, and 1 leaves them", "[sim][mechanism]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users users;
  Alone alone;
  const auto actions = [&](const RunParameters& run) {
    World world(graph, users, lively_parameters(), run, ReplicateStreams{}, alone);
    world.run_until(36);
    std::uint64_t sum = 0;
    for (const TickCounts& tick : world.state.tick_counts)
      for (std::size_t a = 0; a < action_count; ++a) sum += tick.actions[a];
    return std::pair(sum, world.state.clock.event_hash);
  };
  const auto plain = actions(lively_run());
  REQUIRE(plain.first > 1'000);
  CHECK(actions(with_echo(lively_run())) == plain);
  CHECK(actions(with_echo(lively_run(), 0.0)).first == 0);
  CHECK(actions(with_echo(lively_run(), 0.1)).first < plain.first / 4);
}

TEST_CASE("what a mechanism counts does not depend on threads, parts or branching", "[sim][mechanism][invariance]") {
  const FollowGraph graph = lively_graph(10'000);
  const Users users = manifold_accounts(graph.user_count());
  const auto run = [](std::vector<std::string> pays) {
    RunParameters without_own = manifold_run(std::move(pays));
    without_own.discovery = {};
    without_own.answers = {};
    without_own.behaviour = lively_run().behaviour;
    without_own.unfollow = {};
    return without_own;
  };
  const auto record_of = [&](Exchange& exchange) {
    Replicate replicate(graph, users, manifold_parameters(), with_echo(run({})), ReplicateStreams{}, exchange);
    replicate.warm_up();
    return replicate.run_arm(with_echo(run(every_campaign)), {}).mechanisms;
  };
  Alone alone;
  const std::vector<MechanismColumn> one = with_threads(1, [&] { return record_of(alone); });
  REQUIRE(one.size() == 1);
  REQUIRE(one[0].by_tier[2] > 100);
  CHECK(with_threads(3, [&] { return record_of(alone); }) == one);
  std::atomic<int> alike = 0;
  run_parts(2, [&](Exchange& exchange) { alike += record_of(exchange) == one ? 1 : 0; });
  CHECK(alike == 2);

  // An arm without it has no trace of it; an arm that begins it begins at nothing.
  Replicate replicate(graph, users, manifold_parameters(), run({}), ReplicateStreams{}, alone);
  replicate.warm_up();
  CHECK(replicate.run_arm(run({}), {}).mechanisms.empty());
  const auto late = replicate.run_arm(with_echo(run({})), {}).mechanisms;
  std::uint64_t actions = 0, told = 0;
  for (const SeriesRow& row : replicate.run_arm(run({}), {}).series)
    for (std::size_t a = 0; a < action_count; ++a) actions += row.actions[a];
  for (const std::uint64_t number : late.at(0).by_tier) told += number;
  CHECK(told == actions);
}

TEST_CASE("a ranking is told the truth about its candidates and may rearrange its feed", "[sim][ranking]") {
  const FollowGraph graph = lively_graph(2'000);
  const Users users;
  Alone alone;
  RunParameters run = lively_run();
  run.feed.ranking = witness();
  run.feed.memory = GENERATE(FeedMemory::session, FeedMemory::window);
  facts_asked = 0, facts_wrong = 0;
  World world(graph, users, lively_parameters(), run, ReplicateStreams{}, alone);
  world.run_until(60);
  REQUIRE(facts_asked > 100'000);
  CHECK(facts_wrong == 0);

  // Also of what readers did before the ranking began.
  run.feed.ranking = Ranking::chronological;
  World before(graph, users, lively_parameters(), run, ReplicateStreams{}, alone);
  before.run_until(30);
  run.feed.ranking = witness();
  const std::unique_ptr<World> branch = before.branch(run, {});
  facts_asked = 0;
  branch->run_until(60);
  REQUIRE(facts_asked > 50'000);
  CHECK(facts_wrong == 0);

  // By tie alone `random` orders as the witness does, but that this shows the second first.
  run.feed.ranking = Ranking::random;
  World other(graph, users, lively_parameters(), run, ReplicateStreams{}, alone);
  other.run_until(60);
  CHECK(other.state.clock.event_hash != world.state.clock.event_hash);
}

}  // namespace
}  // namespace grapevine
