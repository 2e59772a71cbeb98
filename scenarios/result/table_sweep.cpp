#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "scenarios/result/table_parts.hpp"

namespace grapevine {

namespace {

/// Points that a table shows; the file has all.
constexpr std::size_t most_lines = 40;

/// A line for each point that there is a row of: what the swept keys are, then the cells of the row.
template <class Row, class Cells>
std::string by_point(const StudyResult& study, std::string_view heading, const std::vector<const Row*>& rows,
                     std::vector<std::string> head, Cells cells) {
  TextTable table(std::string(study.swept.size() + 1, 'r') + std::string(head.size(), 'l'));
  std::vector<std::string> top{""};
  for (const SweptAxis& axis : study.swept) top.push_back(axis.key);
  top.insert(top.end(), head.begin(), head.end());
  table.add(top);
  for (const Row* row : std::span(rows).first(std::min(rows.size(), most_lines))) {
    std::vector<std::string> line{fmt::to_string(row->point)};
    for (const SweptAxis& axis : study.swept) line.push_back(axis.text(row->point));
    for (std::string& cell : cells(*row)) line.push_back(std::move(cell));
    table.add(line);
  }
  std::string text = "\n" + wrapped(heading, 0) + table.text();
  if (rows.size() > most_lines)
    text += fmt::format("  and {} more: in the file, and each by --point\n", rows.size() - most_lines);
  return text;
}

std::string claims_by_point(const StudyResult& study) {
  std::string text;
  for (std::uint32_t claim = 1; claim <= 5; ++claim) {
    std::vector<const ClaimRow*> rows;
    for (const ClaimRow& row : study.claims)
      if (row.claim == claim && !row.arm.empty()) rows.push_back(&row);
    if (rows.empty()) continue;
    text += by_point(study, fmt::format("Claim {}: {} ({})", claim, rows.front()->name, rows.front()->contrast), rows,
                     {"ratio", "95 % interval", "verdict"}, [](const ClaimRow& row) {
                       const RatioText ratio = ratio_text(row.estimate, row.lower, row.upper);
                       return std::vector<std::string>{ratio.ratio, ratio.interval, row.verdict};
                     });
  }
  return text;
}

/// Of each contrast, its first ratio.
std::string contrasts_by_point(const StudyResult& study) {
  std::string text;
  std::vector<const ComparisonRow*> heads;
  for (const ComparisonRow& row : study.comparison)
    if (row.point == 0 && !row.against.empty() && is_ratio(row) &&
        std::ranges::none_of(
            heads, [&](const ComparisonRow* head) { return head->arm == row.arm && head->against == row.against; }))
      heads.push_back(&row);
  for (const ComparisonRow* head : heads) {
    if (std::ranges::any_of(study.claims, [&](const ClaimRow& claim) {
          return claim.arm == head->contrast && claim.contrast.starts_with(head->metric);
        }))
      continue;  // it is there as a claim
    std::vector<const ComparisonRow*> rows;
    for (const ComparisonRow& row : study.comparison)
      if (row.arm == head->arm && row.against == head->against && row.metric == head->metric &&
          row.statistic == head->statistic)
        rows.push_back(&row);
    text += by_point(study, fmt::format("{}: {} ({})", head->contrast, head->metric, head->statistic), rows,
                     {"ratio", "95 % interval"}, [](const ComparisonRow& row) {
                       const RatioText ratio = ratio_text(row.estimate, row.lower, row.upper);
                       return std::vector<std::string>{ratio.ratio, ratio.interval};
                     });
  }
  return text;
}

/// A number that may lie beyond what was swept.
std::string within(double value) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "above" : "below";
  return fmt::format("{:.4g}", value);
}

/// Where claims change sides.
std::string phases(const StudyResult& study) {
  TextTable table("rllLL");
  table.add({"", "along", "from point", "ratio 1 at", "95 % band"});
  std::size_t lines = 0;
  for (const PhaseRow& row : study.phase) {
    if (row.phase == "unknown" || ++lines > most_lines) continue;
    const bool crosses = row.phase == "crosses";
    table.add(
        {fmt::to_string(row.claim), row.key, study.points[row.point],
         crosses ? within(row.at) : fmt::format("{}{}", row.phase, row.certain ? " throughout" : ", perhaps"),
         crosses ? fmt::format("[{}, {}] {}", within(row.from), within(row.to), row.rises ? "rises" : "falls") : ""});
  }
  if (lines == 0) return "";
  return "\n" + wrapped("Where the ratio of a claim passes through 1, the other keys held", 0) + table.text() +
         (lines > most_lines ? fmt::format("  and {} more in the file\n", lines - most_lines) : "");
}

std::string iso_outcomes(const StudyResult& study) {
  if (study.iso_outcome.empty()) return "";
  TextTable table("lrrlLr");
  table.add({"matched at", "spent there", "least spend", "ratio", "95 % interval", "out of reach"});
  for (const IsoOutcomeRow& row : std::span(study.iso_outcome).first(std::min(study.iso_outcome.size(), most_lines)))
    table.add({study.points[row.point], within(row.target_spend), within(row.spend), within(row.ratio),
               fmt::format("[{}, {}]", within(row.ratio_lower), within(row.ratio_upper)),
               fmt::format("{} of {}", row.above_axis, row.within + row.below_axis + row.above_axis)});
  const IsoOutcomeRow& first = study.iso_outcome.front();
  return "\n" +
         wrapped(fmt::format("The least that {} must spend to match the {} of {}, along {}: medians over replicates",
                             first.arm, first.outcome, first.against, first.key),
                 0) +
         table.text();
}

std::string sensitivities(const StudyResult& study) {
  std::string text;
  for (auto row = study.sensitivity.begin(); row != study.sensitivity.end();) {
    const auto end = std::find_if(row, study.sensitivity.end(), [&](const SensitivityRow& other) {
      return other.contrast != row->contrast || other.metric != row->metric;
    });
    TextTable table("llrLr");
    table.add({"key", "index", "estimate", "95 % interval", "from"});
    for (auto line = row; line != end; ++line)
      table.add({line->factor, line->index, within(line->estimate),
                 fmt::format("[{}, {}]", within(line->lower), within(line->upper)), fmt::to_string(line->used)});
    text += "\n" + wrapped(fmt::format("What the logarithm hangs on: {}, {}", row->contrast, row->metric), 0) +
            table.text();
    row = end;
  }
  return text;
}

}  // namespace

std::string sweep_blocks(const StudyResult& study) {
  return claims_by_point(study) + contrasts_by_point(study) + iso_outcomes(study) + phases(study) +
         sensitivities(study) + "\n" +
         wrapped(
             "Every point is judged by itself: with many of them some verdicts are chance. `grapevine show FILE.h5 "
             "--point POINT` tells all of one, by its name or the number in front; worlds are as at the first.",
             0);
}

}  // namespace grapevine
