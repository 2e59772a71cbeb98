#include "tests/sim/slow_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/graph_builder.hpp"
#include "sim/behaviour.hpp"
#include "sim/tick/session.hpp"
#include "sim/world.hpp"
#include "tests/catch.hpp"

// The engine against tests/sim/slow_model.cpp, which was written from docs/model.md without a look at the engine. Both are exact, so they must be equal: every post,
// impression and reshare of every tick, every counter, every number of the records.
namespace grapevine {
namespace {

/// Low numbers are followed more often, but numbers do not follow the follower counts strictly. About a quarter of the follows is answered.
FollowGraph random_graph(std::uint32_t users, double density, std::uint64_t key) {
  GraphBuilder builder(users);
  for (std::uint32_t u = 0; u < users; ++u)
    for (std::uint32_t v = 0; v < users; ++v) {
      if (u == v || uniform(nested_mix(key, u, v)) >= density * 3.5 / (10.0 + v)) continue;
      builder.add(UserId{u}, UserId{v});
      if (uniform(nested_mix(~key, u, v)) < 0.25) builder.add(UserId{v}, UserId{u});
    }
  return builder.build();
}

using Event = std::vector<std::uint64_t>;

/// Empty if equal; else the first place where two sorted lists part.
std::string difference(const std::string& what, std::vector<Event> engine, std::vector<Event> slow) {
  std::sort(engine.begin(), engine.end());
  std::sort(slow.begin(), slow.end());
  if (engine == slow) return {};
  const auto text = [](const std::vector<Event>& events, std::size_t i) { return i < events.size() ? fmt::format("{}", fmt::join(events[i], " ")) : "none"; };
  std::size_t i = 0;
  while (i < engine.size() && i < slow.size() && engine[i] == slow[i]) ++i;
  return fmt::format("{}: engine has {}, slow model {}; first difference: engine {}; slow model {}", what, engine.size(), slow.size(), text(engine, i), text(slow, i));
}

/// An engine and a slow model that go through the same run.
class Pair {
public:
  Pair(const FollowGraph& graph, const WorldParameters& parameters, const RunParameters& warmup, ReplicateStreams streams, bool track)
      : graph_(graph), parameters_(parameters), track_(track), world_(std::make_unique<World>(graph, ids_, parameters, warmup, streams, alone_)), slow(graph, parameters, warmup, streams) {}

  /// The whole run; the arm starts at the end of the warm-up.
  void run(const RunParameters& arm, Tick series_every) {
    while (slow.now < parameters_.time.warmup) step();
    RecordOptions options;
    options.series_every = series_every;
    options.track_share = track_ ? 1.0 : 0.0;
    world_ = world_->branch(arm, options);
    slow.branch(arm);
    while (slow.now < parameters_.time.end()) step();
    compare(world_->record(), slow.record(series_every, track_));
  }

private:
  void step() {
    world_->step();
    slow.step();
    INFO("tick " << slow.now - 1);
    const World::Events events = world_->last_events();
    const auto key = [&](std::uint32_t root) { return world_->state.posts.identity(root).key; };

    std::vector<Event> a, b;
    for (const PostIdentity& post : events.posts) a.push_back({post.key, post.author.value(), post.topic, post.quality, post.campaign});
    for (const std::size_t p : slow.new_posts) {
      const slow::Post& post = slow.posts[p];
      b.push_back({post.key, post.author.value(), post.topic, post.quality, post.campaign < 0 ? PostIdentity::no_campaign : static_cast<std::uint64_t>(post.campaign)});
    }
    REQUIRE(difference("posts (key author topic quality campaign)", a, b) == "");

    a.clear();
    b.clear();
    for (const Impression& i : events.impressions) a.push_back({i.reader.value(), i.position, key(i.root), i.emitter.value(), i.exposure, i.bits});
    for (const slow::Look& look : slow.looks) {
      std::uint64_t bits = 0;
      for (std::size_t action = 0; action < action_count; ++action) bits |= static_cast<std::uint64_t>(look.took[action]) << action;
      const slow::Post& post = slow.posts[look.post];
      if (look.exposure == 0) bits |= Impression::first;
      if (look.reshared) bits |= Impression::reshared;
      if (tracked(post)) bits |= Impression::tracked;
      b.push_back({look.reader.value(), look.position, post.key, look.emitter.value(), look.exposure, bits});
    }
    REQUIRE(difference("impressions (reader position key emitter exposure bits)", a, b) == "");

    a.clear();
    b.clear();
    for (const Reshare& reshare : events.reshares) a.push_back({key(reshare.root), reshare.reader.value(), reshare.emitter.value(), (reshare.flags & Impression::reshared) != 0});
    for (const slow::Emission& reshare : slow.reshares) b.push_back({slow.posts[reshare.post].key, reshare.emitter.value(), reshare.parent.value(), reshare.parent_reshare});
    REQUIRE(difference("reshares (key reader emitter reshared)", a, b) == "");

    // Live roots: those that may still be gathered in this tick, and those just emitted.
    a.clear();
    b.clear();
    const auto counters = [](std::uint64_t post, Tick visible, const PostCounters& c) {
      return Event{post, visible, c.impressions, c.reach, c.actions[0], c.actions[1], c.actions[2], c.actions[3]};
    };
    const Posts& posts = world_->state.posts;
    for (std::uint32_t p = posts.tail(); p < posts.head(); ++p) a.push_back(counters(posts.identity(p).key, posts.visible(p), posts.counters(p)));
    for (const slow::Post& post : slow.posts)
      if (post.visible() + world_->run.feed.window > slow.now - 1) b.push_back(counters(post.key, post.visible(), post.counters));
    REQUIRE(difference("live roots (key visible impressions reach like reply reshare click)", a, b) == "");

    const TickCounts& counts = world_->state.tick_counts.back();
    const slow::TickSums& sums = slow.ticks.back();
    const Event engine{counts.sessions, counts.delivered, counts.served, counts.impressions, counts.actions[0], counts.actions[1], counts.actions[2], counts.actions[3]};
    REQUIRE(difference("tick (sessions delivered served impressions like reply reshare click)", {engine},
                       {{sums.sessions, sums.delivered, sums.served, sums.impressions, sums.actions[0], sums.actions[1], sums.actions[2], sums.actions[3]}}) == "");
  }

