#include "scenarios/reader/sweep.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/formats/records.hpp"
#include "scenarios/keys/places.hpp"

namespace grapevine {

namespace {

/// What a range may say.
constexpr std::string_view range_names[] = {"from", "to", "steps", "scale"};

std::optional<double> end_of_range(const TomlValue& value) {
  if (const auto* text = value.as<std::string>())
    if (const auto seconds = duration_in_seconds(*text)) return static_cast<double>(*seconds);
  return real_in(value);
}

bool takes_durations(const SweptKey& key) { return key.from.as<std::string>() != nullptr; }

/// Whether values of the key lie between others.
bool takes_numbers(Kind kind) {
  return kind == Kind::whole || kind == Kind::number || kind == Kind::number_or_auto || kind == Kind::number_or_off ||
         kind == Kind::strength || kind == Kind::money || kind == Kind::duration;
}

void read_range(const std::string& path, const TomlValue::Table& table, SweptKey& key, std::vector<Mistake>& mistakes) {
  const auto refuse = [&](const Place& place, std::string text) {
    mistakes.push_back({place, fmt::format("sweep.{}: {}", path, text)});
  };
  for (const TomlEntry& entry : table)
    if (std::ranges::find(range_names, entry.name) == std::end(range_names))
      refuse(entry.place, fmt::format("unknown '{}'; expected from, to, steps and scale", entry.name));
  for (const char* end : {"from", "to"})
    if (!find_entry(table, end))
      return refuse(table.front().place, fmt::format("{} is missing; expected both ends", end));
  key.from = find_entry(table, "from")->value;
  key.to = find_entry(table, "to")->value;
  const Key* const of = key_at(split_at_dots(path));
  if (of && !takes_numbers(of->kind))
    return refuse(key.from.place,
                  fmt::format("the key takes {}, and nothing lies between two of them; expected a list of values",
                              expected(*of)));
  const bool durations = of && of->kind == Kind::duration;
  for (const TomlValue* end : {&key.from, &key.to})
    if (!end_of_range(*end) || (end->as<std::string>() != nullptr) != durations)
      return refuse(end->place, fmt::format("{} is no end of a range; expected {}", found(*end),
                                            durations ? "a duration such as \"6h\"" : "a number"));
  const double from = *end_of_range(key.from), to = *end_of_range(key.to);
  if (from >= to)
    refuse(key.to.place, fmt::format("to is {}; expected more than from, {}", found(key.to), found(key.from)));
  if (const TomlEntry* scale = find_entry(table, "scale")) {
    const auto* text = scale->value.as<std::string>();
    if (!text || (*text != "linear" && *text != "log"))
      refuse(scale->value.place, fmt::format("scale is {}; expected \"linear\" or \"log\"", found(scale->value)));
    key.logarithmic = text && *text == "log";
    if (key.logarithmic && from <= 0)
      refuse(key.from.place, fmt::format("from is {}; expected more than 0 with scale = \"log\"", found(key.from)));
  }
  if (const TomlEntry* steps = find_entry(table, "steps")) {
    const auto* count = steps->value.as<std::int64_t>();
    if (!count || *count < 2 || *count > std::int64_t{most_points})
      refuse(steps->value.place,
             fmt::format("steps is {}; expected a whole number of values, 2 to {}", found(steps->value), most_points));
    else
      key.steps = static_cast<std::uint32_t>(*count);
  }
}

/// To six significant digits, so that a name says the value.
double rounded(double value) {
  const std::string text = fmt::format("{:.6g}", value);
  double read = 0;
  std::from_chars(text.data(), text.data() + text.size(), read);
  return read;
}

/// What lies at this share of the way between the ends.
TomlValue between(const SweptKey& key, double share, std::uint32_t tick_seconds) {
  const double from = *end_of_range(key.from), to = *end_of_range(key.to);
  double value = key.logarithmic ? math::exp(math::log(from) + share * (math::log(to) - math::log(from)))
                                 : from + share * (to - from);
  if (share == 0.0) value = from;
  if (share == 1.0) value = to;
  const Key* const of = key_at(split_at_dots(key.key));
  if (takes_durations(key)) {
    const std::int64_t tick = std::max<std::uint32_t>(1, tick_seconds);
    return {duration_as_text(std::llround(value / static_cast<double>(tick)) * tick), key.from.place};
  }
  if (of && of->kind == Kind::whole) return {std::int64_t{std::llround(value)}, key.from.place};
  if (of && of->kind == Kind::money) return {std::round(rounded(value) * 1e6) / 1e6, key.from.place};
  return {rounded(value), key.from.place};
}

/// Which of the values of a list it is whose part of the unit interval the place lies in.
std::size_t place_in_list(const SweptKey& key, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(key.values.size()));
  return std::min(at, key.values.size() - 1);
}

TomlValue value_at(const SweptKey& key, double share, std::uint32_t tick_seconds) {
  if (key.values.empty()) return between(key, share, tick_seconds);
  return key.values[place_in_list(key, share)];
}

/// Between the ends, the place at which the value lies that the key has at this one.
double share_reached(const SweptKey& key, double share, std::uint32_t tick_seconds) {
  if (!key.values.empty())
    return key.values.size() < 2
               ? share
               : static_cast<double>(place_in_list(key, share)) / static_cast<double>(key.values.size() - 1);
  const Key* const of = key_at(split_at_dots(key.key));
  if (!takes_durations(key) && !(of && of->kind == Kind::whole)) return share;
  const double value = *end_of_range(between(key, share, tick_seconds));
  if (key.logarithmic && value <= 0) return share;
  const auto at = [&](double x) { return key.logarithmic ? math::log(x) : x; };
  const double from = at(*end_of_range(key.from)), to = at(*end_of_range(key.to));
  return (at(value) - from) / (to - from);
}

std::size_t length_of(const SweptKey& key) { return key.values.empty() ? key.steps : key.values.size(); }

TomlValue listed(const SweptKey& key, std::size_t i, std::uint32_t tick_seconds) {
  if (!key.values.empty()) return key.values[i];
  return between(key, static_cast<double>(i) / static_cast<double>(key.steps - 1), tick_seconds);
}

void name_points(bool by_value, std::vector<SweepPoint>& points) {
  constexpr std::size_t longest = 64;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<std::string> parts;
    for (const KeySetting& setting : points[i].settings)
      parts.push_back(fmt::format("{}={}", setting.key, in_short(setting.value)));
    points[i].name = fmt::format("{}", fmt::join(parts, ", "));
    by_value = by_value && points[i].name.size() <= longest;
  }
  for (std::size_t i = 0; !by_value && i < points.size(); ++i) points[i].name = fmt::format("p{}", i);
}

}  // namespace

