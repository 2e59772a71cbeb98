#include "scenarios/result/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <tuple>
#include <type_traits>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "scenarios/result/result_file.hpp"
#include "scenarios/result/schema.hpp"

namespace grapevine {

using schema::columns;
using schema::Dataset;
using schema::Part;
using schema::Placed;
using schema::Stored;

namespace {

/// Takes the columns of a kind of row down, for the specification and for tables without rows.
struct TakeDown {
  const Part& part;
  std::vector<Dataset>& list;

  template <class Field>
  void operator()(std::string_view name, Field&, std::string_view units, std::string_view long_name) {
    using Type = typename Stored<std::remove_const_t<Field>>::Type;
    list.push_back({part.group, name, part.means ? h5::Type::f64 : h5::type_of<Type>(), part.axes, units, long_name});
  }
  void account(std::string_view name, const UserId&, std::string_view long_name) {
    list.push_back({part.group, name, h5::Type::text, part.axes, schema::no_units, long_name});
  }
  void hash(std::string_view name, const std::uint64_t&, std::string_view long_name) {
    list.push_back({part.group, name, h5::Type::text, part.axes, schema::no_units, long_name});
  }
};

template <class Row>
void take_down(const Part& part, std::vector<Dataset>& list) {
  Row row{};
  TakeDown column{part, list};
  columns(row, column);
}

template <class Row>
std::vector<Dataset> columns_of(const Part& part) {
  std::vector<Dataset> list;
  take_down<Row>(part, list);
  return list;
}

/// The values of one column, in the vector of its type.
struct Values {
  std::tuple<std::vector<std::int64_t>, std::vector<std::int32_t>, std::vector<std::int8_t>, std::vector<double>,
             std::vector<std::string>>
      by_type;

  template <class T>
  std::vector<T>& of() {
    return std::get<std::vector<T>>(by_type);
  }
  template <class Use>
  void with(h5::Type type, Use&& use) {
    switch (type) {
      case h5::Type::i64:
        return use(of<std::int64_t>());
      case h5::Type::i32:
        return use(of<std::int32_t>());
      case h5::Type::i8:
        return use(of<std::int8_t>());
      case h5::Type::f64:
        return use(of<double>());
      case h5::Type::text:
        return use(of<std::string>());
      default:
        GRAPEVINE_EXPECTS(!"a type that no column has");
    }
  }
};

/// Copies one column from rows to `values`.
struct Gather {
  const StudyResult& study;
  const Part& part;
  std::size_t wanted;
  double draws = 1;  ///< that the row is added up over
  std::size_t at = 0;
  Values values{};

  template <class Field>
  void operator()(std::string_view, const Field& field, std::string_view, std::string_view) {
    if (at++ != wanted) return;
    if constexpr (std::is_arithmetic_v<Field>)
      if (part.means) return values.of<double>().push_back(static_cast<double>(field) / draws);
    values.of<typename Stored<Field>::Type>().push_back(Stored<Field>::to_file(field));
  }
  void account(std::string_view, UserId user, std::string_view) {
    if (at++ == wanted) values.of<std::string>().push_back(study.account(user));
  }
  void hash(std::string_view, std::uint64_t bits, std::string_view) {
    if (at++ == wanted) values.of<std::string>().push_back(fmt::format("{:016x}", bits));
  }
};

/// Copies one column from `values` to rows.
struct Scatter {
  StudyResult& study;
  const Part& part;
  std::size_t wanted;
  double draws = 1;
  std::size_t row = 0;
  std::size_t at = 0;
  Values values{};

