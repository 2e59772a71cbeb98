#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/contrasts.hpp"
#include "analysis/one_arm.hpp"
#include "analysis/rows.hpp"
#include "sim/state/run_record.hpp"

/// Who is carried how far: what readers that are ranked for look at, tier by tier, where output.shadow counts it.
/// Within an arm it is held against the shadow of the same sessions; arm against arm, looks per session tell what a
/// rule does, with all that follows from it: lists that reshares and discovery bring belong to it.
namespace grapevine {

/// Whether it was counted what readers would have looked at, newest first.
bool has_shadow(const ArmRuns& arm);

/// Looks at posts of the tier, of all sources together.
double ledger_of(const RunRecord& run, std::size_t tier, std::uint64_t LedgerRow::*looks);

/// Looks of ranked readers at posts of the tier per session of theirs.
Series looks_per_session(const ArmRuns& arm, std::size_t tier);

/// Those at posts that no followee had brought, of all tiers, per look; without looks, missing.
Series outside_share(const ArmRuns& arm);
/// The same of one tier.
Series outside_share(const ArmRuns& arm, std::size_t tier);

/// Amplification against the shadow of tier `micro` over that of tier `mega`: claim 3 where nobody is held out.
LogRatio shadow_amplification_ratio(const ArmRuns& arm, std::size_t micro, std::size_t mega);

/// How `carried` names its rows.
std::string looks_of(const std::string& tier);
std::string looks_of(const std::string& micro, const std::string& mega);
std::string elasticity_of(const std::string& tier);
/// A row of `carried` that no rate of a tier explains, by its beginning, and what it says, for people.
struct CarriedFact {
  std::string_view begins;
  std::string_view sentence;
};
std::vector<CarriedFact> carried_facts();

/// One rule against another, which differ in nothing else: looks per session of each tier, arm over against; the same
/// of tier `micro` over that of tier `mega`, where both are tiers; and, where readers look at posts that no followee
/// brought and the shares of these differ by a tenth or more, the ratio of these shares and the elasticity of looks in
/// it, tier by tier: the logarithm of the one ratio over that of the other. Nothing without shadow in both arms, or
/// where one of them pays.
std::vector<ComparisonRow> carried(const ArmRuns& arm, const ArmRuns& against, const std::vector<std::string>& tiers,
                                   std::size_t micro, std::size_t mega);

}  // namespace grapevine