bool is_range(const TomlValue::Table& table) { return find_entry(table, "from") || find_entry(table, "to"); }

void read_swept(const std::string& path, const Place& place, const TomlValue& value, SweepChoice& sweep,
                std::vector<Mistake>& mistakes) {
  const auto is_section = [&] {
    return std::ranges::any_of(sections(), [&](const Section& section) { return section.name == path; });
  };
  if (const auto* table = value.as<TomlValue::Table>()) {
    if (is_range(*table) && !is_section()) {
      SweptKey key{path, place};
      const std::size_t before = mistakes.size();
      read_range(path, *table, key, mistakes);
      if (mistakes.size() == before) sweep.swept.push_back(std::move(key));
      return;
    }
    for (const TomlEntry& entry : *table)
      read_swept(path + "." + entry.name, entry.place, entry.value, sweep, mistakes);
    return;
  }
  const auto* list = value.as<TomlValue::List>();
  if (!list || list->empty()) {
    mistakes.push_back({value.place, fmt::format("sweep.{} is {}; expected a list of values, or {{from = ..., to = "
                                                 "...}} between two ends",
                                                 path, found(value))});
    return;
  }
  sweep.swept.push_back({path, place, *list});
}

namespace {

constexpr std::size_t most_bad_rows = 20;  ///< that are told

/// What a field of the file is as a value of the key: as an override has it, a number in quotes is one, too.
TomlValue value_in(std::string_view field, const std::string& key_name, const Place& place) {
  auto parsed = read_toml(fmt::format("value = {}", field), place.source);
  const auto* document = std::get_if<TomlValue>(&parsed);
  const auto* table = document ? document->as<TomlValue::Table>() : nullptr;
  const bool is_value = table && table->size() == 1;
  const Key* key = key_at(split_at_dots(key_name));
  const bool takes_text = key && texts_of(*key) == Texts::all;
  TomlValue value = is_value && (!takes_text || table->front().value.as<std::string>())
                        ? table->front().value
                        : TomlValue{std::string(field), place};
  value.place = place;
  return value;
}

/// What is wrong with the header of a file of points, where the rows below it then say nothing.
std::optional<Mistake> mistake_of_header(const std::vector<SweptKey>& columns) {
  const auto is_number = [](const SweptKey& column) {
    double number = 0;
    const char* const end = column.key.data() + column.key.size();
    const auto [read, error] = std::from_chars(column.key.data(), end, number);
    return error == std::errc{} && read == end;
  };
  const auto is_key = [](const SweptKey& column) { return key_at(split_at_dots(column.key)) != nullptr; };
  if (std::ranges::any_of(columns, is_number) && std::ranges::none_of(columns, is_key))
    return Mistake{columns.front().place,
                   "the first line has values, so that the header is missing; expected the names of keys, such as "
                   "price.post; add a line with them"};
  const auto nameless = std::ranges::find(columns, "", &SweptKey::key);
  if (nameless == columns.end()) return {};
  return Mistake{nameless->place,
                 "a column without a name; expected the name of a key; name it, or take out the separator that begins "
                 "it, in each line"};
}

}  // namespace

