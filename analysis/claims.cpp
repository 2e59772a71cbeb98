#include "analysis/claims.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

// The list: a claim is a file that defines `claim_NAME`, and a name here.
#define GRAPEVINE_CLAIMS(X) X(trust) X(engagement) X(amplification) X(niche) X(money)

#define GRAPEVINE_CLAIM(name) Claim claim_##name();
GRAPEVINE_CLAIMS(GRAPEVINE_CLAIM)
#undef GRAPEVINE_CLAIM

std::span<const Claim> all_claims() {
  static const std::vector<Claim> claims = [] {
    std::vector<Claim> list{
#define GRAPEVINE_CLAIM(name) claim_##name(),
        GRAPEVINE_CLAIMS(GRAPEVINE_CLAIM)
#undef GRAPEVINE_CLAIM
    };
    std::ranges::sort(list, {}, &Claim::number);
    return list;
  }();
  return claims;
}

std::vector<ClaimEvidence> evidence_for(const ClaimQuestion& question) {
  std::vector<ClaimEvidence> all;
  for (const Claim& claim : all_claims())
    if (std::optional<ClaimEvidence> evidence = claim.evidence(question)) {
      evidence->claim = claim.number;
      all.push_back(std::move(*evidence));
    }
  return all;
}

std::vector<ClaimVerdict> judge(std::span<const ClaimEvidence> evidence, Margin margin, double alpha) {
  std::vector<ClaimVerdict> rows;
  std::vector<RatioClaim> ratios;
  std::size_t used = 0;
  for (const Claim& claim : all_claims()) {
    ClaimVerdict row;
    row.claim = claim;
    row.margin = margin;
    row.contrast = claim.contrast;
    ratios.push_back({.ratio = {}, .margin = margin});
    for (const ClaimEvidence& e : evidence) {
      if (e.claim != claim.number) continue;
      ratios.back().ratio = e.ratio;
      row.estimate = e.ratio.estimate;
      row.assumptions = e.assumptions;
      row.where = e.where;
      if (!e.contrast.empty()) row.contrast = e.contrast;
      ++used;
    }
    rows.push_back(row);
  }
  GRAPEVINE_EXPECTS(used == evidence.size());

  const std::vector<Judgement> judgements = judge(ratios, alpha);
  auto judgement = judgements.begin();
  for (ClaimVerdict& row : rows) {
    row.verdict = judgement->verdict;
    row.deciding_level = judgement->deciding_level;
    row.level = judgement->level;
    row.interval = judgement->interval;
    row.replicates_needed = judgement->replicates_needed;
    ++judgement;
  }
  return rows;
}

}  // namespace grapevine
