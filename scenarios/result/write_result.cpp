#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "scenarios/result/column_values.hpp"

namespace grapevine {

namespace {

void describe(h5::Writer& file, const std::string& object, std::string_view units, std::string_view long_name) {
  file.attribute(object, "long_name", long_name);
  if (!units.empty()) file.attribute(object, "units", units);
}

template <class Names>
std::vector<std::string> texts_of(const Names& names) {
  std::vector<std::string> texts;
  for (const auto& named : names) texts.emplace_back(named.name);
  return texts;
}

/// Writes the tables as they come, each group with its scales before its first table.
class ResultWriter {
public:
  ResultWriter(NewFile& out, const StudyResult& study) : file_(out), study_(study) {}

  void root() {
    file_.attribute("/", "Conventions", "CF-1.10");
    file_.attribute("/", "format", schema::format);
    file_.attribute("/", "format_version",
                    fmt::format("{}.{}", schema::format_version().major, schema::format_version().minor));
    file_.attribute("/", "title", study_.title);
    file_.any_attribute("/", "seed", h5::whole_attribute(study_.seed));
    file_.attribute("/", "seed_hex", fmt::format("{:016x}", study_.seed));
    file_.attribute("/", "tick_seconds", std::int64_t{study_.tick_seconds});
    file_.attribute("/", "currency", study_.currency);
    file_.attribute("/", "replicates_asked", std::int64_t{study_.asked});
    file_.attribute("/", "incomplete", study_.incomplete);
    if (!study_.swept.empty()) file_.attribute("/", "swept", names_of_swept());
  }

  void arm_draws() {
    part<schema::ArmDraws>(schema::arm_draws, [&](auto&& use) {
      for (std::size_t arm = 0; arm < study_.arms.size(); ++arm)
        use(schema::ArmDraws{study_.replicates == 0 ? 1 : draws_of_first(arm)});
    });
    if (!study_.swept.empty() && study_.replicates > 0) draws_by_point();
    if (!study_.infeasible.empty()) infeasible_cells();
  }
  template <class Row, class List>
  void list(const Part& part_of, List table) {
    part<Row>(part_of, [&](auto&& use) {
      for (const auto& value : std::invoke(table, study_)) use(Row{value});
    });
  }
  template <class Row>
  void rows(const Part& part_of, std::vector<Row> StudyResult::*table) {
    part<Row>(
        part_of,
        [&](auto&& use) {
          for (const Row& row : study_.*table) use(row);
        },
        (study_.*table).size());
    if constexpr (requires(const Row& row) { row.point; })
      coordinates(part_of.group, "row", study_.*table, [](const Row& row) { return row.point; });
  }
  template <class Row, class Table>
  void cells(const Part& part_of, Table table) {
    std::size_t places = 0;  // where nobody asked for some run's, they are 0
    for (const RunRecord& record : study_.records) places = std::max(places, std::invoke(table, record).size());
    if (part_of.on_demand && places == 0) return;
    part<Row>(part_of, [&](auto&& use) {
      for (const RunRecord& record : study_.records) {
        const std::vector<Row>& rows = std::invoke(table, record);
        for (std::size_t i = 0; i < places; ++i) use(i < rows.size() ? rows[i] : Row{}, record.draws);
      }
    });
  }
  template <class Row, class Table>
  void numbers(const Part& part_of, Table table) {
    part<Row>(part_of, [&](auto&& use) {
      for (const RunRecord& record : study_.records)
        for (const std::uint64_t number : std::invoke(table, record)) use(Row{number}, record.draws);
    });
  }
  template <class Row>
  void per_run(const Part& part_of) {
    part<Row>(part_of, [&](auto&& use) {
      for (const RunRecord& record : study_.records) use(Row::of(record), record.draws);
    });
  }
  template <class Row>
  void placed(const Part& part_of, std::vector<Row> RunRecord::*table) {
    if (part_of.on_demand && count(table) == 0) return;
    part<Placed<Row>>(
        part_of,
        [&](auto&& use) {
          std::size_t run = 0;
          for (std::uint32_t point = 0; point < study_.points.size(); ++point)
            for (std::uint32_t arm = 0; arm < study_.arms.size(); ++arm)
              for (std::uint32_t replicate = 0; replicate < study_.replicates; ++replicate, ++run)
                for (const Row& row : study_.records[run].*table)
                  use(Placed<Row>{point, arm, study_.numbers[replicate], row});
        },
        count(table));
    if (part_of.group == schema::look_rows.group) flag_reasons("/looks/reason");
  }
  void cascades() {
    const std::size_t posts = count(&RunRecord::posts), nodes = count(&RunRecord::cascades);
    if (nodes == 0 && posts > 0) return;  // nodes were not kept: every tracked post has its root
    part<schema::CascadeSize>(
        schema::cascade_sizes,
        [&](auto&& use) {
          for (const RunRecord& record : study_.records)
            for (const PostRow& post : record.posts) use(schema::CascadeSize{post.cascade_size});
        },
        posts, nodes);
    part<CascadeNode>(schema::cascade_nodes, [&](auto&& use) {
      for (const RunRecord& record : study_.records)
        for (const PostRow& post : record.posts)
          for (std::size_t i = 0; i < post.cascade_size; ++i) use(record.cascades[post.first_node + i]);
    });
    file_.attribute("/cascades/row_size", "sample_dimension", "node");
    flag_reasons("/cascades/reason");
  }
  void texts() {
    part<schema::ScenarioTexts>(schema::scenario_texts, [&](auto&& use) {
      use(schema::ScenarioTexts{study_.scenario_given, study_.scenario_understood});
    });
  }