  template <class Field>
  void operator()(std::string_view, Field& field, std::string_view, std::string_view) {
    if (at++ != wanted) return;
    if constexpr (std::is_arithmetic_v<Field>)
      if (part.means) {
        const double sum = values.of<double>()[row] * draws;
        if constexpr (std::is_integral_v<Field>)
          field = static_cast<Field>(std::llround(sum));
        else
          field = sum;
        return;
      }
    field = Stored<Field>::from_file(values.of<typename Stored<Field>::Type>()[row]);
  }
  void account(std::string_view, UserId user, std::string_view) {
    if (at++ == wanted) study.accounts[user] = values.of<std::string>()[row];
  }
  void hash(std::string_view, std::uint64_t& bits, std::string_view) {
    if (at++ != wanted) return;
    const std::string& text = values.of<std::string>()[row];
    std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  }
};

std::string place_of(std::string_view group, std::string_view name) { return fmt::format("/{}/{}", group, name); }

void describe(h5::Writer& file, const std::string& object, std::string_view units, std::string_view long_name) {
  file.attribute(object, "long_name", long_name);
  if (!units.empty()) file.attribute(object, "units", units);
}

class ResultWriter {
public:
  ResultWriter(const std::filesystem::path& out, const StudyResult& study) : file_(out), study_(study) {}

  void root() {
    file_.attribute("/", "Conventions", "CF-1.10");
    file_.attribute("/", "format", schema::format);
    file_.attribute("/", "format_version", fmt::format("{}.{}", schema::major_version, schema::minor_version));
    file_.attribute("/", "title", study_.title);
    file_.attribute("/", "seed", static_cast<std::int64_t>(study_.seed));
    file_.attribute("/", "seed_hex", fmt::format("{:016x}", study_.seed));
    file_.attribute("/", "tick_seconds", std::int64_t{study_.tick_seconds});
  }

  /// A group with its scales; `rows` is the length of its tables.
  void group(std::string_view name, std::size_t rows = 0, std::size_t nodes = 0) {
    const std::string path = fmt::format("/{}", name);
    file_.group(path);
    const auto found = std::find_if(schema::groups.begin(), schema::groups.end(),
                                    [&](const schema::Group& group) { return group.name == name; });
    file_.attribute(path, "comment", found->comment);
    for (const schema::Axis& axis : schema::axes_of(name)) {
      const std::string scale = place_of(name, axis.name);
      if (axis.type == h5::Type::text)
        file_.scale<std::string>(scale, labels(axis.name));
      else if (axis.type == h5::Type::f64)
        file_.scale<double>(scale, bounds(axis.name));
      else
        file_.scale<std::int64_t>(scale, numbers(axis.name, rows, nodes));
      describe(file_, scale, axis.type == h5::Type::text ? "" : "1", axis.long_name);
    }
  }

  /// Writes the columns of one kind of row. `each(use)` calls use(row) for every row in order.
  template <class Row, class Each>
  void part(const Part& part, Each&& each) {
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
      column.values.with(list[i].type,
                         [&]<class T>(const std::vector<T>& values) { file_.dataset<T>(path, values, scales); });
      describe(file_, path, list[i].units, list[i].long_name);
    }
  }

  template <class Use>
  void each_run(Use&& use) const {
    for (std::uint32_t point = 0; point < study_.points.size(); ++point)
      for (std::uint32_t arm = 0; arm < study_.arms.size(); ++arm)
        for (std::uint32_t replicate = 0; replicate < study_.replicates; ++replicate)
          use(point, arm, replicate, study_.record(point, arm, replicate));
  }

  /// All rows of one table of the run records.
  template <class Table>
  auto rows(Table table) const {
    return [this, table](auto&& use) {
      each_run([&](std::uint32_t, std::uint32_t, std::uint32_t, const RunRecord& record) {
        for (const auto& row : std::invoke(table, record)) use(row, record.draws);
      });
    };
  }
  /// All numbers of one table of the run records, as rows of one column.
  template <class Row, class Table>
  auto numbers_of(Table table) const {
    return [this, table](auto&& use) {
      each_run([&](std::uint32_t, std::uint32_t, std::uint32_t, const RunRecord& record) {
        for (const std::uint64_t number : std::invoke(table, record)) use(Row{number}, record.draws);
      });
    };
  }
  template <class Row>
  auto placed(std::vector<Row> RunRecord::*table) const {
    return [this, table](auto&& use) {
      each_run([&](std::uint32_t point, std::uint32_t arm, std::uint32_t replicate, const RunRecord& record) {
        for (const Row& row : record.*table) use(Placed<Row>{point, arm, replicate, row});
      });
    };
  }
  template <class Row>
  std::size_t count(std::vector<Row> RunRecord::*table) const {
    std::size_t sum = 0;
    for (const RunRecord& record : study_.records) sum += (record.*table).size();
    return sum;
  }

