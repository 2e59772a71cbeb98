#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/contrasts.hpp"
#include "analysis/verdicts.hpp"

/// The claims about small accounts that a study may judge, each with one contrast declared before anything was
/// run. A claim is a file in `analysis/claims/` and a name in the list of claims.cpp.
namespace grapevine {

/// What a study asks of its claims: the arms that it names for them, and the two tiers.
struct ClaimQuestion {
  std::function<ArmRuns(const std::string& name)> runs_of;
  std::string arm;         ///< in which claims about the population are judged; empty: none is
  std::string silent_arm;  ///< the same without answers; empty: there is none
  std::string micro_arm;   ///< pays the smaller accounts; empty: there is none
  std::string mega_arm;
  bool sells = false;     ///< these two sell the same, and their posts move who buys it
  std::size_t micro = 0;  ///< tier
  std::size_t mega = 0;
};

/// What a study says about a claim.
struct ClaimEvidence {
  int claim = 0;
  LogRatio ratio;
  std::vector<std::string> assumptions = {};  ///< that feed it, in words
  std::string where = {};                     ///< the arm, or arms, that it comes from
  std::string run = {};                       ///< the arm whose keys feed it
  std::string contrast = {};                  ///< which ratio it is, where the claim knows several
};

/// Sections of the scenario of which some claims do not ask: what posts cost, and what they sell. All others feed every
/// claim.
inline constexpr std::string_view money_sections[] = {"price", "product", "campaign"};

/// The one whose assumptions both arms that are compared have, each for the campaigns that it pays for.
inline constexpr std::string_view campaign_section = "campaign";

struct Claim {
  int number = 0;
  std::string_view name;
  std::string_view contrast;  ///< the ratio in words
  /// Nothing where the study does not ask, or has not what it takes.
  std::optional<ClaimEvidence> (*evidence)(const ClaimQuestion&) = nullptr;
  std::vector<std::string_view> sections = {};  ///< of `money_sections`: whose assumptions feed it
};

/// By number.
std::span<const Claim> all_claims();

/// Of all claims, with the assumptions left open.
std::vector<ClaimEvidence> evidence_for(const ClaimQuestion& question);

struct ClaimVerdict {
  Claim claim;
  Verdict verdict = Verdict::undecided;  ///< of claims without evidence too
  Estimate estimate;                     ///< of the ratio, at 95 %
  Margin margin;
  double deciding_level = 1;            ///< see Judgement
  double level = not_a_number;          ///< adjusted alpha that it was judged at
  Estimate interval;                    ///< at 1 - level
  std::uint64_t replicates_needed = 0;  ///< see Judgement
  std::vector<std::string> assumptions;
  std::string where;     ///< of the evidence; empty where there is none
  std::string contrast;  ///< what was compared, or would be
};

/// All claims, in order. They share alpha by Holm's steps, those without evidence among them included: a study that
/// leaves one out gains nothing. Evidence comes at most once for each.
std::vector<ClaimVerdict> judge(std::span<const ClaimEvidence> evidence, Margin margin = {}, double alpha = 0.05);

}  // namespace grapevine
