#include "graph/formats/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace grapevine {

namespace {

constexpr std::string_view no_break_space = "\xc2\xa0";

bool holds(std::string_view line, std::string_view part) { return line.find(part) != std::string_view::npos; }

/// A sign that may stand between the fields of the line, other than the one that is taken for it.
std::optional<char> other_sign(std::string_view line, char separator) {
  for (const char sign : {',', ';', '\t', '|', '&', '~', '^', ':'})
    if (sign != separator && line.find(sign) != std::string_view::npos) return sign;
  return std::nullopt;
}

bool has_letters(std::string_view line) {
  return std::ranges::any_of(line, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

/// Whether the last two fields of a line apart by commas may be one number, written as in French.
bool ends_with_decimal_comma(std::string_view line) {
  const std::size_t last = line.rfind(',');
  if (last == std::string_view::npos || last == 0) return false;
  const std::size_t before = line.rfind(',', last - 1);
  return before != std::string_view::npos && is_whole(line.substr(last + 1)) &&
         is_whole(line.substr(before + 1, last - before - 1));
}

}  // namespace

bool is_whole(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

std::string advice_on_one_field(std::string_view line) {
  if (holds(line, no_break_space)) return "it has no-break spaces (U+00A0): write plain ones";
  for (const std::string_view signs : {"::", "||", "=>", "->"})
    if (holds(line, signs)) return fmt::format("if '{}' is between ids, put a comma or a tab in its place", signs);
  if (const auto sign = other_sign(line, ' ')) {
    const std::string separator = fmt::format("if '{}' is between fields, set graph.separator = \"{}\"", *sign, *sign);
    const std::size_t at = line.find(*sign);
    if (!has_letters(line)) return separator;
    return fmt::format(
        "{}, and if this line names columns other than follower and followed, graph.columns too, such as "
        "[\"{:.40}\", \"{:.40}\"]",
        separator, line.substr(0, at), line.substr(at + 1, line.find(*sign, at + 1) - at - 1));
  }
  return "write both ids of a follow in each line, and take out what is above them, or begin it with #";
}

std::string advice_on_count(std::string_view line, const FieldCount& count) {
  if (const auto sign = other_sign(line, count.separator); count.found == 1 && sign && *sign != ':')
    return fmt::format("this line has a '{}': use the same separator in all lines, and nothing above them",
                       *sign == '\t' ? "a tab" : std::string(1, *sign));
  if (!count.header)
    return "a list that has all neighbours of a user in one line (an adjacency list, METIS) is not an edge list: write "
           "one "
           "follow a line, or name its format";
  if (count.found < count.expected) return "complete the line or take it out";
  return count.separator == ',' && ends_with_decimal_comma(line)
             ? "a number with a decimal comma (0,5) is written with a point (0.5)"
             : "put double quotes around a field that holds the separator";
}

}  // namespace grapevine
