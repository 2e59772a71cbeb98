#include <algorithm>
#include <functional>
#include <sstream>

#include "scenarios/result/column_values.hpp"
#include "scenarios/result/result_file.hpp"
#include "scenarios/result/units.hpp"

namespace grapevine {

namespace {

/// Reads the tables as they come.
class ResultReader {
public:
  explicit ResultReader(const std::filesystem::path& path) : file_(path), version_(version_of(file_)) {}

  StudyResult read() {
    expect_result(file_);
    root();
    axes();
    swept();
    expect_runs();
    study_.allocate();
    study_.numbers = numbers_;
    study_.asked = static_cast<std::uint32_t>(file_.integer_attribute("/", "replicates_asked"));
    schema::each_table(*this);
    const auto ticks = file_.whole_numbers("/series/tick");
    for (RunRecord& record : study_.records)
      for (std::size_t i = 0; i < record.series.size(); ++i) record.series[i].first_tick = static_cast<Tick>(ticks[i]);
    mechanisms();
    for (const std::string& name : file_.attributes("/provenance"))
      if (name != "comment") study_.provenance.emplace_back(name, file_.any_attribute("/provenance", name));
    return std::move(study_);
  }

  void arm_draws() {
    if (file_.exists(place_of("summary", "draws_by_point"))) {  // a sweep
      const std::vector<std::int64_t> draws = file_.whole_numbers(place_of("summary", "draws_by_point"));
      expect(draws.size() == study_.points.size() * study_.arms.size(), "summary");
      for (std::size_t i = 0; i < study_.records.size(); ++i)
        study_.records[i].draws = static_cast<std::uint32_t>(draws[i / study_.replicates]);
      infeasible_cells();
      return;
    }
    const auto draws = rows_of<schema::ArmDraws>(schema::arm_draws);
    for (std::size_t i = 0; i < study_.records.size(); ++i)
      study_.records[i].draws = static_cast<std::uint32_t>(draws[i / study_.replicates % draws.size()].draws);
  }
  template <class Row, class List>
  void list(const Part& part, List table) {
    for (const Row& row : rows_of<Row>(part)) std::invoke(table, study_).push_back(only_value(row));
  }
  template <class Row>
  void rows(const Part& part, std::vector<Row> StudyResult::*table) {
    std::vector<Row> all = rows_of<Row>(part);
    if (part.group == "graph") expect(all.size() == study_.graphs.size(), part.group);
    study_.*table = std::move(all);
  }
  /// Deals the cells of a grid out to the runs: the last axes belong to a run.
  template <class Row, class Table>
  void cells(const Part& part, Table table) {
    const std::vector<Row> all = rows_of<Row>(part);
    const std::size_t each = each_of(all.size(), part);
    for (std::size_t i = 0; i < study_.records.size(); ++i) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * each);
      std::invoke(table, study_.records[i]).assign(begin, begin + static_cast<std::ptrdiff_t>(each));
    }
  }
  template <class Row, class Table>
  void numbers(const Part& part, Table table) {
    const std::vector<Row> all = rows_of<Row>(part);
    const std::size_t each = each_of(all.size(), part);
    for (std::size_t i = 0; i < all.size(); ++i)
      std::invoke(table, study_.records[i / each]).push_back(only_value(all[i]));
  }
  template <class Row>
  void per_run(const Part& part) {
    const std::vector<Row> all = rows_of<Row>(part);
    expect(all.size() == study_.records.size(), part.group);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].into(study_.records[i]);
  }
  template <class Row>
  void placed(const Part& part, std::vector<Row> RunRecord::*table) {
    for (const auto& placed : rows_of<Placed<Row>>(part)) (record_of(placed).*table).push_back(placed.row);
  }
  void texts() {
    const auto texts = rows_of<schema::ScenarioTexts>(schema::scenario_texts);
    study_.scenario_given = texts.front().given;
    study_.scenario_understood = texts.front().understood;
  }

