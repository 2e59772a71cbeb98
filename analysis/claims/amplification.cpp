#include "analysis/carried.hpp"
#include "analysis/claims.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

namespace {

/// Against readers held out where there are any: lists that the ranking brings about are not on their side. Else
/// against the shadow.
std::optional<ClaimEvidence> amplification_evidence(const ClaimQuestion& question) {
  if (question.arm.empty()) return {};
  const ArmRuns arm = question.runs_of(question.arm);
  if (holds_out(arm))
    return ClaimEvidence{
        .ratio = amplification_ratio(arm, question.micro, question.mega), .where = question.arm, .run = question.arm};
  if (!has_shadow(arm)) return {};
  return ClaimEvidence{
      .ratio = shadow_amplification_ratio(arm, question.micro, question.mega),
      .where = question.arm,
      .run = question.arm,
      .contrast =
          "amplification of micros / amplification of megas; amplification is against the shadow: impressions "
          "of the posts of measure by ranked readers / those that they would have had in the same sessions, had "
          "the same candidates stood newest first"};
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
