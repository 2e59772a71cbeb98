#pragma once

#include <string>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/generators/power_law.hpp"
#include "sim/world.hpp"

/// Small worlds that several tests stand on.
namespace grapevine::testing {

/// Heavy-tailed follower counts, lively users, every mechanism switched on, two campaigns: things of every kind happen within hours.
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
  many.followers_from = 10;
  many.followers_to = 50;
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

/// The outcome of a run, as far as it must not depend on how it was computed.
struct Outcome {
  std::vector<TierRow> tiers;
  std::vector<CampaignRow> campaigns;
  std::vector<SeriesRow> series;
  std::uint64_t event_hash = 0;
  std::vector<std::uint64_t> post_keys;
  std::vector<std::int32_t> parents;
  bool operator==(const Outcome&) const = default;
};

inline Outcome outcome_of(const RunRecord& record) {
  Outcome outcome{record.tiers, record.campaigns, record.series, record.event_hash, {}, {}};
  for (const PostRow& post : record.posts) outcome.post_keys.push_back(post.key);
  for (const CascadeNode& node : record.cascades) outcome.parents.push_back(node.parent);
  return outcome;
}

}  // namespace grapevine::testing