  h5::Writer& file() { return file_; }

private:
  std::vector<std::string> labels(std::string_view axis) const {
    if (axis == "source") return {"author", "reshare"};
    if (axis == "readers") return {"ranked", "held out"};
    if (axis == "point") return study_.points;
    if (axis == "arm") return study_.arms;
    if (axis == "tier") return study_.tiers;
    GRAPEVINE_EXPECTS(axis == "campaign");
    return study_.campaigns;
  }

  std::vector<std::int64_t> numbers(std::string_view axis, std::size_t rows, std::size_t nodes) const {
    std::vector<std::int64_t> values;
    if (axis == "tick") {
      if (!study_.records.empty())
        for (const SeriesRow& bin : study_.records.front().series) values.push_back(bin.first_tick);
      return values;
    }
    if (axis == "followers_from") {
      if (!study_.records.empty())
        for (std::uint32_t i = 0; i < study_.records.front().curve.size(); ++i)
          values.push_back(static_cast<std::int64_t>(least_followers(i)));
      return values;
    }
    if (axis == "partners") {
      for (std::size_t i = 0; i < frequency_bins; ++i) values.push_back(static_cast<std::int64_t>(i) + 1);
      return values;
    }
    if (axis == "size_from") {
      for (std::uint32_t i = 0; i < shapes().sizes.size(); ++i)
        values.push_back(static_cast<std::int64_t>(least_size(i)));
      return values;
    }
    if (axis == "breadth_from") {
      for (std::uint32_t i = 0; i < shapes().breadths.size(); ++i)
        values.push_back(static_cast<std::int64_t>(least_followers(i)));
      return values;
    }
    values.resize(axis == "replicate" ? study_.replicates
                  : axis == "node"    ? nodes
                  : axis == "depth"   ? shapes().depths.size()
                                      : rows);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i);
    return values;
  }

  std::vector<double> bounds(std::string_view axis) const {
    const bool virality = axis == "virality_from";
    std::vector<double> values((virality ? shapes().virality : shapes().broadcasts).size());
    for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = virality ? least_virality(i) : least_broadcast(i);
    return values;
  }

  /// Those of the first run, which are as long as all.
  const CascadeShapes& shapes() const {
    static const CascadeShapes none;
    return study_.records.empty() ? none : study_.records.front().shapes;
  }

  h5::Writer file_;
  const StudyResult& study_;
};

constexpr auto sizes_of = [](auto& record) -> auto& { return record.shapes.sizes; };
constexpr auto depths_of = [](auto& record) -> auto& { return record.shapes.depths; };
constexpr auto breadths_of = [](auto& record) -> auto& { return record.shapes.breadths; };
constexpr auto virality_of = [](auto& record) -> auto& { return record.shapes.virality; };
constexpr auto broadcasts_of = [](auto& record) -> auto& { return record.shapes.broadcasts; };

