#include "scenarios/result/table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/verdicts.hpp"
#include "scenarios/result/table.hpp"

namespace grapevine {

namespace {

/// How the arm does beside the one it is held against.
std::string_view in_a_word(const ComparisonRow& ratio) {
  switch (verdict_of(Estimate{ratio.estimate, ratio.lower, ratio.upper, ratio.replicates})) {
    case Verdict::holds:
      return "more";
    case Verdict::reversed:
      return "less";
    case Verdict::no_material_difference:
      return "alike";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

/// A number as it is shown, so one that is 1 but for how well it is known is not above it.
bool is_above_threshold(const std::vector<double>& numbers) { return *std::ranges::max_element(numbers) >= 1.005; }

constexpr std::array<std::string_view, 2> metrics{"campaign engagement per money", "campaign reach per money"};

/// What the arms of one model say.
struct Answer {
  std::string model;
  std::array<const ComparisonRow*, metrics.size()> ratios{};
};

std::vector<Answer> answers_of(const StudyResult& study) {
  const auto model_of = [&](const std::string& arm) {
    return study.models[static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin())];
  };
  std::vector<Answer> answers;
  for (const ComparisonRow& row : study.comparison) {
    const auto metric = static_cast<std::size_t>(std::ranges::find(metrics, row.metric) - metrics.begin());
    if (row.estimand != "portfolio" || !is_ratio(row) || metric == metrics.size() ||
        model_of(row.arm) != model_of(row.against))
      continue;
    if (answers.empty() || answers.back().ratios[metric] != nullptr ||
        answers.back().ratios[0]->contrast != row.contrast)
      answers.push_back({model_of(row.arm)});
    answers.back().ratios[metric] = &row;
  }
  return answers;
}

}  // namespace

std::string contagions_block(const StudyResult& study) {
  std::vector<std::vector<double>> numbers(study.arms.size());
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
    for (std::size_t r = 0; r < study.replicates; ++r)
      numbers[arm].push_back(study.record(0, arm, r).reproduction_number);
  return contagions_text(study.arms, study.models, numbers);
}

std::string models_block(const StudyResult& study, std::size_t room) {
  const std::vector<Answer> answers = answers_of(study);
  if (std::ranges::all_of(answers, [&](const Answer& it) { return it.model == answers.front().model; })) return "";

  const std::string text = side_by_side([&](std::size_t across) {
    std::string tables;
    for (std::size_t begin = 0; begin < metrics.size(); begin += across) {
      const std::size_t end = std::min(begin + across, metrics.size());
      std::string columns = "ll";
      std::vector<std::string> head{"Model by model", "per money"};
      for (std::size_t m = begin; m < end; ++m) {
        columns += "rLl";
        head.insert(head.end(), {std::string(m == 0 ? "engagement" : "reach"), "95 % interval", ""});
      }
      TextTable table(columns);
      table.add(head);
      for (const Answer& answer : answers) {
        std::vector<std::string> line{answer.model, shortened(answer.ratios[0]->arm, room)};
        for (std::size_t m = begin; m < end; ++m) {
          const ComparisonRow& row = *answer.ratios[m];
          const int decimals = decimals_of(row);
          line.insert(line.end(), {std::isnan(row.estimate) ? "-" : "x " + with_decimals(row.estimate, decimals),
                                   interval_text(row, decimals, false), std::string(in_a_word(row))});
        }
        table.add(line);
      }
      tables += (begin > 0 ? "\n" : "") + table.text();
    }
    return tables;
  });
  std::vector<std::pair<std::string_view, std::vector<std::string>>>
      camps;  // a verdict on engagement, and the arms that it is about
  for (const Answer& answer : answers) {
    const std::string_view verdict = in_a_word(*answer.ratios[0]);
    auto camp = std::ranges::find_if(camps, [&](const auto& it) { return it.first == verdict; });
    if (camp == camps.end()) camp = camps.insert(camps.end(), {verdict, {}});
    camp->second.push_back(answer.ratios[0]->arm);
  }
  std::vector<std::string> told;
  for (const auto& [verdict, arms] : camps) told.push_back(fmt::format("{} {}", fmt::join(arms, ", "), verdict));
  const auto decided = std::ranges::count_if(camps, [](const auto& camp) { return camp.first != "undecided"; });
  return text + "  " +
         wrapped(fmt::format("{} on engagement per money (each at 95 %, by the margins of the claims): {}.",
                             decided > 1 ? "The models disagree" : "No two models contradict each other",
                             fmt::join(told, "; ")),
                 2, 2);
}

std::string contagions_text(const std::vector<std::string>& arms, const std::vector<std::string>& models,
                            const std::vector<std::vector<double>>& numbers) {
  struct Line {
    std::string model, arms;
    std::vector<double> numbers;
  };
  std::vector<Line> lines;
  std::vector<std::string> above;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    if (std::ranges::all_of(numbers[arm], [](double number) { return std::isnan(number); })) continue;
    const auto same = std::ranges::find_if(
        lines, [&](const Line& it) { return it.model == models[arm] && it.numbers == numbers[arm]; });
    if (same != lines.end())
      same->arms += ", " + arms[arm];
    else
      lines.push_back({models[arm], arms[arm], numbers[arm]});
    if (is_above_threshold(numbers[arm])) above.push_back(arms[arm]);
  }
  if (lines.empty()) return "";
  std::string text = fitted([&](std::size_t room) {
    TextTable table("llll");
    table.add({"Contagions", "arms", "chance x spectral radius", ""});
    for (const Line& line : lines) {
      const auto [least, most] = std::ranges::minmax(line.numbers);
      const auto shown = [decimals = std::max(2, decimals_for(most, 3))](double number) {
        return with_decimals(number, decimals);
      };
      table.add({line.model, shortened(line.arms, room),
                 shown(least) == shown(most) ? shown(most) : fmt::format("{} to {}", shown(least), shown(most)),
                 is_above_threshold(line.numbers) ? "above 1" : ""});
    }
    return table.text();
  });
  if (!above.empty())
    text +=
        "  " + wrapped(fmt::format("Above 1, the epidemic threshold, a contagion that catches on reaches a share of "
                                   "all users that has little to do with who started it, so arms may look alike for "
                                   "that alone: {}.",
                                   fmt::join(above, ", ")),
                       2, 2);
  return text;
}

}  // namespace grapevine