void read_points_file(SweepChoice& sweep, const Place& place, std::vector<Mistake>& mistakes) {
  RecordReader records(sweep.file);
  if (!records.next()) {
    mistakes.push_back({place, fmt::format("{} holds no points; expected a header with the names of keys, and a row "
                                           "of values for each point",
                                           records.name())});
    return;
  }
  const auto at = [&](std::size_t column) {
    return Place{points_file, static_cast<std::uint32_t>(records.line()), static_cast<std::uint32_t>(column)};
  };
  for (const std::string_view name : records.fields())
    sweep.swept.push_back({std::string(name), at(sweep.swept.size() + 1)});
  if (const std::optional<Mistake> mistake = mistake_of_header(sweep.swept)) {
    mistakes.push_back(*mistake);
    return sweep.swept.clear();
  }
  if (sweep.swept.size() == 1) records.take_whole_lines();
  std::size_t rows = 0, bad = 0;
  while (records.next() && sweep.swept.front().values.size() <= most_points) {
    const auto fields = records.fields();
    ++rows;
    const std::size_t before = mistakes.size();
    if (fields.size() != sweep.swept.size())
      mistakes.push_back(
          {at(0), fmt::format("{}, and the header has {}; expected a value of each key; add what is missing, or quote "
                              "values that hold the separator",
                              counted(fields.size(), "field"), sweep.swept.size())});
    for (std::size_t i = 0; i < fields.size() && fields.size() == sweep.swept.size(); ++i)
      if (fields[i].empty())
        mistakes.push_back({at(i + 1), fmt::format("no value of {}; expected one in each row; add it, or take the row "
                                                   "out",
                                                   sweep.swept[i].key)});
    if (mistakes.size() == before) {
      for (std::size_t i = 0; i < fields.size(); ++i)
        sweep.swept[i].values.push_back(value_in(fields[i], sweep.swept[i].key, at(i + 1)));
    } else if (++bad > most_bad_rows) {
      mistakes.erase(mistakes.begin() + static_cast<std::ptrdiff_t>(before), mistakes.end());
    }
  }
  if (bad > most_bad_rows)
    mistakes.push_back({mistakes.back().place,
                        fmt::format("and {} with mistakes", counted(bad - most_bad_rows, "more row", "more rows"))});
  if (rows == 0)
    mistakes.push_back(
        {place, fmt::format("{} has a header and no rows; expected one for each point", records.name())});
}

bool of_points(const std::vector<Mistake>& mistakes) {
  return std::ranges::all_of(mistakes, [](const Mistake& it) { return it.place.source == points_file; });
}

