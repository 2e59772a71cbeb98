#include "scenarios/result/sweep_points.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "graph/base/error.hpp"
#include "scenarios/result/schema.hpp"

namespace grapevine {

namespace {

template <class Row>
concept HasPoint = requires(Row& row) {
  row.point = 0u;
};

/// Walks along the tables of a result; `Rows` does something to each that has a row a finding.
template <class OfRows>
struct FoundRows {
  OfRows of_rows;

  void arm_draws() {}
  template <class Row, class List>
  void list(const schema::Part&, List) {}
  template <class Row>
  void rows(const schema::Part&, std::vector<Row> StudyResult::*table) {
    if constexpr (HasPoint<Row>) of_rows(table);
  }
  template <class Row, class Table>
  void cells(const schema::Part&, Table) {}
  template <class Row, class Table>
  void numbers(const schema::Part&, Table) {}
  template <class Row>
  void per_run(const schema::Part&) {}
  template <class Row>
  void placed(const schema::Part&, std::vector<Row> RunRecord::*) {}
  void cascades() {}
  void texts() {}
};

template <class OfRows>
void each_found(OfRows of_rows) {
  FoundRows<OfRows> tables{std::move(of_rows)};
  schema::each_table(tables);
}

template <class List>
void append(List& to, List&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

StudyResult joined(std::vector<StudyResult> points) {
  StudyResult study = std::move(points.front());
  for (std::uint32_t p = 1; p < points.size(); ++p) {
    StudyResult& point = points[p];
    GRAPEVINE_EXPECTS(point.arms == study.arms && point.numbers == study.numbers && point.tiers == study.tiers);
    append(study.points, std::move(point.points));
    append(study.records, std::move(point.records));
    append(study.graphs, std::move(point.graphs));
    each_found([&](auto table) {
      for (auto& row : point.*table) row.point = p;
      append(study.*table, std::move(point.*table));
    });
    study.accounts.merge(point.accounts);
    if (study.incomplete.find(point.incomplete) == std::string::npos)
      study.incomplete += (study.incomplete.empty() ? "" : " ") + point.incomplete;
  }
  return study;
}

StudyResult at_point(const StudyResult& study, std::size_t point) {
  StudyResult one = study;
  one.points = StudyResult{}.points;  // as the study of this point alone calls it
  one.swept.clear();
  const auto runs = static_cast<std::ptrdiff_t>(study.arms.size() * study.replicates),
             place = static_cast<std::ptrdiff_t>(point);
  one.records.assign(study.records.begin() + place * runs, study.records.begin() + (place + 1) * runs);
  const auto replicates = static_cast<std::ptrdiff_t>(study.replicates);
  one.graphs.assign(study.graphs.begin() + place * replicates, study.graphs.begin() + (place + 1) * replicates);
  one.sensitivity.clear();
  one.phase.clear();
  one.iso_outcome.clear();
  each_found([&](auto table) {
    std::erase_if(one.*table, [&](const auto& row) { return row.point != point; });
    for (auto& row : one.*table) row.point = 0;
  });
  return one;
}

namespace {

std::string names_of(const std::vector<std::string>& points) {
  constexpr std::size_t shown = 8;
  return fmt::format(
      "a number from 0 to {}, or one of {}{}", points.size() - 1,
      fmt::join(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(std::min(points.size(), shown)), "; "),
      points.size() > shown ? "; ..." : "");
}

}  // namespace

std::size_t point_called(const std::vector<std::string>& points, const std::string& name) {
  if (points.size() < 2)
    throw BadRequest(fmt::format("--point is '{}', and nothing is swept; expected a sweep; leave it out", name));
  if (name.empty()) throw BadRequest(fmt::format("--point is missing; expected {}", names_of(points)));
  if (const auto named = std::ranges::find(points, name); named != points.end())
    return static_cast<std::size_t>(named - points.begin());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc{} && end == name.data() + name.size() && number < points.size()) return number;
  throw BadRequest(fmt::format("no point is called '{}'; expected {}", name, names_of(points)));
}

StudyResult point_of(StudyResult study, const std::string& name, std::string_view command) {
  if (study.swept.empty() && name.empty()) return study;
  if (name.empty())
    throw BadRequest(fmt::format("a sweep of {} points, and grapevine {} tells of one; expected --point: {}",
                                 study.points.size(), command, names_of(study.points)));
  return at_point(study, point_called(study.points, name));
}

}  // namespace grapevine
