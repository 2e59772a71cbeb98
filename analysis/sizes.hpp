#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/claims.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/rows.hpp"
#include "sim/state/run_record.hpp"

/// What accounts of different size get within one arm, and what a campaign's accounts have in common. Population
/// estimands: tiers as they are, with whatever attributes their accounts have.
namespace grapevine {

/// A rate of the posts of one tier: declared once, in sizes.cpp.
struct TierRate {
  std::string_view name;
  std::string_view unit;
  std::string_view sentence;  ///< for people
};
std::vector<TierRate> tier_rate_list();

/// All rates of every tier: pooled over accounts, and as the mean of the accounts' own rates, under each denominator;
/// amplification where readers were held out, and where the shadow was counted; what mechanisms count where they do
/// something. A tier without what a rate is taken over has missing values. Tier by tier, in the order of
/// `tier_rate_list`.
std::vector<ComparisonRow> tier_rates(const ArmRuns& arm, const std::vector<std::string>& tiers);

/// How impressions and engagement per post, and engagement per impression, grow with followers: Poisson elasticities
/// over all authors, with intervals over replicates.
std::vector<ComparisonRow> size_elasticities(const ArmRuns& arm);

/// With how many followers an account gets as many comments a day as it can answer: interpolated on logarithmic scales
/// between the two tiers between whose means it happens, in each replicate; the mean over replicates. Nothing where
/// nobody answers, or one of them has it nowhere.
std::vector<ComparisonRow> comment_limits(const ArmRuns& arm);

/// The outcomes whose elasticities these are.
std::vector<std::string_view> response_names();

/// The same as curves, at four follower counts a decade.
std::vector<ResponseRow> response_curves(const ArmRuns& arm);

/// What the accounts of each campaign that ran have in common: their distinct followers beside those of random
/// audiences of the same sizes (`expected_reach`), followers shared, impressions per reached user, money per thousand
/// impressions; and, where a margin is said, the share of clicks that must buy.
std::vector<ComparisonRow> campaign_facts(const ArmRuns& arm, const std::vector<std::string>& campaigns);

/// The figures that these are, whichever campaign's.
std::vector<std::string_view> campaign_fact_names();

/// Shapes of the tracked cascades of two tiers, as they are and matched on size.
std::vector<StructureRow> tier_structures(const ArmRuns& arm, const std::vector<std::string>& tiers, std::size_t tier,
                                          std::size_t against);

/// Amplification of tier `micro` over that of tier `mega`: impressions of ranked readers over those of held-out ones;
/// sessions cancel. Claim 3.
LogRatio amplification_ratio(const ArmRuns& arm, std::size_t micro, std::size_t mega);

/// Pooled engagement per first look of tier `micro` over that of tier `mega`: the rate that `tier_rates` has first.
/// Claim 2.
LogRatio engagement_ratio(const ArmRuns& arm, std::size_t micro, std::size_t mega);

/// How many times as much it does for the engagement per first look of tier `micro` as for that of tier `mega` that
/// authors answer: (micro with / without) / (mega with / without). Claim 1.
LogRatio answers_ratio(const ArmRuns& with, const ArmRuns& without, std::size_t micro, std::size_t mega);

/// Whether readers were held out of the ranking in every replicate.
bool holds_out(const ArmRuns& arm);

}  // namespace grapevine
