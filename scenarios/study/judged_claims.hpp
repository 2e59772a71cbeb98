#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/attribution.hpp"
#include "analysis/claims.hpp"
#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/result.hpp"

/// The claims that a scenario asks about, judged by what its arms did.
namespace grapevine {

/// The number of the tier.
std::size_t tier_of(const StudyResult& study, const std::string& name);

/// The runs of an arm: its first `replicates`.
ArmRuns runs_of(const StudyResult& study, const std::string& arm, std::size_t replicates);

/// What the study says about each claim that it asks about, by its first `replicates`; assumptions are left open.
/// `whole`: the study that it belongs to, which decides what each claim is about.
std::vector<ClaimEvidence> claims_evidence(const Scenario& whole, const StudyResult& study, std::size_t replicates);

/// What became of a claim: its ratio, and the logarithm of it with its replicates left out in turn.
struct Answer {
  Estimate ratio;
  Jackknifed log;
};
/// By the number of the claim: of those that the study asks about. Leaves `study` as it was.
std::map<int, Answer> answers_of(const Scenario& whole, StudyResult& study);

/// Ratios from 1 - margin to 1 + margin make no material difference.
Margin margin_of(const Scenario& scenario);

/// All claims with their verdicts, and the assumptions that feed them.
std::vector<ClaimRow> judged_claims(const Scenario& scenario, const StudyResult& study);

}  // namespace grapevine
