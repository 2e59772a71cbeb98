#include "scenarios/keys/understood.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace grapevine {

namespace {

/// The next line of `text`, which is taken from it.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// The name among the lines of a table that begins `text`, without its quotes; empty if it has none.
std::string name_in(std::string_view text) {
  constexpr std::string_view key = "name = \"";
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty() || line.front() == '[') break;
    if (line.starts_with(key)) return std::string(line.substr(key.size(), line.size() - key.size() - 1));
  }
  return "";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> understood_values(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> values;
  std::map<std::string, std::size_t> tables;
  std::string prefix;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.starts_with("[[")) {
      const std::string section(line.substr(2, line.size() - 4));
      const std::size_t number = tables[section]++;
      const std::string name = name_in(text);
      prefix = fmt::format("{}.{}.", section, name.empty() ? fmt::to_string(number) : name);
    } else if (line.starts_with("[")) {
      prefix = std::string(line.substr(1, line.size() - 2)) + ".";
    } else if (const std::size_t equals = line.find(" = "); equals != std::string_view::npos) {
      values.emplace_back(prefix + std::string(line.substr(0, equals)), line.substr(equals + 3));
    }
  }
  return values;
}

std::string words_of_difference(std::string_view here, std::string_view there) {
  constexpr std::size_t most = 3;
  const auto ours = understood_values(here), theirs = understood_values(there);
  std::size_t count = 0;
  std::string text;
  const auto differ = [&](const std::string& key, std::string_view ours_is, std::string_view theirs_is) {
    if (++count <= most)
      text += fmt::format("{}{} is {} there and {} here", count > 1 ? ", " : "", key, theirs_is, ours_is);
  };
  const auto value_in = [](const auto& values, const std::string& key) -> std::string_view {
    const auto at = std::ranges::find(values, key, [](const auto& value) { return value.first; });
    return at == values.end() ? "not given" : std::string_view(at->second);
  };
  for (const auto& [key, value] : ours)
    if (const std::string_view other = value_in(theirs, key); other != value) differ(key, value, other);
  for (const auto& [key, value] : theirs)
    if (value_in(ours, key) == "not given") differ(key, "not given", value);
  if (count == 0) return "a key differs, or a file that a key names";
  return count > most ? fmt::format("{}, and {} more {}", text, count - most, count - most == 1 ? "differs" : "differ")
                      : text;
}

}  // namespace grapevine
