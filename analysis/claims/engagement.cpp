#include "analysis/claims.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

namespace {

std::optional<ClaimEvidence> engagement_evidence(const ClaimQuestion& question) {
  if (question.arm.empty()) return {};
  return ClaimEvidence{.ratio = engagement_ratio(question.runs_of(question.arm), question.micro, question.mega),
                       .where = question.arm,
                       .run = question.arm};
}

}  // namespace

Claim claim_engagement() {
  return {.number = 2,
          .name = "smaller followings engage more",
          .contrast = "pooled engagement per first look, micro / mega",
          .evidence = engagement_evidence};
}

}  // namespace grapevine
