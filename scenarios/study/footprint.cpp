#include "scenarios/study/footprint.hpp"
#include "scenarios/reader/read_scenario.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "graph/base/math.hpp"
#include "scenarios/result/column_values.hpp"
#include "scenarios/study/process_memory.hpp"

namespace grapevine {

namespace {

constexpr double mebibyte = 1 << 20;

/// Bytes of a column up to which it is stored as it is (graph/base/h5_writer.cpp).
constexpr double smallest_packed = 65536;

/// Bits that chance puts into one of `values` equally likely values.
double bits_of(double values) { return values <= 1 ? 0 : math::log(values) / math::log(2); }

double length(const auto& list) { return static_cast<double>(list.size()); }

double bins_of(const Scenario& scenario) {
  const TimeParameters& time = scenario.world.time;
  return std::ceil(static_cast<double>(time.measure + time.followup) / std::max<Tick>(1, scenario.output.series_every));
}

double classes_of(double users) { return follower_class(static_cast<std::uint32_t>(users)) + 1; }

/// Of the histograms of shapes, one number each.
constexpr double shape_classes = depth_classes + broadcast_classes + virality_classes + follower_class(UINT32_MAX) + 1;

/// How a column that is long enough to be compressed comes out of shuffling and deflate: bytes a value. The bits that
/// chance puts into a value remain; the rest was measured on the studies of docs/scaling.md.
struct Packed {
  double number = 0.15;  ///< a count: few are large
  double virality = 0.4;
  double user = 2;
  double topic = 0.5;
  double key = 8;                        ///< a hash
  static constexpr double place = 0.06;  ///< an index that ascends, or hardly changes
  static constexpr double cell = 0.6;    ///< a number of a table by arm and replicate, as a float
  static constexpr double empty_cell = 0.06;
};

/// Arms under the feed model share most of their organic posts: deflate looks back 32 KiB, so what an arm repeats from
/// the one before costs nothing while the rows of an arm are fewer than that.
Packed how_packed(const Scenario& scenario, const StudyRows& rows) {
  constexpr double look_back = 32768, chunk_rows = 131072;
  const double arms =
      static_cast<double>(std::ranges::count_if(scenario.arms, [](const Arm& a) { return !is_classic(a); }));
  const double all = rows.total(scenario).posts;
  double feeds = 0;
  for (std::size_t a = 0; a < scenario.arms.size(); ++a)
    if (!is_classic(scenario.arms[a])) feeds += rows.arms[a].posts * scenario.replicates;
  const double of_arm = arms > 0 ? feeds / arms : 0;
  const double news = of_arm > 0 && of_arm <= look_back ? std::max(1 / arms, std::min(1.0, of_arm / chunk_rows)) : 1;
  const double share = all > 0 ? (feeds * news + (all - feeds)) / all : 1;
  const double classic = all > 0 ? 1 - feeds / all : 0;
  return {.number = 0.15 + 0.6 * classic,
          .virality = 0.4 + 3.8 * classic,
          .user = share * bits_of(rows.users) / 8,
          .topic = share * bits_of(static_cast<double>(scenario.world.population.topics)) / 8,
          .key = 8 * share};
}

/// A text lies in the file's heap with 16 bytes before it, rounded up to 8, and 16 bytes name its place.
double text_bytes(double letters) { return 32 + 8 * std::ceil((letters + 0.5) / 8); }

/// Adds up the file, table by table: the same walk that writes it.
class FileSize {
public:
  FileSize(const Scenario& scenario, const StudyRows& rows)
      : scenario_(scenario), rows_(rows), all_(rows.total(scenario)), packed_(how_packed(scenario, rows)) {}

  double bytes = 0;
  double values = 0;         ///< numbers and texts
  double texts_written = 0;  ///< of them, texts
  double longest = 0;        ///< values of the longest column
  double datasets = 0;
  double found = 0;  ///< bytes of the rows that compare

