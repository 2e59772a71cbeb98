#include "scenarios/keys/key_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <type_traits>

#include "scenarios/keys/suggestions.hpp"

namespace grapevine {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day = 86'400;

/// Bounds from here on are the machine's: messages name them only to who went beyond.
constexpr std::int64_t technical_limit = 4'294'967'294;

std::string joined(const std::vector<std::string>& parts, std::string_view between = ", ") {
  return fmt::format("{}", fmt::join(parts, between));
}

std::string list_of(const std::vector<std::string>& parts) { return "[" + joined(parts) + "]"; }

std::string choices_in_words(const Key& key) {
  std::vector<std::string> names;
  for (const std::string_view choice : key.choices) names.push_back(in_quotes(choice));
  return joined(names);
}

std::string range_in_words(const Key& key, bool limits) {
  if (const auto* whole = std::get_if<WholeRange>(&key.range)) {
    if (whole->least == whole->most) return fmt::format(", {} only", whole->least);
    if (whole->most >= technical_limit && !limits) return fmt::format(", {} or more", whole->least);
    return fmt::format(", {} to {}", whole->least, whole->most);
  }
  if (const auto* real = std::get_if<RealRange>(&key.range)) {
    if (real->above) return fmt::format(" above {} and at most {}", real->least, real->most);
    return fmt::format(", {} to {}", real->least, real->most);
  }
  return "";
}

template <class T>
constexpr bool is_integer_field =
    std::is_pointer_v<T>&& std::is_integral_v<std::remove_pointer_t<T>> && !std::is_same_v<T, bool*>;
template <class T>
constexpr bool is_enum_field = std::is_pointer_v<T>&& std::is_enum_v<std::remove_pointer_t<T>>;

void put_integer(const Field& field, std::int64_t value) {
  std::visit(
      [&](auto to) {
        using T = decltype(to);
        if constexpr (is_integer_field<T>) *to = static_cast<std::remove_pointer_t<T>>(value);
        if constexpr (std::is_same_v<T, double*>) *to = static_cast<double>(value);
      },
      field);
}

/// The field as a whole number; nothing where it holds a value that stands for "not set".
std::optional<std::int64_t> integer_in(const Field& field) {
  return std::visit(
      [](auto from) -> std::optional<std::int64_t> {
        using T = decltype(from);
        if constexpr (is_integer_field<T>) {
          if (std::is_unsigned_v<std::remove_pointer_t<T>> &&
              *from == std::numeric_limits<std::remove_pointer_t<T>>::max())
            return {};
          return static_cast<std::int64_t>(*from);
        } else if constexpr (std::is_same_v<T, double*>) {
          return std::llround(*from);
        } else {
          return {};
        }
      },
      field);
}

template <class T>
T& in(const Field& field) {
  return *std::get<T*>(field);
}

/// The two ends of an interval of follower counts.
std::pair<std::uint64_t*, std::uint64_t*> bounds_of(const Field& field) {
  if (const auto* plant = std::get_if<PlantChoice*>(&field)) return {&(*plant)->least, &(*plant)->most};
  auto& campaign = in<CampaignParameters>(field);
  return {&campaign.followers_from, &campaign.followers_to};
}

/// One value on its way into its field.
class ValueReader {
public:
  ValueReader(const Key& key, const Target& target, const ReadingContext& context, std::vector<Mistake>& mistakes)
      : key_(key), field_(key.field(target)), context_(context), mistakes_(mistakes) {}

  bool read(const TomlValue& value) {
    const std::size_t before = mistakes_.size();
    switch (key_.kind) {
      case Kind::whole:
        whole(value);
        break;
      case Kind::number:
        number(value);
        break;
      case Kind::number_or_auto:
        if (const auto* text = value.as<std::string>(); text && *text == "auto")
          in<double>(field_) = automatic;
        else
          number(value);
        break;
      case Kind::money:
        money(value);
        break;
      case Kind::duration:
        duration(value);
        break;
      case Kind::tick:
        tick(value);
        break;
      case Kind::flag:
        flag(value);
        break;
      case Kind::text:
        text(value);
        break;
      case Kind::name:
        name(value);
        break;
      case Kind::choice:
        choice(value);
        break;
      case Kind::path:
        path(value);
        break;
      case Kind::names:
        names(value);
        break;
      case Kind::labels:
        labels(value);
        break;
      case Kind::bounds:
        bounds(value);
        break;
      case Kind::hours:
        hours(value);
        break;
      case Kind::audiences:
        audiences(value);
        break;
      case Kind::columns:
        columns(value);
        break;
      case Kind::streams:
        streams(value);
        break;
      case Kind::accounts:
        accounts(value);
        break;
      case Kind::interval:
        interval(value);
        break;
      case Kind::sizes:
        sizes(value);
        break;
      case Kind::matrix:
        matrix(value);
        break;
      case Kind::quadrants:
        quadrants(value);
        break;
    }
    return mistakes_.size() == before;
  }

private:
  void add(const Place& place, std::string text) { mistakes_.push_back({place, std::move(text)}); }

