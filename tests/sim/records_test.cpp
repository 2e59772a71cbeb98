#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/graph_builder.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/population.hpp"
#include "sim/run/world.hpp"
#include "sim/tick/commit.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// The tables of a record are counts of the same events in several ways, so they add up to each other; and what users
// are has the distribution that the keys say.
namespace grapevine {
namespace {

using namespace testing;

template <class Rows, class Value>
auto sum_of(const Rows& rows, Value&& value) {
  std::uint64_t sum = 0;
  for (const auto& row : rows) sum += static_cast<std::uint64_t>(value(row));
  return sum;
}

TEST_CASE("the tables of a run add up to each other", "[sim][conservation]") {
  const FollowGraph graph = lively_graph(3'000);
  const Users accounts = manifold_accounts(3'000);
  WorldParameters parameters = manifold_parameters();
  parameters.tiers = {{"small", "middle", "large"},
                      {0, 20, 96}};  // at bounds of follower classes, so that classes add up to tiers
  RunParameters run = manifold_run(every_campaign);
  const auto [ranking, memory] =
      GENERATE(std::pair(Ranking::weighted, FeedMemory::session), std::pair(Ranking::popularity, FeedMemory::window),
               std::pair(Ranking::random, FeedMemory::session));
  run.feed.ranking = ranking;
  run.feed.memory = memory;
  run.discovery.share = 0.3;
  run.discovery.cold = 1;
  run.feed.length = 12;  // less than many feeds offer
  Alone alone;
  World before(graph, accounts, parameters, run, ReplicateStreams{}, alone);
  before.run_until(parameters.time.warmup);
  const auto world = before.branch(run, {6, 1.0, true});
  world->run_until(parameters.time.end());
  const RunRecord record = world->record();
  const std::size_t tiers = parameters.tiers.from.size();

  // The ledger, by source, is the outcomes of tiers.
  REQUIRE(record.ledger.size() == tiers * source_count);
  for (std::size_t i = 0; i < tiers; ++i) {
    const auto of = [&](Source source) { return record.ledger[source_count * i + static_cast<std::size_t>(source)]; };
    const LedgerRow own = of(Source::author), reshared = of(Source::reshare), discovered = of(Source::discovery),
                    promoted = of(Source::promoted);
    const Outcomes& all = record.tiers[i].outcomes;
    CHECK(own.delivered + reshared.delivered + discovered.delivered + promoted.delivered == all.delivered);
    CHECK(own.served + reshared.served + discovered.served + promoted.served == all.served);
    CHECK(own.impressions + reshared.impressions + discovered.impressions + promoted.impressions == all.impressions);
    for (const LedgerRow& row : {own, reshared, discovered, promoted}) {
      CHECK(row.delivered >= row.served);
      CHECK(row.served >= row.impressions);
      CHECK(row.impressions > 0);
    }
  }
  CHECK(sum_of(record.ledger, [](const LedgerRow& row) { return row.delivered - row.served; }) > 100);
  CHECK(sum_of(record.ledger, [](const LedgerRow& row) { return row.served - row.impressions; }) > 100);

  // So are the tracked posts: all of them are.
  for (std::size_t i = 0; i < tiers; ++i) {
    const Outcomes& all = record.tiers[i].outcomes;
    const auto of_tier = [&](auto&& value) {
      return sum_of(record.posts, [&](const PostRow& post) { return post.tier == i ? value(post) : 0; });
    };
    CHECK(of_tier([](const PostRow&) { return 1U; }) == all.posts);
    const LedgerRow* of_source = &record.ledger[source_count * i];
    CHECK(of_tier([](const PostRow& post) { return post.impressions_followed; }) == of_source[0].impressions);
    CHECK(of_tier([](const PostRow& post) { return post.impressions_reshared; }) == of_source[1].impressions);
    CHECK(of_tier([](const PostRow& post) { return post.impressions_discovered; }) == of_source[2].impressions);
    CHECK(of_tier([](const PostRow& post) { return post.impressions_promoted; }) == of_source[3].impressions);
    CHECK(of_tier([](const PostRow& post) {
            return post.actions[Action::like] + post.actions[Action::reply] + post.actions[Action::reshare];
          }) == all.engagement());
    CHECK(of_tier([&](const PostRow& post) { return graph.follower_count(post.author); }) ==
          record.tiers[i].follower_posts);
    CHECK(all.reach <= all.impressions);
  }

  // The curve, by class of followers, is the tiers.
  REQUIRE(record.curve.size() == follower_class(3'000) + 1);
  for (std::size_t i = 0; i < tiers; ++i) {
    CurveRow of_tier;
    for (std::uint32_t c = 0; c < record.curve.size(); ++c) {
      if (least_followers(c) < parameters.tiers.from[i] ||
          (i + 1 < tiers && least_followers(c) >= parameters.tiers.from[i + 1]))
        continue;
      of_tier.authors += record.curve[c].authors;
      of_tier.posts += record.curve[c].posts;
      of_tier.impressions += record.curve[c].impressions;
      of_tier.engagement += record.curve[c].engagement;
    }
    CHECK(of_tier.authors == record.tiers[i].authors);
    CHECK(of_tier.posts == record.tiers[i].outcomes.posts);
    CHECK(of_tier.impressions == record.tiers[i].outcomes.impressions);
    CHECK(of_tier.engagement == record.tiers[i].outcomes.engagement());
    CHECK(record.tiers[i].authors <= record.tiers[i].accounts);
    CHECK(record.tiers[i].authors > 0);
  }
  for (std::uint32_t c = 0; c < record.curve.size(); ++c) {
    const CurveRow& row = record.curve[c];
    CHECK(row.followers >= row.authors * least_followers(c));
    CHECK(row.followers <= row.authors * (least_followers(c + 1) - 1));
    // Cauchy and Schwarz, twice.
    const auto square = [](std::uint64_t x) { return static_cast<double>(x) * static_cast<double>(x); };
    CHECK(row.posts_squared * static_cast<double>(row.authors) >= square(row.posts));
    CHECK(row.impressions_squared * static_cast<double>(row.authors) >= square(row.impressions));
    CHECK(row.engagement_squared * static_cast<double>(row.authors) >= square(row.engagement));
    CHECK(row.impressions_posts * row.impressions_posts <= row.impressions_squared * row.posts_squared);
    CHECK(row.engagement_posts * row.engagement_posts <= row.engagement_squared * row.posts_squared);
    CHECK(row.engagement_impressions * row.engagement_impressions <= row.engagement_squared * row.impressions_squared);
  }

  // Readers of both groups hold the sessions of the series, and what they looked at of each tier is what the tier got:
  // over the same roots, and as long.
  const std::uint64_t sessions = sum_of(record.series, [](const SeriesRow& row) { return row.sessions; });
  for (std::size_t tier = 0; tier < tiers; ++tier) {
    CHECK(record.readers[tier].impressions + record.readers[tiers + tier].impressions ==
          record.tiers[tier].outcomes.impressions);
    CHECK(record.readers[tier].engagement + record.readers[tiers + tier].engagement ==
          record.tiers[tier].outcomes.engagement());
  }
  CHECK(std::accumulate(record.group_sessions.begin(), record.group_sessions.end(), std::uint64_t{0}) == sessions);
  REQUIRE(record.group_sessions.size() == 2);
  CHECK(record.group_sessions[0] > 0);
  CHECK(record.group_sessions[1] > 0);

  // Campaigns: accounts, money and audiences.
  REQUIRE(record.frequency.size() == parameters.campaigns.size() * frequency_bins);
  for (std::size_t c = 0; c < parameters.campaigns.size(); ++c) {
    const CampaignRow& row = record.campaigns[c];
    const auto of_campaign = [&](auto&& value) {
      return sum_of(record.influencers,
                    [&](const InfluencerRow& paid) { return paid.campaign == c ? value(paid) : 0; });
    };
    CAPTURE(c);
    CHECK(row.offers == row.accounts + row.declined + row.too_late);
    CHECK(of_campaign([](const InfluencerRow&) { return 1U; }) == row.accounts);
    CHECK(of_campaign([](const InfluencerRow& paid) { return static_cast<std::uint64_t>(paid.cost); }) ==
          static_cast<std::uint64_t>(row.spent));
    CHECK(of_campaign([](const InfluencerRow& paid) { return paid.promoted; }) == row.promoted);
    CHECK((row.promoted <= row.bought && row.spent_promotion <= row.spent));
    CHECK(of_campaign([](const InfluencerRow& paid) { return paid.posts; }) == row.outcomes.posts);
    CHECK(of_campaign([](const InfluencerRow& paid) { return paid.outcomes.impressions; }) == row.outcomes.impressions);
    CHECK(of_campaign([](const InfluencerRow& paid) { return paid.replaced; }) == row.replaced);
    CHECK(of_campaign([](const InfluencerRow& paid) { return paid.followers; }) == row.audience_gross);
    CHECK((row.budget < 0 || row.spent <= row.budget));
    const std::span bins = std::span(record.campaign_series).subspan(c * record.series.size(), record.series.size());
    CHECK(sum_of(bins, [](const CampaignSeriesRow& bin) { return bin.new_reach; }) == row.outcomes.reach);
    CHECK(sum_of(bins, [](const CampaignSeriesRow& bin) { return bin.impressions; }) == row.outcomes.impressions);
    for (std::size_t a = 0; a < action_count; ++a)
      CHECK(sum_of(bins, [&](const CampaignSeriesRow& bin) { return bin.actions[a]; }) == row.outcomes.actions[a]);
    CHECK((row.accounts == 0 || (bins.front().new_reach < row.outcomes.reach)));
    const std::uint64_t* users = &record.frequency[c * frequency_bins];
    std::uint64_t at_least = 0;
    for (std::size_t k = 0; k < frequency_bins; ++k) at_least += (k + 1) * users[k];
    CHECK(std::accumulate(users, users + frequency_bins, std::uint64_t{0}) == row.audience);
    CHECK(at_least <= row.audience_gross);
    if (users[frequency_bins - 1] == 0) CHECK(at_least == row.audience_gross);
    CHECK(row.audience <= row.audience_gross);
  }
  CHECK(sum_of(record.tiers, [](const TierRow& tier) { return tier.cost; }) ==
        sum_of(record.campaigns, [](const CampaignRow& row) { return row.spent; }));

  // Cascades: their shape and their size.
  std::uint64_t broad = 0;
  for (const PostRow& post : record.posts) {
    REQUIRE(post.actions[Action::reshare] + 1 == post.cascade_size);
    REQUIRE(post.largest_broadcast + post.depth <= post.cascade_size);
    REQUIRE((post.largest_broadcast > 0) == (post.cascade_size > 1));
    REQUIRE(post.half_time <= 2 * run.feed.window);
    REQUIRE((post.half_time > 0) == (post.cascade_size > 2));
    broad += post.largest_broadcast > 1;
  }
  CHECK(broad > 100);
}

TEST_CASE("users who follow more accounts of a campaign than there are bins are in the last", "[sim][closed-form]") {
  // User i follows the first i of 30 accounts.
  constexpr std::uint32_t paid = 30, readers = 31;
  GraphBuilder builder(paid + readers);
  for (std::uint32_t i = 0; i < readers; ++i)
    for (std::uint32_t v = 0; v < i; ++v) builder.add(UserId{paid + i}, UserId{v});
  const FollowGraph graph = builder.build();
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.resize(1);
  parameters.campaigns[0].choose = AccountChoice::named;
  parameters.campaigns[0].count = paid;
  for (std::uint32_t v = 0; v < paid; ++v) parameters.campaigns[0].accounts.push_back(std::to_string(v));
  RunParameters run = lively_run();
  run.pays = {"one"};
  const Users accounts;
  Alone alone;
  const RunRecord record = World(graph, accounts, parameters, run, ReplicateStreams{}, alone).record();
  REQUIRE(record.frequency.size() == frequency_bins);
  for (std::size_t k = 1; k < frequency_bins; ++k) CHECK(record.frequency[k - 1] == 1);
  CHECK(record.frequency[frequency_bins - 1] == paid - frequency_bins + 1);
  CHECK(record.campaigns[0].audience == paid);
  CHECK(record.campaigns[0].audience_gross == paid * (paid + 1) / 2);
}

TEST_CASE("follower classes follow each other without gaps, and none is wider than an eighth of its least count",
          "[sim]") {
  for (std::uint32_t followers = 0; followers < 100'000; ++followers) {
    const std::uint32_t c = follower_class(followers);
    REQUIRE(least_followers(c) <= followers);
    REQUIRE(followers < least_followers(c + 1));
  }
  CHECK(least_followers(16) == 16);
  for (std::uint32_t c = 16; c < 240; ++c)
    REQUIRE((least_followers(c + 1) - least_followers(c)) * 8 <= least_followers(c));
  CHECK(follower_class(UINT32_MAX) < 240);
}

TEST_CASE("an author whom billions look at has the sums of all its posts", "[sim][overflow]") {
  Posts posts;
  posts.append(3);
  std::vector<AuthorTotals> authors(1);
  for (std::uint32_t post = 0; post < 3; ++post) {
    posts.write(post, {}, 1, {});
    posts.counters(post) = {4'000'000'000, 1, {3'000'000'000, 2'000'000'000, 1'000'000'000, 7}};
    add_to_author(posts, post, authors);
  }
  CHECK(authors[0].posts == 3);
  CHECK(authors[0].impressions.value() == 12'000'000'000);
  CHECK(authors[0].engagement.value() == 18'000'000'000);
  CHECK(sizeof(AuthorTotals) <= 12 + 8 + 8);  // bytes a user
}

TEST_CASE("means of accounts' rates do not wrap round, however large the rates and many the accounts",
          "[sim][overflow]") {
  const FollowGraph graph = lively_graph(500);
  const Users accounts;
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.clear();
  parameters.tiers = {{"all"}, {0}};
  Alone alone;
  World world(graph, accounts, parameters, lively_run(), ReplicateStreams{}, alone);
  double per_follower = 0, with_followers = 0;
  for (std::uint32_t u = 0; u < 500; ++u) {
    world.state.authors[u] = {1, WideCount(2), WideCount(2), WideCount(16'000'000'000)};
    const double followers = graph.follower_count(UserId{u});
    if (followers > 0) per_follower += 16e9 / followers, ++with_followers;
  }
  const TierRow row = world.record().tiers[0];
  CHECK(row.mean_rate_per_impression == 8e9);
  CHECK(row.mean_rate_per_follower == Approx(per_follower / with_followers).epsilon(1e-12));  // each cut down to 2^-32
}

TEST_CASE("a run whose posts or impressions outgrow 32 bits ends with an error that says what to lower",
          "[sim][overflow]") {
  using Catch::Matchers::Contains;
  const FollowGraph graph = lively_graph(500);
  const Users accounts;
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.clear();
  Alone alone;
  World world(graph, accounts, parameters, lively_run(), ReplicateStreams{}, alone);
  SECTION("posts") {
    const std::uint32_t range[2] = {UINT32_MAX - 3, UINT32_MAX - 3};  // as if so many had been written
    for (const WorldArray& array : world_arrays(world.state))
      if (array.name == "posts.range") array.assign(std::as_bytes(std::span(range)));
    CHECK_THROWS_WITH(world.run_until(parameters.time.end()), Contains("more than 4294967295 posts in one run") &&
                                                                  Contains("lower graph.users, population.posts"));
  }
  SECTION("impressions of one") {
    world.run_until(parameters.time.warmup + 2);
    std::uint32_t post = world.state.posts.head() - 1;
    while (!world.state.posts.hot(post).counted()) --post;
    world.state.posts.counters(post).impressions = UINT32_MAX - 1;
    CHECK_NOTHROW(world.record());
    world.state.posts.counters(post).impressions = UINT32_MAX;
    CHECK_THROWS_WITH(world.record(), Contains("more than 4294967295 impressions of one post"));
    CHECK_THROWS_WITH(world.run_until(parameters.time.end()), Contains("more than 4294967295 impressions of one post"));
  }
}

TEST_CASE("the share of readers held out is the one asked for, and a higher share holds out the same and more",
          "[sim][statistical]") {
  constexpr std::uint32_t users = 20'000;
  const FollowGraph graph = GraphBuilder(users).build();
  const Users accounts;
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.clear();
  Alone alone;
  const auto held_out = [&](double share) {
    RunParameters run = lively_run();
    run.feed.holdout = share;
    const World world(graph, accounts, parameters, run, ReplicateStreams{}, alone);
    std::vector<bool> held(users);
    for (std::uint32_t u = 0; u < users; ++u) held[u] = world.held_out(UserId{u});
    return held;
  };
  const std::vector<bool> none = held_out(0), few = held_out(0.1), some = held_out(0.3), all = held_out(1);
  const auto count = [](const std::vector<bool>& held) {
    return static_cast<double>(std::count(held.begin(), held.end(), true));
  };
  CHECK(count(none) == 0);
  CHECK(count(all) == users);
  // Binomial: sd sqrt(20 000 x 0.1 x 0.9) = 42.4 and sqrt(20 000 x 0.3 x 0.7) = 64.8; sound code leaves five sd for one
  // seed in 1.7 million.
  CHECK(std::abs(count(few) - 2'000) < 5 * 42.4);
  CHECK(std::abs(count(some) - 6'000) < 5 * 64.8);
  bool nested = true;
  for (std::uint32_t u = 0; u < users; ++u) nested = nested && (some[u] || !few[u]);
  CHECK(nested);
}

TEST_CASE("where all readers are held out any ranking is the chronological one", "[sim][closed-form]") {
  const FollowGraph graph = lively_graph(1'000);
  const Users accounts = manifold_accounts(1'000);
  Alone alone;
  const auto run = [&](Ranking ranking, double holdout) {
    RunParameters arm = manifold_run(every_campaign);
    arm.feed.ranking = ranking;
    arm.feed.holdout = holdout;
    WorldParameters parameters = manifold_parameters();
    if (holdout == 0) {  // those who are held out have neither
      arm.discovery = {};
      for (CampaignParameters& campaign : parameters.campaigns) campaign.promotion.place = UINT32_MAX;
    }
    World world(graph, accounts, parameters, arm, ReplicateStreams{}, alone);
    world.run_until(world.parameters.time.end());
    return world.record();
  };
  const RunRecord chronological = run(Ranking::chronological, 0);
  CHECK(chronological.group_sessions[1] == 0);
  for (const Ranking ranking : {Ranking::chronological, Ranking::random, Ranking::popularity, Ranking::weighted}) {
    CAPTURE(static_cast<int>(ranking));
    const RunRecord all = run(ranking, 1);
    CHECK(all.event_hash == chronological.event_hash);
    CHECK(all.tiers == chronological.tiers);
    CHECK(all.group_sessions[0] == 0);
    CHECK(all.group_sessions[1] == chronological.group_sessions[0]);
    if (ranking != Ranking::chronological) CHECK(run(ranking, 0.5).event_hash != chronological.event_hash);
  }
}

TEST_CASE("active and inactive users share the sessions as asked, and the mean of all is the key's",
          "[sim][closed-form]") {
  constexpr std::uint32_t users = 30'000;
  const FollowGraph graph = GraphBuilder(users).build();
  Users accounts;
  accounts.active.resize(users / 64 + 1);
  double active = 0;
  for (std::uint32_t u = 0; u < users; ++u)
    if (nested_mix(1, u, 0) % 10 < 3) {
      accounts.active[u / 64] |= std::uint64_t{1} << u % 64;
      ++active;
    }
  const double share = GENERATE(0.8, 0.0, 1.0), spread = GENERATE(0.0, 0.7);
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.clear();
  parameters.population.active_sessions = share;
  parameters.population.session_spread = parameters.population.post_spread = spread;
  const double day = parameters.time.ticks_per_day();
  const Population population(graph, accounts, parameters, StreamKey(1, Stream::dynamics, 0), {0, users});
  double of_active = 0, of_others = 0, posts = 0, posts_of_others = 0;
  for (std::uint32_t u = 0; u < users; ++u) {
    const bool is_active = accounts.is_active(UserId{u});
    (is_active ? of_active : of_others) += population.session_rate(u) * day / users;
    (is_active ? posts : posts_of_others) += population.post_rate(u) * day / users;
  }
  CAPTURE(active, share, spread);
  // Rates are 32-bit floats: half of 2^-23 of the value at most. With a spread of 0.7 a rate has a relative sd of
  // sqrt(e^0.49 - 1) = 0.795, and the mean of n of them 0.795 / sqrt(n).
  const double rounding = 0x1p-24, sd = spread == 0.0 ? 0.0 : 0.795;
  const auto near = [&](double found, double expected, double n) {
    return std::abs(found - expected) <= expected * (rounding + 5 * sd / std::sqrt(n));
  };
  CHECK(near(of_active, 6.0 * share, active));
  CHECK(near(of_others, 6.0 * (1 - share), users - active));
  CHECK(near(posts, 3.0, active));
  CHECK(posts_of_others == 0);
  // Where all are active, or nobody is, there is one mean for all.
  for (const std::uint64_t bits : {~std::uint64_t{0}, std::uint64_t{0}}) {
    accounts.active.assign(users / 64 + 1, bits);
    const Population alike(graph, accounts, parameters, StreamKey(1, Stream::dynamics, 0), {0, users});
    double sessions = 0;
    for (std::uint32_t u = 0; u < users; ++u) sessions += alike.session_rate(u) * day / users;
    CHECK(near(sessions, 6.0, users));
    CHECK((alike.post_rate(0) > 0) == (bits != 0));
  }
}

TEST_CASE("shared interests are distributed as others are, and members of a community share as many as asked",
          "[sim][statistical]") {
  // 20 000 communities of two members, four topics.
  constexpr std::uint32_t communities = 20'000, topics = 4;
  const double shared = GENERATE(0.0, 0.3, 0.8, 1.0);
  Users accounts;
  for (std::uint32_t u = 0; u < 2 * communities; ++u)
    accounts.community.push_back(static_cast<std::uint16_t>(u % communities));
  PopulationParameters population;
  population.topics = topics;
  population.shared_interest = shared;
  const Interests interests(accounts, population, StreamKey(3, Stream::dynamics, 0));
  const auto quantile = [&](std::uint32_t u, std::uint32_t topic) {
    return static_cast<double>(interests.bits(UserId{u}, topic) >> 56);
  };
  double equal = 0, within = 0, across = 0;
  std::array<std::array<double, 256>, topics> cells{};
  const auto product = [&](double a, double b) {
    return (a - 127.5) * (b - 127.5) / ((256.0 * 256.0 - 1) / 12);
  };  // of two uniform variables on 0 .. 255, in units of their variance
  for (std::uint32_t c = 0; c < communities; ++c)
    for (std::uint32_t k = 0; k < topics; ++k) {
      equal += interests.bits(UserId{c}, k) == interests.bits(UserId{communities + c}, k);
      within += product(quantile(c, k), quantile(communities + c, k));
      across += product(quantile(c, k), quantile(communities + (c + 1) % communities, k));
      ++cells[k][static_cast<std::size_t>(quantile(c, k))];
    }
  CAPTURE(shared);
  constexpr double n = communities * topics;
  const double both = shared * shared;  // each member shares the topic's interest by a coin of its own
  CHECK(std::abs(equal - n * both) <= 5 * std::sqrt(n * both * (1 - both)));
  // The product of two equal ones has mean square 1.8, that of independent ones 1: the mean of n products has a
  // variance below (1 + 0.8 both - both^2) / n.
  CHECK(std::abs(within / n - both) < 5 * std::sqrt((1 + 0.8 * both - both * both) / n));
  CHECK(std::abs(across / n) < 5 * std::sqrt(1 / n));
  // One member of each community: 20 000 independent draws in 256 cells, 78 expected in each. Chi-square with 255
  // degrees of freedom is above 386 for one sound seed in 4 million.
  for (std::uint32_t k = 0; k < topics; ++k) {
    double chi_square = 0;
    for (const double found : cells[k])
      chi_square += (found - communities / 256.0) * (found - communities / 256.0) / (communities / 256.0);
    CHECK(chi_square < 386);
  }
  // Without communities nothing is shared.
  const Users none;
  const Interests alone(none, population, StreamKey(3, Stream::dynamics, 0));
  PopulationParameters neutral = population;
  neutral.shared_interest = 0;
  const Interests own(accounts, neutral, StreamKey(3, Stream::dynamics, 0));
  for (std::uint32_t u = 0; u < 100; ++u) REQUIRE(alone.bits(UserId{u}, u % topics) == own.bits(UserId{u}, u % topics));
}

}  // namespace
}  // namespace grapevine