  template <class Row, class List>
  void list(const Part& part, List) {
    table<Row>(part, places(part));
  }
  void arm_draws() { table<schema::ArmDraws>(schema::arm_draws, length(scenario_.arms)); }
  template <class Row, class Table>
  void cells(const Part& part, Table) {
    if (part.group == schema::position_cells.group && !scenario_.output.positions) return;
    table<Row>(part, places(part));
  }
  template <class Row, class Table>
  void numbers(const Part& part, Table) {
    table<Row>(part, places(part));
  }
  template <class Row>
  void per_run(const Part& part) {
    table<Row>(part, places(part));
  }
  template <class Row>
  void rows(const Part& part, std::vector<Row> StudyResult::*) {
    table<Row>(part, rows_of(part));
    constexpr double long_text = 10;  // what does not fit into a string itself, the mean over texts: measured
    double texts = 0;
    for (const Dataset& column : columns_of<Row>(part)) texts += column.type == h5::Type::text ? 1 : 0;
    found += rows_of(part) * (sizeof(Row) + long_text * texts);
  }
  template <class Row>
  void placed(const Part& part, std::vector<Row> RunRecord::*) {
    if (part.on_demand && all_.looks == 0) return;
    table<schema::Placed<Row>>(part, part.on_demand          ? all_.looks
                                     : part.group == "posts" ? all_.posts
                                                             : all_.influencers);
  }
  void cascades() {
    if (all_.nodes == 0 && all_.posts > 0) return;
    table<schema::CascadeSize>(schema::cascade_sizes, all_.posts);
    table<CascadeNode>(schema::cascade_nodes, all_.nodes);
  }
  void texts() { bytes += length(scenario_.text) + length(scenario_.understood); }

private:
  double axis(std::string_view name) const {
    if (name == "arm") return length(scenario_.arms);
    if (name == "replicate") return scenario_.replicates;
    if (name == "tier") return length(scenario_.world.tiers.names);
    if (name == "source") return source_count;
    if (name == "readers") return reader_groups;
    if (name == "followers_from") return classes_of(rows_.users);
    if (name == "campaign") return length(scenario_.world.campaigns);
    if (name == "product") return length(scenario_.world.products);
    if (name == "position_from") return positions_from.size();
    if (name == "partners") return frequency_bins;
    if (name == "tick") return bins_of(scenario_);
    if (name == "size_from") return rows_.size_classes;
    const bool shapes = rows_.size_classes > 0;
    if (name == "depth") return shapes ? depth_classes : 0;
    if (name == "breadth_from") return shapes ? follower_class(UINT32_MAX) + 1 : 0;
    if (name == "virality_from") return shapes ? virality_classes : 0;
    if (name == "broadcast_from") return shapes ? broadcast_classes : 0;
    return 1;
  }
  double places(const Part& part) const {
    double product = 1;
    for (const std::string_view name : part.axes) product *= axis(name);
    return product;
  }
  /// Rows of the tables that compare: so many metrics by tier, by campaign and of cascades.
  double rows_of(const Part& part) const {
    return part.group == "graph" ? scenario_.replicates : rows_.points * rows_of_point(part);
  }
  double rows_of_point(const Part& part) const {
    if (part.group == "bands") return length(scenario_.bands);
    if (part.group == "drift") return 2 * axis("tier") * (warms_up(scenario_) ? warmups_of(scenario_) : 0);
    if (part.group == "switches") return 5 * (1 + length(switched_off(scenario_)));
    if (part.group == "attribution") return 5 * length(scenario_.switches);
    const double tiers = axis("tier"), campaigns = axis("campaign");
    double rows = 0;
    if (part.group == "comparison") {
      for (const Arm& arm : scenario_.arms) rows += 5 + 5 * tiers + 5 * campaigns + (is_classic(arm) ? 24 : 0);
      rows += 5 * length(scenario_.contrasts);
    } else if (part.group == "response") {
      rows = 48 * length(scenario_.arms);
    } else if (part.group == "claims") {
      rows = scenario_.claims.any() ? 5 : 0;
    }
    return rows;
  }

  /// The scales of a group come before its first table.
  void scales(const Part& part, double rows) {
    if (!groups_.insert(part.group).second) return;
    for (const schema::Axis& scale : schema::axes_of(part.group)) {
      const double places = scale.name == "row"    ? rows
                            : scale.name == "post" ? all_.posts
                            : scale.name == "node" ? all_.nodes
                                                   : axis(scale.name);
      bytes += scale.type == h5::Type::text ? places * text_bytes(14) : stored(places, 8, Packed::place);
      ++datasets;
    }
  }
  static double stored(double values, double raw, double packed) {
    return values * (values * raw <= smallest_packed ? raw : packed);
  }

  template <class Row>
  void table(const Part& part, double rows) {
    scales(part, rows);
    for (const Dataset& column : columns_of<Row>(part)) {
      ++datasets;
      values += rows;
      longest = std::max(longest, rows);
      if (column.type == h5::Type::text) texts_written += rows;
      bytes += column_bytes(column, rows);
    }
  }
  double column_bytes(const Dataset& column, double rows) const {
    if (column.type == h5::Type::text)
      return rows * text_bytes(column.name == "account"      ? rows_.account_letters
                               : column.name == "event_hash" ? 16
                               : column.name == "redrawn"    ? 40
                                                             : 14);
    const double raw = column.type == h5::Type::i8 ? 1 : column.type == h5::Type::i32 ? 4 : 8;
    return stored(rows, raw, packed_bytes(column));
  }
  double packed_bytes(const Dataset& column) const {
    const bool rows_apart = column.group == "posts" || column.group == "cascades" || column.group == "looks";
    if (!rows_apart && column.name == "by_virality") return Packed::empty_cell;
    if (!rows_apart) return Packed::cell;
    if (column.name == "key") return packed_.key;
    if (column.name == "user") return packed_.user;
    if (column.name == "structural_virality") return packed_.virality;
    if (column.name == "topic") return std::max(Packed::place, packed_.topic);
    constexpr std::string_view ascending[] = {"point", "arm", "replicate", "draw", "tick", "campaign", "tier"};
    return std::ranges::count(ascending, column.name) > 0 ? Packed::place : packed_.number;
  }