  void refuse(const TomlValue& value, std::string_view hint = {}, bool limits = false) {
    add(value.place, fmt::format("{} is {}; expected {}{}{}", context_.label, found(value), expected(key_, limits),
                                 hint.empty() ? "" : "; ", hint));
  }

  /// A mistake in one member of a list; members count from 1.
  void refuse_member(const TomlValue& member, std::size_t number, std::string_view what) {
    add(member.place, fmt::format("entry {} of {} is {}; expected {}", number, context_.label, found(member), what));
  }

  const TomlValue::List* list(const TomlValue& value) {
    const auto* list = value.as<TomlValue::List>();
    if (!list) refuse(value);
    return list;
  }

  void whole(const TomlValue& value) {
    const auto* number = value.as<std::int64_t>();
    if (!number) return refuse(value, value.as<double>() ? "write it without a decimal point or exponent" : "");
    const WholeRange range = std::get<WholeRange>(key_.range);
    if (*number < range.least || *number > range.most) return refuse(value, {}, *number > range.most);
    put_integer(field_, *number);
  }

  static std::optional<double> real(const TomlValue& value) {
    if (const auto* real = value.as<double>()) return *real;
    if (const auto* whole = value.as<std::int64_t>()) return static_cast<double>(*whole);
    return {};
  }

  static bool within(double number, const RealRange& range) {  // false for NaN
    return (range.above ? number > range.least : number >= range.least) && number <= range.most;
  }

  void number(const TomlValue& value) {
    const std::optional<double> number = real(value);
    if (!number || !within(*number, std::get<RealRange>(key_.range))) return refuse(value);
    in<double>(field_) = *number + 0.0;  // no negative zero
  }

  void money(const TomlValue& value) {
    const std::optional<double> amount = real(value);
    const WholeRange range = std::get<WholeRange>(key_.range);
    if (!amount || !(*amount >= double(range.least) && *amount <= double(range.most))) return refuse(value);
    // The nearest double to k / 10^6 is what TOML reads for the decimal k / 10^6: below 2^53 a value has at most 6
    // decimals exactly when this holds.
    const MicroMoney micro = std::llround(*amount * double(micro_per_unit));
    if (double(micro) / double(micro_per_unit) != *amount) return refuse(value, "round it to millionths");
    put_integer(field_, micro);
  }

  std::optional<std::int64_t> seconds(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (!text) {
      if (const std::optional<double> number = real(value))
        add(value.place, fmt::format("{} is {}, a number without a unit; expected {}", context_.label, found(value),
                                     expected(key_)));
      else
        refuse(value);
      return {};
    }
    const std::optional<std::int64_t> seconds = duration_in_seconds(*text);
    const WholeRange range = std::get<WholeRange>(key_.range);
    if (!seconds || *seconds < range.least || *seconds > range.most) {
      refuse(value, {}, seconds && *seconds > range.most);
      return {};
    }
    return seconds;
  }

  void duration(const TomlValue& value) {
    const std::optional<std::int64_t> length = seconds(value);
    if (!length) return;
    const std::int64_t tick = context_.tick_seconds;
    if (tick == 0) return;
    if (*length % tick != 0) {
      const std::int64_t below = *length / tick * tick;
      const std::string near = below == 0 ? "" : in_quotes(duration_as_text(below)) + " or ";
      return add(value.place, fmt::format("{} is {}; expected whole ticks of {} (time.tick); the nearest are {}{}",
                                          context_.label, found(value), in_quotes(duration_as_text(tick)), near,
                                          in_quotes(duration_as_text(below + tick))));
    }
    put_integer(field_, *length / tick);
  }

