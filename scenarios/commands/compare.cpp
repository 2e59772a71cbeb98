#include "scenarios/commands/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "analysis/carried.hpp"
#include "analysis/contrasts.hpp"
#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/suggestions.hpp"
#include "scenarios/keys/toml_reader.hpp"
#include "scenarios/keys/understood.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/table_parts.hpp"
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

std::string with_interval(double estimate, double lower, double upper, bool is_ratio) {
  if (std::isnan(estimate)) return "-";
  const double half = (upper - lower) / 2;
  const int decimals = half > 0 ? decimals_for(half, 2) : decimals_for(estimate, 4);
  if (is_ratio && is_lost(estimate, upper, decimals)) return "-";
  return std::isnan(half) ? with_decimals(estimate, decimals)
                          : fmt::format("{} [{}, {}]", with_decimals(estimate, decimals),
                                        with_decimals(lower, decimals), with_decimals(upper, decimals));
}

std::string change(double from, double to) {
  return from == 0 || std::isnan(to / from) ? "-" : fmt::format("{:+.1f} %", 100 * (to / from - 1));
}

/// The tier that the scenario names in this key; behind the last where it names none.
std::size_t claimed_tier(const StudyResult& study, std::string_view key) {
  std::string_view name;
  const auto values = understood_values(study.scenario_understood);
  for (const auto& [of, value] : values)
    if (of == key) name = std::string_view(value).substr(1, value.size() - 2);
  return static_cast<std::size_t>(std::ranges::find(study.tiers, name) - study.tiers.begin());
}

}  // namespace

std::string compare_arms(const StudyResult& study, const std::string& arm, const std::string& against) {
  if (arm == against) throw BadRequest(fmt::format("'{}' against itself; expected two different arms", arm));
  std::vector<ComparisonRow> rows = contrast(runs_of(study, arm), runs_of(study, against));
  for (ComparisonRow& row : carried(runs_of(study, arm), runs_of(study, against), study.tiers,
                                    claimed_tier(study, "claims.micro"), claimed_tier(study, "claims.mega")))
    rows.push_back(std::move(row));
  std::string text = contrast_text(rows);
  if (std::ranges::none_of(study.comparison,
                           [&](const ComparisonRow& row) { return row.arm == arm && row.against == against; }))
    text += fmt::format(
        "  The result file has no such contrast; [[contrast]] with arm = \"{}\", against = \"{}\" in the "
        "scenario puts it there.\n",
        arm, against);
  return text;
}

namespace {

/// A number that every study has: where it stands, and what it is in each.
struct Common {
  std::string contrast, arm, against, metric, statistic;
  std::vector<std::array<double, 3>> in;  ///< by study: estimate, lower, upper

