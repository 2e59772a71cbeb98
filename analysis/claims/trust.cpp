#include "analysis/claims.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

namespace {

std::optional<ClaimEvidence> trust_evidence(const ClaimQuestion& question) {
  if (question.arm.empty() || question.silent_arm.empty()) return {};
  return ClaimEvidence{.ratio = answers_ratio(question.runs_of(question.arm), question.runs_of(question.silent_arm),
                                              question.micro, question.mega),
                       .where = question.arm + " against " + question.silent_arm,
                       .run = question.arm};
}

}  // namespace

Claim claim_trust() {
  return {.number = 1,
          .name = "authenticity earns trust",
          .contrast = "engagement per first look, (micro with answers / without) / (mega with answers / without)",
          .evidence = trust_evidence};
}

}  // namespace grapevine
