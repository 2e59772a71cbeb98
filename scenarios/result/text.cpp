#include "scenarios/result/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// Puts a space before every third digit of the whole part, counted from its end.
std::string thousands_apart(std::string digits) {
  const std::size_t first = digits.find_first_of("0123456789");
  if (first == std::string::npos) return digits;
  for (std::size_t at = std::min(digits.find('.'), digits.size()); at > first + 3;) digits.insert(at -= 3, 1, ' ');
  return digits;
}

/// Marks that are drawn over the letter before them: the blocks of combining marks, and joiners.
bool is_drawn_over(std::uint32_t c) {
  return (c >= 0x0300 && c <= 0x036f) || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe0f) ||
         (c >= 0xfe20 && c <= 0xfe2f);
}

/// How many characters of a UTF-8 text are drawn over others.
std::size_t drawn_over(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t k) {
      return k < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[k]) & 0x3f) : 0;
    };
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead >> 5 == 0b110) count += is_drawn_over((lead & 0x1fu) << 6 | byte(i + 1));
    if (lead >> 4 == 0b1110) count += is_drawn_over((lead & 0x0fu) << 12 | byte(i + 1) << 6 | byte(i + 2));
  }
  return count;
}

}  // namespace

std::string with_thousands(std::uint64_t number) { return thousands_apart(fmt::format("{}", number)); }

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
  // fmt pads by its own estimate of the width, so what it does not pad is that estimate; it counts combining marks,
  // which take no room.
  const std::size_t field = text.size() + 1;  // wider than any estimate: no character takes more columns than bytes
  const std::size_t padding = fmt::format("{:<{}}", text, field).size() - text.size();
  return field - padding - drawn_over(text);
}

void TextTable::add(std::vector<std::string> row) {
  GRAPEVINE_EXPECTS(row.size() == alignment_.size());
  rows_.push_back(std::move(row));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(alignment_.size(), 0);
  for (const auto& row : rows_)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  std::string all;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - display_width(row[c]), ' ');
      line += "  " + (alignment_[c] == 'r' ? padding + row[c] : row[c] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }
  return all;
}

}  // namespace grapevine
