#include "analysis/claims.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

constexpr std::array<Claim, 5> claims{{
    {1, "authenticity earns trust", "engagement per impression, answers to comments on / off",
     "answers to comments and trust that moves with them"},
    {2, "smaller followings engage more", "pooled engagement per first look, micro / mega", ""},
    {3, "ranking rewards engagement, so reach grows",
     "amplification of micros / amplification of megas; amplification is impressions of the posts of measure per "
     "reader-session, ranked readers / held-out chronological readers",
     ""},
    {4, "a niche converts", "incremental conversions per impression, micro / mega", "conversions"},
    {5, "many small ones beat one big one per money", "campaign engagement per money, micro arm / mega arm", ""},
}};

}  // namespace

std::span<const Claim, 5> all_claims() { return claims; }

std::vector<ClaimVerdict> judge(std::span<const ClaimEvidence> evidence, Margin margin, double alpha) {
  std::vector<ClaimVerdict> rows;
  std::vector<RatioClaim> ratios;
  std::size_t used = 0;
  for (const Claim& claim : claims) {
    ClaimVerdict row;
    row.claim = claim;
    row.margin = margin;
    if (claim.modelled()) {
      ratios.push_back({.ratio = {}, .margin = margin});
      for (const ClaimEvidence& e : evidence) {
        if (e.claim != claim.number) continue;
        ratios.back().ratio = e.ratio;
        row.estimate = e.ratio.estimate;
        row.assumptions = e.assumptions;
        row.where = e.where;
        ++used;
      }
    }
    rows.push_back(row);
  }
  GRAPEVINE_EXPECTS(used == evidence.size());

  const std::vector<Judgement> judgements = judge(ratios, alpha);
  auto judgement = judgements.begin();
  for (ClaimVerdict& row : rows) {
    if (!row.claim.modelled()) continue;
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
