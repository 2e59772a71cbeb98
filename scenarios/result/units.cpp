#include "scenarios/result/units.hpp"

#include <fmt/format.h>

#include <charconv>

#include "graph/base/error.hpp"
#include "scenarios/result/result_file.hpp"
#include "scenarios/result/schema.hpp"
#include "scenarios/result/unit_bytes.hpp"

namespace grapevine {

namespace {

constexpr std::string_view units_format = "grapevine units";

/// How many bytes rows take: where two builds of one commit differ in it, they do not read each other's.
template <class... Rows>
std::string sizes_of_rows() {
  std::string text;
  ((text += fmt::format("{} ", sizeof(Rows))), ...);
  return text;
}
std::string row_layout() {
  return sizes_of_rows<TierRow, LedgerRow, ReaderRow, CurveRow, CampaignRow, ProductRow, CascadeSizeRow, SeriesRow,
                       CampaignSeriesRow, PostRow, CascadeNode, InfluencerRow, GraphFacts, PositionRow, LookRow>();
}

/// A group of pieces, each as whole words: words of nearly equal rows are packed well.
void write_unit(h5::Writer& file, const std::string& group, const UnitView& unit) {
  file.group(group);
  std::uint64_t bytes = 0, pieces = 0;
  Packer pack([&](std::string_view piece) {
    std::vector<std::uint64_t> words((piece.size() + 7) / 8);
    std::memcpy(words.data(), piece.data(), piece.size());
    file.scale<std::uint64_t>(fmt::format("{}/{}", group, pieces++), words);
    bytes += piece.size();
  });
  pack(unit);
  pack.finish();
  file.attribute(group, "bytes", fmt::to_string(bytes));
}

Unit read_unit(const h5::Reader& file, const std::string& group) {
  std::vector<std::uint64_t> words;
  for (const std::string& piece : file.datasets(group)) {
    const std::vector<std::uint64_t> more = file.read<std::uint64_t>(fmt::format("{}/{}", group, piece));
    words.insert(words.end(), more.begin(), more.end());
  }
  const std::string text = file.text_attribute(group, "bytes");
  std::uint64_t bytes = 0;
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (bytes > 8 * words.size()) throw Error("a unit ends too early");
  Unit unit;
  Unpacker take({reinterpret_cast<const char*>(words.data()), bytes});
  take(unit);
  if (!take.at_end()) throw Error("a unit is followed by what is no part of it");
  return unit;
}

void write_shard(h5::Writer& file, const Shard& shard) {
  file.attribute("/", "shard", std::int64_t{shard.number});
  file.attribute("/", "shards", std::int64_t{shard.of});
  const auto text = [&](const char* name, const std::string& value) {
    file.dataset<std::string>(fmt::format("/study/{}", name), std::span(&value, 1), {});
  };
  text("path", shard.path);
  text("given", shard.text);
  text("understood", shard.understood);
  file.scale<std::string>("/study/overrides", shard.overrides);
}

Shard read_shard(const h5::Reader& file) {
  const auto text = [&](const char* name) { return file.read<std::string>(fmt::format("/study/{}", name)).at(0); };
  return {.number = static_cast<std::uint32_t>(file.integer_attribute("/", "shard")),
          .of = static_cast<std::uint32_t>(file.integer_attribute("/", "shards")),
          .path = text("path"),
          .text = text("given"),
          .overrides = file.read<std::string>("/study/overrides"),
          .understood = text("understood")};
}

void expect_units(const h5::Reader& file, std::string_view program) {
  const std::string name = file.path().string();
  if (!is_units_file(file))
    throw BadRequest(
        fmt::format("{}: holds no units of a study; expected what `grapevine run` keeps of one that is not whole, or a "
                    "shard",
                    name));
  const std::string version = file.text_attribute("/", "format_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major > schema::major_version)
    throw BadRequest(
        fmt::format("{}: units of format {}, newer than this program reads ({}.x); open it with a newer release", name,
                    version, schema::major_version));
  const std::string by = file.text_attribute("/", "program"), rows = file.text_attribute("/", "rows");
  if (by != program || rows != row_layout())
    throw BadRequest(
        fmt::format("{}: was written by {}{}; expected {}: runs of two programs are never mixed; go on "
                    "with the program that began, or begin anew",
                    name, by, by == program ? ", built otherwise" : "", program));
}

}  // namespace

bool is_units_file(const h5::Reader& file) {
  return file.has_attribute("/", "format") && file.text_attribute("/", "format") == units_format;
}

std::string units_in_words(const h5::Reader& file) {
  if (!file.has_attribute("/", "shard")) return "a part of a study that is not whole";
  return fmt::format("shard {} of {} of a study", file.integer_attribute("/", "shard"),
                     file.integer_attribute("/", "shards"));
}

UnitView view_of(const Unit& unit) {
  UnitView view{.name = unit.name,
                .failure = unit.failure,
                .infeasible = unit.infeasible,
                .graph = &unit.graph,
                .records = {},
                .accounts = unit.accounts};
  for (const RunRecord& record : unit.records) view.records.push_back(&record);
  return view;
}

Unit copy_of(const UnitView& view) {
  Unit unit{.name = view.name,
            .failure = view.failure,
            .infeasible = view.infeasible,
            .graph = *view.graph,
            .records = {},
            .accounts = view.accounts};
  for (const RunRecord* record : view.records) unit.records.push_back(*record);
  return unit;
}

void write_units(NewFile& out, const UnitsFile& file) {
  std::vector<UnitView> views;
  for (const Unit& unit : file.units) views.push_back(view_of(unit));
  write_units(out, file, views);
}

void write_units(NewFile& out, const UnitsFile& head, const std::vector<UnitView>& units) {
  h5::Writer file(out);
  file.attribute("/", "format", units_format);
  file.attribute("/", "format_version",
                 fmt::format("{}.{}", schema::format_version().major, schema::format_version().minor));
  file.attribute("/", "program", head.program);
  file.attribute("/", "rows", row_layout());
  file.group("/study");
  file.dataset<std::string>("/study/hangs_on", std::span(&head.hangs_on, 1), {});
  if (head.shard) write_shard(file, *head.shard);
  file.group("/units");
  for (std::size_t i = 0; i < units.size(); ++i) write_unit(file, fmt::format("/units/unit{}", i), units[i]);
  file.commit(true);
}

UnitsFile read_units(const std::filesystem::path& path, std::string_view program) {
  return h5::reading("file of units", [&] {
    if (!h5::is_sealed(path))
      throw BadRequest(
          fmt::format("{}: has no seal at its end; expected a whole file of units, as `grapevine run` writes it; this "
                      "one is cut, was changed by another program, or is something else; remove it, and what it held "
                      "is run again",
                      path.string()));
    const h5::Reader file(path);
    expect_units(file, program);
    UnitsFile units;
    units.program = program;
    units.hangs_on = file.read<std::string>("/study/hangs_on").at(0);
    if (file.has_attribute("/", "shard")) units.shard = read_shard(file);
    for (const std::string& name : file.groups("/units")) units.units.push_back(read_unit(file, "/units/" + name));
    return units;
  });
}

}  // namespace grapevine
