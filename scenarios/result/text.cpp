#include "scenarios/result/text.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"

namespace grapevine {

namespace {

Page our_page;

/// Puts a space before every third digit of the whole part, counted from its end, where the page has it so.
std::string thousands_apart(std::string digits) {
  if (!our_page.thousands_apart) return digits;
  const std::size_t first = digits.find_first_of("0123456789");
  if (first == std::string::npos) return digits;
  for (std::size_t at = std::min(digits.find('.'), digits.size()); at > first + 3;) digits.insert(at -= 3, 1, ' ');
  return digits;
}

/// The first character of a text that is not empty, in bytes, and the columns that it takes; a byte that is no UTF-8
/// takes one.
struct Character {
  std::size_t bytes, columns;
};
Character first_of(std::string_view text) {
  utf8proc_int32_t code = 0;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                      static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (bytes <= 0) return {1, 1};
  return {static_cast<std::size_t>(bytes), static_cast<std::size_t>(utf8proc_charwidth(code))};
}

}  // namespace

const Page& page() { return our_page; }
void set_page(const Page& page) { our_page = page; }

std::string wrapped(std::string_view words, std::size_t indent, std::size_t begin) {
  std::string text;
  std::size_t column = begin;
  for (bool first = true; !words.empty(); first = false) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    if (!first && column + 1 + display_width(word) > page().width) {
      text += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      text += ' ';
      ++column;
    }
    text += word;
    column += display_width(word);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return text + "\n";
}

namespace {

/// Words below a command are indented by this more, and so is what does not fit its line.
constexpr std::size_t below_command = 4;

/// A command in lines of the page's width, with what is said of it below.
std::string command_on_page(std::string_view line, std::size_t indent) {
  const std::size_t end = std::min(line.find("  ", indent), line.size());
  const std::string_view said = line.substr(std::min(line.find_first_not_of(' ', end), line.size()));
  std::string text(indent, ' ');
  std::size_t column = indent;
  for (std::string_view command = line.substr(indent, end - indent); !command.empty();) {
    const std::string_view word = command.substr(0, command.find(' '));
    command.remove_prefix(std::min(word.size() + 1, command.size()));
    const std::size_t mark = command.empty() ? 0 : 2;  // " \\" behind it
    if (column > indent && column + 1 + display_width(word) + mark > page().width) {
      text += " \\\n" + std::string(indent + below_command, ' ');
      column = indent + below_command;
    } else if (column > indent) {
      text += ' ';
      ++column;
    }
    text += word;
    column += display_width(word);
  }
  if (said.empty()) return text;
  const std::size_t in = indent + below_command;
  text += "\n" + std::string(in, ' ') + wrapped(said, in, in);
  text.pop_back();
  return text;
}

}  // namespace

std::string fitted_to_page(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const bool ended = end < text.size();
    text.remove_prefix(std::min(end + 1, text.size()));
    if (display_width(line) <= page().width) {
      all += line;
    } else {
      const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
      if (first > 0 && line.substr(first).starts_with("grapevine ")) {
        all += command_on_page(line, first);
        if (ended) all += '\n';
        continue;
      }
      const std::size_t label = std::min(line.find("  ", first), line.size());
      const std::size_t behind = std::min(line.find_first_not_of(' ', label), line.size());
      const std::size_t words = behind < page().width / 2 ? behind : first;
      std::string broken = wrapped(line.substr(words), words, words);
      broken.pop_back();
      all += std::string(line.substr(0, words)) + broken;
    }
    if (ended) all += '\n';
  }
  return all;
}

std::string with_thousands(std::uint64_t number) { return thousands_apart(fmt::format("{}", number)); }

std::string with_thousands(std::uint64_t number, std::string_view one, std::string_view several) {
  return with_thousands(number) + " " + noun(number, one, several);
}

std::string with_decimals(double value, int decimals) {
  if (std::isnan(value)) return "missing";
  if (std::abs(value) >= 1e15) return fmt::format("{:.4g}", value);
  std::string digits = fmt::format("{:.{}f}", value, decimals);
  if (digits.find_first_of("123456789") == std::string::npos && digits.front() == '-') digits.erase(0, 1);
  return thousands_apart(digits);
}

int decimals_for(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double magnitude = std::floor(std::log10(std::abs(value)));  // not on a path to a result
  return std::clamp(digits - 1 - static_cast<int>(magnitude), 0, 9);
}

std::string duration(double seconds) {
  if (!(seconds < 1e9)) return "unknown";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  if (whole < 100 * 3600) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} days", whole / 86'400);
}

std::string bytes(double count) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; count >= 1000 && unit + 1 < units.size(); ++unit) count /= 1024;
  return fmt::format("{:.{}f} {}", count, unit == 0 || count >= 100 ? 0 : 1, units[unit]);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (Character next{}; !text.empty(); text.remove_prefix(next.bytes)) {
    next = first_of(text);
    width += next.columns;
  }
  return width;
}

std::string shortened(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) return text;
  const std::size_t dots = std::min<std::size_t>(columns, 3);
  std::string_view rest = text;
  for (std::size_t room = columns - dots; !rest.empty();) {
    const Character next = first_of(rest);
    if (next.columns > room) break;
    room -= next.columns;
    rest.remove_prefix(next.bytes);
  }
  return text.substr(0, text.size() - rest.size()) + std::string(dots, '.');
}

namespace {

/// The words of a text in lines of `width` columns; a longer word has a line of its own.
std::vector<std::string> lines_of(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return {std::string(text)};
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

void TextTable::add(std::vector<std::string> row) {
  GRAPEVINE_EXPECTS(row.size() == alignment_.size());
  rows_.push_back(std::move(row));
}

/// As wide as the widest cell each; where the page is too narrow for all, the widest columns of text give way.
std::vector<std::size_t> TextTable::widths() const {
  constexpr std::size_t least = 8;
  const auto widest = [&](std::size_t c, std::size_t limit) {
    std::size_t width = 0;
    for (const auto& row : rows_)
      for (const std::string& line : lines_of(row[c], limit)) width = std::max(width, display_width(line));
    return width;
  };
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < alignment_.size(); ++c) widths.push_back(widest(c, SIZE_MAX));
  std::vector<bool> gives(alignment_.size());
  for (std::size_t c = 0; c < gives.size(); ++c) gives[c] = alignment_[c] == 'l';
  for (;;) {
    std::size_t sum = 0, most = 0;
    for (std::size_t c = 0; c < widths.size(); ++c) sum += 2 + widths[c];
    if (sum <= page().width) return widths;
    for (std::size_t c = 0; c < widths.size(); ++c)
      if (gives[c] && widths[c] > least) most = std::max(most, widths[c]);
    if (most == 0) return widths;
    for (std::size_t c = 0; c < widths.size(); ++c)
      if (gives[c] && widths[c] == most) {
        const std::size_t narrower = widest(c, most - 1);
        gives[c] = narrower < most;  // else it has a word of that width
        widths[c] = std::min(narrower, most);
        break;
      }
  }
}

std::string TextTable::text() const {
  const std::vector<std::size_t> widths = this->widths();
  std::string all;
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t c = 0; c < row.size(); ++c) {
      cells.push_back(lines_of(row[c], widths[c]));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t k = 0; k < height; ++k) {
      std::string line;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string cell = k < cells[c].size() ? cells[c][k] : "";
        const std::string padding(widths[c] - display_width(cell), ' ');
        line += "  " + (alignment_[c] == 'r' ? padding + cell : cell + padding);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      all += line + "\n";
    }
  }
  return all;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace grapevine