/// The axes fit the records: a mistake of ours otherwise.
void expect_complete(const StudyResult& study) {
  GRAPEVINE_EXPECTS(study.tiers_from.size() == study.tiers.size() && study.models.size() == study.arms.size());
  GRAPEVINE_EXPECTS(study.records.size() == study.points.size() * study.arms.size() * study.replicates);
  GRAPEVINE_EXPECTS(study.graphs.size() == study.points.size() * study.replicates);
  for (const RunRecord& record : study.records) {
    GRAPEVINE_EXPECTS(record.tiers.size() == study.tiers.size());
    GRAPEVINE_EXPECTS(record.campaigns.size() == study.campaigns.size());
    GRAPEVINE_EXPECTS(record.ledger.size() == source_count * study.tiers.size());
    GRAPEVINE_EXPECTS(record.group_sessions.size() == 2 && record.readers.size() == 2 * study.tiers.size());
    GRAPEVINE_EXPECTS(record.curve.size() == study.records.front().curve.size());
    GRAPEVINE_EXPECTS(record.frequency.size() == frequency_bins * study.campaigns.size());
    GRAPEVINE_EXPECTS(record.series.size() == study.records.front().series.size());
    for (std::size_t i = 0; i < record.series.size(); ++i)
      GRAPEVINE_EXPECTS(record.series[i].first_tick == study.records.front().series[i].first_tick);
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

class ResultReader {
public:
  explicit ResultReader(const std::filesystem::path& path) : file_(path) {
    expect_result(file_);
    older_ = file_.text_attribute("/", "format_version") !=
             fmt::format("{}.{}", schema::major_version, schema::minor_version);
  }

  StudyResult read() {
    root();
    axes();
    study_.allocate();

    const auto draws = rows<schema::ArmDraws>(schema::arm_draws);
    for (std::size_t i = 0; i < study_.records.size(); ++i)
      study_.records[i].draws = static_cast<std::uint32_t>(draws[i / study_.replicates % draws.size()].draws);
    const auto bounds = rows<schema::TierBound>(schema::tier_bounds);
    for (const schema::TierBound& bound : bounds) study_.tiers_from.push_back(bound.from);
    cells(schema::tier_cells, &RunRecord::tiers);
    cells(schema::campaign_cells, &RunRecord::campaigns);
    cells(schema::ledger_cells, &RunRecord::ledger);
    cells(schema::reader_cells, &RunRecord::readers);
    cells(schema::curve_cells, &RunRecord::curve);
    numbers<schema::GroupSessions>(schema::group_cells, &RunRecord::group_sessions);
    numbers<schema::FrequencyCount>(schema::overlap_cells, &RunRecord::frequency);
    cells(schema::series_cells, &RunRecord::series);
    const auto ticks = file_.read<std::int64_t>("/series/tick");
    for (RunRecord& record : study_.records)
      for (std::size_t i = 0; i < record.series.size(); ++i) record.series[i].first_tick = static_cast<Tick>(ticks[i]);

    shapes();
    const auto facts = rows<schema::RunFacts>(schema::run_cells);
    expect(facts.size() == study_.records.size(), "summary");
    for (std::size_t i = 0; i < facts.size(); ++i) {
      RunRecord& record = study_.records[i];
      record.event_hash = facts[i].event_hash;
      record.paid_reach = facts[i].paid_reach;
    }
    const auto models = rows<schema::RunReproduction>(schema::run_models);
    expect(models.size() == study_.records.size(), "summary");
    for (std::size_t i = 0; i < models.size(); ++i)
      study_.records[i].reproduction_number = models[i].reproduction_number;
    study_.comparison = rows<ComparisonRow>(schema::comparison_rows);
    study_.claims = rows<ClaimRow>(schema::claim_rows);
    study_.response = rows<ResponseRow>(schema::response_rows);
    study_.structure = rows<StructureRow>(schema::structure_rows);
    study_.bands = rows<BandRow>(schema::band_rows);
    const auto graphs = rows<GraphFacts>(schema::graph_cells);
    expect(graphs.size() == study_.graphs.size(), "graph");
    study_.graphs = graphs;

    for (const auto& placed : rows<Placed<InfluencerRow>>(schema::influencer_rows))
      record_of(placed).influencers.push_back(placed.row);
    posts_and_cascades();

    const auto texts = rows<schema::ScenarioTexts>(schema::scenario_texts);
    study_.scenario_given = texts.front().given;
    study_.scenario_understood = texts.front().understood;
    for (const std::string& name : file_.attributes("/provenance"))
      if (name != "comment") study_.provenance.emplace_back(name, file_.text_attribute("/provenance", name));
    return std::move(study_);
  }

private:
  void expect(bool good, std::string_view group) const {
    if (!good) throw Error(fmt::format("{}: the columns of /{} do not fit each other", file_.path().string(), group));
  }

  void root() {
    study_.title = file_.text_attribute("/", "title");
    study_.seed = static_cast<std::uint64_t>(file_.integer_attribute("/", "seed"));
    study_.tick_seconds = static_cast<std::uint32_t>(file_.integer_attribute("/", "tick_seconds"));
  }

  void axes() {
    study_.points = file_.read<std::string>("/summary/point");
    study_.arms = file_.read<std::string>("/summary/arm");
    study_.replicates = static_cast<std::uint32_t>(file_.read<std::int64_t>("/summary/replicate").size());
    study_.tiers = file_.read<std::string>("/summary/tier");
    study_.campaigns = file_.read<std::string>("/campaigns/campaign");
  }

  template <class Row>
  std::vector<Row> rows(const Part& part) {
    const std::vector<Dataset> list = columns_of<Row>(part);
    std::size_t places = 1;
    for (const std::string_view axis : part.axes) {
      const std::vector<std::uint64_t> shape = file_.info(place_of(part.group, axis)).shape;
      expect(shape.size() == 1, part.group);
      places *= shape.front();
    }
    std::vector<Row> rows;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (older_ && !file_.exists(place_of(part.group, list[i].name))) continue;  // a column that later versions added
      Scatter column{study_, part, i};
      column.values.with(list[i].type, [&]<class T>(std::vector<T>& values) {
        values = file_.read<T>(place_of(part.group, list[i].name));
        expect(values.size() == places, part.group);
      });
      rows.resize(places);
      for (; column.row < places; ++column.row) {
        column.at = 0;
        if (part.means) column.draws = study_.records[column.row / (places / study_.records.size())].draws;
        columns(rows[column.row], column);
      }
    }
    return rows;
  }

  void shapes() {
    for (const schema::ArmModel& arm : rows<schema::ArmModel>(schema::arm_models)) study_.models.push_back(arm.model);
    cells(schema::size_cells, sizes_of);
    numbers<schema::DepthCount>(schema::depth_cells, depths_of);
    numbers<schema::BreadthCount>(schema::breadth_cells, breadths_of);
    numbers<schema::ViralityCount>(schema::virality_cells, virality_of);
    numbers<schema::BroadcastCount>(schema::broadcast_cells, broadcasts_of);
    const auto facts = rows<schema::ShapeFacts>(schema::shape_cells);
    expect(facts.size() == study_.records.size(), "cascade_shapes");
    for (std::size_t i = 0; i < facts.size(); ++i) {
      study_.records[i].shapes.large = static_cast<std::uint32_t>(facts[i].large);
      study_.records[i].shapes.size_virality_correlation = facts[i].size_virality_correlation;
    }
  }

  /// Deals the cells of a grid out to the runs: the last axis belongs to a run.
  template <class Table>
  void cells(const Part& part, Table table) {
    using Row = typename std::remove_reference_t<std::invoke_result_t<Table, RunRecord&>>::value_type;
    const std::vector<Row> all = rows<Row>(part);
    const std::size_t runs = study_.records.size();
    expect(runs == 0 ? all.empty() : all.size() % runs == 0, part.group);
    const std::size_t each = runs == 0 ? 0 : all.size() / runs;
    for (std::size_t i = 0; i < runs; ++i) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * each);
      std::invoke(table, study_.records[i]).assign(begin, begin + static_cast<std::ptrdiff_t>(each));
    }
  }

  template <class Row, class Table>
  void numbers(const Part& part, Table table) {
    const std::vector<Row> all = rows<Row>(part);
    const std::size_t each = study_.records.empty() ? 0 : all.size() / study_.records.size();
    expect(each * study_.records.size() == all.size(), part.group);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& [number] = all[i];
      std::invoke(table, study_.records[i / each]).push_back(number);
    }
  }

  template <class Row>
  RunRecord& record_of(const Placed<Row>& placed) {
    expect(
        placed.point < study_.points.size() && placed.arm < study_.arms.size() && placed.replicate < study_.replicates,
        "summary");
    return study_.record(placed.point, placed.arm, placed.replicate);
  }

  void posts_and_cascades() {
    const auto posts = rows<Placed<PostRow>>(schema::post_rows);
    for (const auto& placed : posts) record_of(placed).posts.push_back(placed.row);
    if (!file_.exists("/cascades")) return;
    const auto sizes = rows<schema::CascadeSize>(schema::cascade_sizes);
    const auto nodes = rows<CascadeNode>(schema::cascade_nodes);
    expect(sizes.size() == posts.size(), "cascades");
    std::size_t first = 0;
    std::vector<std::size_t> next(study_.records.size(), 0);  // post of each run whose cascade comes next
    for (std::size_t i = 0; i < posts.size(); ++i) {
      RunRecord& record = record_of(posts[i]);
      PostRow& post = record.posts[next[static_cast<std::size_t>(&record - study_.records.data())]++];
      expect(sizes[i].nodes == post.cascade_size && nodes.size() - first >= sizes[i].nodes, "cascades");
      post.first_node = record.cascades.size();
      const auto begin = nodes.begin() + static_cast<std::ptrdiff_t>(first);
      first += sizes[i].nodes;
      record.cascades.insert(record.cascades.end(), begin, nodes.begin() + static_cast<std::ptrdiff_t>(first));
    }
    expect(first == nodes.size(), "cascades");
  }

  h5::Reader file_;
  bool older_ = false;  ///< of another minor version
  StudyResult study_;
};

}  // namespace

