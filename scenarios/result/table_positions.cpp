#include <fmt/format.h>

#include <algorithm>

#include "scenarios/result/table.hpp"
#include "scenarios/result/table_parts.hpp"

namespace grapevine {

namespace {

std::string name_of_class(std::size_t place) {
  const std::uint32_t from = positions_from[place];
  if (place + 1 == positions_from.size()) return fmt::format("{} on", from);
  const std::uint32_t last = positions_from[place + 1] - 1;
  return last == from ? fmt::to_string(from) : fmt::format("{}-{}", from, last);
}

/// Looks of the group at posts of each tier at each class of positions, the class fastest: sums over replicates.
std::vector<PositionRow> sums_of(const StudyResult& study, std::size_t arm, std::size_t group) {
  const std::size_t places = study.tiers.size() * positions_from.size();
  std::vector<PositionRow> sums(places);
  for (std::size_t r = 0; r < study.replicates; ++r) {
    const std::vector<PositionRow>& rows = study.record(0, arm, r).positions;
    for (std::size_t i = 0; i < places && !rows.empty(); ++i) {
      sums[i].impressions += rows[group * places + i].impressions;
      sums[i].actions.add(rows[group * places + i].actions);
    }
  }
  return sums;
}

/// Tiers down, positions across: of the tier's looks the share at each, and engagement per look there.
std::string group_block(const StudyResult& study, const std::vector<PositionRow>& sums, std::size_t room) {
  TextTable table("lr" + std::string(positions_from.size(), 'r'));
  const auto block = [&](const char* heading, auto cell) {
    std::vector<std::string> line{heading, "all"};
    for (std::size_t place = 0; place < positions_from.size(); ++place) line.push_back(name_of_class(place));
    table.add(line);
    for (std::size_t tier = 0; tier < study.tiers.size(); ++tier) {
      const auto of_tier = std::span(sums).subspan(tier * positions_from.size(), positions_from.size());
      PositionRow all;
      for (const PositionRow& row : of_tier) all.impressions += row.impressions, all.actions.add(row.actions);
      line = {shortened(study.tiers[tier], room), cell(all, all)};
      for (const PositionRow& row : of_tier) line.push_back(cell(row, all));
      table.add(line);
    }
  };
  block("Share of looks, %", [](const PositionRow& row, const PositionRow& all) {
    if (&row == &all) return with_thousands(all.impressions);
    return all.impressions == 0
               ? std::string("-")
               : with_decimals(100 * static_cast<double>(row.impressions) / static_cast<double>(all.impressions), 1);
  });
  block("Engagement per look", [](const PositionRow& row, const PositionRow&) {
    return row.impressions == 0
               ? std::string("-")
               : with_decimals(static_cast<double>(row.actions.engagement()) / static_cast<double>(row.impressions), 4);
  });
  return table.text();
}

}  // namespace

bool has_positions(const StudyResult& study) {
  return std::ranges::any_of(study.records, [](const RunRecord& run) { return !run.positions.empty(); });
}

std::string positions_table(const StudyResult& study, const std::vector<std::string>& arms) {
  expect_arms(study, arms);
  std::string text;
  for (const std::string& name : arms)
    for (const auto& group : names_of(ReaderGroup{})) {
      const auto arm = static_cast<std::size_t>(std::ranges::find(study.arms, name) - study.arms.begin());
      const std::vector<PositionRow> sums = sums_of(study, arm, static_cast<std::size_t>(group.value));
      if (std::ranges::all_of(sums, [](const PositionRow& row) { return row.impressions == 0; })) continue;
      text +=
          fmt::format("{}By position in the feed, 1 for the top, in the arm {}: readers {}\n", text.empty() ? "" : "\n",
                      name, group.value == ReaderGroup::ranked ? "that are ranked for" : "held out");
      text += fitted([&](std::size_t room) { return group_block(study, sums, room); });
    }
  return text;
}

}  // namespace grapevine
