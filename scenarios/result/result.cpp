#include "scenarios/result/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "scenarios/result/column_values.hpp"

namespace grapevine {

namespace {

/// Takes down the columns of every table.
struct Specification {
  std::vector<Dataset> all{};

  void arm_draws() { take_down<schema::ArmDraws>(schema::arm_draws, all); }
  template <class Row, class List>
  void list(const Part& part, List) {
    take_down<Row>(part, all);
  }
  template <class Row>
  void rows(const Part& part, std::vector<Row> StudyResult::*) {
    take_down<Row>(part, all);
  }
  template <class Row, class Table>
  void cells(const Part& part, Table) {
    take_down<Row>(part, all);
  }
  template <class Row, class Table>
  void numbers(const Part& part, Table) {
    take_down<Row>(part, all);
  }
  template <class Row>
  void per_run(const Part& part) {
    take_down<Row>(part, all);
  }
  template <class Row>
  void placed(const Part& part, std::vector<Row> RunRecord::*) {
    take_down<Placed<Row>>(part, all);
  }
  void cascades() {
    take_down<schema::CascadeSize>(schema::cascade_sizes, all);
    take_down<CascadeNode>(schema::cascade_nodes, all);
  }
  void texts() { take_down<schema::ScenarioTexts>(schema::scenario_texts, all); }
};

}  // namespace

namespace schema {

std::vector<Dataset> datasets() {
  Specification specification;
  each_table(specification);
  return std::move(specification.all);
}

Since format_version() {
  Since latest{major_version, 0};
  for (const Dataset& dataset : datasets()) latest = std::max(latest, dataset.since);
  return latest;
}

std::vector<Axis> axes_of(std::string_view group) {
  std::vector<Axis> used;
  for (const Axis& axis : axes) {
    const std::vector<Dataset> all = datasets();
    const bool named = std::any_of(all.begin(), all.end(), [&](const Dataset& dataset) {
      return dataset.group == group &&
             std::find(dataset.axes.begin(), dataset.axes.end(), axis.name) != dataset.axes.end();
    });
    if (named) used.push_back(axis);
  }
  return used;
}

}  // namespace schema

void StudyResult::allocate() {
  records.assign(points.size() * arms.size() * replicates, {});
  graphs.assign(points.size() * replicates, {});
  numbers.resize(replicates);
  std::iota(numbers.begin(), numbers.end(), 0u);
  asked = replicates;
}

void StudyResult::keep(const std::vector<std::uint32_t>& indices) {
  StudyResult kept;
  for (std::size_t point = 0; point < points.size(); ++point) {
    for (std::size_t arm = 0; arm < arms.size(); ++arm)
      for (const std::uint32_t index : indices) kept.records.push_back(std::move(record(point, arm, index)));
    for (const std::uint32_t index : indices) kept.graphs.push_back(graph(point, index));
  }
  for (const std::uint32_t index : indices) kept.numbers.push_back(numbers[index]);
  records = std::move(kept.records);
  graphs = std::move(kept.graphs);
  numbers = std::move(kept.numbers);
  replicates = static_cast<std::uint32_t>(indices.size());
}

std::string SweptAxis::text(std::size_t point) const {
  return numbers.empty() ? texts[point] : fmt::format("{:.6g}", numbers[point]);
}

void StudyResult::align_shapes() {
  const auto align = [&](auto table) {
    std::size_t longest = 0;
    for (RunRecord& record : records) longest = std::max(longest, table(record).size());
    for (RunRecord& record : records) table(record).resize(longest);
  };
  align(schema::sizes_of), align(schema::depths_of), align(schema::breadths_of), align(schema::virality_of),
      align(schema::broadcasts_of), align([](RunRecord & record) -> auto& { return record.curve; });
}

std::string StudyResult::account(UserId user) const {
  const auto found = accounts.find(user);
  return found == accounts.end() ? std::to_string(user.value()) : found->second;
}

}  // namespace grapevine