  void tick(const TomlValue& value) {
    const std::optional<std::int64_t> length = seconds(value);
    if (!length) return;
    if (day % *length != 0) return refuse(value);
    put_integer(field_, *length);
  }

  void flag(const TomlValue& value) {
    const auto* flag = value.as<bool>();
    if (!flag) return refuse(value);
    in<bool>(field_) = *flag;
  }

  void text(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (!text) return refuse(value);
    in<std::string>(field_) = *text;
  }

  static bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
  }

  void name(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (!text || !is_name(*text)) return refuse(value);
    in<std::string>(field_) = *text;
  }

  void choice(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (!text) return refuse(value);
    const auto at = std::find(key_.choices.begin(), key_.choices.end(), *text);
    if (at == key_.choices.end()) {
      const std::string_view near = nearest_name(*text, key_.choices);
      return refuse(value, near.empty() ? "" : fmt::format("did you mean {}?", in_quotes(near)));
    }
    std::visit(
        [&](auto to) {
          if constexpr (is_enum_field<decltype(to)>)
            *to = static_cast<std::remove_pointer_t<decltype(to)>>(at - key_.choices.begin());
        },
        field_);
  }

  void path(const TomlValue& value) {
    const auto* text = value.as<std::string>();
    if (!text) return refuse(value);
    if (text->empty())
      return refuse(value, fmt::format("set it in the file, or with --set '{}=\"...\"'", context_.label));
    if (text->find('\0') != std::string::npos) return refuse(value);
    const fs::path file = context_.folder / fs::path(*text);
    std::error_code ignored;
    if (!fs::exists(file, ignored))
      return refuse(value,
                    fmt::format("there is nothing at {}; relative paths start {}", file.generic_string(),
                                value.place.source == 0 ? "in the scenario's folder" : "in the working directory"));
    if (fs::is_directory(file, ignored)) return refuse(value, fmt::format("{} is a folder", file.generic_string()));
    if (!std::ifstream(file))
      return refuse(value, fmt::format("{} cannot be read: check its permissions", file.generic_string()));
    in<fs::path>(field_) = file;
  }

