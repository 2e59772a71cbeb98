#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/follow_graph.hpp"
#include "graph/tree_metrics.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/state/run_record.hpp"

/// The accounts that campaigns pay, and who follows them: what a run's record says of its money, whatever model spreads
/// the posts.
namespace grapevine {

/// Whether the campaign is among those that the run pays for.
bool runs_campaign(const std::vector<std::string>& pays, const CampaignParameters& campaign);

/// Writes `campaigns` (accounts, money, offers) and `influencers` of the campaigns in `pays`, and the fees into the
/// tiers' rows; outcomes stay 0. All campaigns have a row. `tier` is that of a user.
template <class Tier>
void put_purchases(const WorldParameters& parameters, const std::vector<Deal>& deals,
                   const std::vector<std::string>& pays, Tier&& tier, RunRecord& record);

/// Writes what promotion bought and what of it was shown, and adds what that costs to what is spent: exactly, each
/// account's share of it rounded. The accounts' rows know how many impressions it brought.
template <class Tier>
void put_promotion(const WorldParameters& parameters, const std::vector<std::string>& pays, Tier&& tier,
                   RunRecord& record);

/// Writes how many partners users follow (`frequency`), and the campaigns' audiences: one pass over the follows of
/// `readers`; the parts add up.
void put_audiences(const FollowGraph& graph, const WorldParameters& parameters, const std::vector<Deal>& deals,
                   const std::vector<std::string>& pays, UserRange readers, Exchange& exchange, RunRecord& record);

/// Sets what the shape of a cascade says of its row: size, depth, largest broadcast, half time, structural virality;
/// returns all that there is. Nodes as in `RunRecord::cascades`.
TreeMetrics put_shape(std::span<const CascadeNode> nodes, PostRow& row);

template <class Tier>
void put_purchases(const WorldParameters& parameters, const std::vector<Deal>& deals,
                   const std::vector<std::string>& pays, Tier&& tier, RunRecord& record) {
  record.campaigns.resize(parameters.campaigns.size());
  for (std::uint32_t c = 0; c < parameters.campaigns.size(); ++c) {
    if (!runs_campaign(pays, parameters.campaigns[c])) continue;
    CampaignRow& row = record.campaigns[c];
    row.budget = deals[c].budget;
    row.margin = parameters.campaigns[c].margin;
    row.offers = deals[c].offers;
    row.declined = deals[c].declined;
    row.too_late = deals[c].too_late;
    if (!deals[c].guarantee.empty()) row.expected_adopters = deals[c].expected_adopters;
    for (const Purchase& purchase : deals[c].purchases) {
      ++row.accounts;
      row.spent += purchase.cost;
      row.answer_ticks += purchase.accepted - purchase.asked;
      record.tiers[tier(purchase.user)].cost += purchase.cost;
      InfluencerRow& account = record.influencers.emplace_back();
      account.user = purchase.user;
      account.profile = purchase.profile;
      account.campaign = c;
      account.followers = purchase.followers;
      account.cost = purchase.cost;
      account.accepted = purchase.accepted;
    }
  }
}

template <class Tier>
void put_promotion(const WorldParameters& parameters, const std::vector<std::string>& pays, Tier&& tier,
                   RunRecord& record) {
  for (std::uint32_t c = 0; c < parameters.campaigns.size(); ++c)
    if (runs_campaign(pays, parameters.campaigns[c]))
      record.campaigns[c].bought = parameters.campaigns[c].promotion.bought();
  for (InfluencerRow& account : record.influencers) {
    const PromotionParameters& promotion = parameters.campaigns[account.campaign].promotion;
    CampaignRow& row = record.campaigns[account.campaign];
    row.promoted += account.promoted;
    const MicroMoney cost = promotion.cost(row.promoted) - row.spent_promotion;
    row.spent_promotion += cost;
    row.spent += cost;
    account.cost += cost;
    record.tiers[tier(account.user)].cost += cost;
  }
}

}  // namespace grapevine
