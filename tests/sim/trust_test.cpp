#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/base/math.hpp"
#include "graph/graph_builder.hpp"
#include "sim/run/world.hpp"
#include "sim/tick/mechanisms/trust.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/slow_model.hpp"
#include "tests/sim/small_worlds.hpp"

// Answers and trust (docs/model.md 7.13 to 7.15) in worlds so small and so regular that what the text says of them is
// worked out by hand, beside each number.
namespace grapevine {
namespace {

using namespace testing;

/// A look of the last tick.
struct Seen {
  std::uint64_t key = 0;
  UserId reader{};
  bool paid = false;
  std::uint32_t exposure = 0;
  bool liked = false;
};

/// The slow model, as far as these tests ask it anything.
class SlowSubject {
public:
  SlowSubject(const FollowGraph& graph, const Users& accounts, const WorldParameters& world, const RunParameters& run)
      : model_(graph, accounts, world, run, ReplicateStreams{}) {}

  Tick now() const { return model_.now; }
  void step() { model_.step(); }
  void branch(const RunParameters& run) { model_.branch(run); }
  double trust(UserId reader, UserId author) const { return model_.trust(reader, author); }
  /// Whether a look at the only root there is finds an answer.
  bool answer_visible() const { return model_.answer_visible(0); }
  std::vector<Seen> looks() const {
    std::vector<Seen> list;
    for (const slow::Look& look : model_.looks)
      list.push_back({model_.posts[look.post].key, look.reader, model_.posts[look.post].campaign >= 0, look.exposure,
                      look.took[static_cast<std::size_t>(Action::like)]});
    return list;
  }
  std::vector<MechanismColumn> mechanisms() const { return model_.record(6, false).mechanisms; }

private:
  slow::Model model_;
};

/// The engine, asked the same.
class EngineSubject {
public:
  EngineSubject(const FollowGraph& graph, const Users& accounts, const WorldParameters& world, const RunParameters& run)
      : world_(std::make_unique<World>(graph, accounts, world, run, ReplicateStreams{}, alone_)) {}

  Tick now() const { return world_->state.clock.now; }
  void step() { world_->step(); }
  void branch(const RunParameters& run) { world_ = world_->branch(run, {}); }
  double trust(UserId reader, UserId author) const {
    if (const Trust* trust = find<Trust>()) return trust->of(reader, author, now());
    const TrustParameters& own = world_->run.trust;
    return world_->graph.find(reader, author) ? own.start : own.of_strangers();
  }
  bool answer_visible() const { return find<Answers>() != nullptr && find<Answers>()->visible(0); }
  std::vector<Seen> looks() const {
    std::vector<Seen> list;
    for (const Impression& look : world_->last_events().impressions) {
      const PostIdentity& post = world_->state.posts.identity(look.root);
      list.push_back(
          {post.key, look.reader, post.campaign != PostIdentity::no_campaign, look.exposure, look.took(Action::like)});
    }
    return list;
  }
  std::vector<MechanismColumn> mechanisms() const { return world_->record().mechanisms; }

private:
  template <class Kind>
  const Kind* find() const {
    for (const Mechanism* mechanism : world_->mechanisms)
      if (const auto* found = dynamic_cast<const Kind*>(mechanism)) return found;
    return nullptr;
  }

