#include "scenarios/study/judged_claims.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "scenarios/reader/assumptions.hpp"

namespace grapevine {

namespace {

std::vector<std::string> assumptions_of(const Scenario& scenario, const ClaimEvidence& evidence) {
  const std::vector<std::string_view>& of_claim = all_claims()[std::size_t(evidence.claim) - 1].sections;
  const auto asks = [&](std::string_view section) {
    return std::ranges::count(money_sections, section) == 0 || std::ranges::count(of_claim, section) > 0;
  };
  const auto in_arm = [&](const std::string& arm, const std::function<bool(std::string_view)>& in) {
    return assumptions_in(scenario, *std::ranges::find(scenario.arms, arm, &Arm::name), in);
  };
  std::vector<std::string> list = in_arm(evidence.run, asks);
  if (asks(campaign_section))
    for (std::string& other :
         in_arm(scenario.claims.mega_arm, [](std::string_view section) { return section == campaign_section; }))
      if (std::ranges::count(list, other) == 0) list.push_back(std::move(other));
  return list;
}

ClaimRow row_of(const ClaimVerdict& judged) {
  ClaimRow row;
  row.claim = static_cast<std::uint32_t>(judged.claim.number);
  row.name = judged.claim.name;
  row.contrast = judged.contrast;
  row.arm = judged.where;
  row.verdict = judged.where.empty() ? "not asked" : std::string(name_of(judged.verdict));
  row.estimate = judged.estimate.value;
  row.lower = judged.estimate.low;
  row.upper = judged.estimate.high;
  row.margin_low = judged.margin.low;
  row.margin_high = judged.margin.high;
  row.level = 1.0 - judged.level;
  row.replicates = static_cast<std::uint32_t>(judged.estimate.n);
  row.assumptions = fmt::format("{}", fmt::join(judged.assumptions, "; "));
  row.replicates_needed = judged.replicates_needed;
  return row;
}

/// Missing where the ratio is, or is 0.
double log_of(const LogRatio& ratio) {
  return ratio.estimate.value > 0 ? math::log(ratio.estimate.value) : not_a_number;
}

/// Moves the replicate behind the others, in every arm, or from there to where it was.
void put_last(StudyResult& study, std::size_t replicate, bool back) {
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
    const auto begin = study.records.begin() + static_cast<std::ptrdiff_t>(study.place(0, arm, 0));
    const auto end = begin + study.replicates, from = begin + static_cast<std::ptrdiff_t>(replicate);
    std::rotate(from, back ? end - 1 : from + 1, end);
  }
}

}  // namespace

std::size_t tier_of(const StudyResult& study, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(study.tiers, name) - study.tiers.begin());
}

ArmRuns runs_of(const StudyResult& study, const std::string& arm, std::size_t replicates) {
  const auto place = static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin());
  GRAPEVINE_EXPECTS(place < study.arms.size());
  return ArmRuns{arm, {study.records.data() + study.place(0, place, 0), replicates}};
}

std::vector<ClaimEvidence> claims_evidence(const Scenario& whole, const StudyResult& study, std::size_t replicates) {
  const ClaimsChoice& choice = whole.claims;
  return evidence_for({.runs_of = [&](const std::string& arm) { return runs_of(study, arm, replicates); },
                       .arm = choice.arm,
                       .silent_arm = choice.silent_arm,
                       .micro_arm = choice.micro_arm,
                       .mega_arm = choice.mega_arm,
                       .sells = sells(whole, choice.micro_arm) && sells(whole, choice.mega_arm),
                       .micro = tier_of(study, choice.micro),
                       .mega = tier_of(study, choice.mega)});
}

std::map<int, Answer> answers_of(const Scenario& whole, StudyResult& study) {
  std::map<int, Answer> answers;
  for (const ClaimEvidence& evidence : claims_evidence(whole, study, study.replicates))
    answers[evidence.claim] = {evidence.ratio.estimate, {log_of(evidence.ratio), {}}};
  for (std::size_t replicate = 0; study.replicates > 1 && replicate < study.replicates; ++replicate) {
    put_last(study, replicate, false);
    for (const ClaimEvidence& evidence : claims_evidence(whole, study, study.replicates - 1))
      answers.at(evidence.claim).log.without.push_back(log_of(evidence.ratio));
    put_last(study, replicate, true);
  }
  return answers;
}

Margin margin_of(const Scenario& scenario) { return {1.0 - scenario.claims.margin, 1.0 + scenario.claims.margin}; }

std::vector<ClaimRow> judged_claims(const Scenario& scenario, const StudyResult& study) {
  std::vector<ClaimEvidence> evidence = claims_evidence(scenario, study, study.replicates);
  for (ClaimEvidence& it : evidence) it.assumptions = assumptions_of(scenario, it);
  std::vector<ClaimRow> rows;
  for (const ClaimVerdict& judged : judge(evidence, margin_of(scenario))) rows.push_back(row_of(judged));
  return rows;
}

}  // namespace grapevine