  bool tracked(const slow::Post& post) const {
    return post.campaign >= 0 || (track_ && post.tick >= parameters_.time.warmup && post.tick < parameters_.time.warmup + parameters_.time.measure);
  }

  static void compare(const RunRecord& engine, const RunRecord& slow) {
    const auto outcomes = [](const Outcomes& o) { return Event{o.posts, o.delivered, o.served, o.impressions, o.reach, o.likes, o.replies, o.reshares, o.clicks}; };
    const auto join = [](Event a, const Event& b) {
      a.insert(a.end(), b.begin(), b.end());
      return a;
    };
    const auto rows = [&](const RunRecord& record, int table) {
      std::vector<Event> list;
      if (table == 0)
        for (std::size_t i = 0; i < record.tiers.size(); ++i)
          list.push_back(join({i, record.tiers[i].accounts, static_cast<std::uint64_t>(record.tiers[i].cost)}, outcomes(record.tiers[i].outcomes)));
      if (table == 1)
        for (std::size_t i = 0; i < record.campaigns.size(); ++i) {
          const CampaignRow& row = record.campaigns[i];
          list.push_back(join({i, row.accounts, row.replaced, static_cast<std::uint64_t>(row.budget), static_cast<std::uint64_t>(row.spent)}, outcomes(row.outcomes)));
        }
      if (table == 2)
        for (const SeriesRow& row : record.series)
          list.push_back({row.first_tick, row.sessions, row.organic_posts, row.paid_posts, row.delivered, row.served, row.impressions, row.likes, row.replies, row.reshares, row.clicks});
      if (table == 3)
        for (const InfluencerRow& row : record.influencers)
          list.push_back(join({row.campaign, row.user.value(), row.followers, row.posts, row.replaced, static_cast<std::uint64_t>(row.cost)}, outcomes(row.outcomes)));
      if (table == 4)  // with the cascade, whose nodes are sorted by what they are, as the order among children is free
        for (const PostRow& row : record.posts) {
          Event event{row.key, row.author.value(), row.tick, static_cast<std::uint64_t>(row.campaign), row.topic, row.impressions_followed, row.impressions_reshared, row.reach, row.likes,
                      row.replies, row.reshares, row.clicks, row.cascade_size, row.depth};
          std::vector<Event> nodes;
          for (std::uint32_t i = 0; i < row.cascade_size; ++i) {
            const CascadeNode& node = record.cascades.at(row.first_node + i);
            REQUIRE(node.parent < static_cast<std::int32_t>(i));  // parents before children
            const std::uint64_t parent = node.parent < 0 ? 999'999 : record.cascades.at(row.first_node + static_cast<std::uint32_t>(node.parent)).user.value();
            nodes.push_back({node.user.value(), parent, node.tick, static_cast<std::uint64_t>(node.reason)});
          }
          std::sort(nodes.begin(), nodes.end());
          for (const Event& node : nodes) event = join(event, node);
          list.push_back(event);
        }
      return list;
    };
    const std::array<std::string, 5> names{"tiers (tier accounts cost, posts delivered served impressions reach likes replies reshares clicks)",
                                           "campaigns (campaign accounts replaced budget spent, outcomes as for tiers)", "series", "influencers (campaign user followers posts replaced cost, outcomes)",
                                           "posts and cascades"};
    for (int table = 0; table < 5; ++table) CHECK(difference(names[static_cast<std::size_t>(table)], rows(engine, table), rows(slow, table)) == "");

    // Structural virality is a quotient of whole numbers: both may round differently once or twice.
    REQUIRE(engine.posts.size() == slow.posts.size());
    for (const PostRow& row : engine.posts)
      for (const PostRow& other : slow.posts) {
        if (row.key != other.key) continue;
        const bool same = std::isnan(other.structural_virality) ? std::isnan(row.structural_virality)
                                                                : std::abs(row.structural_virality - other.structural_virality) <= 1e-14 * other.structural_virality;
        REQUIRE(same);
      }
    CHECK(engine.cascades.size() == slow.cascades.size());
  }

