#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"

namespace grapevine {
namespace {

using Counts = std::vector<std::uint64_t>;
using Pairs = std::vector<std::array<std::uint64_t, 2>>;
using Matrix = std::vector<std::vector<double>>;

/// A whole number, `least` or more.
std::optional<std::uint64_t> count_in(const TomlValue& value, std::int64_t least) {
  const auto* number = value.as<std::int64_t>();
  if (!number || *number < least) return {};
  return static_cast<std::uint64_t>(*number);
}

std::optional<std::array<std::uint64_t, 2>> pair_in(const TomlValue& value) {
  const auto* members = value.as<TomlValue::List>();
  if (!members || members->size() != 2) return {};
  const auto first = count_in((*members)[0], 0), second = count_in((*members)[1], 0);
  if (!first || !second) return {};
  return std::array{*first, *second};
}

std::optional<double> number_in(const TomlValue& value, const Key& key) {
  const std::optional<double> number = real_in(value);
  if (!number || !is_within(*number, std::get<RealRange>(key.range))) return {};
  return *number + 0.0;  // no negative zero
}

/// Reads the numbers of a list that has as many as `read`.
template <class Array>
bool read_numbers(const Reading& reading, const TomlValue::List& members, Array& read, std::string_view what) {
  for (std::size_t i = 0; i < read.size(); ++i) {
    const std::optional<double> number = number_in(members[i], reading.key);
    if (!number) {
      reading.refuse_member(members[i], i + 1, what);
      return false;
    }
    read[i] = *number;
  }
  return true;
}

class Bounds : public Codec {
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    Counts read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const TomlValue& member = (*members)[i];
      const auto number = count_in(member, 0);
      if (!number) return reading.refuse_member(member, i + 1, "a whole number of followers, 0 or more");
      if (i == 0 && *number != 0) return reading.refuse_member(member, 1, "0, so that every user has a tier");
      if (i > 0 && *number <= read.back())
        return reading.refuse_member(member, i + 1, fmt::format("more than the entry before it, {}", read.back()));
      read.push_back(*number);
    }
    if (read.empty() || read.size() > most_tiers)
      return reading.add(reading.value.place, fmt::format("{} has {}; expected 1 to {}", reading.context.label,
                                                          counted(read.size(), "entry", "entries"), most_tiers));
    reading.field<Counts>() = std::move(read);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return fmt::format("[{}]", fmt::join(*static_cast<const Counts*>(field), ", "));
  }
  std::string expected(const Key&, bool) const override {
    return fmt::format("a list of 1 to {} ascending whole numbers of followers, the first 0", most_tiers);
  }
  Json schema(const Key&) const override { return json_list(json_count(), 1, most_tiers, true); }
  void scale(const Key&, void* field, double scale) const override {
    for (std::uint64_t& count : *static_cast<Counts*>(field)) scale_count(count, scale);
  }
};

class Hours : public Codec {
  using Day = std::array<double, 24>;
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    const std::string& label = reading.context.label;
    if (members->size() != 24)
      return reading.add(reading.value.place, fmt::format("{} has {}; expected 24, one for each hour", label,
                                                          counted(members->size(), "entry", "entries")));
    Day read{};
    if (!read_numbers(reading, *members, read, "a number, 0 or more")) return;
    double sum = 0;
    for (const double hour : read) sum += hour;
    if (sum == 0)
      return reading.add(reading.value.place,
                         fmt::format("{} is 0 in every hour; expected at least one hour above 0", label));
    reading.field<Day>() = read;
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return fmt::format("[{}]", fmt::join(*static_cast<const Day*>(field), ", "));
  }
  std::string expected(const Key&, bool) const override { return "a list of 24 numbers, 0 or more, not all 0"; }
  Json schema(const Key&) const override { return json_list({{"type", "number"}, {"minimum", 0}}, 24, 24, false); }
};

