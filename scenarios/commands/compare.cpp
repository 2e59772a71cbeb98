#include "scenarios/commands/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/contrasts.hpp"
#include "graph/base/error.hpp"
#include "scenarios/keys/suggestions.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

ArmRuns runs_of(const StudyResult& study, const std::string& name) {
  const auto found = std::ranges::find(study.arms, name);
  if (found == study.arms.end()) {
    const std::vector<std::string_view> names(study.arms.begin(), study.arms.end());
    const std::string_view near = nearest_name(name, names);
    throw BadRequest(fmt::format("no arm is called '{}'; expected one of {}{}", name, fmt::join(study.arms, ", "),
                                 near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
  const auto arm = static_cast<std::size_t>(found - study.arms.begin());
  return {name, {study.records.data() + study.place(0, arm, 0), study.replicates}};
}

bool same_question(const ComparisonRow& a, const ComparisonRow& b) {
  return a.contrast == b.contrast && a.arm == b.arm && a.metric == b.metric && a.statistic == b.statistic;
}

/// Totals grow with the world and with the money, and say nothing across studies.
bool comparable(const ComparisonRow& row) {
  return row.statistic.rfind("difference", 0) != 0 && !std::isnan(row.estimate);
}

const ComparisonRow* find_in(const StudyResult& study, const ComparisonRow& wanted) {
  const auto found = std::ranges::find_if(
      study.comparison, [&](const ComparisonRow& row) { return same_question(row, wanted) && comparable(row); });
  return found == study.comparison.end() ? nullptr : &*found;
}

std::string with_interval(double estimate, double lower, double upper) {
  if (std::isnan(estimate)) return "-";
  const double half = (upper - lower) / 2;
  const int decimals = half > 0 ? decimals_for(half, 2) : decimals_for(estimate, 4);
  return std::isnan(half) ? with_decimals(estimate, decimals)
                          : fmt::format("{} [{}, {}]", with_decimals(estimate, decimals),
                                        with_decimals(lower, decimals), with_decimals(upper, decimals));
}

std::string change(double from, double to) {
  return from == 0 || std::isnan(to / from) ? "-" : fmt::format("{:+.1f} %", 100 * (to / from - 1));
}

/// One number in every study, and how it differs from the first.
std::vector<std::string> line(std::string first, std::string second,
                              const std::vector<std::array<double, 3>>& numbers) {
  std::vector<std::string> cells{std::move(first), std::move(second)};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    cells.push_back(with_interval(numbers[i][0], numbers[i][1], numbers[i][2]));
    if (i > 0) cells.push_back(change(numbers[0][0], numbers[i][0]));
  }
  return cells;
}

}  // namespace

std::string compare_arms(const StudyResult& study, const std::string& arm, const std::string& against) {
  if (arm == against) throw BadRequest(fmt::format("'{}' against itself; expected two different arms", arm));
  return contrast_text(contrast(runs_of(study, arm), runs_of(study, against)));
}

std::string compare_studies(const std::vector<std::pair<std::string, StudyResult>>& studies) {
  const StudyResult& first = studies.front().second;
  std::string columns = "ll";
  std::vector<std::string> head{"", ""};
  for (std::size_t i = 0; i < studies.size(); ++i) {
    columns += i > 0 ? "lr" : "l";
    head.push_back(studies[i].first);
    if (i > 0) head.push_back("change");
  }
  TextTable worlds(columns);
  worlds.add(head);
  const auto facts = [&](std::string name, double (*of)(const StudyResult&)) {
    std::vector<std::string> cells{std::move(name), ""};
    for (std::size_t i = 0; i < studies.size(); ++i) {
      const double value = of(studies[i].second);
      cells.push_back(with_decimals(value, value == std::floor(value) ? 0 : 4));
      if (i > 0) cells.emplace_back();
    }
    worlds.add(cells);
  };
  facts("users", [](const StudyResult& s) { return static_cast<double>(s.graph(0, 0).users); });
  facts("scale", [](const StudyResult& s) { return s.graph(0, 0).scale; });
  facts("follows", [](const StudyResult& s) { return static_cast<double>(s.graph(0, 0).follows); });
  facts("replicates", [](const StudyResult& s) { return static_cast<double>(s.replicates); });

  for (const ClaimRow& claim : first.claims) {
    std::vector<std::array<double, 3>> numbers;
    for (const auto& [name, study] : studies)
      for (const ClaimRow& row : study.claims)
        if (row.claim == claim.claim) numbers.push_back({row.estimate, row.lower, row.upper});
    if (numbers.size() == studies.size() && !std::isnan(claim.estimate))
      worlds.add(line(fmt::format("claim {}", claim.claim), claim.name, numbers));
  }
  std::size_t left_out = 0;
  for (const ComparisonRow& row : first.comparison) {
    if (!comparable(row)) continue;
    std::vector<std::array<double, 3>> numbers;
    for (const auto& [name, study] : studies)
      if (const ComparisonRow* found = find_in(study, row))
        numbers.push_back({found->estimate, found->lower, found->upper});
    if (numbers.size() < studies.size()) {
      ++left_out;
      continue;
    }
    const std::string whose = row.against.empty() ? fmt::format("{}, {}", row.arm, row.contrast) : row.contrast;
    worlds.add(line(whose, row.metric, numbers));
  }
  std::string text = worlds.text();
  if (left_out > 0) text += fmt::format("\n  {} numbers of the first are not in all of the others.\n", left_out);
  return text;
}

}  // namespace grapevine
