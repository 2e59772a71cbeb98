#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "analysis/sensitivity_rows.hpp"
#include "graph/base/counted.hpp"
#include "scenarios/result/table_parts.hpp"

namespace grapevine {

namespace {

/// Points that a table shows; the file has all.
constexpr std::size_t most_lines = 40;

/// What the columns of swept keys are called: by their whole names; where these take too much of the page, by as many
/// parts from the end as tell one from the other; by nothing, where that is too wide as well.
std::vector<std::string> key_labels(const StudyResult& study) {
  constexpr std::size_t of_others = 52;  ///< the columns of a claim: ratio, interval, verdict
  const auto fits = [&](const std::vector<std::string>& labels) {
    std::size_t width = 2 + std::to_string(study.points.size()).size() + of_others;
    for (std::size_t k = 0; k < labels.size(); ++k) {
      std::size_t widest = display_width(labels[k]);
      for (std::size_t p = 0; p < study.points.size(); ++p)
        widest = std::max(widest, display_width(study.swept[k].text(p)));
      width += 2 + widest;
    }
    return width <= page().width;
  };
  std::vector<std::string> labels;
  for (const SweptAxis& axis : study.swept) labels.push_back(axis.key);
  if (fits(labels)) return labels;
  for (std::string& label : labels) {
    const auto is_alone = [&](std::string_view end) {
      return std::ranges::count_if(study.swept, [&](const SweptAxis& axis) {
               return axis.key == end || axis.key.ends_with(fmt::format(".{}", end));
             }) == 1;
    };
    for (std::size_t dot = label.rfind('.'); dot != std::string::npos;
         dot = dot > 0 ? label.rfind('.', dot - 1) : dot) {
      if (is_alone(std::string_view(label).substr(dot + 1))) {
        label = label.substr(dot + 1);
        break;
      }
      if (dot == 0) break;
    }
  }
  return fits(labels) ? labels : std::vector<std::string>{};
}

/// What the swept keys are at each point, where the tables have no room for it: so many keys beside each other as fit.
std::string points_by_number(const StudyResult& study) {
  std::string text;
  for (std::size_t begin = 0, end = 0; begin < study.swept.size(); begin = end) {
    const auto table_to = [&](std::size_t last) {
      TextTable table(std::string(1 + last - begin, 'r'));
      for (std::size_t p = 0; p <= std::min(study.points.size(), most_lines); ++p) {
        std::vector<std::string> line{p == 0 ? "" : fmt::to_string(p - 1)};
        for (std::size_t k = begin; k < last; ++k)
          line.push_back(p == 0 ? study.swept[k].key : study.swept[k].text(p - 1));
        table.add(line);
      }
      return table.text();
    };
    for (end = begin + 1; end < study.swept.size() && fits_page(table_to(end + 1));) ++end;
    text += (begin > 0 ? "\n" : "") + table_to(end);
  }
  return "\n" + wrapped("Points by their numbers", 0) + text;
}

/// What the tables of points need to be read, by the labels that keys have there.
std::string legend(const StudyResult& study, const std::vector<std::string>& labels) {
  if (labels.empty()) return points_by_number(study);
  std::vector<std::string> told;
  for (std::size_t k = 0; k < labels.size(); ++k)
    if (labels[k] != study.swept[k].key) told.push_back(fmt::format("{}: {}", labels[k], study.swept[k].key));
  return told.empty() ? "" : "\n" + wrapped(fmt::format("Columns of keys: {}", fmt::join(told, ", ")), 0);
}

/// A line for each point that there is a row of: what the swept keys are, then the cells of the row, so many of them
/// beside each other as the page has room for.
template <class Row, class Cells>
std::string by_point(const StudyResult& study, std::string_view heading, const std::vector<const Row*>& rows,
                     const std::vector<std::string>& head, Cells cells) {
  const std::vector<std::string> labels = key_labels(study);
  std::map<std::uint32_t, std::vector<std::string>> lines;
  for (std::uint32_t point = 0; point < study.infeasible.size(); ++point)
    if (!study.ran(point, 0)) lines[point] = {"infeasible"};
  for (const Row* row : rows) lines[row->point] = cells(*row);
  const auto table_of = [&](std::size_t begin, std::size_t end) {
    TextTable table(std::string(labels.size() + 1, 'r') + std::string(end - begin, 'l'));
    const auto add = [&](std::vector<std::string> line, const std::vector<std::string>& more) {
      for (std::size_t i = begin; i < end; ++i) line.push_back(i < more.size() ? more[i] : "");
      table.add(line);
    };
    std::vector<std::string> top{""};
    top.insert(top.end(), labels.begin(), labels.end());
    add(top, head);
    std::size_t shown = 0;
    for (const auto& [point, line] : lines) {
      if (++shown > most_lines) break;
      std::vector<std::string> first{fmt::to_string(point)};
      for (std::size_t k = 0; k < labels.size(); ++k) first.push_back(study.swept[k].text(point));
      add(first, line);
    }
    return table.text();
  };
  std::string text = "\n" + wrapped(heading, 0);
  for (std::size_t begin = 0, end = head.size(); begin < head.size(); begin = end, end = head.size()) {
    while (end > begin + 1 && !fits_page(table_of(begin, end))) --end;
    text += (begin > 0 ? "\n" : "") + table_of(begin, end);
  }
  if (lines.size() > most_lines)
    text += fmt::format("  and {} more: in the file, and each by --point\n", lines.size() - most_lines);
  return text;
}

/// Points without enough money, each with what it is too little for.
std::string infeasible_points(const StudyResult& study) {
  std::string text;
  std::size_t points = 0;
  bool in_part = false, whole = false;
  const auto missing_at = [&](std::size_t point) {
    std::size_t count = 0;
    for (std::size_t replicate = 0; replicate < study.replicates; ++replicate) count += !study.ran(point, replicate);
    (count == study.replicates ? whole : in_part) = true;
    return count == study.replicates ? std::string() : fmt::format(" ({} of {} replicates)", count, study.replicates);
  };
  for (std::size_t point = 0; point < study.infeasible.size(); ++point)
    if (const std::string& why = study.infeasible[point]; !why.empty() && ++points <= most_lines)
      text += wrapped(fmt::format("  {}  {}{}: {}", point, study.points[point], missing_at(point), why), 4, 2);
  if (points == 0) return "";
  if (points > most_lines) text += fmt::format("  and {} more: in the file\n", points - most_lines);
  const std::string_view what = !in_part ? "nothing was run"
                                : whole  ? "nothing was run, or not all replicates"
                                         : "not all replicates were run";
  return "\n" + wrapped(fmt::format("Infeasible: with the money of these points {}", what), 0) + text;
}

std::string claims_by_point(const StudyResult& study) {
  std::string text;
  std::set<std::uint32_t> numbers;
  for (const ClaimRow& row : study.claims) numbers.insert(row.claim);
  for (const std::uint32_t claim : numbers) {
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
  const std::uint32_t first = study.comparison.empty() ? 0 : study.comparison.front().point;
  for (const ComparisonRow& row : study.comparison)
    if (row.point == first && !row.against.empty() && is_ratio(row) &&
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

/// Of each contrast, looks per session of each tier, arm over against.
std::string carried_by_point(const StudyResult& study) {
  std::string text;
  for (const std::vector<const ComparisonRow*>& rows : carried_rows(study)) {
    std::vector<const ComparisonRow*> first;
    std::vector<std::string> head;
    for (const ComparisonRow* row : rows) {
      if (row->metric == rows.front()->metric) first.push_back(row);
      if (row->point == rows.front()->point) head.push_back(row->metric.substr(row->metric.find(", ") + 2));
    }
    text += by_point(study, fmt::format("{}: looks per session (ratio of means)", rows.front()->contrast), first, head,
                     [&](const ComparisonRow& of) {
                       std::vector<std::string> cells;
                       for (const ComparisonRow* row : rows)
                         if (row->point == of.point) {
                           const RatioText ratio = ratio_text(row->estimate, row->lower, row->upper);
                           cells.push_back(ratio.ratio + " " + ratio.interval);
                         }
                       return cells;
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

/// Why nothing stands in the place of an index or of its interval; empty where both are there.
std::string why_missing(const SensitivityRow& row) {
  const bool no_estimate = std::isnan(row.estimate), no_interval = std::isnan(row.lower) || std::isnan(row.upper);
  if ((!no_estimate && !no_interval) || row.index == morris_noise) return "";
  const bool sobol = row.index == first_index || (row.index == total_index && row.factor != "replicate");
  const bool morris = row.index == morris_mean || row.index == morris_mean_size || row.index == morris_spread;
  const std::string_view unit = sobol ? "base row" : morris ? "trajectory" : "point";
  const std::uint32_t enough = row.index == morris_spread         ? (no_estimate ? 2 : 3)
                               : no_estimate && (sobol || morris) ? 1
                                                                  : 2;
  if (row.used < enough)
    return fmt::format("{} of {} have all outcomes, and {} takes {}; more points are needed, or more money at them",
                       row.used, counted(row.used + row.dropped, unit, morris ? "trajectories" : ""),
                       no_estimate ? "it" : "an interval", enough);
  if (morris && no_estimate) return "the effects of some trajectories are missing";
  if (morris || (sobol && !no_estimate))
    return fmt::format("how much hangs on single replicates is not known from {}; raise replicates to {}",
                       row.replicates, sobol || row.index == morris_spread ? 3 : 2);
  if (!sobol)
    return no_estimate ? "the outcome has no variance: it is the same at all points, in all replicates"
                       : "replicates are too few to tell their part from the rest; raise replicates";
  return row.replicates < 2 ? "the outcome has no variance: it is the same at all points, or those of one sample"
                            : "the variance of the outcome over the points, less the noise of the replicates, is not "
                              "safely above 0; more replicates or wider ends tell it from the noise";
}

/// The reasons for the dashes among some rows, each once, with the indices that it is about.
std::string missing_indices(std::span<const SensitivityRow> rows) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const SensitivityRow& row : rows) {
    const std::string why = why_missing(row);
    if (why.empty()) continue;
    auto at = std::ranges::find(reasons, why, [](const auto& reason) { return reason.first; });
    if (at == reasons.end()) at = reasons.insert(reasons.end(), {why, {}});
    const std::string name = row.factor == "replicate" ? row.factor : row.index;
    if (std::ranges::find(at->second, name) == at->second.end()) at->second.push_back(name);
  }
  std::string text;
  for (const auto& [why, names] : reasons)
    text += "  " + wrapped(fmt::format("- at {}: {}.", fmt::join(names, ", "), why), 4, 2);
  return text;
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
                 std::isnan(line->lower) && std::isnan(line->upper)
                     ? "-"
                     : fmt::format("[{}, {}]", within(line->lower), within(line->upper)),
                 fmt::to_string(line->used)});
    text += "\n" + wrapped(fmt::format("What the logarithm hangs on: {}, {}", row->contrast, row->metric), 0) +
            table.text() + missing_indices({row, end});
    row = end;
  }
  return text;
}

}  // namespace

std::string sweep_blocks(const StudyResult& study) {
  return legend(study, key_labels(study)) + infeasible_points(study) + claims_by_point(study) +
         contrasts_by_point(study) + carried_by_point(study) + iso_outcomes(study) + phases(study) +
         sensitivities(study) + "\n" +
         wrapped(
             "Every point is judged by itself: with many of them some verdicts are chance. `grapevine show FILE.h5 "
             "--point POINT` tells all of one, by its name or the number in front; worlds are as at the first that has "
             "runs.",
             0);
}

}  // namespace grapevine
