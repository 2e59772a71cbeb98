#include "scenarios/keys/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

// toml++ 3.3 asserts on input such as `[%foo]`, which it reports well without its asserts.
#define TOML_ASSERT(expr) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace grapevine {
namespace {

/// toml++ limits the nesting of values, but `a.a.a ... = 1` nests as deep as it is long, and would use up the stack.
constexpr std::size_t most_dots = 1000;

Place place_of(const toml::source_position& position, std::uint32_t source) {
  return {source, std::max<std::uint32_t>(1, position.line), std::max<std::uint32_t>(1, position.column)};
}

TomlValue plain(const toml::node& node, std::uint32_t source) {
  TomlValue value;
  value.place = place_of(node.source().begin, source);
  node.visit([&](const auto& it) {
    using Node = std::remove_cvref_t<decltype(it)>;
    if constexpr (std::is_same_v<Node, toml::table>) {
      TomlValue::Table table;
      for (auto&& [name, child] : it)
        table.push_back({std::string(name.str()), place_of(name.source().begin, source), plain(child, source)});
      std::stable_sort(table.begin(), table.end(),
                       [](const TomlEntry& a, const TomlEntry& b) { return a.place < b.place; });
      value.data = std::move(table);
    } else if constexpr (std::is_same_v<Node, toml::array>) {
      TomlValue::List list;
      for (const toml::node& child : it) list.push_back(plain(child, source));
      value.data = std::move(list);
    } else if constexpr (toml::is_boolean<Node>) {
      value.data = it.get();
    } else if constexpr (toml::is_integer<Node>) {
      value.data = it.get();
    } else if constexpr (toml::is_floating_point<Node>) {
      value.data = it.get();
    } else if constexpr (toml::is_string<Node>) {
      value.data = it.get();
    }
  });
  return value;
}

/// The first line on which more than `most_dots` dots join names; 0: none.
std::uint32_t line_of_deep_name(std::string_view text) {
  std::uint32_t line = 1;
  std::size_t dots = 0;
  for (char c : text) {
    if (c == '\n' || c == '=' || c == ',') dots = 0;
    if (c == '\n') ++line;
    if (c == '.' && ++dots > most_dots) return line;
  }
  return 0;
}

std::string in_our_words(std::string_view what) {
  if (what.find("utf-8") != std::string_view::npos)
    return "not UTF-8; expected a text file in UTF-8; save it in that encoding";
  if (what.find("cannot redefine existing") != std::string_view::npos) {
    const std::size_t name = what.find('\'');
    return fmt::format("{} is given twice; expected each key and each [section] once; remove one",
                       name == std::string_view::npos ? "a key" : what.substr(name));
  }
  constexpr std::string_view opening = "Error while parsing ";
  if (what.substr(0, opening.size()) == opening) what.remove_prefix(opening.size());
  if (what.find("not representable in 64 bits") != std::string_view::npos)
    return fmt::format("not TOML ({}); expected whole numbers of at most {}, also for seeds", what,
                       std::numeric_limits<std::int64_t>::max());
  return fmt::format(
      "not TOML ({}); expected lines `key = value` and headers `[section]`; texts and durations are written in quotes",
      what);
}

}  // namespace

const TomlEntry* find_entry(const TomlValue::Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const TomlEntry& entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

TomlEntry* find_entry(TomlValue::Table& table, std::string_view name) {
  return const_cast<TomlEntry*>(find_entry(std::as_const(table), name));
}

std::variant<TomlValue, SyntaxError> read_toml(std::string_view text, std::uint32_t source) {
  if (const std::uint32_t line = line_of_deep_name(text))
    return SyntaxError{{source, line, 1},
                       fmt::format("a name of more than {} parts; expected `section.key`", most_dots)};
  const toml::parse_result result = toml::parse(text);
  if (!result)
    return SyntaxError{place_of(result.error().source().begin, source), in_our_words(result.error().description())};
  TomlValue document = plain(result.table(), source);
  document.place = {source, 1, 1};
  return document;
}

Place place_within(std::string_view document, const Place& value, std::string_view text, std::size_t at) {
  if (value.source != 0) return value;
  Place place{0, 1, 1};
  const auto go_on = [&](std::size_t bytes) {  // columns count letters, not bytes
    for (; bytes > 0 && !document.empty(); --bytes, document.remove_prefix(1)) {
      if (document[0] == '\n')
        ++place.line, place.column = 1;
      else
        place.column += (static_cast<unsigned char>(document[0]) & 0xc0) != 0x80 ? 1 : 0;
    }
  };
  while (place < value && !document.empty()) go_on(1);
  for (const std::string_view quotes : {"\"\"\"", "'''", "\"", "'"}) {
    if (document.substr(0, quotes.size()) != quotes) continue;
    go_on(quotes.size());
    if (quotes.size() == 3 && document.substr(0, 1) == "\n") go_on(1);
    if (document.substr(0, text.size()) != text) return value;
    go_on(at);
    return place;
  }
  return value;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace grapevine
