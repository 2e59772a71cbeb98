#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// TOML as plain values, each with the place it stands at. The one door to toml++, which no header of ours includes.
namespace grapevine {

/// Where a value stands. Places sort as the user meets them: the file from top to bottom, then the overrides.
struct Place {
  std::uint32_t source = 0;  ///< 0: the scenario file; k: the k-th override
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  auto operator<=>(const Place&) const = default;
};

struct TomlEntry;

/// A date or a time: TOML has them, no key of ours takes one.
struct TomlDate {
  bool operator==(const TomlDate&) const = default;
};

struct TomlValue {
  using List = std::vector<TomlValue>;
  using Table = std::vector<TomlEntry>;  ///< in the order of the file

  std::variant<TomlDate, bool, std::int64_t, double, std::string, List, Table> data;
  Place place;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&data);
  }
};

struct TomlEntry {
  std::string name;
  Place place;  ///< of the name
  TomlValue value;
};

/// The entry called `name`, or null.
const TomlEntry* find_entry(const TomlValue::Table& table, std::string_view name);
TomlEntry* find_entry(TomlValue::Table& table, std::string_view name);

/// What is wrong with a text that is not TOML.
struct SyntaxError {
  Place place;
  std::string what;
};

/// Reads a whole document. Places carry `source`. TOML stops at the first mistake of syntax.
std::variant<TomlValue, SyntaxError> read_toml(std::string_view text, std::uint32_t source);

/// Where the byte `at` of `text` stands in `document`, whose value at `value` it is; that of the value where the text
/// is written otherwise there, with escapes or in an override.
Place place_within(std::string_view document, const Place& value, std::string_view text, std::size_t at);

/// `text` as a TOML text in quotes, which is also a JSON string.
std::string in_quotes(std::string_view text);

}  // namespace grapevine