  /// Texts that all satisfy `fits` and all differ; with mistakes, those that do.
  struct Texts {
    std::vector<std::string> good;
    bool all = true;
  };
  template <class Fits>
  Texts texts(const TomlValue& value, Fits fits, std::string_view what) {
    const TomlValue::List* members = list(value);
    if (!members) return {{}, false};
    Texts out;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const TomlValue& member = (*members)[i];
      const auto* text = member.as<std::string>();
      if (!text || !fits(*text)) {
        refuse_member(member, i + 1, what);
        out.all = false;
      } else if (!seen.insert(*text).second) {
        add(member.place,
            fmt::format("{} names {} twice; expected each once; remove one", context_.label, found(member)));
        out.all = false;
      } else {
        out.good.push_back(*text);
      }
    }
    return out;
  }

  void names(const TomlValue& value) {
    in<std::vector<std::string>>(field_) = texts(value, is_name, "a name of letters, digits, - and _").good;
  }

  void labels(const TomlValue& value) {
    const auto printable = [](std::string_view text) {
      return !text.empty() && text.size() <= 64 &&
             std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    };
    Texts read = texts(value, printable, "a text of 1 to 64 characters");
    if (!read.all) return;
    if (read.good.empty() || read.good.size() > most_tiers)
      return add(value.place,
                 fmt::format("{} has {} entries; expected 1 to {}", context_.label, read.good.size(), most_tiers));
    in<std::vector<std::string>>(field_) = std::move(read.good);
  }

  void bounds(const TomlValue& value) {
    const TomlValue::List* members = list(value);
    if (!members) return;
    std::vector<std::uint64_t> read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto* number = (*members)[i].as<std::int64_t>();
      if (!number || *number < 0) return refuse_member((*members)[i], i + 1, "a whole number of followers, 0 or more");
      if (i == 0 && *number != 0) return refuse_member((*members)[i], 1, "0, so that every user has a tier");
      if (i > 0 && static_cast<std::uint64_t>(*number) <= read.back())
        return refuse_member((*members)[i], i + 1, fmt::format("more than the entry before it, {}", read.back()));
      read.push_back(static_cast<std::uint64_t>(*number));
    }
    if (read.empty() || read.size() > most_tiers)
      return add(value.place,
                 fmt::format("{} has {} entries; expected 1 to {}", context_.label, read.size(), most_tiers));
    in<std::vector<std::uint64_t>>(field_) = std::move(read);
  }

  void hours(const TomlValue& value) {
    const TomlValue::List* members = list(value);
    if (!members) return;
    if (members->size() != 24)
      return add(value.place,
                 fmt::format("{} has {} entries; expected 24, one for each hour", context_.label, members->size()));
    std::array<double, 24> read{};
    double sum = 0;
    for (std::size_t i = 0; i < 24; ++i) {
      const std::optional<double> number = real((*members)[i]);
      if (!number || !within(*number, std::get<RealRange>(key_.range)))
        return refuse_member((*members)[i], i + 1, "a number, 0 or more");
      read[i] = *number + 0.0;
      sum += read[i];
    }
    if (sum == 0)
      return add(value.place, fmt::format("{} is 0 in every hour; expected at least one hour above 0", context_.label));
    in<std::array<double, 24>>(field_) = read;
  }

  std::optional<std::array<std::uint64_t, 2>> pair(const TomlValue& value) {
    const auto* members = value.as<TomlValue::List>();
    if (!members || members->size() != 2) return {};
    std::array<std::uint64_t, 2> read{};
    for (std::size_t i = 0; i < 2; ++i) {
      const auto* number = (*members)[i].as<std::int64_t>();
      if (!number || *number < 0) return {};
      read[i] = static_cast<std::uint64_t>(*number);
    }
    return read;
  }

  void audiences(const TomlValue& value) {
    const TomlValue::List* members = list(value);
    if (!members) return;
    if (members->empty()) return refuse(value);
    std::vector<std::array<std::uint64_t, 2>> read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto audience = pair((*members)[i]);
      if (!audience) return refuse_member((*members)[i], i + 1, "a pair of whole numbers [followers, accounts]");
      read.push_back(*audience);
    }
    in<std::vector<std::array<std::uint64_t, 2>>>(field_) = std::move(read);
  }

  void columns(const TomlValue& value) {
    const Texts read = texts(
        value, [](std::string_view text) { return !text.empty(); }, "the name of a column");
    if (!read.all) return;
    if (read.good.size() != 2) return refuse(value);
    in<std::array<std::string, 2>>(field_) = {read.good[0], read.good[1]};
  }

  void streams(const TomlValue& value) {
    const auto known = [&](std::string_view text) {
      return std::find(key_.choices.begin(), key_.choices.end(), text) != key_.choices.end();
    };
    const Texts read = texts(value, known, "one of " + choices_in_words(key_));
    if (!read.all) return;
    const auto has = [&](std::string_view name) {
      return std::find(read.good.begin(), read.good.end(), name) != read.good.end();
    };
    in<Redraw>(field_) = {has("graph"), has("selection"), has("content"), has("dynamics")};
  }

  void accounts(const TomlValue& value) {
    auto& campaign = in<CampaignParameters>(field_);
    if (const auto* text = value.as<std::string>()) {
      const auto choice = std::find(key_.choices.begin(), key_.choices.end(), *text);
      if (choice == key_.choices.end()) return refuse(value);
      campaign.choose = static_cast<AccountChoice>(choice - key_.choices.begin());
      return;
    }
    Texts read = texts(
        value, [](std::string_view text) { return !text.empty(); }, "the id of an account, in quotes");
    if (!read.all) return;
    if (read.good.empty()) return refuse(value, "name at least one");
    campaign.choose = AccountChoice::named;
    campaign.accounts = std::move(read.good);
  }

  void interval(const TomlValue& value) {
    const auto read = pair(value);
    if (!read) return refuse(value);
    if ((*read)[0] > (*read)[1])
      return add(value.place, fmt::format("{} goes from {} to {}; expected the smaller number first; swap them",
                                          context_.label, (*read)[0], (*read)[1]));
    const auto [least, most] = bounds_of(field_);
    *least = (*read)[0];
    *most = (*read)[1];
  }

  void sizes(const TomlValue& value) {
    const TomlValue::List* members = list(value);
    if (!members) return;
    if (members->empty()) return refuse(value);
    std::vector<std::uint64_t> read;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto* number = (*members)[i].as<std::int64_t>();
      if (!number || *number < 1) return refuse_member((*members)[i], i + 1, "a whole number of users, 1 or more");
      read.push_back(static_cast<std::uint64_t>(*number));
    }
    in<std::vector<std::uint64_t>>(field_) = std::move(read);
  }

  std::optional<double> in_range(const TomlValue& value) const {
    const std::optional<double> number = real(value);
    return number && within(*number, std::get<RealRange>(key_.range)) ? std::optional(*number + 0.0) : std::nullopt;
  }

  void matrix(const TomlValue& value) {
    const TomlValue::List* rows = list(value);
    if (!rows) return;
    if (rows->empty()) return refuse(value);
    std::vector<std::vector<double>> read;
    for (std::size_t r = 0; r < rows->size(); ++r) {
      const auto* row = (*rows)[r].as<TomlValue::List>();
      if (!row || row->size() != rows->size())
        return refuse_member((*rows)[r], r + 1, fmt::format("a list of {} numbers, one for each row", rows->size()));
      read.emplace_back();
      for (const TomlValue& member : *row) {
        const std::optional<double> number = in_range(member);
        if (!number) return refuse_member(member, r + 1, fmt::format("numbers{}", range_in_words(key_, false)));
        read.back().push_back(*number);
      }
    }
    in<std::vector<std::vector<double>>>(field_) = std::move(read);
  }

  void quadrants(const TomlValue& value) {
    const TomlValue::List* members = list(value);
    if (!members) return;
    if (members->size() != 4) return refuse(value);
    std::array<double, 4> read{};
    for (std::size_t i = 0; i < 4; ++i) {
      const std::optional<double> number = in_range((*members)[i]);
      if (!number) return refuse_member((*members)[i], i + 1, fmt::format("a chance{}", range_in_words(key_, false)));
      read[i] = *number;
    }
    in<std::array<double, 4>>(field_) = read;
  }

  const Key& key_;
  Field field_;
  const ReadingContext& context_;
  std::vector<Mistake>& mistakes_;
};

