#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/graph_builder.hpp"
#include "graph/users.hpp"
#include "sim/model/parameters.hpp"

/// A world so small that the slow model can go through it, in which everything happens.
namespace grapevine::testing {

/// Low numbers are followed more often, but numbers do not follow the follower counts strictly. About a quarter of the
/// follows is answered.
inline FollowGraph random_graph(std::uint32_t users, double density, std::uint64_t key) {
  GraphBuilder builder(users);
  for (std::uint32_t u = 0; u < users; ++u)
    for (std::uint32_t v = 0; v < users; ++v) {
      if (u == v || uniform(nested_mix(key, u, v)) >= density * 3.5 / (10.0 + v)) continue;
      builder.add(UserId{u}, UserId{v});
      if (uniform(nested_mix(~key, u, v)) < 0.25) builder.add(UserId{v}, UserId{u});
    }
  return builder.build();
}

/// Of every kind of account some: about `active` of the users are, there are three communities, `twins` are planted and
/// nested, `planted` are planted and each for itself.
inline Users mixed_accounts(std::uint32_t users, double active, std::uint64_t key) {
  Users accounts;
  accounts.active.resize((users + 63) / 64);
  for (std::uint32_t u = 0; u < users; ++u) {
    const bool is_active = u < 4 || uniform(nested_mix(key, u, 1)) < active;
    accounts.active[u / 64] |= std::uint64_t{is_active} << (u % 64);
    accounts.community.push_back(static_cast<std::uint16_t>(nested_mix(key, u, 2) % 3));
  }
  if (users > 5)
    accounts.active[(users - 2) / 64] &=
        ~(std::uint64_t{1} << (users - 2) % 64);  // the first of the twins: only the other one is paid
  accounts.plants = {"twins", "planted"};
  accounts.planted = {{UserId{users > 5 ? users - 2 : 3}, 0, 0, true},
                      {UserId{1}, 0, 1, true},
                      {UserId{0}, 1, 0, false},
                      {UserId{2}, 1, 1, false}};
  return accounts;
}

/// Fifty users who never rest: 24 ticks a day, ten sessions and four posts, half of what is looked at is liked and a
/// quarter reshared.
inline WorldParameters restless_world() {
  WorldParameters p;
  p.seed = 4711;
  p.time = {3600, 50, 110, 40};
  p.population.sessions_per_day = 10;
  p.population.session_spread = 0.7;
  p.population.posts_per_day = 4;
  p.population.post_spread = 0.8;
  p.population.patience = 9;
  p.population.patience_spread = 0.6;
  for (std::size_t hour = 0; hour < 24; ++hour)
    p.population.daily_profile[hour] = hour < 5 ? 0.0 : 0.3 + static_cast<double>(hour * 7 % 11);
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
  crowd.followers.least = 3;
  crowd.followers.most = 12;
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
  CampaignParameters fans;
  fans.name = "fans";
  fans.choose = AccountChoice::fit;
  fans.topic = 3;
  fans.tier = "some";
  fans.acceptance = 0.6;
  fans.count = 4;
  fans.posts = 2;
  fans.every = 9;
  fans.replace_within = 6;
  CampaignParameters liked = fans;
  liked.name = "liked";
  liked.choose = AccountChoice::engagement;
  liked.topic = -1;
  liked.tier.clear();
  liked.acceptance = 1;
  liked.budget = 40 * micro_per_unit;
  liked.margin = 3 * micro_per_unit;
  CampaignParameters cheap = fans;
  cheap.name = "cheap";
  cheap.choose = AccountChoice::price;
  cheap.tier.clear();
  cheap.followers.least = 2;
  cheap.count = 40;
  cheap.budget_of = "stars";
  cheap.budget_share = 0.55;
  CampaignParameters twin = fans;
  twin.name = "twin";
  twin.choose = AccountChoice::largest;
  twin.topic = -1;
  twin.tier.clear();
  twin.plant = "twins";
  twin.member = 1;
  twin.acceptance = 1;
  twin.posts = 3;
  p.campaigns = {stars, crowd, friends, idle, fans, liked, cheap, twin};
  return p;
}

/// The formula that the slow model knows, of features of every kind.
inline constexpr const char* restless_formula =
    "(0.5 * p_like + 13.5 * p_reply) * exp(-age / 6) * (1 + in_network) + 0.01 * log(1 + likes_of_author + 0.5 * "
    "looks_at_author) + (follows_author ? 0.02 * topic_match : -0.01 * proof) + verified * min(followers, 20) / 400 - "
    "1e-5 * impressions";

inline RunParameters restless_run(Ranking ranking, FeedMemory memory, ParentRule parent) {
  RunParameters run;
  run.feed.ranking = ranking;
  run.feed.formula = restless_formula;
  run.feed.memory = memory;
  run.feed.window = 20;
  run.feed.length = 25;
  run.feed.prior_strength.fill(6);
  run.feed.age_half_life = 7;
  run.behaviour.probability = {0.4, 0.1, 0.25, 0.15};
  run.behaviour.topic_match = 1.2;
  run.behaviour.social_proof = 0.3;
  run.behaviour.parent = parent;
  return run;
}

/// Authors who answer, and readers who trust them for it.
inline void add_mechanisms(RunParameters& run) {
  run.behaviour.stranger = -0.5;
  run.sponsorship.reaction = -0.3;
  run.answers.per_day = 6;
  run.answers.spread = 0.5;
  run.answers.patience = 30;
  run.trust.effect = 2;
  run.trust.start = 0.3;
  run.trust.stranger = 0.2;
  run.trust.answered = 0.4;
  run.trust.bystander = 0.15;
  run.trust.sponsored = 0.3;
  run.trust.half_life = 5;
}

/// Readers who take more from authors on their main topic, less from their own community, and more from several
/// followees.
inline void add_reactions(RunParameters& run) {
  run.behaviour.credibility = 0.6;
  run.behaviour.similarity = -0.4;
  run.behaviour.exposures = 0.3;
}

/// A platform that shows few of many posts of authors whom readers do not follow, and posts of small accounts that few
/// have looked at.
inline void add_discovery(RunParameters& run, DiscoveryGate gate) {
  run.discovery.share = 0.3;
  run.discovery.pool = 5;
  run.discovery.refresh = 7;
  run.discovery.gate = gate;
  run.discovery.topics = 2;
  run.discovery.cold = 1;
  run.discovery.cold_followers = 5;
  run.discovery.cold_impressions = 6;
}

/// Readers who look at profiles, follow whom they meet, hide and report posts, and unfollow for that or because their
/// feed is too full; a platform that values follows and visits.
inline void add_follows(RunParameters& run) {
  const auto of = [](Action action) { return static_cast<std::size_t>(action); };
  PerAction& p = run.behaviour.probability;
  p[of(Action::profile_visit)] = 0.25;
  p[of(Action::follow)] = 0.06;
  p[of(Action::hide)] = 0.1;
  p[of(Action::report)] = 0.04;
  run.behaviour.follow_after_visit = 0.4;
  run.unfollow.hides = 2;
  run.unfollow.crowded = 1.5;
  run.unfollow.probability = 0.3;
  run.feed.weights[of(Action::profile_visit)] = 2;
  run.feed.weights[of(Action::follow)] = 6;
  run.feed.prior[of(Action::follow)] = 0.08;
}

/// Campaigns that buy impressions: few and many, for some hours or as long as posts live, for everybody and for some.
inline void add_promotion(WorldParameters& world, std::uint64_t number) {
  for (std::size_t c = 0; c < world.campaigns.size(); ++c) {
    std::uint64_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(71'900'917, number * 16 + c, drawn++) % list.size()];
    };
    const std::int64_t bought = pick(0, 1, 5, 13, 60, 400);
    PromotionParameters& promotion = world.campaigns[c].promotion;
    promotion.price = pick(1'000'000, 1'234'567, 30'000'001);
    promotion.money = bought * promotion.price / 1000 + pick(0, 1, 999);
    promotion.time = pick(1U, 3U, 7U, 20U);
    promotion.audience = pick(PromotionAudience::all, PromotionAudience::topic);
    promotion.topics = pick(1U, 2U);
    promotion.place = pick(1U, 2U, 3U, 9U, 30U);
    promotion.cap = pick(1U, 2U, UINT32_MAX);
  }
}

/// Two products: one that most users buy anyway and that posts do something for during a few hours, and one that few do
/// and for which what posts do stays.
inline void add_products(WorldParameters& world) {
  ProductParameters soap;
  soap.name = "soap";
  soap.topic = 1;
  soap.rate = 0.12;
  soap.affinity = 2;
  soap.look = 0.5;
  soap.click = 4;
  soap.half_life = 9;
  soap.credit = 20;
  ProductParameters tea;
  tea.name = "tea";
  tea.rate = 0.03;
  tea.look = 0.2;
  tea.click = 1.5;
  tea.half_life = 0;
  tea.credit = 60;
  world.products = {soap, tea};
  for (CampaignParameters& campaign : world.campaigns) {
    if (campaign.name == "stars" || campaign.name == "crowd" || campaign.name == "liked") campaign.product = "soap";
    if (campaign.name == "friends" || campaign.name == "fans" || campaign.name == "twin") campaign.product = "tea";
  }
}

}  // namespace grapevine::testing