std::size_t point_count(const SweepChoice& sweep) {
  const std::size_t keys = sweep.swept.size(), points = sweep.points;
  switch (sweep.design) {
    case SweepDesign::grid: {
      std::size_t count = 1;
      for (const SweptKey& key : sweep.swept) count = std::min(count * length_of(key), most_points + 1);
      return count;
    }
    case SweepDesign::zip:
    case SweepDesign::file:
      return keys == 0 ? 0 : length_of(sweep.swept.front());
    case SweepDesign::latin_hypercube:
    case SweepDesign::sobol:
      return points;
    case SweepDesign::saltelli:
      return points * (keys + 2);
    case SweepDesign::morris:
      return points * (keys + 1);
  }
  return 0;
}

Design design_of(const SweepChoice& sweep, std::uint64_t seed) {
  const std::size_t keys = sweep.swept.size();
  if (sweep.design == SweepDesign::latin_hypercube) return latin_hypercube(sweep.points, keys, seed);
  if (sweep.design == SweepDesign::sobol) return sobol(sweep.points, keys, seed);
  if (sweep.design == SweepDesign::saltelli) return saltelli(sweep.points, keys, seed);
  GRAPEVINE_EXPECTS(sweep.design == SweepDesign::morris);
  return morris(sweep.points, keys, sweep.levels, seed);
}

namespace {

std::vector<SweepPoint> drawn_points(const SweepChoice& sweep, const Design& design, std::uint32_t tick_seconds) {
  std::vector<SweepPoint> points(design.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t k = 0; k < sweep.swept.size(); ++k)
      points[i].settings.push_back(
          {sweep.swept[k].key, sweep.swept[k].place, value_at(sweep.swept[k], design.point(i)[k], tick_seconds)});
  return points;
}

}  // namespace

Design reached_by(const SweepChoice& sweep, const Design& design, std::uint32_t tick_seconds) {
  Design reached = design;
  for (std::size_t i = 0; i < reached.coordinates.size(); ++i)
    reached.coordinates[i] = share_reached(sweep.swept[i % design.dimensions], design.coordinates[i], tick_seconds);
  return reached;
}

std::vector<SweepPoint> lay_points(const SweepChoice& sweep, std::uint64_t seed, std::uint32_t tick_seconds) {
  if (is_drawn(sweep.design)) {
    std::vector<SweepPoint> drawn = drawn_points(sweep, design_of(sweep, seed), tick_seconds);
    name_points(false, drawn);
    return drawn;
  }
  std::vector<SweepPoint> points(point_count(sweep));
  const bool grid = sweep.design == SweepDesign::grid;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t k = sweep.swept.size(); k-- > 0;) {
      const SweptKey& key = sweep.swept[k];
      const std::size_t at = grid ? rest % length_of(key) : i;
      if (grid) rest /= length_of(key);
      points[i].settings.push_back({key.key, key.place, listed(key, at, tick_seconds)});
    }
    std::ranges::reverse(points[i].settings);
  }
  name_points(true, points);
  return points;
}

std::string axis_of_money(const Scenario& scenario) {
  const std::vector<SweptKey>& swept = scenario.sweep.swept;
  GRAPEVINE_EXPECTS(!swept.empty());
  auto axis = std::ranges::find_if(swept, [](const SweptKey& it) {
    const Key* const key = key_at(split_at_dots(it.key));
    return key && key->kind == Kind::money;
  });
  if (axis == swept.end()) axis = swept.begin();
  const Place& place = axis->place;
  if (place.source == points_file) return fmt::format("{}:{}", scenario.sweep.file.string(), place.line);
  if (place.source == 0) return fmt::format("{}:{}:{}", scenario.path, place.line, place.column);
  const std::string& change = scenario.overrides[place.source - 1];
  return fmt::format("--set {}", change.substr(0, change.find('=')));
}

std::variant<double, std::string> coordinate(const KeySetting& setting) {
  const Key* const key = key_at(split_at_dots(setting.key));
  if (const auto* flag = setting.value.as<bool>()) return *flag ? 1.0 : 0.0;
  if (const auto number = real_in(setting.value)) return *number;
  if (const auto* text = setting.value.as<std::string>(); text && key && key->kind == Kind::duration)
    if (const auto seconds = duration_in_seconds(*text)) return static_cast<double>(*seconds);
  return in_short(setting.value);
}

std::string in_short(const TomlValue& value) {
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* number = value.as<double>()) return fmt::format("{}", *number);
  return as_toml(value);
}

}  // namespace grapevine