std::string money_as_text(MicroMoney micro) {
  std::string text = fmt::format("{}.{:06}", micro / micro_per_unit, micro % micro_per_unit);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// `file` as a scenario in `folder` names it: what was given relative stays relative, so that no folder of this machine
/// shows.
fs::path path_from(const fs::path& folder, const fs::path& file) {
  const auto [in_folder, in_file] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  if (in_folder == folder.end()) {
    fs::path rest;
    for (auto part = in_file; part != file.end(); ++part) rest /= *part;
    return rest;
  }
  return file.is_absolute() ? file : fs::proximate(file, folder);
}

std::vector<std::string> all_in_quotes(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) out.push_back(in_quotes(text));
  return out;
}

}  // namespace

bool read_value(const Key& key, const Target& target, const TomlValue& value, const ReadingContext& context,
                std::vector<Mistake>& mistakes) {
  return ValueReader(key, target, context, mistakes).read(value);
}

std::string value_as_toml(const Key& key, const Target& target, std::uint32_t tick_seconds, const fs::path& folder) {
  const Field field = key.field(target);
  switch (key.kind) {
    case Kind::whole: {
      const WholeRange range = std::get<WholeRange>(key.range);
      if (std::holds_alternative<std::monostate>(field)) return fmt::format("{}", range.least);
      const std::optional<std::int64_t> number = integer_in(field);
      return number && *number >= range.least ? fmt::format("{}", *number) : "";
    }
    case Kind::number: {
      const auto* range = std::get_if<RealRange>(&key.range);
      return range && in<double>(field) < range->least ? ""
                                                       : fmt::format("{}", in<double>(field));  // below: it is not set
    }
    case Kind::number_or_auto:
      return in<double>(field) == automatic ? in_quotes("auto") : fmt::format("{}", in<double>(field));
    case Kind::money:
      return in<MicroMoney>(field) < 0 ? "" : money_as_text(in<MicroMoney>(field));
    case Kind::duration:
      return in_quotes(duration_as_text(integer_in(field).value() * tick_seconds));
    case Kind::tick:
      return in_quotes(duration_as_text(integer_in(field).value()));
    case Kind::flag:
      return in<bool>(field) ? "true" : "false";
    case Kind::text:
      return in<std::string>(field).empty() && !key.absent.empty() ? "" : in_quotes(in<std::string>(field));
    case Kind::name:
      return in<std::string>(field).empty() ? "" : in_quotes(in<std::string>(field));
    case Kind::choice: {
      const std::size_t index = std::visit(
          [](auto from) -> std::size_t {
            if constexpr (is_enum_field<decltype(from)>) return static_cast<std::size_t>(*from);
            return SIZE_MAX;
          },
          field);
      return index < key.choices.size() ? in_quotes(key.choices[index]) : "";
    }
    case Kind::path:
      return in<fs::path>(field).empty() ? "" : in_quotes(path_from(folder, in<fs::path>(field)).generic_string());
    case Kind::names:
    case Kind::labels:
      return list_of(all_in_quotes(in<std::vector<std::string>>(field)));
    case Kind::bounds:
      return fmt::format("[{}]", fmt::join(in<std::vector<std::uint64_t>>(field), ", "));
    case Kind::hours:
      return fmt::format("[{}]", fmt::join(in<std::array<double, 24>>(field), ", "));
    case Kind::audiences: {
      std::vector<std::string> pairs;
      for (const auto& [followers, accounts] : in<std::vector<std::array<std::uint64_t, 2>>>(field))
        pairs.push_back(fmt::format("[{}, {}]", followers, accounts));
      return pairs.empty() ? "" : list_of(pairs);
    }
    case Kind::columns: {
      const auto& columns = in<std::array<std::string, 2>>(field);
      return columns[0].empty() ? "" : list_of({in_quotes(columns[0]), in_quotes(columns[1])});
    }
    case Kind::streams: {
      const Redraw& redraw = in<Redraw>(field);
      std::vector<std::string> names;
      const bool drawn[] = {redraw.graph, redraw.selection, redraw.content, redraw.dynamics};
      for (std::size_t i = 0; i < 4; ++i)
        if (drawn[i]) names.push_back(in_quotes(key.choices[i]));
      return list_of(names);
    }
    case Kind::accounts: {
      const auto& campaign = in<CampaignParameters>(field);
      if (campaign.choose == AccountChoice::named) return list_of(all_in_quotes(campaign.accounts));
      return in_quotes(key.choices[static_cast<std::size_t>(campaign.choose)]);
    }
    case Kind::interval: {
      const auto [least, most] = bounds_of(field);
      return *most == UINT64_MAX ? "" : fmt::format("[{}, {}]", *least, *most);
    }
    case Kind::sizes: {
      const auto& sizes = in<std::vector<std::uint64_t>>(field);
      return sizes.empty() ? "" : fmt::format("[{}]", fmt::join(sizes, ", "));
    }
    case Kind::matrix: {
      std::vector<std::string> rows;
      for (const std::vector<double>& row : in<std::vector<std::vector<double>>>(field))
        rows.push_back(fmt::format("[{}]", fmt::join(row, ", ")));
      return rows.empty() ? "" : list_of(rows);
    }
    case Kind::quadrants:
      return fmt::format("[{}]", fmt::join(in<std::array<double, 4>>(field), ", "));
  }
  return "";
}