  const FollowGraph& graph_;
  const Accounts ids_;
  const WorldParameters parameters_;
  const bool track_;
  Alone alone_;
  std::unique_ptr<World> world_;

public:
  slow::Model slow;
};

/// Fifty users who never rest: 24 ticks a day, ten sessions and four posts, half of what is looked at is liked and a quarter reshared.
WorldParameters restless_world() {
  WorldParameters p;
  p.seed = 4711;
  p.time = {3600, 50, 110, 40};
  p.population.sessions_per_day = 10;
  p.population.session_spread = 0.7;
  p.population.posts_per_day = 4;
  p.population.post_spread = 0.8;
  p.population.patience = 9;
  p.population.patience_spread = 0.6;
  for (std::size_t hour = 0; hour < 24; ++hour) p.population.daily_profile[hour] = hour < 5 ? 0.0 : 0.3 + static_cast<double>(hour * 7 % 11);
  p.population.topics = 5;
  p.population.focus = 0.4;
  p.population.interest_skew = 2;
  p.population.propensity_spread = 0.6;
  p.population.quality_spread = 0.4;
  p.tiers = {{"few", "some", "many"}, {0, 6, 14}};
  p.prices = {2 * micro_per_unit, 300'000};

  CampaignParameters stars;
  stars.name = "stars";
  stars.choose = AccountChoice::largest;
  stars.count = 3;
  stars.posts = 4;
  stars.start = 5;
  stars.every = 4;
  stars.slots = 4;
  stars.replace_within = 12;
  CampaignParameters crowd;
  crowd.name = "crowd";
  crowd.choose = AccountChoice::random;
  crowd.followers_from = 3;
  crowd.followers_to = 12;
  crowd.posts = 2;
  crowd.budget_of = "stars";
  crowd.topic = 2;
  crowd.every = 11;
  crowd.slots = 5;
  crowd.replace_within = 3;
  CampaignParameters friends;  // meets the stars in some ticks
  friends.name = "friends";
  friends.choose = AccountChoice::named;
  friends.accounts = {"2", "0", "1", "17"};
  friends.posts = 5;
  friends.budget = 150 * micro_per_unit;
  friends.start = 5;
  friends.every = 4;
  friends.slots = 4;
  friends.replace_within = 0;
  CampaignParameters idle = crowd;
  idle.name = "idle";
  p.campaigns = {stars, crowd, friends, idle};
  return p;
}

RunParameters restless_run(Ranking ranking, FeedMemory memory, ParentRule parent) {
  RunParameters run;
  run.feed.ranking = ranking;
  run.feed.memory = memory;
  run.feed.window = 20;
  run.feed.length = 25;
  run.feed.prior_strength = 6;
  run.feed.age_half_life = 7;
  run.behaviour.probability = {0.4, 0.1, 0.25, 0.15};
  run.behaviour.topic_match = 1.2;
  run.behaviour.social_proof = 0.3;
  run.behaviour.parent = parent;
  return run;
}

constexpr std::array rankings{Ranking::chronological, Ranking::random, Ranking::popularity, Ranking::weighted};
constexpr std::array memories{FeedMemory::session, FeedMemory::window};
constexpr std::array parents{ParentRule::latest, ParentRule::first};

TEST_CASE("the engine does in every tick what the text of the model says", "[sim][oracle]") {
  const FollowGraph graph = random_graph(50, 1.0, 99);
  const WorldParameters world = restless_world();
  std::array<slow::Situations, 2> total{};  // by memory
  std::uint32_t number = 0;
  for (const Ranking ranking : rankings)
    for (const FeedMemory memory : memories)
      for (const ParentRule parent : parents) {
        INFO("ranking " << static_cast<int>(ranking) << ", memory " << static_cast<int>(memory) << ", parent " << static_cast<int>(parent));
        // The warm-up is under another ranking, in half of the cases under the other memory, and nobody is paid in it.
        const RunParameters before = restless_run(rankings[(static_cast<std::size_t>(ranking) + 1) % 4], memories[number % 2], parents[number / 4 % 2]);
        RunParameters arm = restless_run(ranking, memory, parent);
        arm.pays = {"stars", "friends", "crowd"};
        Pair pair(graph, world, before, ReplicateStreams{}, true);
        pair.run(arm, 7);  // the last bin of the series is not full
        const slow::Situations& s = pair.slow.situations;
        slow::Situations& t = total[static_cast<std::size_t>(memory)];
        for (const auto field : {&slow::Situations::again, &slow::Situations::several_resharers, &slow::Situations::own_root_back, &slow::Situations::late_reshare,
                                 &slow::Situations::known_left_out, &slow::Situations::parent_matters, &slow::Situations::not_twice, &slow::Situations::cut_by_length,
                                 &slow::Situations::cut_by_patience, &slow::Situations::ties, &slow::Situations::deep, &slow::Situations::withheld, &slow::Situations::slots_expired,
                                 &slow::Situations::slots_stacked, &slow::Situations::twice_in_a_tick})
          t.*field += s.*field;
        ++number;
      }
  for (const slow::Situations& s : total) {
    CAPTURE(s.again, s.several_resharers, s.own_root_back, s.late_reshare, s.known_left_out, s.parent_matters, s.not_twice, s.cut_by_length, s.cut_by_patience, s.ties, s.deep, s.withheld,
            s.slots_expired, s.slots_stacked, s.twice_in_a_tick);
    CHECK(s.several_resharers > 0);
    CHECK(s.own_root_back > 0);
    CHECK(s.late_reshare > 0);
    CHECK(s.parent_matters > 0);
    CHECK(s.cut_by_length > 0);
    CHECK(s.cut_by_patience > 0);
    CHECK(s.ties > 0);
    CHECK(s.deep > 0);
    CHECK(s.withheld > 0);
    CHECK(s.slots_expired > 0);
    CHECK(s.slots_stacked > 0);
    CHECK(s.twice_in_a_tick > 0);
  }
  CHECK(total[0].again > 0);  // under `memory = session`
  CHECK(total[0].not_twice > 0);
  CHECK(total[1].known_left_out > 0);
}

TEST_CASE("engine and slow model agree whatever the parameters", "[sim][oracle]") {
  for (std::uint32_t number = 0; number < 40; ++number) {
    INFO("world " << number);
    std::uint32_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(20'260'117, number, drawn++) % list.size()];
    };
    WorldParameters world = restless_world();
    world.seed = number;
    world.time.tick_seconds = pick(60U, 600U, 1800U, 3600U);
    const double day = world.time.ticks_per_day();
    world.population.sessions_per_day = day * pick(0.02, 0.3, 1.0, 50.0);
    world.population.posts_per_day = day * pick(0.0, 0.05, 0.2, 2.0);
    world.population.session_spread = pick(0.0, 1.0);
    world.population.post_spread = pick(0.0, 1.0);
    world.population.patience = pick(1.0, 1.5, 10.0, 1e5);
    world.population.patience_spread = pick(0.0, 1.0);
    if (pick(0, 1)) world.population.daily_profile = PopulationParameters::filled_profile();
    world.population.topics = pick(1U, 2U, 16U);
    world.population.focus = pick(0.0, 0.5, 1.0);
    world.population.interest_skew = pick(0.5, 3.0);
    const int uneven = pick(0, 1, 2, 3);  // at most two of three, for the sake of time
    world.population.propensity_spread = uneven == 1 || uneven == 2 ? 1.0 : 0.0;
    world.population.quality_spread = uneven == 2 || uneven == 3 ? 0.7 : 0.0;
    for (CampaignParameters& campaign : world.campaigns) {
      campaign.followers_from = 0;  // there is always somebody, in the smallest graph too
      if (campaign.choose == AccountChoice::named) campaign.accounts = {"2", "0", "1", "3"};
      campaign.every = pick(1U, 5U, 9U);
      campaign.slots = pick(1U, 3U, 7U);
      campaign.posts = std::min(campaign.slots, pick(1U, 3U, 7U));
      campaign.replace_within = pick(0U, 2U, 30U);
      campaign.count = pick(1U, 4U, UINT32_MAX);
      campaign.start = pick(0U, 10U);
    }
    const Tick window = pick(1U, 5U, 20U, 45U);
    world.time.warmup = window + pick(0U, 3U);
    world.time.measure = pick(65U, 80U);
    world.time.followup = window + pick(0U, 4U);

    const auto draw_run = [&] {
      RunParameters run = restless_run(pick(rankings[0], rankings[1], rankings[2], rankings[3]), pick(memories[0], memories[1]), pick(parents[0], parents[1]));
      run.feed.window = window;
      run.feed.length = pick(1U, 5U, 200U);
      run.feed.prior_strength = pick(0.0, 1.0, 50.0);
      run.feed.age_half_life = pick(0.0, 2.5, 40.0);
      run.feed.weights = pick(PerAction{1, 0, 0, 0}, PerAction{0.5, 13.5, 1, 0.25});
      run.behaviour.probability = pick(PerAction{0, 0, 0, 0}, PerAction{0.5, 0.2, 0.05, 0.9}, PerAction{0.1, 0.1, 0.5, 0.1});
      run.behaviour.topic_match = uneven == 1 || uneven == 3 ? pick(0.0, 2.0) : 0.0;
      if (world.population.propensity_spread == 0 && world.population.quality_spread == 0) run.behaviour.probability[pick(0U, 2U)] = 1.0;
      run.behaviour.social_proof = pick(0.0, 1.0);
      return run;
    };
    const RunParameters before = draw_run();
    RunParameters arm = draw_run();
    for (const CampaignParameters& campaign : world.campaigns)
      if (pick(0, 1)) arm.pays.push_back(campaign.name);
    const ReplicateStreams streams{pick(0U, 1U), pick(0U, 2U), pick(0U, 3U), pick(0U, 4U)};
    const bool track = pick(0, 1) != 0;
    const FollowGraph graph = random_graph(pick(4U, 20U, 40U), pick(0.5, 1.0, 2.0), number);
    Pair pair(graph, world, before, streams, track);
    pair.run(arm, pick(1U, 6U, 1000U));
  }
}

TEST_CASE("engine and slow model agree where a window has more ticks than a byte has values", "[sim][oracle]") {
  const FollowGraph graph = random_graph(20, 1.0, 12);
  std::uint64_t returns = 0;
  for (const Tick window : {240U, 256U, 700U})
    for (const FeedMemory memory : memories) {
      INFO("window " << window << ", memory " << static_cast<int>(memory));
      WorldParameters world = restless_world();
      world.time = {60, window, 150, window};
      world.population.sessions_per_day = 1440 * 0.02;  // most readers come back after dozens of ticks, some after hundreds
      world.population.session_spread = 1.5;
      world.population.posts_per_day = 1440 * 0.005;
      world.population.daily_profile = PopulationParameters::filled_profile();
      world.campaigns.clear();
      RunParameters run = restless_run(Ranking::chronological, memory, ParentRule::latest);
      run.feed.window = window;
      Pair pair(graph, world, run, ReplicateStreams{}, true);
      pair.run(run, 50);
      returns += pair.slow.situations.again + pair.slow.situations.known_left_out;
      CHECK(pair.slow.situations.several_resharers > 0);
    }
  CHECK(returns > 0);
}

TEST_CASE("a campaign buys the accounts that the text says, post by post while the money lasts", "[sim][oracle]") {
  const FollowGraph graph = random_graph(50, 1.0, 7);
  const Accounts ids;
  std::uint64_t parts = 0, stopped = 0;  // accounts bought in part; purchases that ended for want of money while a cheaper account was left
  for (std::uint32_t number = 0; number < 400; ++number) {
    INFO("purchase " << number);
    const auto draw = [&](std::uint32_t what, std::uint32_t below) { return static_cast<std::uint32_t>(nested_mix(5, number, what) % below); };
    WorldParameters world = restless_world();
    world.seed = number / 8;
    world.population.propensity_spread = world.population.quality_spread = 0;  // for the sake of time
    CampaignParameters& one = world.campaigns[1];
    one.name = "number " + std::to_string(number);
    one.choose = draw(0, 2) ? AccountChoice::random : AccountChoice::largest;
    one.followers_from = draw(1, 6);
    one.followers_to = one.followers_from + 3 + draw(2, 15);
    one.slots = 5;
    one.posts = 1 + draw(3, 5);
    one.count = 1 + draw(4, 30);
    one.budget_of = "";
    one.budget = 8 * micro_per_unit + draw(5, 90'000'000);
    world.campaigns[2].budget = 30 * micro_per_unit;
    world.campaigns[3].budget_of = one.name;
    const std::vector<Deal> engine = choose_accounts(graph, ids, world, ReplicateStreams{0, 3, 0, 0});
    const slow::Model model(graph, world, RunParameters{}, ReplicateStreams{0, 3, 0, 0});
    for (std::size_t c = 0; c < world.campaigns.size(); ++c) {
      MicroMoney bound = 0;
      std::vector<Event> a, b;
      std::uint64_t place = 0;
      for (const Purchase& purchase : engine[c].purchases) a.push_back({place++, purchase.user.value(), purchase.followers, purchase.posts, static_cast<std::uint64_t>(purchase.cost)});
      place = 0;
      const std::vector<Purchase> slow = model.purchases(world.campaigns[c], bound);
      for (const Purchase& purchase : slow) b.push_back({place++, purchase.user.value(), purchase.followers, purchase.posts, static_cast<std::uint64_t>(purchase.cost)});
      REQUIRE(difference("purchases (place user followers posts cost)", a, b) == "");
      REQUIRE(engine[c].budget == bound);
      MicroMoney spent = 0;
      for (const Purchase& purchase : slow) {
        spent += purchase.cost;
        parts += purchase.posts < world.campaigns[c].posts;
      }
      if (bound >= 0) REQUIRE(spent <= bound);
      stopped += bound >= 0 && spent < bound && slow.size() < world.campaigns[c].count;
    }
  }
  CHECK(parts > 0);
  CHECK(stopped > 0);
}

TEST_CASE("base odds are centred: the population acts as often as the key says, whatever the spreads", "[sim][oracle]") {
  // All users and posts there are, as reacting sees them: 256 propensities x 256 interests x 256 qualities. Thresholds are cut to 2^-32, which takes half of that from the
  // mean: two parts in ten million of the smallest probability. One part in a million is demanded of the sum.
  const double propensity = GENERATE(0.0, 0.6, 1.5), match = GENERATE(0.0, 1.2, 3.0), quality = GENERATE(0.0, 0.4), skew = GENERATE(0.5, 2.0);
  PopulationParameters population;
  population.propensity_spread = propensity;
  population.quality_spread = quality;
  population.interest_skew = skew;
  BehaviourParameters keys;
  keys.probability = {0.4, 0.1, 0.012, 0.0005};
  keys.topic_match = match;
  const Behaviour behaviour(keys, population);
  std::array<double, action_count> sum{};
  std::uint64_t count = 0;
  // A factor that is switched off has one value.
  for (unsigned p = 0; p < (propensity == 0.0 ? 1U : 256U); ++p)
    for (unsigned i = 0; i < (match == 0.0 ? 1U : 256U); ++i)
      for (unsigned q = 0; q < (quality == 0.0 ? 1U : 256U); ++q, ++count) {
        const double odds = behaviour.odds(static_cast<std::uint8_t>(p), static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(q), 0);
        for (std::size_t a = 0; a < action_count; ++a) sum[a] += static_cast<double>(behaviour.threshold(static_cast<Action>(a), odds)) * 0x1p-32;
      }
  CAPTURE(propensity, match, quality, skew);
  for (std::size_t a = 0; a < action_count; ++a) CHECK(sum[a] / static_cast<double>(count) == Approx(keys.probability[a]).epsilon(1e-6));
}

}  // namespace
}  // namespace grapevine
