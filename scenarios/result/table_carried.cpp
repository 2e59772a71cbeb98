#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/carried.hpp"
#include "analysis/rows.hpp"
#include "scenarios/result/table_parts.hpp"

namespace grapevine {

namespace {

/// A figure of one arm; null where it has none.
const ComparisonRow* figure_of(const StudyResult& study, const std::string& arm, std::string_view about,
                               std::string_view metric) {
  const auto row = std::ranges::find_if(study.comparison, [&](const ComparisonRow& it) {
    return it.arm == arm && it.against.empty() && it.contrast == about && it.metric == metric;
  });
  return row == study.comparison.end() || std::isnan(row->estimate) ? nullptr : &*row;
}

/// A column of the tables by arm.
struct Told {
  std::string head, about;
  std::string_view metric;
};

/// What is told under one heading: of each tier, and of all accounts.
std::vector<Told> columns_of(const StudyResult& study, std::string_view metric, bool with_elasticity) {
  std::vector<Told> columns;
  for (const std::string& tier : study.tiers) columns.push_back({tier, posts_of_tier(tier), metric});
  if (with_elasticity)
    columns.push_back({"elasticity in followers", std::string(accounts_by_followers), "impressions per post"});
  return columns;
}

/// Arms down, columns across; nothing where no arm has anything.
std::string by_arm(const StudyResult& study, std::string_view heading, const std::vector<Told>& columns,
                   std::size_t room) {
  const auto cell = [&](const std::string& arm, const Told& told) {
    const ComparisonRow* row = figure_of(study, arm, told.about, told.metric);
    return row == nullptr ? "-" : with_interval(*row);
  };
  const auto has_any = [&](const std::string& arm) {
    return std::ranges::any_of(
        columns, [&](const Told& told) { return told.metric == columns.front().metric && cell(arm, told) != "-"; });
  };
  if (std::ranges::none_of(study.arms, has_any)) return "";
  return side_by_side([&](std::size_t across) {
    std::string text;
    for (std::size_t begin = 0; begin < columns.size(); begin += across) {
      const std::size_t end = std::min(begin + across, columns.size());
      TextTable table("l" + std::string(end - begin, 'r'));
      std::vector<std::string> head{""};
      for (std::size_t i = begin; i < end; ++i)
        head.push_back(shortened(columns[i].head, std::max<std::size_t>(room, 24)));
      table.add(head);
      for (const std::string& arm : study.arms) {
        std::vector<std::string> line{shortened(arm, room)};
        for (std::size_t i = begin; i < end; ++i) line.push_back(cell(arm, columns[i]));
        table.add(line);
      }
      text += (begin > 0 ? "\n" : fmt::format("{}, by arm and tier of the author\n", heading)) + table.text();
    }
    return text;
  });
}

}  // namespace

std::string carried_block(const StudyResult& study, std::size_t room) {
  constexpr std::string_view first = "amplification against the shadow";
  const auto shadowed = [&](const std::string& arm) {
    return std::ranges::any_of(study.comparison,
                               [&](const ComparisonRow& row) { return row.arm == arm && row.metric == first; });
  };
  if (std::ranges::count_if(study.arms, shadowed) < 2) return "";  // the one is told by itself
  std::string text;
  for (const auto& [heading, metric] : {std::pair("Amplification against the shadow", first),
                                        {"Looks per session", "looks per session"},
                                        {"Looks outside the network", "looks outside the network"}}) {
    const std::string table = by_arm(study, heading, columns_of(study, metric, metric == "looks per session"), room);
    text += (text.empty() || table.empty() ? "" : "\n") + table;
  }
  return text;
}

std::vector<std::vector<const ComparisonRow*>> carried_rows(const StudyResult& study) {
  std::vector<std::vector<const ComparisonRow*>> contrasts;
  for (const ComparisonRow& row : study.comparison) {
    if (row.against.empty() || !is_ratio(row) || !row.metric.starts_with(looks_of(""))) continue;
    const auto same = std::ranges::find_if(contrasts, [&](const auto& rows) {
      return rows.front()->arm == row.arm && rows.front()->against == row.against;
    });
    (same == contrasts.end() ? contrasts.emplace_back() : *same).push_back(&row);
  }
  return contrasts;
}

}  // namespace grapevine