std::string default_as_toml(const Key& key) {
  if (key.required) return "";
  Scenario scenario;
  CampaignParameters campaign;
  Arm arm;
  ContrastChoice contrast;
  BandChoice band;
  PlantChoice plant;
  return value_as_toml(key, {&scenario, &scenario.run, &campaign, &arm, &contrast, &plant, &band},
                       scenario.world.time.tick_seconds);
}

std::string expected(const Key& key, bool limits) {
  switch (key.kind) {
    case Kind::whole:
      return (key.unit.empty() ? "a whole number" : fmt::format("a whole number of {}", key.unit)) +
             range_in_words(key, limits);
    case Kind::number: {
      const bool ratio = key.unit == "share" || key.unit == "probability";
      return (key.unit.empty() ? "a number"
              : ratio          ? fmt::format("a {}", key.unit)
                               : fmt::format("a number of {}", key.unit)) +
             range_in_words(key, limits);
    }
    case Kind::number_or_auto:
      return fmt::format("\"auto\" or {}{}",
                         key.unit.empty()            ? "a number"
                         : key.unit == "probability" ? "a probability"
                                                     : fmt::format("a number of {}", key.unit),
                         range_in_words(key, limits));
    case Kind::money:
      return "an amount of money" + range_in_words(key, limits) + ", with at most 6 decimals";
    case Kind::duration: {
      const WholeRange range = std::get<WholeRange>(key.range);
      std::string words = "a duration such as \"10min\", \"48h\" or \"1d\"";
      if (range.least > 0) words += ", at least one tick";
      if (limits) words += fmt::format(", at most {}", in_quotes(duration_as_text(range.most)));
      return words;
    }
    case Kind::tick: {
      const WholeRange range = std::get<WholeRange>(key.range);
      return fmt::format("a duration from {} to {} that divides a day", in_quotes(duration_as_text(range.least)),
                         in_quotes(duration_as_text(range.most)));
    }
    case Kind::flag:
      return "true or false";
    case Kind::text:
      return "a text in quotes";
    case Kind::name:
      return "a name in quotes: 1 to 64 letters, digits, - and _";
    case Kind::choice:
      return "one of " + choices_in_words(key);
    case Kind::path:
      return "the path of a file, in quotes";
    case Kind::names:
      return "a list of names, such as [\"one\"]";
    case Kind::labels:
      return fmt::format("a list of 1 to {} different texts", most_tiers);
    case Kind::bounds:
      return fmt::format("a list of 1 to {} ascending whole numbers of followers, the first 0", most_tiers);
    case Kind::hours:
      return "a list of 24 numbers, 0 or more, not all 0";
    case Kind::audiences:
      return "a list of pairs [followers, accounts]";
    case Kind::columns:
      return "a list of two different column names, [follower, followed]";
    case Kind::streams:
      return "a list of some of " + choices_in_words(key);
    case Kind::accounts:
      return choices_in_words(key) + " or a list of account ids in quotes";
    case Kind::interval:
      return "two whole numbers of followers, [least, most]";
    case Kind::sizes:
      return "a list of whole numbers of users, 1 or more";
    case Kind::matrix:
      return fmt::format("a list of rows, each a list of as many numbers{}", range_in_words(key, limits));
    case Kind::quadrants:
      return fmt::format("a list of four numbers{}, that add up to 1", range_in_words(key, limits));
  }
  return "";
}