  /// What mechanisms counted: columns that only they know. Arms in which one does nothing have missing values.
  void mechanisms() {
    std::vector<MechanismColumn> named;
    for (const RunRecord& record : study_.records)
      for (const MechanismColumn& column : record.mechanisms)
        if (std::ranges::find(named, column.name, &MechanismColumn::name) == named.end()) named.push_back(column);
    if (named.empty()) return;
    const std::vector<std::string_view> axes{"point", "arm", "replicate", "tier"};
    group("mechanisms", axes, 0, 0);
    std::vector<std::string> scales;
    for (const std::string_view axis : axes) scales.push_back(place_of("mechanisms", axis));
    for (const MechanismColumn& column : named) {
      std::vector<double> values;
      for (const RunRecord& record : study_.records) {
        const auto same = std::ranges::find(record.mechanisms, column.name, &MechanismColumn::name);
        for (std::size_t tier = 0; tier < study_.tiers.size(); ++tier)
          values.push_back(
              same == record.mechanisms.end() ? missing : static_cast<double>(same->by_tier.at(tier)) / record.draws);
      }
      const std::string path = place_of("mechanisms", column.name);
      file_.dataset<double>(path, values, scales);
      describe(file_, path, column.units, column.long_name);
    }
  }

  void provenance() {
    file_.group("/provenance");
    comment("provenance");
    for (const auto& [name, any] : study_.provenance) file_.any_attribute("/provenance", name, any);
  }

  void commit() { file_.commit(true); }

private:
  void flag_reasons(const std::string& column) {
    file_.attribute(column, "flag_values", schema::reason_values);
    file_.attribute(column, "flag_meanings", schema::reason_meanings);
  }

  /// Writes the columns of one kind of row. `each(use)` calls use(row) for every row in order; `rows` and `nodes` are
  /// the lengths of its tables.
  template <class Row, class Each>
  void part(const Part& part, Each&& each, std::size_t rows = 0, std::size_t nodes = 0) {
    if (groups_.insert(part.group).second) {
      std::vector<std::string_view> axes;
      for (const schema::Axis& axis : schema::axes_of(part.group)) axes.push_back(axis.name);
      group(part.group, axes, rows, nodes);
    }
    const std::vector<Dataset> list = columns_of<Row>(part);
    std::vector<std::string> scales;
    for (const std::string_view axis : part.axes) scales.push_back(place_of(part.group, axis));
    for (std::size_t i = 0; i < list.size(); ++i) {
      Gather column{study_, part, i};
      each([&](const Row& row, std::uint32_t draws = 1) {
        column.at = 0;
        column.draws = draws;
        columns(row, column);
      });
      const std::string path = place_of(part.group, list[i].name);
      column.values.with(list[i].type, [&]<class T>(const std::vector<T>& values) {
        if constexpr (std::is_same_v<T, std::int64_t>)
          file_.whole_numbers(path, values, scales);
        else
          file_.dataset<T>(path, values, scales);
      });
      describe(file_, path, list[i].units, list[i].long_name);
    }
  }