  bool equal() const {
    return std::ranges::all_of(in, [&](const std::array<double, 3>& one) {
      return std::ranges::equal(one, in.front(),
                                [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
    });
  }
};

/// What all of them have, claims first; `left_out`: numbers of the first that not all of the others have.
std::vector<Common> common_numbers(const NamedStudies& studies, std::size_t& left_out) {
  const StudyResult& first = studies.front().second;
  std::vector<Common> all;
  for (const ClaimRow& claim : first.claims) {
    Common number{fmt::format("claim {}", claim.claim), claim.arm, "", claim.name, "claim", {}};
    for (const auto& [name, study] : studies)
      for (const ClaimRow& row : study.claims)
        if (row.claim == claim.claim) number.in.push_back({row.estimate, row.lower, row.upper});
    if (number.in.size() == studies.size() && !std::isnan(claim.estimate)) all.push_back(std::move(number));
  }
  left_out = 0;
  for (const ComparisonRow& row : first.comparison) {
    if (!comparable(row)) continue;
    Common number{row.contrast, row.arm, row.against, row.metric, row.statistic, {}};
    for (const auto& [name, study] : studies)
      if (const ComparisonRow* found = find_in(study, row))
        number.in.push_back({found->estimate, found->lower, found->upper});
    if (number.in.size() == studies.size())
      all.push_back(std::move(number));
    else
      ++left_out;
  }
  return all;
}

/// What a swept key is at a point, as the text of an understood scenario has it.
std::string understood_value(const SweptAxis& axis) {
  const Key* const key = key_at(split_at_dots(axis.key));
  if (axis.numbers.empty()) {
    const std::string& text = axis.texts.front();
    const Texts texts = key ? texts_of(*key) : Texts::none;
    const bool quoted = texts == Texts::all || (texts == Texts::some && text.find_first_of("0123456789[") != 0);
    return quoted ? in_quotes(text) : text;
  }
  const double number = axis.numbers.front();
  if (key && key->kind == Kind::duration) return in_quotes(duration_as_text(std::llround(number)));
  if (key && key->kind == Kind::flag) return number != 0 ? "true" : "false";
  return fmt::format("{}", number);
}

/// The keys of a study with their values; of a point of a sweep those of the point, without what the sweep asks for.
std::vector<std::pair<std::string, std::string>> values_of(const StudyResult& study) {
  auto values = understood_values(study.scenario_understood);
  if (study.settings.empty()) return values;
  std::erase_if(values, [](const auto& value) { return value.first.starts_with("sweep."); });
  for (const SweptAxis& axis : study.settings) {
    const auto at = std::ranges::find(values, axis.key, [](const auto& value) { return value.first; });
    auto& value = at == values.end() ? values.emplace_back(axis.key, "") : *at;
    value.second = understood_value(axis);
  }
  return values;
}

/// The keys whose values are not the same in all studies, each with its value in each.
std::string differing_keys(const NamedStudies& studies) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> values;
  for (std::size_t i = 0; i < studies.size(); ++i)
    for (const auto& [key, value] : values_of(studies[i].second)) {
      const auto [place, fresh] = values.try_emplace(key, studies.size(), "-");
      if (fresh) order.push_back(key);
      place->second[i] = value;
    }
  TextTable table("l" + std::string(studies.size(), 'l'));
  std::vector<std::string> head{"Keys that differ"};
  for (const auto& [name, study] : studies) head.push_back(name);
  table.add(head);
  bool any = false;
  for (const std::string& key : order) {
    std::vector<std::string> cells{key};
    for (const std::string& value : values[key]) cells.push_back(value);
    if (std::ranges::all_of(cells.begin() + 1, cells.end(), [&](const std::string& cell) { return cell == cells[1]; }))
      continue;
    any = true;
    table.add(cells);
  }
  return any ? table.text() : "The scenarios are the same in every key.\n";
}

/// The worlds, replicates and common numbers of some studies side by side, the first of all among them.
std::string numbers_side_by_side(const NamedStudies& studies, const std::vector<Common>& numbers,
                                 const std::vector<std::size_t>& shown) {
  std::string columns = "ll";
  std::vector<std::string> head{"", ""};
  for (const std::size_t i : shown) {
    columns += i > 0 ? "Lr" : "L";
    head.push_back(studies[i].first);
    if (i > 0) head.push_back("change");
  }
  TextTable table(columns);
  table.add(head);
  const auto fact = [&](std::string name, double (*of)(const StudyResult&)) {
    std::vector<std::string> cells{std::move(name), ""};
    for (const std::size_t i : shown) {
      const double value = of(studies[i].second);
      cells.push_back(with_decimals(value, value == std::floor(value) ? 0 : 4));
      if (i > 0) cells.emplace_back();
    }
    table.add(cells);
  };
  fact("users", [](const StudyResult& s) { return static_cast<double>(s.graph(0, 0).users); });
  fact("scale", [](const StudyResult& s) { return s.graph(0, 0).scale; });
  fact("follows", [](const StudyResult& s) { return static_cast<double>(s.graph(0, 0).follows); });
  fact("replicates", [](const StudyResult& s) { return static_cast<double>(s.replicates); });
  for (const Common& number : numbers) {
    if (number.equal()) continue;
    const bool of_one_arm = number.statistic != "claim" && number.against.empty();
    std::vector<std::string> cells{of_one_arm ? fmt::format("{}, {}", number.arm, number.contrast) : number.contrast,
                                   number.metric};
    for (const std::size_t i : shown) {
      const auto& [estimate, lower, upper] = number.in[i];
      const bool is_ratio = number.statistic == "claim" || number.statistic == ratio_statistic;
      cells.push_back(with_interval(estimate, lower, upper, is_ratio));
      if (i > 0) cells.push_back(change(number.in.front()[0], estimate));
    }
    table.add(cells);
  }
  return table.text();
}

}  // namespace

std::string compare_studies(const NamedStudies& studies) {
  std::size_t left_out = 0;
  const std::vector<Common> numbers = common_numbers(studies, left_out);
  std::string text = differing_keys(studies);
  // Beside the first, as many as the page has room for.
  for (std::size_t next = 1; next < studies.size();) {
    std::vector<std::size_t> shown{0, next};
    std::string table = numbers_side_by_side(studies, numbers, shown);
    for (++next; next < studies.size(); ++next) {
      shown.push_back(next);
      std::string wider = numbers_side_by_side(studies, numbers, shown);
      if (!fits_page(wider)) break;
      table = std::move(wider);
    }
    text += "\n" + table;
  }
  const auto equal = static_cast<std::size_t>(std::ranges::count_if(numbers, &Common::equal));
  if (equal > 0)
    text += fmt::format("\n  {} of {} {} equal in all and left out.\n", equal, counted(numbers.size(), "number"),
                        equal == 1 ? "is" : "are");
  if (left_out > 0)
    text += fmt::format("\n  {} not in all of the others.\n",
                        counted(left_out, "number of the first is", "numbers of the first are"));
  return text;
}

std::string compare_studies_as_csv(const NamedStudies& studies) {
  std::size_t left_out = 0;
  std::string text = "contrast,arm,metric,statistic,study,estimate,lower,upper\n";
  const auto field = [](double value) { return std::isnan(value) ? "" : fmt::format("{}", value); };
  for (const Common& number : common_numbers(studies, left_out))
    for (std::size_t i = 0; i < studies.size(); ++i) {
      const auto& [estimate, lower, upper] = number.in[i];
      text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(number.contrast), csv_field(number.arm),
                          csv_field(number.metric), csv_field(number.statistic), csv_field(studies[i].first),
                          field(estimate), field(lower), field(upper));
    }
  return text;
}

}  // namespace grapevine
