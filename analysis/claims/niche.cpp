#include "analysis/claims.hpp"

namespace grapevine {

namespace {

std::optional<ClaimEvidence> niche_evidence(const ClaimQuestion& question) {
  if (question.micro_arm.empty() || !question.sells) return {};
  const ArmRuns micro = question.runs_of(question.micro_arm), mega = question.runs_of(question.mega_arm);
  return ClaimEvidence{.ratio = portfolio_ratio("incremental conversions per impression", micro, mega),
                       .where = question.micro_arm + " against " + question.mega_arm,
                       .run = question.micro_arm};
}

}  // namespace

Claim claim_niche() {
  return {.number = 4,
          .name = "a niche converts",
          .contrast =
              "incremental conversions per impression of the campaigns' posts, in expectation, micro arm / "
              "mega arm",
          .evidence = niche_evidence,
          .sections = {"product", campaign_section}};
}

}  // namespace grapevine