  Alone alone_;
  std::unique_ptr<World> world_;
};

using Subjects = std::tuple<SlowSubject, EngineSubject>;

constexpr UserId author{0};

FollowGraph graph_of(std::uint32_t users, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& follows) {
  GraphBuilder builder(users);
  for (const auto& [reader, followee] : follows) builder.add(UserId{reader}, UserId{followee});
  return builder.build();
}
/// Users 1, 2, ... follow the author and nobody else.
FollowGraph star(std::uint32_t readers) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> follows;
  for (std::uint32_t u = 1; u <= readers; ++u) follows.emplace_back(u, 0);
  return graph_of(readers + 1, follows);
}
/// Nobody but the author posts by itself.
Users one_author() {
  Users accounts;
  accounts.active = {1};
  return accounts;
}

/// Ticks of an hour. Everybody has 50 sessions a tick or more to come, so one in each: a tick goes without with
/// probability e^-50. So it is with the author's posts, if there are any. Who comes leaves with probability 10^-6 after
/// each post, and finds a few at most.
WorldParameters regular_world(Tick warmup, Tick measure, bool organic) {
  WorldParameters world;
  world.seed = 12;
  world.time = {3600, warmup, measure, 24};
  world.population.sessions_per_day = 24 * 100;
  world.population.active_sessions = 0.5;
  world.population.session_spread = 0;
  world.population.posts_per_day = organic ? 24 * 100 : 0;
  world.population.post_spread = 0;
  world.population.patience = 1e6;
  world.tiers = {{"few", "two"}, {0, 2}};
  return world;
}
/// The author's paid posts: one in each of the first `posts` ticks of `measure`, in the place of an organic one.
void add_campaign(WorldParameters& world, std::uint32_t posts) {
  CampaignParameters paid;
  paid.name = "paid";
  paid.choose = AccountChoice::named;
  paid.accounts = {"0"};
  paid.posts = paid.slots = posts;
  paid.every = 1;
  paid.replace_within = 0;
  world.campaigns = {paid};
}

/// Neutral, but that whoever looks replies.
RunParameters replying_run() {
  RunParameters run;
  run.feed.ranking = Ranking::chronological;
  run.feed.memory = FeedMemory::window;
  run.feed.window = 24;
  run.behaviour.probability = {0, 1, 0, 0};
  return run;
}

template <class Subject>
void go_to(Subject& subject, Tick tick) {
  while (subject.now() < tick) subject.step();
}
template <class Subject>
void branch_at_the_end_of_the_warmup(Subject& subject, const WorldParameters& world, const RunParameters& arm) {
  go_to(subject, world.time.warmup);
  subject.branch(arm);
}

/// A column over all tiers.
std::uint64_t sum(const std::vector<MechanismColumn>& columns, const std::string& name) {
  std::uint64_t sum = 0;
  for (const MechanismColumn& column : columns)
    for (const std::uint64_t number : column.by_tier) sum += column.name == name ? number : 0;
  return sum;
}

TEMPLATE_LIST_TEST_CASE("an author answers so many replies a day, and none that waited longer than its patience",
                        "[sim][trust]", Subjects) {
  // In each tick the author posts, and three readers reply to the post of the tick before. 15 answers a day, patience 5
  // ticks, from tick 24 on, the first of day 1; nothing waits before. Counted roots are those of ticks 24 .. 71; their
  // replies come in ticks 25 .. 72: 48 x 3 = 144.
  //
  // Day 1: ticks 25 .. 29 answer the three replies each of ticks 24 .. 28, then 15 are used up. Those of tick 24 are on
  // the root of tick 23, which is not counted: 12 answers that came after one tick each.
  // Day 2 begins with tick 48, when those of ticks 43 .. 47 have waited for 5 ticks at most: 15, all answered at once,
  // after 3 x (5 + 4 + 3 + 2 + 1) = 45 ticks. Day 3 is like it: tick 72 answers those of 67 .. 71, on counted roots.
  const FollowGraph graph = star(3);
  const Users accounts = one_author();
  const WorldParameters world = regular_world(24, 48, true);
  RunParameters arm = replying_run();
  arm.answers.per_day = 15;
  arm.answers.patience = 5;
  arm.trust.start = 0.2;
  arm.trust.answered = 1;
  TestType subject(graph, accounts, world, replying_run());
  branch_at_the_end_of_the_warmup(subject, world, arm);
  go_to(subject, 25);
  CHECK(subject.trust(UserId{1}, author) == 0.2);  // replied in tick 24
  subject.step();                                  // answered in tick 25: all that was missing is won
  CHECK(subject.trust(UserId{1}, author) == 1.0);
  CHECK(subject.trust(UserId{1}, UserId{2}) == 0.2);
  go_to(subject, world.time.end());
  const auto columns = subject.mechanisms();
  CHECK(sum(columns, "answers_replies") == 144);
  CHECK(sum(columns, "answers_given") == 12 + 15 + 15);
  CHECK(sum(columns, "answers_waited") == 12 + 45 + 45);
}

TEMPLATE_LIST_TEST_CASE("of the replies that wait, those of least hash are answered, as many as the day's coin says",
                        "[sim][trust]", Subjects) {
  // Eight readers reply in every tick. With a patience of one tick, and fewer than eight answers, all of a day are
  // given in the first tick of the day in which replies wait: 25 (of tick 24, the first under the arm), 48, 72, ...
  // They are on the root of two ticks before. Who is answered trusts the author fully; half of what was won is left a
  // tick later, and nothing a day later.
  const FollowGraph graph = star(8);
  const Users accounts = one_author();
  const WorldParameters world = regular_world(24, 24 * 8, true);
  RunParameters arm = replying_run();
  arm.answers.per_day = 1.6;
  arm.answers.spread = 0.3;
  arm.answers.patience = 1;
  arm.trust.answered = 1;
  arm.trust.half_life = 1;
  const StreamKey dynamics(world.seed, Stream::dynamics, 0);
  const double z = math::normal_quantile(uniform(dynamics.bits(Draw::answer_rate, 0)));
  const double rate = 1.6 * math::exp(0.3 * z - 0.3 * 0.3 / 2);
  TestType subject(graph, accounts, world, replying_run());
  branch_at_the_end_of_the_warmup(subject, world, arm);
  for (const Tick tick : {25U, 48U, 72U, 96U, 120U, 144U, 168U, 192U}) {
    const auto coin_bits =
        static_cast<std::uint32_t>(nested_mix(dynamics.key(Draw::answers_of_day), 0, tick / 24) >> 32);
    const std::size_t most = static_cast<std::size_t>(rate) + coin(coin_bits, coin_threshold(rate - std::floor(rate)));
    std::vector<std::pair<std::uint64_t, UserId>> waiting;
    for (std::uint32_t u = 1; u <= 8; ++u)
      waiting.emplace_back(
          nested_mix(dynamics.key(Draw::answer_choice), post_key(author, tick - 2, PostOrigin::organic, 0), u),
          UserId{u});
    std::ranges::sort(waiting);
    go_to(subject, tick + 1);
    for (std::size_t i = 0; i < 8; ++i) {
      CAPTURE(tick, most, i);
      CHECK(subject.trust(waiting[i].second, author) == Approx(i < most ? 0.75 : 0.5).epsilon(1e-12));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("trust moves by the first look at an advertisement, at an answer, and by being answered",
                        "[sim][trust]", Subjects) {
  // One root, paid, in tick 24. Reader 1 follows the author, 2 follows 1, 3 follows 2, 5 follows 3; all reply and
  // reshare. So 1 looks in tick 25, 2 in tick 26, 3 in tick 27, 5 in tick 28. Reader 4 follows the author, 3 and 5: it
  // looks in tick 25 and, as nobody remembers beyond a session, again in ticks 28 and 29. The author answers in the
  // tick after a reply: 1 and 4 in tick 26, so there is an answer to be seen from tick 27 on, 2 in tick 27, 3 in tick
  // 28 and 5 in tick 29.
  //
  // Trust starts at 0.4, that of strangers too. A first look at an advertisement halves it; the first look that finds
  // an answer, or being answered, closes half of what is missing. All values are whole 255ths: no chance in the byte.
  //   tick 25: 1 and 4: 0.4 -> 0.2
  //   tick 26: 2: 0.4 -> 0.2; answered: 1 and 4: 0.2 -> 0.6
  //   tick 27: 3: 0.4 -> 0.2 by the advertisement -> 0.6 by the answer there; answered: 2: 0.2 -> 0.6
  //   tick 28: 4, by the answer there: 0.6 -> 0.8; 5 as 3 before: 0.4 -> 0.2 -> 0.6; answered: 3: 0.6 -> 0.8
  //   tick 29: 4 finds the answer again: nothing; answered: 5: 0.6 -> 0.8
  const FollowGraph graph = graph_of(6, {{1, 0}, {2, 1}, {3, 2}, {4, 0}, {4, 3}, {4, 5}, {5, 3}});
  const Users accounts;
  WorldParameters world = regular_world(24, 24, false);
  add_campaign(world, 1);
  RunParameters before = replying_run();
  before.feed.memory = FeedMemory::session;
  before.behaviour.probability = {0, 1, 1, 0};
  RunParameters arm = before;
  arm.pays = {"paid"};
  arm.answers.per_day = 10;
  arm.trust.start = 0.4;
  arm.trust.effect = -1;  // certain actions stay certain
  arm.trust.sponsored = arm.trust.bystander = arm.trust.answered = 0.5;
  TestType subject(graph, accounts, world, before);
  branch_at_the_end_of_the_warmup(subject, world, arm);
  const auto expect = [&](Tick now, std::array<double, 5> trust, std::optional<bool> visible) {
    CAPTURE(now);
    go_to(subject, now);
    for (std::uint32_t u = 1; u <= 5; ++u) {
      CAPTURE(u);
      CHECK(subject.trust(UserId{u}, author) == Approx(trust[u - 1]).epsilon(1e-12));
    }
    if (visible) CHECK(subject.answer_visible() == *visible);
  };
  expect(25, {0.4, 0.4, 0.4, 0.4, 0.4}, false);
  expect(26, {0.2, 0.4, 0.4, 0.2, 0.4}, false);
  expect(27, {0.6, 0.2, 0.4, 0.6, 0.4}, true);
  expect(28, {0.6, 0.6, 0.6, 0.6, 0.4}, true);
  expect(29, {0.6, 0.6, 0.8, 0.8, 0.6}, true);
  expect(30, {0.6, 0.6, 0.8, 0.8, 0.8}, true);
  expect(world.time.end(), {0.6, 0.6, 0.8, 0.8, 0.8}, std::nullopt);  // the root is gone, and nobody looks

  // The author, with two followers, is of the second tier. Five first looks, each at 0.4.
  const std::vector<std::pair<std::string, std::uint64_t>> expected{
      {"answers_replies", 5},
      {"answers_given", 5},
      {"answers_waited", 5},
      {"answers_capacity", 0},  // nobody posts but who is paid
      {"trust_looks", 5},
      {"trust_met", 5 * 400'000},
      {"trust_sponsored_looks", 5},
      {"trust_ties", 5},
      {"trust_risen", 2 * 200'000 + 3 * 400'000},
      {"trust_fallen", 0}};
  const auto columns = subject.mechanisms();
  REQUIRE(columns.size() == expected.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    CHECK(columns[i].name == expected[i].first);
    CHECK(columns[i].by_tier == std::vector<std::uint64_t>{0, expected[i].second});
  }
}

TEMPLATE_LIST_TEST_CASE("what a session changes comes before the answer of its tick", "[sim][trust]", Subjects) {
  // Two advertisements, of ticks 24 and 25. Tick 25: the first takes all trust. Tick 26: the second takes all there is,
  // then the reply to the first is answered: 0.6. The other way round it would be 0. Tick 27: the reply to the second
  // is answered, 0.6 -> 0.84, which is 214.2 bytes: 215 if the upper half of the draw, as a
  // fraction, is 0.8 or more, else 214.
  const FollowGraph graph = star(1);
  const Users accounts;
  WorldParameters world = regular_world(24, 24, false);
  add_campaign(world, 2);
  RunParameters arm = replying_run();
  arm.pays = {"paid"};
  arm.answers.per_day = 10;
  arm.trust.sponsored = 1;
  arm.trust.answered = 0.6;
  TestType subject(graph, accounts, world, replying_run());
  branch_at_the_end_of_the_warmup(subject, world, arm);
  go_to(subject, 26);
  CHECK(subject.trust(UserId{1}, author) == 0.0);
  go_to(subject, 27);
  CHECK(subject.trust(UserId{1}, author) == Approx(0.6).epsilon(1e-12));
  go_to(subject, 28);
  const std::uint64_t draw = nested_mix(StreamKey(world.seed, Stream::dynamics, 0).key(Draw::trust),
                                        post_key(author, 25, PostOrigin::campaign, 0), 1 + (std::uint64_t{2} << 32));
  const double bytes = static_cast<double>(draw >> 32) * 0x1p-32 >= 0.8 ? 215 : 214;
  CHECK(subject.trust(UserId{1}, author) == Approx(bytes / 255).epsilon(1e-12));
}

TEMPLATE_LIST_TEST_CASE("what was lost comes back by halves, and the rest at once below 1/512", "[sim][trust]",
                        Subjects) {
  // An advertisement takes all trust in tick 25: 0.8 is missing, 0.8 x 2^-(k / H) k ticks later.
  const FollowGraph graph = star(1);
  const Users accounts;
  WorldParameters world = regular_world(24, 18, false);
  add_campaign(world, 1);
  const auto end_of = [&](double half_life, auto&& look) {
    RunParameters arm = replying_run();
    arm.pays = {"paid"};
    arm.trust.start = 0.8;
    arm.trust.sponsored = 1;
    arm.trust.half_life = half_life;
    TestType subject(graph, accounts, world, replying_run());
    branch_at_the_end_of_the_warmup(subject, world, arm);
    go_to(subject, 26);
    for (Tick k = 1; subject.now() < world.time.end(); ++k, subject.step()) look(k, subject.trust(UserId{1}, author));
    return subject.mechanisms();
  };
  // H = 2: 17 ticks later 0.0022 is missing, 18 ticks later 0.8 / 512, which is less than 1 / 512 and counts as
  // nothing.
  const auto gone = end_of(2, [](Tick k, double trust) {
    CAPTURE(k);
    if (k < 18)
      CHECK(trust == Approx(0.8 - 0.8 * std::exp2(-static_cast<double>(k) / 2)).epsilon(1e-12));
    else
      CHECK(trust == 0.8);
  });
  CHECK(sum(gone, "trust_looks") == 1);
  CHECK(sum(gone, "trust_met") == 800'000);
  CHECK(sum(gone, "trust_ties") == 0);
  CHECK(sum(gone, "trust_fallen") == 0);
  // The last tick is 65; what is told of ties is as of tick 66, 41 ticks later: with H = 41 half of 0.8 is missing.
  const auto half = end_of(41, [](Tick, double) {});
  CHECK(sum(half, "trust_ties") == 1);
  CHECK(sum(half, "trust_risen") == 0);
  CHECK(sum(half, "trust_fallen") == 400'000);
  const auto all = end_of(0, [](Tick, double trust) { CHECK(trust == 0.0); });
  CHECK(sum(all, "trust_fallen") == 800'000);
}

TEMPLATE_LIST_TEST_CASE("a stranger, money and trust each multiply the odds of a look", "[sim][trust]", Subjects) {
  // Reader 1 follows the author and reshares all, 2 follows 1 and is a stranger to the author. Likes have even odds. To
  // be a stranger triples them, trust of 1 instead of 0.5 does so again, with effect log 9; money takes two thirds:
  //   follower 1 : 1, of a paid root 1 : 3; stranger 9 : 1, of a paid root 3 : 1.
  // Roots of ticks 24 .. 43 are paid, those of 44 .. 63 not: 40 counted roots, two looks each.
  const FollowGraph graph = graph_of(3, {{1, 0}, {2, 1}});
  const Users accounts = one_author();
  WorldParameters world = regular_world(24, 40, true);
  add_campaign(world, 20);
  RunParameters before = replying_run();
  before.behaviour.probability = {0.5, 0, 1, 0};
  RunParameters arm = before;
  arm.pays = {"paid"};
  arm.behaviour.stranger = std::log(3.0);
  arm.sponsorship.reaction = -std::log(3.0);
  arm.trust.effect = std::log(9.0);
  arm.trust.stranger = 1;
  const StreamKey dynamics(world.seed, Stream::dynamics, 0);
  TestType subject(graph, accounts, world, before);
  branch_at_the_end_of_the_warmup(subject, world, arm);
  std::array<std::array<int, 2>, 2> looks{};  // by stranger and paid
  while (subject.now() < world.time.end()) {
    subject.step();
    for (const Seen& seen : subject.looks()) {
      const bool stranger = seen.reader == UserId{2};
      const double p = stranger ? (seen.paid ? 0.75 : 0.9) : (seen.paid ? 0.25 : 0.5);
      const auto bits =
          static_cast<std::uint32_t>(nested_mix(dynamics.key(Draw::react), seen.key, seen.reader.value()) >> 32);
      CAPTURE(subject.now(), stranger, seen.paid);
      CHECK(seen.exposure == 0);
      CHECK(seen.liked == (bits < p * 0x1p32));
      ++looks[stranger][seen.paid];
    }
  }
  CHECK(looks[0][1] == 20);
  CHECK(looks[1][1] == 20);
  const auto columns = subject.mechanisms();
  CHECK(columns.size() == 6);  // nobody answers
  CHECK(sum(columns, "trust_looks") == 80);
  CHECK(sum(columns, "trust_met") == 40 * 500'000 + 40 * 1'000'000);
  CHECK(sum(columns, "trust_sponsored_looks") == 40);
  CHECK(sum(columns, "trust_ties") == 0);
}

TEMPLATE_LIST_TEST_CASE("an arm goes on with what waits, what was given on the day and who is trusted", "[sim][trust]",
                        Subjects) {
  // Three readers reply in every tick to the root of the tick before; patience is one tick. The arm begins in tick 30,
  // in day 1, which began in tick 24. Counted roots are of ticks 30 .. 41, with 36 replies in ticks 31 .. 42; day 2
  // begins in tick 48, when no reply to them waits. The arm gives 14 answers a day.
  //
  // After a warm-up with 5 a day, given in ticks 24 and 25, 9 are left: three in tick 30, of replies of the warm-up,
  // three in tick 31, on root 29, and three in tick 32: the only ones on a counted root. After a neutral warm-up 14 are
  // left and nothing waits in tick 30: three in tick 31, on root 29, then three each in ticks 32, 33, 34 and two in
  // tick 35: 11 on counted roots. If the arm gives 5 as well, none is left.
  const FollowGraph graph = star(3);
  const Users accounts = one_author();
  const WorldParameters world = regular_world(30, 12, true);
  const RunParameters neutral = replying_run();
  RunParameters five = neutral;
  five.answers.per_day = 5;
  five.answers.patience = 1;
  five.trust.start = 0.2;
  five.trust.answered = 1;
  RunParameters fourteen = five;
  fourteen.answers.per_day = 14;
  fourteen.trust.start = 0.4;  // the base of ties in which nothing has happened

  const auto run = [&](const RunParameters& warmup, const RunParameters& arm, double trust_at_branch) {
    TestType subject(graph, accounts, world, warmup);
    branch_at_the_end_of_the_warmup(subject, world, arm);
    for (std::uint32_t u = 1; u <= 3; ++u) CHECK(subject.trust(UserId{u}, author) == trust_at_branch);
    go_to(subject, world.time.end());
    return subject.mechanisms();
  };
  const auto from_five = run(five, fourteen, 1.0);  // all three are answered in tick 2
  CHECK(sum(from_five, "answers_replies") == 36);
  CHECK(sum(from_five, "answers_given") == 3);
  CHECK(sum(from_five, "answers_waited") == 3);
  const auto from_nothing = run(neutral, fourteen, 0.4);
  CHECK(sum(from_nothing, "answers_replies") == 36);
  CHECK(sum(from_nothing, "answers_given") == 11);
  CHECK(sum(from_nothing, "answers_waited") == 11);
  CHECK(sum(run(five, five, 1.0), "answers_given") == 0);
  CHECK(run(five, neutral, 0.5).empty());
}

TEMPLATE_LIST_TEST_CASE("an author answers min(1, answers a day / comments a day) of its comments", "[sim][trust]",
                        Subjects) {
  // C = 72 comments a day come evenly, three a tick, for D = 40 days. The numbers of those days have the sum B D, give
  // or take five standard deviations sqrt(D f (1 - f)), f the fraction of B. Of these answers three at most go to
  // comments on the last root of the warm-up, and up to three are not given, for nothing waits when day 1 begins. Those
  // of the day after, at most B rounded up, may go to counted comments too; later ones cannot, as patience is shorter
  // than a day. From B = C on every comment is answered in the next tick.
  const double answers = GENERATE(0.5, 10.25, 36.0, 71.5, 72.0, 200.0);
  const double comments = 72, days = 40;
  const FollowGraph graph = star(3);
  const Users accounts = one_author();
  const WorldParameters world = regular_world(24, 24 * 40, true);
  RunParameters arm = replying_run();
  arm.answers.per_day = answers;
  arm.answers.patience = 23;
  TestType subject(graph, accounts, world, replying_run());
  branch_at_the_end_of_the_warmup(subject, world, arm);
  go_to(subject, world.time.end());
  const auto columns = subject.mechanisms();
  const auto replies = static_cast<double>(sum(columns, "answers_replies"));
  REQUIRE(replies == comments * days);
  const double share = static_cast<double>(sum(columns, "answers_given")) / replies;
  const double part = answers - std::floor(answers);
  const double tolerance = (std::ceil(answers) + 6 + 5 * std::sqrt(days * part * (1 - part))) / (comments * days);
  CAPTURE(answers, share, tolerance);
  CHECK(std::abs(share - std::min(1.0, answers / comments)) <= (answers < comments ? tolerance : 0.0));
}

TEMPLATE_LIST_TEST_CASE("trust of who is answered once a day follows its recurrence", "[sim][trust]", Subjects) {
  // Eight readers reply in every tick; eight answers a day and a patience of one tick: each is answered in the first
  // tick of the day, for which the arm begins in the tick before. Just before the n-th answer trust is tau_n,
  //   tau_1 = base, tau_(n+1) = base + (tau_n + g (1 - tau_n) - base) f, f = 2^(-24 / H).
  // The byte rounds up or down by less than 1/255 such that the mean is kept, with a standard deviation of 1/510 at
  // most. Such errors fade by f until the next answer and by c = f (1 - g) with each further one: they add up to less
  // than f / 255 / (1 - c), and to a standard deviation of f / 510 / sqrt(1 - c^2) at most; the mean over eight
  // independent ties has that over sqrt(8). Five are allowed.
  const FollowGraph graph = star(8);
  const Users accounts = one_author();
  const WorldParameters world = regular_world(47, 24 * 15, true);
  const double base = 0.1, g = 0.3, half_life = 72;
  const double f = std::exp2(-24 / half_life), c = f * (1 - g);
  RunParameters arm = replying_run();
  arm.answers.per_day = 8;
  arm.answers.patience = 1;
  arm.trust.start = base;
  arm.trust.answered = g;
  arm.trust.half_life = half_life;
  TestType subject(graph, accounts, world, replying_run());
  branch_at_the_end_of_the_warmup(subject, world, arm);
  double expected = base;
  for (Tick n = 1; n <= 15; ++n) {
    go_to(subject, 24 * (n + 1));
    double mean = 0;
    for (std::uint32_t u = 1; u <= 8; ++u) {
      const double trust = subject.trust(UserId{u}, author);
      CAPTURE(n, u, trust, expected);
      CHECK(std::abs(trust - expected) < f / 255 / (1 - c) + 1e-12);
      mean += trust / 8;
    }
    CAPTURE(n, mean, expected);
    CHECK(std::abs(mean - expected) < 5 * f / 510 / std::sqrt(1 - c * c) / std::sqrt(8.0) + 1e-12);
    expected = base + (expected + g * (1 - expected) - base) * f;
  }
  CHECK(expected == Approx((base + f * (g - base)) / (1 - c)).epsilon(1e-3));  // nearly where it settles
}

/// What a run leaves behind, as far as it does not say when it was branched.
auto told(const RunRecord& record) {
  std::vector<std::uint64_t> numbers{record.event_hash};
  for (const MechanismColumn& column : record.mechanisms)
    numbers.insert(numbers.end(), column.by_tier.begin(), column.by_tier.end());
  for (const TierRow& tier : record.tiers) numbers.push_back(tier.outcomes.engagement());
  return numbers;
}

TEST_CASE("arms that branch with answers and trust at work go on as if nothing had been", "[sim][trust][invariance]") {
  const FollowGraph graph = lively_graph(9'000);  // three blocks of readers
  const Users accounts;
  Alone alone;
  const WorldParameters parameters = lively_parameters();
  RunParameters run = lively_run();
  add_mechanisms(run);
  World whole(graph, accounts, parameters, run, ReplicateStreams{}, alone);
  whole.run_until(parameters.time.warmup);
  const std::unique_ptr<World> arm = whole.branch(run, {}), other = whole.branch(run, {});
  arm->run_until(parameters.time.end());
  other->run_until(parameters.time.warmup + 20);
  const std::unique_ptr<World> late = other->branch(run, {});
  late->run_until(parameters.time.end());
  whole.run_until(parameters.time.end());
  const auto expected = told(whole.record());
  CHECK(expected[1] > 0);  // replies
  CHECK(told(arm->record()) == expected);
  CHECK(told(late->record()) == expected);
}

TEST_CASE("trust that nothing moves and that strangers share changes nothing", "[sim][trust][invariance]") {
  const FollowGraph graph = lively_graph(3'000);
  const Users accounts;
  Alone alone;
  const WorldParameters parameters = lively_parameters();
  RunParameters run = lively_run(), trusting = run;
  trusting.trust.effect = 3;
  trusting.trust.start = trusting.trust.stranger = 0.7;
  trusting.answers.per_day = 4;  // nobody makes anything of it
  const auto events = [&](const RunParameters& of) {
    World world(graph, accounts, parameters, of, ReplicateStreams{}, alone);
    world.run_until(parameters.time.end());
    return world.record().event_hash;
  };
  CHECK(events(trusting) == events(run));
  trusting.trust.bystander = 0.2;
  CHECK(events(trusting) != events(run));
}

}  // namespace
}  // namespace grapevine