class Audiences : public Codec {
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    if (members->empty()) return reading.refuse();
    Pairs read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto audience = pair_in((*members)[i]);
      if (!audience)
        return reading.refuse_member((*members)[i], i + 1, "a pair of whole numbers [followers, accounts]");
      read.push_back(*audience);
    }
    reading.field<Pairs>() = std::move(read);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    std::vector<std::string> pairs;
    for (const auto& [followers, accounts] : *static_cast<const Pairs*>(field))
      pairs.push_back(fmt::format("[{}, {}]", followers, accounts));
    return pairs.empty() ? "" : list_of_texts(pairs);
  }
  std::string expected(const Key&, bool) const override { return "a list of pairs [followers, accounts]"; }
  Json schema(const Key&) const override { return json_list(json_list(json_count(), 2, 2, false), 1, 0, false); }
  void scale(const Key&, void* field, double scale) const override {
    for (auto& [followers, accounts] : *static_cast<Pairs*>(field)) scale_count(followers, scale);
  }
};

class Interval : public Codec {
  void read(const Reading& reading) const override {
    const auto read = pair_in(reading.value);
    if (!read) return reading.refuse();
    if ((*read)[0] > (*read)[1])
      return reading.add(reading.value.place,
                         fmt::format("{} goes from {} to {}; expected the smaller number first; swap them",
                                     reading.context.label, (*read)[0], (*read)[1]));
    reading.field<CountRange>() = {(*read)[0], (*read)[1]};
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const auto& range = *static_cast<const CountRange*>(field);
    return range.most == UINT64_MAX ? "" : fmt::format("[{}, {}]", range.least, range.most);
  }
  std::string expected(const Key&, bool) const override { return "two whole numbers of followers, [least, most]"; }
  Json schema(const Key&) const override { return json_list(json_count(), 2, 2, false); }
  void scale(const Key&, void* field, double scale) const override {
    auto& range = *static_cast<CountRange*>(field);
    scale_count(range.least, scale), scale_count(range.most, scale);
  }
};

class Sizes : public Codec {
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    if (members->empty()) return reading.refuse();
    Counts read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto number = count_in((*members)[i], 1);
      if (!number) return reading.refuse_member((*members)[i], i + 1, "a whole number of users, 1 or more");
      read.push_back(*number);
    }
    reading.field<Counts>() = std::move(read);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const auto& sizes = *static_cast<const Counts*>(field);
    return sizes.empty() ? "" : fmt::format("[{}]", fmt::join(sizes, ", "));
  }
  std::string expected(const Key&, bool) const override { return "a list of whole numbers of users, 1 or more"; }
  Json schema(const Key&) const override { return json_list({{"type", "integer"}, {"minimum", 1}}, 1, 0, false); }
};

/// Of each tier; each is read and written as one amount is.
class Amounts : public Codec {
  using List = std::vector<MicroMoney>;
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    if (members->empty() || members->size() > most_tiers) return reading.refuse();
    List read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const std::optional<MicroMoney> amount = money_in((*members)[i], std::get<WholeRange>(reading.key.range));
      if (!amount) return reading.refuse_member((*members)[i], i + 1, amount_in_words(reading.key, false));
      read.push_back(*amount);
    }
    reading.field<List>() = std::move(read);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    std::vector<std::string> amounts;
    for (const MicroMoney amount : *static_cast<const List*>(field)) amounts.push_back(money_as_text(amount));
    return amounts.empty() ? "" : list_of_texts(amounts);
  }
  std::string expected(const Key& key, bool limits) const override {
    return fmt::format("a list of 1 to {} amounts of money{}, with at most 6 decimals", most_tiers,
                       range_in_words(key, limits));
  }
  Json schema(const Key& key) const override {
    const auto range = std::get<WholeRange>(key.range);
    return json_list({{"type", "number"}, {"minimum", range.least}, {"maximum", range.most}}, 1, most_tiers, false);
  }
};