private:
  void infeasible_cells() {
    const std::string path = place_of("summary", "infeasible");
    if (!file_.exists(path)) return;
    const std::vector<std::int64_t> cells = file_.whole_numbers(path);
    study_.infeasible = file_.read<std::string>(place_of("summary", "infeasible_why"));
    expect(cells.size() == study_.points.size() * study_.replicates && study_.infeasible.size() == study_.points.size(),
           "summary");
    for (std::size_t point = 0; point < study_.points.size(); ++point)
      for (std::size_t arm = 0; arm < study_.arms.size(); ++arm)
        for (std::size_t replicate = 0; replicate < study_.replicates; ++replicate)
          if (cells[point * study_.replicates + replicate] != 0) study_.record(point, arm, replicate).draws = 0;
  }

  static Since version_of(const h5::Reader& file) {
    Since version{0, 0};
    if (!file.has_attribute("/", "format_version")) return version;
    const std::string text = file.text_attribute("/", "format_version");
    const char* const end = text.data() + text.size();
    const auto [dot, error] = std::from_chars(text.data(), end, version.major);
    if (error == std::errc{} && dot != end) std::from_chars(dot + 1, end, version.minor);
    return version;
  }

  void expect(bool good, std::string_view group) const {
    if (!good) throw Error(fmt::format("{}: the columns of /{} do not fit each other", file_.path().string(), group));
  }

  void root() {
    study_.title = file_.text_attribute("/", "title");
    study_.seed = seed();
    study_.tick_seconds = static_cast<std::uint32_t>(file_.integer_attribute("/", "tick_seconds"));
    if (file_.has_attribute("/", "currency")) study_.currency = file_.text_attribute("/", "currency");  // since 4.3
    study_.incomplete = file_.text_attribute("/", "incomplete");
  }

  /// What the swept keys are at the points: since 4.3.
  void swept() {
    if (!file_.has_attribute("/", "swept")) return;
    std::istringstream keys(file_.text_attribute("/", "swept"));
    for (std::string key; keys >> key;) {
      const std::string path = place_of("summary", key);
      SweptAxis axis{key, file_.has_attribute(path, "units") ? file_.text_attribute(path, "units") : "",
                     file_.text_attribute(path, "long_name")};
      if (file_.info(path).type == h5::Type::text)
        axis.texts = file_.read<std::string>(path);
      else
        axis.numbers = file_.read<double>(path);
      expect(std::max(axis.texts.size(), axis.numbers.size()) == study_.points.size(), "summary");
      study_.swept.push_back(std::move(axis));
    }
  }

  /// From its text, which has all 64 bits.
  std::uint64_t seed() const {
    if (!file_.has_attribute("/", "seed_hex")) return static_cast<std::uint64_t>(file_.integer_attribute("/", "seed"));
    const std::string digits = file_.text_attribute("/", "seed_hex");
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed, 16);
    if (error != std::errc{} || end != digits.data() + digits.size())
      throw Error(fmt::format("{}: the attribute seed_hex is no hexadecimal number", file_.path().string()));
    return seed;
  }

  void axes() {
    study_.points = file_.read<std::string>("/summary/point");
    study_.arms = file_.read<std::string>("/summary/arm");
    for (const std::int64_t number : file_.whole_numbers("/summary/replicate"))
      numbers_.push_back(static_cast<std::uint32_t>(number));
    expect(std::ranges::is_sorted(numbers_, std::less_equal<>()), "summary");
    study_.replicates = static_cast<std::uint32_t>(numbers_.size());
    study_.tiers = file_.read<std::string>("/summary/tier");
    study_.campaigns = file_.read<std::string>("/campaigns/campaign");
    if (file_.exists("/products")) study_.products = file_.read<std::string>("/products/product");
  }

  /// Runs are made room for when the file has a value of each.
  void expect_runs() const {
    std::size_t runs = study_.points.size();
    const bool few = !__builtin_mul_overflow(runs, study_.arms.size(), &runs) &&
                     !__builtin_mul_overflow(runs, std::size_t{study_.replicates}, &runs);
    const std::vector<std::uint64_t> shape = file_.info("/summary/event_hash").shape;
    std::size_t values = 1;
    for (const std::uint64_t length : shape) expect(!__builtin_mul_overflow(values, length, &values), "summary");
    expect(few && runs == values && runs == file_.read<std::string>("/summary/event_hash").size(), "summary");
  }

  template <class Row>
  std::vector<Row> rows_of(const Part& part) {
    const std::vector<Dataset> list = columns_of<Row>(part);
    const auto came_later = [&](const Dataset& dataset) {
      return version_ < dataset.since && !file_.exists(place_of(part.group, dataset.name));
    };
    if (std::ranges::all_of(list, came_later)) return {};
    if (part.on_demand && !file_.exists(fmt::format("/{}", part.group))) return {};
    std::size_t places = 1;
    for (const std::string_view axis : part.axes) {
      const std::vector<std::uint64_t> shape = file_.info(place_of(part.group, axis)).shape;
      expect(shape.size() == 1, part.group);
      places *= shape.front();
    }
    std::vector<Row> rows;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (came_later(list[i])) continue;
      Scatter column{study_, part, i};
      column.values.with(list[i].type, [&]<class T>(std::vector<T>& values) {
        values = values_of<T>(place_of(part.group, list[i].name));
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

  template <class T>
  std::vector<T> values_of(const std::string& dataset) const {
    if constexpr (std::is_same_v<T, std::int64_t>) return file_.whole_numbers(dataset);
    if constexpr (std::is_same_v<T, std::string>)
      if (file_.info(dataset).type == h5::Type::i64) {  // keys of posts in format 4.0
        std::vector<std::string> texts;
        for (const std::int64_t bits : file_.read<std::int64_t>(dataset))
          texts.push_back(fmt::format("{:016x}", static_cast<std::uint64_t>(bits)));
        return texts;
      }
    return file_.read<T>(dataset);
  }

  /// Cells of each run.
  std::size_t each_of(std::size_t cells, const Part& part) const {
    const std::size_t runs = study_.records.size();
    expect(runs == 0 ? cells == 0 : cells % runs == 0, part.group);
    return runs == 0 ? 0 : cells / runs;
  }

  void mechanisms() {
    if (!file_.exists("/mechanisms")) return;
    for (const std::string& name : file_.datasets("/mechanisms")) {
      if (std::ranges::find(schema::axes, name, &schema::Axis::name) != schema::axes.end()) continue;
      if (std::ranges::find(study_.swept, name, &SweptAxis::key) != study_.swept.end()) continue;  // of its points
      const std::string path = place_of("mechanisms", name);
      const std::vector<double> values = file_.read<double>(path);
      expect(values.size() == study_.records.size() * study_.tiers.size(), "mechanisms");
      for (std::size_t i = 0; i < study_.records.size(); ++i) {
        RunRecord& record = study_.records[i];
        if (std::isnan(values[i * study_.tiers.size()])) continue;  // does nothing in this arm
        MechanismColumn column{name, file_.text_attribute(path, "units"), file_.text_attribute(path, "long_name"), {}};
        for (std::size_t tier = 0; tier < study_.tiers.size(); ++tier)
          column.by_tier.push_back(
              static_cast<std::uint64_t>(std::llround(values[i * study_.tiers.size() + tier] * record.draws)));
        record.mechanisms.push_back(std::move(column));
      }
    }
  }

  template <class Row>
  RunRecord& record_of(const Placed<Row>& placed) {
    const auto found = std::ranges::lower_bound(study_.numbers, placed.replicate);
    expect(placed.point < study_.points.size() && placed.arm < study_.arms.size() && found != study_.numbers.end() &&
               *found == placed.replicate,
           "summary");
    return study_.record(placed.point, placed.arm, static_cast<std::size_t>(found - study_.numbers.begin()));
  }

public:
  void cascades() {
    if (!file_.exists("/cascades")) return;
    const auto posts = rows_of<Placed<PostRow>>(schema::post_rows);
    const auto sizes = rows_of<schema::CascadeSize>(schema::cascade_sizes);
    const auto nodes = rows_of<CascadeNode>(schema::cascade_nodes);
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

private:
  h5::Reader file_;
  Since version_;
  std::vector<std::uint32_t> numbers_;  ///< of the replicates
  StudyResult study_;
};

}  // namespace

void expect_sealed(const std::filesystem::path& path) {
  if (std::error_code code; std::filesystem::is_directory(path, code))
    throw BadRequest(path.string() + ": a folder; expected a result file of `grapevine run`; name the file in it");
  if (!h5::is_sealed(path))
    throw BadRequest(fmt::format(
        "{}: has no seal at its end; expected a whole result file, as `grapevine run` writes it; this one is cut, was "
        "changed by another program, was written by a release before format {}, or is not a result",
        path.string(), schema::major_version));
}

void expect_result(const h5::Reader& file) {
  const std::string name = file.path().string();
  if (is_units_file(file))
    throw BadRequest(fmt::format(
        "{}: is {}; expected a whole result; `grapevine merge` makes one of all shards, and `grapevine run --resume` "
        "of what is not whole",
        name, units_in_words(file)));
  if (!file.has_attribute("/", "format") || file.text_attribute("/", "format") != schema::format)
    throw BadRequest(fmt::format(
        "{}: is an HDF5 file but not a result of grapevine; expected one that `grapevine run` wrote", name));
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
  return h5::reading("result file", [&] {
    expect_sealed(path);
    return ResultReader(path).read();
  });
}

}  // namespace grapevine
