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

/// Of many points tables are large: nothing is kept of what has been appended.
template <class List>
void move_behind(List& to, List&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
  List().swap(from);
}

}  // namespace

namespace {

/// A run that was not: its tables are as long as those of one that was, and say nothing.
RunRecord no_run(const RunRecord& like) {
  RunRecord none;
  none.draws = 0;
  none.tiers.resize(like.tiers.size());
  none.ledger.resize(like.ledger.size());
  none.group_sessions.resize(like.group_sessions.size());
  none.readers.resize(like.readers.size());
  none.campaigns.resize(like.campaigns.size());
  none.frequency.resize(like.frequency.size());
  none.products.resize(like.products.size());
  none.shapes.size_virality_correlation = missing;
  none.series.resize(like.series.size());
  for (std::size_t i = 0; i < none.series.size(); ++i) none.series[i].first_tick = like.series[i].first_tick;
  none.campaign_series.resize(like.campaign_series.size());
  return none;
}

/// Makes room at a point for replicates that others have and it has not, for want of money.
void fill(StudyResult& point, const StudyResult& like) {
  if (point.numbers == like.numbers) return;
  StudyResult filled;
  filled.points = point.points, filled.arms = point.arms, filled.replicates = like.replicates;
  filled.allocate();
  for (std::size_t r = 0; r < like.replicates; ++r) {
    const auto at = std::ranges::find(point.numbers, like.numbers[r]);
    const auto i = static_cast<std::size_t>(at - point.numbers.begin());
    if (at != point.numbers.end()) filled.graph(0, r) = point.graph(0, i);
    for (std::size_t arm = 0; arm < point.arms.size(); ++arm)
      filled.record(0, arm, r) =
          at != point.numbers.end() ? std::move(point.record(0, arm, i)) : no_run(like.record(0, arm, r));
  }
  point.records = std::move(filled.records);
  point.graphs = std::move(filled.graphs);
  point.replicates = like.replicates;
  point.numbers = like.numbers;
}

}  // namespace

StudyResult joined(std::vector<StudyResult> points) {
  const auto fullest = std::ranges::max_element(points, {}, &StudyResult::replicates);
  for (StudyResult& point : points) fill(point, *fullest);
  StudyResult study = std::move(points.front());
  study.infeasible.resize(points.size());
  study.records.reserve(study.records.size() * points.size());
  each_found([&](auto table) {  // once: a table that grows is there twice
    std::size_t rows = 0;
    for (const StudyResult& point : points) rows += (point.*table).size();
    (study.*table).reserve(rows + (study.*table).size());
  });
  for (std::uint32_t p = 1; p < points.size(); ++p) {
    StudyResult& point = points[p];
    GRAPEVINE_EXPECTS(point.arms == study.arms && point.numbers == study.numbers && point.tiers == study.tiers);
    move_behind(study.points, std::move(point.points));
    move_behind(study.records, std::move(point.records));
    move_behind(study.graphs, std::move(point.graphs));
    each_found([&](auto table) {
      for (auto& row : point.*table) row.point = p;
      move_behind(study.*table, std::move(point.*table));
    });
    study.accounts.merge(point.accounts);
    if (!point.infeasible.empty()) study.infeasible[p] = point.infeasible.front();
    if (study.incomplete.find(point.incomplete) == std::string::npos)
      study.incomplete += (study.incomplete.empty() ? "" : " ") + point.incomplete;
  }
  if (std::ranges::all_of(study.infeasible, &std::string::empty)) study.infeasible.clear();
  return study;
}

StudyResult at_point(const StudyResult& study, std::size_t point) {
  StudyResult one = study;
  one.points = StudyResult{}.points;  // as the study of this point alone calls it
  one.swept.clear();
  for (const SweptAxis& axis : study.swept) {
    SweptAxis& here = one.settings.emplace_back(axis);
    if (!axis.numbers.empty()) here.numbers = {axis.numbers[point]};
    if (!axis.texts.empty()) here.texts = {axis.texts[point]};
  }
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
  one.infeasible.clear();
  std::vector<std::uint32_t> ran;
  for (std::uint32_t replicate = 0; replicate < one.replicates; ++replicate)
    if (one.ran(0, replicate)) ran.push_back(replicate);
  if (ran.size() == one.replicates) return one;
  one.keep(ran);
  one.incomplete += (one.incomplete.empty() ? "" : " ") + study.infeasible[point] + ".";
  return one;
}

std::vector<std::size_t> points_with_fewer(const StudyResult& study) {
  std::vector<std::size_t> fewer;
  for (std::size_t point = 0; point < study.infeasible.size(); ++point) {
    std::size_t ran = 0;
    for (std::size_t replicate = 0; replicate < study.replicates; ++replicate)
      ran += study.ran(point, replicate) ? 1 : 0;
    if (ran > 0 && ran < study.replicates) fewer.push_back(point);
  }
  return fewer;
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
  const std::size_t point = point_called(study.points, name);
  StudyResult one = at_point(study, point);
  if (one.replicates == 0 && !study.infeasible.empty())
    throw BadRequest(fmt::format("the point {} is infeasible: {}; expected one that has runs", study.points[point],
                                 study.infeasible[point]));
  return one;
}

}  // namespace grapevine
