#include "analysis/claims.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

namespace {

std::optional<ClaimEvidence> amplification_evidence(const ClaimQuestion& question) {
  if (question.arm.empty() || !holds_out(question.runs_of(question.arm))) return {};
  return ClaimEvidence{.ratio = amplification_ratio(question.runs_of(question.arm), question.micro, question.mega),
                       .where = question.arm,
                       .run = question.arm};
}

}  // namespace

Claim claim_amplification() {
  return {.number = 3,
          .name = "ranking rewards engagement, so reach grows",
          .contrast =
              "amplification of micros / amplification of megas; amplification is impressions of the posts of measure "
              "per reader-session, ranked readers / held-out chronological readers",
          .evidence = amplification_evidence};
}

}  // namespace grapevine