std::string found(const TomlValue& value) {
  return std::visit(
      [](const auto& it) -> std::string {
        using T = std::remove_cvref_t<decltype(it)>;
        if constexpr (std::is_same_v<T, bool>) return it ? "true" : "false";
        if constexpr (std::is_same_v<T, std::int64_t>) return fmt::format("{}", it);
        if constexpr (std::is_same_v<T, double>)
          return fmt::format("{}", it) + (std::isfinite(it) && it == std::trunc(it) && std::abs(it) < 1e15 ? ".0" : "");
        if constexpr (std::is_same_v<T, std::string>) {
          constexpr std::size_t shown = 60;
          if (it.size() <= shown) return in_quotes(it);
          std::size_t end = shown;
          while (end > 0 && (static_cast<unsigned char>(it[end]) & 0xc0) == 0x80)
            --end;  // not within a character of UTF-8
          return in_quotes(it.substr(0, end)) + "...";
        }
        if constexpr (std::is_same_v<T, TomlValue::List>) return it.empty() ? "an empty list" : "a list";
        if constexpr (std::is_same_v<T, TomlValue::Table>) return "a table";
        return "a date or time";
      },
      value.data);
}

std::string duration_as_text(std::int64_t seconds) {
  if (seconds == 0) return "0";
  if (seconds % day == 0) return fmt::format("{}d", seconds / day);
  if (seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
  if (seconds % 60 == 0) return fmt::format("{}min", seconds / 60);
  return fmt::format("{}s", seconds);
}

std::optional<std::int64_t> duration_in_seconds(std::string_view text) {
  if (text == "0") return 0;
  std::size_t digits = 0;
  std::int64_t number = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == 12) return {};
    number = number * 10 + (text[digits++] - '0');
  }
  const std::string_view unit = text.substr(digits);
  if (digits == 0) return {};
  if (unit == "s") return number;
  if (unit == "min") return number * 60;
  if (unit == "h") return number * 3600;
  if (unit == "d") return number * day;
  return {};
}

}  // namespace grapevine