  /// A group with its scales.
  void group(std::string_view name, const std::vector<std::string_view>& axes, std::size_t rows, std::size_t nodes) {
    file_.group(fmt::format("/{}", name));
    comment(name);
    for (const std::string_view named : axes) {
      const schema::Axis& axis = *std::ranges::find(schema::axes, named, &schema::Axis::name);
      const std::string scale = place_of(name, axis.name);
      if (axis.type == h5::Type::text)
        file_.scale<std::string>(scale, labels(axis.name));
      else if (axis.type == h5::Type::f64)
        file_.scale<double>(scale, bounds(axis.name));
      else
        file_.whole_scale(scale, numbers(axis.name, rows, nodes));
      describe(file_, scale, axis.type == h5::Type::text ? "" : "1", axis.long_name);
    }
    if (std::ranges::find(axes, "point") != axes.end()) {
      std::vector<std::uint32_t> places(study_.points.size());
      std::iota(places.begin(), places.end(), 0u);
      coordinates(name, "point", places, [](std::uint32_t place) { return place; });
    }
  }

  /// What the swept keys are at the points that `rows` belong to: columns of the group.
  template <class Rows, class PointOf>
  void coordinates(std::string_view group, std::string_view axis, const Rows& rows, PointOf point_of) {
    if (study_.swept.empty()) return;
    for (const SweptAxis& swept : study_.swept) {
      const std::string path = place_of(group, swept.key);
      const auto column = [&]<class T>(const std::vector<T>& by_point) {
        std::vector<T> values;
        for (const auto& row : rows) values.push_back(by_point[point_of(row)]);
        file_.dataset<T>(path, values, {place_of(group, axis)});
      };
      swept.numbers.empty() ? column(swept.texts) : column(swept.numbers);
      describe(file_, path, swept.numbers.empty() ? "" : swept.units.empty() ? "1" : swept.units, swept.long_name);
    }
    file_.attribute(fmt::format("/{}", group), "coordinates", names_of_swept());
  }

  /// At each point an arm may be run for another number of choices.
  /// Of the first replicate of the point that was run; 0: none was.
  std::uint32_t draws_at(std::size_t point, std::size_t arm) const {
    for (std::size_t replicate = 0; replicate < study_.replicates; ++replicate)
      if (study_.ran(point, replicate)) return study_.record(point, arm, replicate).draws;
    return 0;
  }
  /// At the first point that has runs.
  std::uint32_t draws_of_first(std::size_t arm) const {
    std::uint32_t draws = 0;
    for (std::size_t point = 0; draws == 0 && point < study_.points.size(); ++point) draws = draws_at(point, arm);
    return draws;
  }
  void draws_by_point() {
    std::vector<std::int64_t> draws;
    for (std::size_t point = 0; point < study_.points.size(); ++point)
      for (std::size_t arm = 0; arm < study_.arms.size(); ++arm) draws.push_back(draws_at(point, arm));
    const std::string path = place_of("summary", "draws_by_point");
    file_.whole_numbers(path, draws, {place_of("summary", "point"), place_of("summary", "arm")});
    describe(file_, path, count_units, "the same at each point of the sweep");
  }

  /// Which cells of a sweep have no runs, for want of money.
  void infeasible_cells() {
    std::vector<std::int64_t> cells;
    for (std::size_t point = 0; point < study_.points.size(); ++point)
      for (std::size_t replicate = 0; replicate < study_.replicates; ++replicate)
        cells.push_back(study_.ran(point, replicate) ? 0 : 1);
    const std::string path = place_of("summary", "infeasible"), why = place_of("summary", "infeasible_why");
    file_.whole_numbers(path, cells, {place_of("summary", "point"), place_of("summary", "replicate")});
    describe(file_, path, "1", "1: money is too little for a campaign, nothing was run, and all values are missing");
    file_.dataset<std::string>(why, study_.infeasible, {place_of("summary", "point")});
    describe(file_, why, "", "what the money of the point is too little for; empty where it is not");
  }

  std::string names_of_swept() const {
    std::string names;
    for (const SweptAxis& swept : study_.swept) names += (names.empty() ? "" : " ") + swept.key;
    return names;
  }
  void comment(std::string_view group) {
    file_.attribute(fmt::format("/{}", group), "comment",
                    std::ranges::find(schema::groups, group, &schema::Group::name)->comment);
  }

  template <class Row>
  std::size_t count(std::vector<Row> RunRecord::*table) const {
    std::size_t sum = 0;
    for (const RunRecord& record : study_.records) sum += (record.*table).size();
    return sum;
  }

  std::vector<std::string> labels(std::string_view axis) const {
    if (axis == "source") return texts_of(names_of(Source{}));
    if (axis == "readers") return texts_of(names_of(ReaderGroup{}));
    if (axis == "point") return study_.points;
    if (axis == "arm") return study_.arms;
    if (axis == "tier") return study_.tiers;
    if (axis == "product") return study_.products;
    GRAPEVINE_EXPECTS(axis == "campaign");
    return study_.campaigns;
  }

