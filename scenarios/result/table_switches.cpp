#include <fmt/format.h>

#include <algorithm>

#include "scenarios/result/table_parts.hpp"

namespace grapevine {

std::string switches_block(const StudyResult& study, std::size_t room) {
  if (study.switches.empty()) return "";
  TextTable claims("rllll");
  claims.add({"", "Claim without", "ratio", "95 % interval", "verdict alone"});
  const auto several = [](const SwitchRow& row) { return row.off.find(',') != std::string::npos; };
  std::uint32_t last = 0;
  for (const SwitchRow& row : study.switches) {
    if (several(row)) continue;  // they are in the file
    const RatioText text = ratio_text(row.estimate, row.lower, row.upper);
    claims.add({row.claim == last ? "" : fmt::to_string(row.claim), row.off.empty() ? "-" : shortened(row.off, room),
                text.ratio, text.interval, row.verdict});
    last = row.claim;
  }
  if (study.attribution.empty()) return claims.text();
  const bool shapley = study.attribution.front().method == "shapley";
  TextTable factors("rlll");
  factors.add({"", shapley ? "Shapley value of" : "Factor of", "", "95 % interval"});
  last = 0;
  for (const AttributionRow& row : study.attribution) {
    const RatioText text = ratio_text(row.factor, row.lower, row.upper);
    factors.add(
        {row.claim == last ? "" : fmt::to_string(row.claim), shortened(row.name, room), text.ratio, text.interval});
    last = row.claim;
  }
  return claims.text() + "\n" + factors.text() + "  " +
         wrapped(shapley ? "What turning a switch on multiplies the ratio by, averaged over all orders in which they "
                           "are turned on (Shapley 1953); together they are the ratio with all over that with none."
                         : "The ratio as it is over the ratio without it.",
                 2, 2);
}

}  // namespace grapevine