/// One for each tier, or one for all.
class Shares : public Codec {
  using List = std::vector<double>;
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    if (members->empty() || members->size() > most_tiers) return reading.refuse();
    List read(members->size());
    if (read_numbers(reading, *members, read, fmt::format("a number{}", range_in_words(reading.key, true))))
      reading.field<List>() = std::move(read);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const auto& shares = *static_cast<const List*>(field);
    return shares.empty() ? "" : fmt::format("[{}]", fmt::join(shares, ", "));
  }
  std::string expected(const Key& key, bool limits) const override {
    return fmt::format("a list of 1 to {} numbers{}, one for each tier or one for all", most_tiers,
                       range_in_words(key, limits));
  }
  Json schema(const Key& key) const override {
    const auto range = std::get<RealRange>(key.range);
    return json_list({{"type", "number"}, {"minimum", range.least}, {"maximum", range.most}}, 1, most_tiers, false);
  }
};

Json json_chance() { return {{"type", "number"}, {"minimum", 0}, {"maximum", 1}}; }

class SquareMatrix : public Codec {
  void read(const Reading& reading) const override {
    const TomlValue::List* rows = reading.list();
    if (!rows) return;
    if (rows->empty()) return reading.refuse();
    Matrix read;
    for (std::size_t r = 0; r < rows->size(); ++r) {
      const auto* row = (*rows)[r].as<TomlValue::List>();
      if (!row || row->size() != rows->size())
        return reading.refuse_member((*rows)[r], r + 1,
                                     fmt::format("a list of {} numbers, one for each row", rows->size()));
      read.emplace_back();
      for (const TomlValue& member : *row) {
        const std::optional<double> number = number_in(member, reading.key);
        if (!number)
          return reading.refuse_member(member, r + 1, fmt::format("numbers{}", range_in_words(reading.key, false)));
        read.back().push_back(*number);
      }
    }
    reading.field<Matrix>() = std::move(read);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    std::vector<std::string> rows;
    for (const std::vector<double>& row : *static_cast<const Matrix*>(field))
      rows.push_back(fmt::format("[{}]", fmt::join(row, ", ")));
    return rows.empty() ? "" : list_of_texts(rows);
  }
  std::string expected(const Key& key, bool limits) const override {
    return fmt::format("a list of rows, each a list of as many numbers{}", range_in_words(key, limits));
  }
  Json schema(const Key&) const override { return json_list(json_list(json_chance(), 1, 0, false), 1, 0, false); }
};

class Quadrants : public Codec {
  using Four = std::array<double, 4>;
  void read(const Reading& reading) const override {
    const TomlValue::List* members = reading.list();
    if (!members) return;
    if (members->size() != 4) return reading.refuse();
    Four read{};
    if (read_numbers(reading, *members, read, fmt::format("a chance{}", range_in_words(reading.key, false))))
      reading.field<Four>() = read;
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return fmt::format("[{}]", fmt::join(*static_cast<const Four*>(field), ", "));
  }
  std::string expected(const Key& key, bool limits) const override {
    return fmt::format("a list of four numbers{}, that add up to 1", range_in_words(key, limits));
  }
  Json schema(const Key&) const override { return json_list(json_chance(), 4, 4, false); }
};

}  // namespace

const Codec& list_codec(Kind kind) {
  static const Bounds bounds;
  static const Hours hours;
  static const Audiences audiences;
  static const Interval interval;
  static const Sizes sizes;
  static const SquareMatrix matrix;
  static const Quadrants quadrants;
  static const Amounts amounts;
  static const Shares shares;
  switch (kind) {
    case Kind::bounds:
      return bounds;
    case Kind::hours:
      return hours;
    case Kind::audiences:
      return audiences;
    case Kind::interval:
      return interval;
    case Kind::sizes:
      return sizes;
    case Kind::matrix:
      return matrix;
    case Kind::amounts:
      return amounts;
    case Kind::shares:
      return shares;
    default:
      GRAPEVINE_EXPECTS(kind == Kind::quadrants);
      return quadrants;
  }
}

}  // namespace grapevine