  std::vector<std::int64_t> numbers(std::string_view axis, std::size_t rows, std::size_t nodes) const {
    const auto count = [](std::size_t length, auto value) {
      std::vector<std::int64_t> values(length);
      for (std::size_t i = 0; i < length; ++i)
        values[i] = static_cast<std::int64_t>(value(static_cast<std::uint32_t>(i)));
      return values;
    };
    const auto number = [](std::uint32_t i) { return i; };
    const RunRecord& run = first_run();
    if (axis == "tick") return count(run.series.size(), [&](std::uint32_t i) { return run.series[i].first_tick; });
    if (axis == "followers_from") return count(run.curve.size(), least_followers);
    if (axis == "position_from") return count(positions_from.size(), [](std::uint32_t i) { return positions_from[i]; });
    if (axis == "partners") return count(frequency_bins, [](std::uint32_t i) { return i + 1; });
    if (axis == "size_from") return count(run.shapes.sizes.size(), least_size);
    if (axis == "breadth_from") return count(run.shapes.breadths.size(), least_followers);
    if (axis == "depth") return count(run.shapes.depths.size(), number);
    if (axis == "replicate") return count(study_.replicates, [&](std::uint32_t i) { return study_.numbers[i]; });
    return count(axis == "node" ? nodes : rows, number);
  }

  std::vector<double> bounds(std::string_view axis) const {
    const bool virality = axis == "virality_from";
    std::vector<double> values((virality ? first_run().shapes.virality : first_run().shapes.broadcasts).size());
    for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = virality ? least_virality(i) : least_broadcast(i);
    return values;
  }

  /// Its axes are as long as those of all.
  const RunRecord& first_run() const {
    static const RunRecord none;
    return study_.records.empty() ? none : study_.records.front();
  }

  h5::Writer file_;
  const StudyResult& study_;
  std::set<std::string_view> groups_;
};

/// The axes fit the records: a mistake of ours otherwise.
void expect_complete(const StudyResult& study) {
  GRAPEVINE_EXPECTS(study.tiers_from.size() == study.tiers.size() && study.models.size() == study.arms.size());
  GRAPEVINE_EXPECTS(study.records.size() == study.points.size() * study.arms.size() * study.replicates);
  GRAPEVINE_EXPECTS(study.graphs.size() == study.points.size() * study.replicates);
  GRAPEVINE_EXPECTS(study.numbers.size() == study.replicates);
  for (const RunRecord& record : study.records) {
    GRAPEVINE_EXPECTS(record.tiers.size() == study.tiers.size());
    GRAPEVINE_EXPECTS(record.campaigns.size() == study.campaigns.size());
    GRAPEVINE_EXPECTS(record.products.size() == study.products.size());
    GRAPEVINE_EXPECTS(record.ledger.size() == source_count * study.tiers.size());
    GRAPEVINE_EXPECTS(record.group_sessions.size() == 2 && record.readers.size() == 2 * study.tiers.size());
    GRAPEVINE_EXPECTS(record.positions.empty() ||
                      record.positions.size() == reader_groups * study.tiers.size() * positions_from.size());
    GRAPEVINE_EXPECTS(record.curve.size() == study.records.front().curve.size());
    GRAPEVINE_EXPECTS(record.frequency.size() == frequency_bins * study.campaigns.size());
    GRAPEVINE_EXPECTS(record.series.size() == study.records.front().series.size());
    for (std::size_t i = 0; i < record.series.size(); ++i)
      GRAPEVINE_EXPECTS(record.series[i].first_tick == study.records.front().series[i].first_tick);
    GRAPEVINE_EXPECTS(record.campaign_series.size() == study.campaigns.size() * record.series.size());
    const CascadeShapes &shapes = record.shapes, &first = study.records.front().shapes;
    GRAPEVINE_EXPECTS(shapes.sizes.size() == first.sizes.size() && shapes.depths.size() == first.depths.size() &&
                      shapes.breadths.size() == first.breadths.size() &&
                      shapes.virality.size() == first.virality.size() &&
                      shapes.broadcasts.size() == first.broadcasts.size());
    if (!record.cascades.empty())
      for (const PostRow& post : record.posts)
        GRAPEVINE_EXPECTS(post.first_node + post.cascade_size <= record.cascades.size());
  }
}

}  // namespace

void write_result(const std::filesystem::path& out, const StudyResult& study) {
  NewFile file(out);
  write_result(file, study);
}

void write_result(NewFile& out, const StudyResult& study) {
  expect_complete(study);
  ResultWriter writer(out, study);
  writer.root();
  schema::each_table(writer);
  writer.mechanisms();
  writer.provenance();
  writer.commit();
}

}  // namespace grapevine
