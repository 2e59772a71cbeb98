#include "analysis/claims.hpp"

namespace grapevine {

namespace {

/// Of conversions where the arms sell something, else of engagement.
std::optional<ClaimEvidence> money_evidence(const ClaimQuestion& question) {
  if (question.micro_arm.empty()) return {};
  const ArmRuns micro = question.runs_of(question.micro_arm), mega = question.runs_of(question.mega_arm);
  const std::string metric = question.sells ? "incremental conversions per money" : "campaign engagement per money";
  return ClaimEvidence{.ratio = portfolio_ratio(metric, micro, mega),
                       .where = question.micro_arm + " against " + question.mega_arm,
                       .run = question.micro_arm,
                       .contrast = metric + ", micro arm / mega arm"};
}

}  // namespace

Claim claim_money() {
  return {.number = 5,
          .name = "many small ones beat one big one per money",
          .contrast =
              "incremental conversions per money, or campaign engagement per money where nothing is sold, "
              "micro arm / mega arm",
          .evidence = money_evidence,
          .sections = {"price", "product", campaign_section}};
}

}  // namespace grapevine
