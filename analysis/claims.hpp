#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/verdicts.hpp"

/// The five claims about small accounts that a study may judge, each with one contrast declared before anything was
/// run.
namespace grapevine {

struct Claim {
  int number = 0;
  std::string_view name;
  std::string_view contrast;  ///< the ratio in words
  std::string_view missing;   ///< what a model of the claim lacks; empty: the claim is modelled

  bool modelled() const { return missing.empty(); }
};

/// Claims 1 to 5, in this order.
std::span<const Claim, 5> all_claims();

/// What a study says about a claim: its ratio, and the assumptions that feed it, in words.
struct ClaimEvidence {
  int claim = 0;
  LogRatio ratio;
  std::vector<std::string> assumptions;
  std::string where = {};  ///< the arm, or arms, that it comes from
};

struct ClaimVerdict {
  Claim claim;
  Verdict verdict = Verdict::undecided;  ///< of claims without evidence too
  Estimate estimate;                     ///< of the ratio, at 95 %
  Margin margin;
  double deciding_level = 1;            ///< see Judgement
  double level = not_a_number;          ///< adjusted alpha that it was judged at; NaN for a claim that is not modelled
  Estimate interval;                    ///< at 1 - level
  std::uint64_t replicates_needed = 0;  ///< see Judgement
  std::vector<std::string> assumptions;
  std::string where;  ///< of the evidence; empty where there is none
};

/// All five claims, in order. The claims modelled share alpha by Holm's steps, those without evidence among them
/// included: a study that leaves one out gains nothing. Evidence is for modelled claims, at most once for each.
std::vector<ClaimVerdict> judge(std::span<const ClaimEvidence> evidence, Margin margin = {}, double alpha = 0.05);

}  // namespace grapevine
