#include "analysis/claims.hpp"

namespace grapevine {

namespace {

std::optional<ClaimEvidence> money_evidence(const ClaimQuestion& question) {
  if (question.micro_arm.empty()) return {};
  return ClaimEvidence{
      .ratio = engagement_per_money_ratio(question.runs_of(question.micro_arm), question.runs_of(question.mega_arm)),
      .where = question.micro_arm + " against " + question.mega_arm,
      .run = question.micro_arm};
}

}  // namespace

Claim claim_money() {
  return {.number = 5,
          .name = "many small ones beat one big one per money",
          .contrast = "campaign engagement per money, micro arm / mega arm",
          .missing = {},
          .evidence = money_evidence,
          .sections = {"price", "population", "behaviour"}};
}

}  // namespace grapevine
