#include "scenarios/result/table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/verdicts.hpp"

namespace grapevine {

namespace {

std::vector<std::string> assumptions_of(const ClaimRow& row) {
  std::vector<std::string> list;
  for (std::size_t begin = 0; begin < row.assumptions.size();) {
    const std::size_t end = std::min(row.assumptions.find("; ", begin), row.assumptions.size());
    list.push_back(row.assumptions.substr(begin, end - begin));
    begin = end + 2;
  }
  return list;
}

/// What every claim that has an estimate rests on.
std::set<std::string> common_assumptions(const std::vector<ClaimRow>& claims) {
  std::set<std::string> common;
  bool first = true;
  for (const ClaimRow& row : claims) {
    if (std::isnan(row.estimate)) continue;
    const std::vector<std::string> own = assumptions_of(row);
    const std::set<std::string> these(own.begin(), own.end());
    if (first) common = these;
    std::erase_if(common, [&](const std::string& assumption) { return these.count(assumption) == 0; });
    first = false;
  }
  return common;
}

/// How many replicates would decide the claims that are not; nothing where there is nothing to tell.
std::string more_replicates(const std::vector<ClaimRow>& claims) {
  std::vector<std::string> enough, too_many;
  for (const ClaimRow& row : claims)
    if (row.replicates_needed > most_replicates)
      too_many.push_back(fmt::to_string(row.claim));
    else if (row.replicates_needed > 0)
      enough.push_back(fmt::format("{} {}claim {}", with_thousands(row.replicates_needed),
                                   enough.empty() ? "replicates would decide " : "", row.claim));
  const std::string needed = fmt::format("would be needed for claim {}", fmt::join(too_many, " and claim "));
  if (enough.empty())
    return too_many.empty() ? ""
                            : fmt::format("More than {} replicates {}, from the variance seen.",
                                          with_thousands(most_replicates), needed);
  return fmt::format("About {}, from the variance seen.", fmt::join(enough, ", about ")) +
         (too_many.empty() ? "" : fmt::format(" More than {} {}.", with_thousands(most_replicates), needed));
}

/// The smallest sets of switches without which a difference that the claim makes is none, each in words.
std::vector<std::string> vanishing_sets(const StudyResult& study, const ClaimRow& judged) {
  const auto differs = [](const std::string& verdict) {
    return verdict == name_of(Verdict::holds) || verdict == name_of(Verdict::reversed);
  };
  std::vector<std::set<std::string>> sets;
  for (const SwitchRow& row : study.switches) {
    if (row.claim != judged.claim || !differs(judged.verdict)) continue;
    if (row.verdict != name_of(Verdict::no_material_difference) || row.off.empty()) continue;
    std::set<std::string>& off = sets.emplace_back();
    for (std::size_t begin = 0; begin < row.off.size();) {
      const std::size_t end = std::min(row.off.find(", ", begin), row.off.size());
      off.insert(row.off.substr(begin, end - begin));
      begin = end + 2;
    }
  }
  std::vector<std::string> words;
  for (const std::set<std::string>& off : sets)
    if (std::ranges::none_of(sets, [&](const std::set<std::string>& other) {
          return other.size() < off.size() && std::ranges::includes(off, other);
        }))
      words.push_back(fmt::format("{}", fmt::join(off, " and ")));
  return words;
}

}  // namespace

RatioText ratio_text(double estimate, double lower, double upper) {
  const int most = decimals_for(std::max(estimate, 1.0), 4),
            decimals = upper > lower ? std::min(decimals_for((upper - lower) / 2, 2), most) : most;
  if (is_lost(estimate, upper, decimals)) return {"-", "-"};
  return {std::isnan(estimate) ? "-" : "x " + with_decimals(estimate, decimals),
          std::isnan(lower) ? "-"
                            : fmt::format("[{}, {}]", with_decimals(lower, decimals), with_decimals(upper, decimals))};
}

std::string claims_block(const StudyResult& study) {
  TextTable table("rllll");
  table.add({"", "Claim", "ratio", "95 % interval", "verdict"});
  for (const ClaimRow& row : study.claims) {
    const RatioText text = ratio_text(row.estimate, row.lower, row.upper);
    table.add({fmt::to_string(row.claim), row.name, text.ratio, text.interval, row.verdict});
  }
  std::string text = table.text();
  const std::set<std::string> common = common_assumptions(study.claims);
  for (const ClaimRow& row : study.claims) {
    if (std::isnan(row.margin_low) || row.arm.empty()) continue;
    std::vector<std::string> own, needed;
    for (const std::string& assumption : assumptions_of(row))
      if (!common.count(assumption)) own.push_back(assumption);
    needed = vanishing_sets(study, row);
    text +=
        "  " +
        wrapped(fmt::format(
                    "{}: {}{}; ratios from {} to {} make no material difference; judged at {} % (Holm).{}{}", row.claim,
                    row.contrast, row.arm.empty() ? "" : ", in " + row.arm, with_decimals(row.margin_low, 2),
                    with_decimals(row.margin_high, 2), with_decimals(100 * row.level, 1),
                    needed.empty() ? "" : fmt::format(" It vanishes without {}.", fmt::join(needed, ", or without ")),
                    own.empty() ? "" : fmt::format(" It rests on {}.", fmt::join(own, ", "))),
                5, 2);
  }
  if (const std::string more = more_replicates(study.claims); !more.empty()) text += "  " + wrapped(more, 5, 2);
  if (!common.empty())
    text += "  " + wrapped(fmt::format("All judged here rest on {}.", fmt::join(common, ", ")), 5, 2);
  return text;
}

}  // namespace grapevine