  const Scenario& scenario_;
  const StudyRows& rows_;
  ArmRows all_;
  Packed packed_;
  std::set<std::string_view> groups_;
};

FileSize size_of_file(const Scenario& scenario, const StudyRows& rows) {
  FileSize size(scenario, rows);
  schema::each_table(size);
  return size;
}

}  // namespace

ArmRows StudyRows::total(const Scenario& scenario) const {
  ArmRows sum;
  for (const ArmRows& arm : arms) {
    sum.posts += scenario.replicates * arm.posts;
    sum.nodes += scenario.replicates * arm.nodes;
    sum.influencers += scenario.replicates * arm.influencers;
    sum.looks += scenario.replicates * arm.looks;
  }
  return sum;
}

Scenario with_all_runs(const Scenario& whole) {
  const std::vector<const Scenario*> studies = studies_of(whole);
  Scenario all = *studies.front();
  all.replicates *= static_cast<std::uint32_t>(studies.size());
  return all;
}

double least_record_bytes(const Scenario& scenario, double users) {
  const double tiers = length(scenario.world.tiers.names), campaigns = length(scenario.world.campaigns);
  const double record =
      sizeof(RunRecord) +
      tiers * (sizeof(TierRow) + source_count * sizeof(LedgerRow) + reader_groups * sizeof(ReaderRow)) +
      classes_of(users) * sizeof(CurveRow) +
      campaigns * (sizeof(CampaignRow) + frequency_bins * sizeof(std::uint64_t)) +
      length(scenario.world.products) * sizeof(ProductRow) +
      (scenario.output.positions ? reader_groups * tiers * positions_from.size() * sizeof(PositionRow) : 0) +
      bins_of(scenario) * (sizeof(SeriesRow) + campaigns * sizeof(CampaignSeriesRow));
  return length(scenario.arms) * scenario.replicates * record;
}

double record_bytes(const Scenario& scenario, const StudyRows& rows) {
  const ArmRows all = rows.total(scenario);
  const double shapes =
      rows.size_classes > 0 ? rows.size_classes * sizeof(CascadeSizeRow) + shape_classes * sizeof(std::uint64_t) : 0;
  return least_record_bytes(scenario, rows.users) + length(scenario.arms) * scenario.replicates * shapes +
         all.posts * sizeof(PostRow) + all.nodes * sizeof(CascadeNode) + all.influencers * sizeof(InfluencerRow) +
         all.looks * sizeof(LookRow);
}

double file_bytes(const Scenario& scenario, const StudyRows& rows) {
  constexpr double head = 640;  // a dataset's header, its attributes and their texts
  const FileSize size = size_of_file(scenario, rows);
  return size.bytes + head * size.datasets;
}

double writing_bytes(const Scenario& scenario, const StudyRows& rows) {
  const FileSize size = size_of_file(scenario, rows);
  const double posts = rows.total(scenario).posts;
  // A column grows by doubling: at the last time the old half is there beside the new.
  const auto grown = [](double count) {
    return count + static_cast<double>(std::bit_floor(static_cast<std::uint64_t>(count)));
  };
  // HDF5 with an open file: the pages of its code, and what it keeps of each dataset that it has made.
  const double library = 4.5 * mebibyte + 21 * 1024 * size.datasets;
  // A chunk, and what comes out of each of its two filters.
  const double longest = size.longest * sizeof(std::int64_t),
               chunks = longest > smallest_packed ? 3 * std::min(mebibyte, longest) : 0;
  // HDF5 keeps texts in collections of 4 KiB, each with a table of 257 places of 24 bytes, until 32 MiB of them are
  // full; a collection takes 170 texts.
  const double kept = std::min(size.texts_written, 170.0 * 8192) * (4096 + 257 * 24) / 170;
  // The texts of a column are strings, and pointers to them.
  const double texts = grown(posts) * sizeof(std::string) + posts * sizeof(char*);
  return size.found + library + chunks + kept + std::max(grown(size.longest) * sizeof(std::int64_t), texts);
}

double writing_seconds(const Scenario& scenario, const StudyRows& rows) {
  constexpr double of_dataset = 1.3e-3, of_value = 1e-7;  // made, closed, read; shuffled, deflated, inflated, hashed
  const FileSize size = size_of_file(scenario, rows);
  return of_dataset * size.datasets + of_value * size.values;
}

double program_bytes() {
  constexpr double usual = 14 * mebibyte;
  const auto now = static_cast<double>(process_memory().now);
  return now > 0 ? now : usual;
}

}  // namespace grapevine
