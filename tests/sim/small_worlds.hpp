#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/base/random.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/users.hpp"
#include "sim/run/world.hpp"

/// Small worlds that several tests stand on.
namespace grapevine::testing {

/// Heavy-tailed follower counts, lively users, every mechanism switched on, two campaigns: things of every kind happen
/// within hours.
inline WorldParameters lively_parameters() {
  WorldParameters p;
  p.seed = 20260117;
  p.time = {600, 36, 36, 36};
  p.population.sessions_per_day = 6.0;
  p.population.posts_per_day = 3.0;
  p.population.patience = 8.0;
  p.population.patience_spread = 0.5;
  p.population.focus = 0.5;
  p.population.interest_skew = 2.0;
  p.population.propensity_spread = 0.5;
  p.population.quality_spread = 0.5;
  p.tiers = {{"small", "middle", "large"}, {0, 20, 200}};
  p.prices = {micro_per_unit, 10'000};
  CampaignParameters one;
  one.name = "one";
  one.choose = AccountChoice::largest;
  one.count = 1;
  one.posts = 3;
  one.slots = 3;
  one.every = 6;
  one.replace_within = 18;
  CampaignParameters many = one;
  many.name = "many";
  many.choose = AccountChoice::random;
  many.count = UINT32_MAX;
  many.posts = 1;
  many.followers.least = 10;
  many.followers.most = 50;
  many.budget_of = "one";
  p.campaigns = {one, many};
  return p;
}

inline RunParameters lively_run() {
  RunParameters run;
  run.feed.window = 36;
  run.feed.ranking = Ranking::weighted;
  run.feed.age_half_life = 12;
  run.behaviour.probability = {0.2, 0.05, 0.1, 0.1};
  run.behaviour.topic_match = 1.0;
  run.behaviour.social_proof = 0.2;
  return run;
}

inline FollowGraph lively_graph(std::size_t users, std::uint32_t replicate = 0) {
  PowerLawParameters shape;
  shape.users = users;
  shape.mean_followees = 12;
  return power_law(shape, StreamKey(20260117, Stream::graph, replicate));
}

/// The lively world with everything that it leaves out: inactive users, communities and what they share, planted
/// accounts, prices with a spread, campaigns of every choice.
inline WorldParameters manifold_parameters() {
  WorldParameters p = lively_parameters();
  p.population.shared_interest = 0.5;
  p.prices.exponent = 0.9;
  p.prices.spread = 0.4;
  p.prices.scale = 0.5;
  p.campaigns[1].acceptance = 0.7;
  CampaignParameters best = p.campaigns[1];
  best.name = "best";
  best.choose = AccountChoice::engagement;
  best.followers.least = 1;
  best.count = 20;
  best.budget_share = 0.5;
  CampaignParameters fans = best;
  fans.name = "fans";
  fans.choose = AccountChoice::fit;
  fans.topic = 3;
  fans.tier = "middle";
  CampaignParameters cheap = best;
  cheap.name = "cheap";
  cheap.choose = AccountChoice::price;
  cheap.followers.least = 5;
  cheap.posts = 2;
  CampaignParameters clone = best;
  clone.name = "clone";
  clone.choose = AccountChoice::largest;
  clone.plant = "clones";
  clone.member = 1;
  clone.acceptance = 1;
  clone.followers.least = 0;
  clone.followers.most = UINT64_MAX;
  p.campaigns.insert(p.campaigns.end(), {best, fans, cheap, clone});
  // Of every kind of promotion one, each worth two hundred impressions or so.
  p.campaigns[0].promotion = {.money = micro_per_unit, .price = 5 * micro_per_unit, .time = 20};
  p.campaigns[3].promotion = {.money = micro_per_unit / 8,
                              .price = 700'001,
                              .time = 36,
                              .audience = PromotionAudience::topic,
                              .place = 2,
                              .cap = 1};
  p.campaigns[4].promotion = {.money = micro_per_unit / 10, .price = 900'000, .time = 6, .place = 1, .cap = 2};
  return p;
}

inline RunParameters manifold_run(std::vector<std::string> pays) {
  RunParameters run = lively_run();
  run.feed.holdout = 0.3;
  run.feed.author_strength = 30;
  run.feed.author_half_life = 20;
  run.feed.answered_weight = 20;
  run.feed.tie = 10;
  run.feed.topic_match = 0.5;
  run.behaviour.probability = {0.2, 0.05, 0.1, 0.1, 0.1, 0.05, 0.02, 0.01};
  run.behaviour.follow_after_visit = 0.2;
  run.unfollow = {.hides = 2, .crowded = 3, .probability = 0.1};
  run.answers.per_day = 3;
  run.discovery = {.share = 0.2, .pool = 40, .refresh = 3, .cold = 1, .cold_followers = 10, .cold_impressions = 8};
  run.pays = std::move(pays);
  return run;
}
inline const std::vector<std::string> every_campaign{"one", "many", "best", "fans", "cheap", "clone"};

/// Three users of five are active; nobody pays the first clone, so the second has its ticks for itself.
inline Users manifold_accounts(std::size_t users) {
  Users accounts;
  accounts.active.resize((users + 63) / 64);
  for (std::uint32_t u = 0; u < users; ++u) {
    const bool is_active = u == 0 || u == 40 || (u != 30 && nested_mix(9, u, 0) % 5 < 3);
    accounts.active[u / 64] |= std::uint64_t{is_active} << (u % 64);
    accounts.community.push_back(static_cast<std::uint16_t>(nested_mix(9, u, 1) % 20));
  }
  accounts.plants = {"clones"};
  accounts.planted = {{UserId{30}, 0, 0, true}, {UserId{40}, 0, 1, true}};
  return accounts;
}

/// Keeps whatever a run may keep.
inline RecordOptions everything_kept(double track_share = 1.0) {
  return {.series_every = 6,
          .track_share = track_share,
          .cascades = true,
          .shadow = true,
          .positions = true,
          .looks = true};
}

/// The outcome of a run, as far as it must not depend on how it was computed: all of it.
struct Outcome {
  std::vector<TierRow> tiers;
  std::vector<LedgerRow> ledger;
  std::vector<std::uint64_t> group_sessions;
  std::vector<ReaderRow> readers;
  std::vector<CurveRow> curve;
  std::vector<CampaignRow> campaigns;
  std::vector<std::uint64_t> frequency;
  std::vector<SeriesRow> series;
  std::vector<CampaignSeriesRow> campaign_series;
  std::uint64_t event_hash = 0;
  std::vector<std::vector<std::uint64_t>> posts;
  std::vector<double> virality;  ///< of cascades of two nodes or more
  std::vector<std::vector<std::uint64_t>> nodes;
  std::vector<std::vector<std::uint64_t>> influencers;
  std::vector<PositionRow> positions = {};
  std::vector<LookRow> looks = {};
  bool operator==(const Outcome&) const = default;
};

inline Outcome outcome_of(const RunRecord& record) {
  Outcome outcome{record.tiers,
                  record.ledger,
                  record.group_sessions,
                  record.readers,
                  record.curve,
                  record.campaigns,
                  record.frequency,
                  record.series,
                  record.campaign_series,
                  record.event_hash,
                  {},
                  {},
                  {},
                  {}};
  outcome.positions = record.positions;
  outcome.looks = record.looks;
  for (const PostRow& p : record.posts) {
    outcome.posts.push_back({p.key, p.author.value(), p.tick, static_cast<std::uint64_t>(p.campaign), p.topic, p.tier,
                             p.impressions_followed, p.impressions_reshared, p.impressions_promoted, p.reach,
                             p.actions[Action::like], p.actions[Action::reply], p.actions[Action::reshare],
                             p.actions[Action::click], p.cascade_size, p.depth, p.largest_broadcast, p.half_time,
                             p.first_node});
    if (p.cascade_size > 1) outcome.virality.push_back(p.structural_virality);
  }
  for (const CascadeNode& n : record.cascades)
    outcome.nodes.push_back(
        {static_cast<std::uint64_t>(n.parent), n.user.value(), n.tick, static_cast<std::uint64_t>(n.reason)});
  for (const InfluencerRow& i : record.influencers) {
    const Outcomes& o = i.outcomes;
    outcome.influencers.push_back({i.user.value(), i.campaign, i.followers, i.posts, i.replaced,
                                   static_cast<std::uint64_t>(i.cost), o.posts, o.impressions, o.reach,
                                   o.actions[Action::like], o.actions[Action::reply], o.actions[Action::reshare],
                                   o.actions[Action::click]});
  }
  return outcome;
}

}  // namespace grapevine::testing