namespace schema {

std::vector<Dataset> datasets() {
  std::vector<Dataset> list;
  take_down<TierBound>(tier_bounds, list);
  take_down<ArmDraws>(arm_draws, list);
  take_down<TierRow>(tier_cells, list);
  take_down<RunFacts>(run_cells, list);
  take_down<RunReproduction>(run_models, list);
  take_down<ComparisonRow>(comparison_rows, list);
  take_down<ClaimRow>(claim_rows, list);
  take_down<ResponseRow>(response_rows, list);
  take_down<StructureRow>(structure_rows, list);
  take_down<BandRow>(band_rows, list);
  take_down<LedgerRow>(ledger_cells, list);
  take_down<GroupSessions>(group_cells, list);
  take_down<ReaderRow>(reader_cells, list);
  take_down<CurveRow>(curve_cells, list);
  take_down<CampaignRow>(campaign_cells, list);
  take_down<FrequencyCount>(overlap_cells, list);
  take_down<SeriesRow>(series_cells, list);
  take_down<Placed<InfluencerRow>>(influencer_rows, list);
  take_down<Placed<PostRow>>(post_rows, list);
  take_down<CascadeSize>(cascade_sizes, list);
  take_down<CascadeNode>(cascade_nodes, list);
  take_down<CascadeSizeRow>(size_cells, list);
  take_down<ArmModel>(arm_models, list);
  take_down<ShapeFacts>(shape_cells, list);
  take_down<DepthCount>(depth_cells, list);
  take_down<BreadthCount>(breadth_cells, list);
  take_down<ViralityCount>(virality_cells, list);
  take_down<BroadcastCount>(broadcast_cells, list);
  take_down<GraphFacts>(graph_cells, list);
  take_down<ScenarioTexts>(scenario_texts, list);
  return list;
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
}

void StudyResult::align_shapes() {
  const auto align = [&](auto table) {
    std::size_t longest = 0;
    for (RunRecord& record : records) longest = std::max(longest, table(record).size());
    for (RunRecord& record : records) table(record).resize(longest);
  };
  align(sizes_of), align(depths_of), align(breadths_of), align(virality_of), align(broadcasts_of);
}

std::string StudyResult::account(UserId user) const {
  const auto found = accounts.find(user);
  return found == accounts.end() ? std::to_string(user.value()) : found->second;
}

void write_result(const std::filesystem::path& out, const StudyResult& study) {
  expect_complete(study);
  ResultWriter writer(out, study);
  writer.root();

  writer.group("summary");
  writer.part<schema::TierBound>(schema::tier_bounds, [&](auto&& use) {
    for (const std::uint64_t from : study.tiers_from) use(schema::TierBound{from});
  });
  writer.part<schema::ArmDraws>(schema::arm_draws, [&](auto&& use) {
    for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
      use(schema::ArmDraws{study.replicates == 0 ? 1 : study.record(0, arm, 0).draws});
  });
  writer.part<TierRow>(schema::tier_cells, writer.rows(&RunRecord::tiers));
  writer.part<schema::RunFacts>(schema::run_cells, [&](auto&& use) {
    for (const RunRecord& record : study.records)
      use(schema::RunFacts{record.event_hash, record.paid_reach}, record.draws);
  });
  writer.part<schema::RunReproduction>(schema::run_models, [&](auto&& use) {
    for (const RunRecord& record : study.records) use(schema::RunReproduction{record.reproduction_number});
  });

  writer.group("comparison", study.comparison.size());
  writer.part<ComparisonRow>(schema::comparison_rows, [&](auto&& use) {
    for (const ComparisonRow& row : study.comparison) use(row);
  });

  writer.group("claims", study.claims.size());
  writer.part<ClaimRow>(schema::claim_rows, [&](auto&& use) {
    for (const ClaimRow& row : study.claims) use(row);
  });

  writer.group("response", study.response.size());
  writer.part<ResponseRow>(schema::response_rows, [&](auto&& use) {
    for (const ResponseRow& row : study.response) use(row);
  });

  writer.group("structure", study.structure.size());
  writer.part<StructureRow>(schema::structure_rows, [&](auto&& use) {
    for (const StructureRow& row : study.structure) use(row);
  });

  writer.group("bands", study.bands.size());
  writer.part<BandRow>(schema::band_rows, [&](auto&& use) {
    for (const BandRow& row : study.bands) use(row);
  });

  writer.group("ledger");
  writer.part<LedgerRow>(schema::ledger_cells, writer.rows(&RunRecord::ledger));

  writer.group("readers");
  writer.part<schema::GroupSessions>(schema::group_cells,
                                     writer.numbers_of<schema::GroupSessions>(&RunRecord::group_sessions));
  writer.part<ReaderRow>(schema::reader_cells, writer.rows(&RunRecord::readers));

  writer.group("curve");
  writer.part<CurveRow>(schema::curve_cells, writer.rows(&RunRecord::curve));

  writer.group("campaigns");
  writer.part<CampaignRow>(schema::campaign_cells, writer.rows(&RunRecord::campaigns));

  writer.group("overlap");
  writer.part<schema::FrequencyCount>(schema::overlap_cells,
                                      writer.numbers_of<schema::FrequencyCount>(&RunRecord::frequency));

  writer.group("series");
  writer.part<SeriesRow>(schema::series_cells, writer.rows(&RunRecord::series));

  writer.group("influencers", writer.count(&RunRecord::influencers));
  writer.part<Placed<InfluencerRow>>(schema::influencer_rows, writer.placed(&RunRecord::influencers));

  const std::size_t posts = writer.count(&RunRecord::posts);
  const std::size_t nodes = writer.count(&RunRecord::cascades);
  writer.group("posts", posts);
  writer.part<Placed<PostRow>>(schema::post_rows, writer.placed(&RunRecord::posts));

  if (nodes > 0 || posts == 0) {  // otherwise nodes were not kept: every tracked post has its root
    writer.group("cascades", posts, nodes);
    writer.part<schema::CascadeSize>(schema::cascade_sizes, [&](auto&& use) {
      for (const RunRecord& record : study.records)
        for (const PostRow& post : record.posts) use(schema::CascadeSize{post.cascade_size});
    });
    writer.part<CascadeNode>(schema::cascade_nodes, [&](auto&& use) {
      for (const RunRecord& record : study.records)
        for (const PostRow& post : record.posts)
          for (std::size_t i = 0; i < post.cascade_size; ++i) use(record.cascades[post.first_node + i]);
    });
    writer.file().attribute("/cascades/row_size", "sample_dimension", "node");
    writer.file().attribute("/cascades/reason", "flag_values", schema::reason_values);
    writer.file().attribute("/cascades/reason", "flag_meanings", schema::reason_meanings);
  }

  writer.group("cascade_sizes");
  writer.part<CascadeSizeRow>(schema::size_cells, writer.rows(sizes_of));

  writer.group("cascade_shapes");
  writer.part<schema::ArmModel>(schema::arm_models, [&](auto&& use) {
    for (const std::string& model : study.models) use(schema::ArmModel{model});
  });
  writer.part<schema::ShapeFacts>(schema::shape_cells, [&](auto&& use) {
    for (const RunRecord& record : study.records)
      use(schema::ShapeFacts{record.shapes.large, record.shapes.size_virality_correlation});
  });
  writer.part<schema::DepthCount>(schema::depth_cells, writer.numbers_of<schema::DepthCount>(depths_of));
  writer.part<schema::BreadthCount>(schema::breadth_cells, writer.numbers_of<schema::BreadthCount>(breadths_of));
  writer.part<schema::ViralityCount>(schema::virality_cells, writer.numbers_of<schema::ViralityCount>(virality_of));
  writer.part<schema::BroadcastCount>(schema::broadcast_cells,
                                      writer.numbers_of<schema::BroadcastCount>(broadcasts_of));

  writer.group("graph");
  writer.part<GraphFacts>(schema::graph_cells, [&](auto&& use) {
    for (const GraphFacts& graph : study.graphs) use(graph);
  });

  writer.group("scenario");
  writer.part<schema::ScenarioTexts>(schema::scenario_texts, [&](auto&& use) {
    use(schema::ScenarioTexts{study.scenario_given, study.scenario_understood});
  });

  writer.group("provenance");
  for (const auto& [name, value] : study.provenance) writer.file().attribute("/provenance", name, value);
  writer.file().commit();
}

void expect_writable(const std::filesystem::path& out) {
  try {
    h5::Writer attempt(out);
  } catch (const Error& error) {
    throw BadRequest(error.what());
  }
}

void expect_result(const h5::Reader& file) {
  const std::string name = file.path().string();
  if (!file.has_attribute("/", "format") || file.text_attribute("/", "format") != schema::format)
    throw BadRequest(
        fmt::format("{}: is an HDF5 file but no result of grapevine; expected one that `grapevine run` wrote", name));
  const std::string version = file.text_attribute("/", "format_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major < schema::major_version)
    throw BadRequest(
        fmt::format("{}: result format {} is older than this program reads ({}.x); open it with the release that wrote "
                    "it, or run its scenario again",
                    name, version, schema::major_version));
  if (major > schema::major_version)
    throw BadRequest(
        fmt::format("{}: result format {} is newer than this program reads ({}.x); open it with a newer release", name,
                    version, schema::major_version));
}

StudyResult read_result(const std::filesystem::path& path) {
  return h5::reading("result file", [&] { return ResultReader(path).read(); });
}

}  // namespace grapevine
