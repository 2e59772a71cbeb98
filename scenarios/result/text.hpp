#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Numbers and columns for people who read a terminal.
namespace grapevine {

/// How text is laid out.
struct Page {
  std::size_t width = 100;      ///< columns
  bool thousands_apart = true;  ///< "1 234 567" instead of "1234567", which is easier for programs to read
};
/// That of this process. Set once, before anything is written.
const Page& page();
void set_page(const Page& page);

/// Words in lines of the page's width, all but the first indented by `indent`; the first goes on at column `begin`.
std::string wrapped(std::string_view words, std::size_t indent, std::size_t begin = 0);

/// Breaks lines that are longer than the page between words. What follows is indented as the line is, or like the words
/// behind its label: two blanks or more end a label. A command, an indented line that begins with "grapevine ", has
/// what is said of it below where the page is narrow, and where it is broken itself it goes on for a shell.
std::string fitted_to_page(std::string_view text);

/// 1234567 -> "1 234 567", on a page that has thousands apart.
std::string with_thousands(std::uint64_t number);
/// "1 follow", "22 942 051 follows". `several`: as for `noun`.
std::string with_thousands(std::uint64_t number, std::string_view one, std::string_view several = {});

/// `value` with so many decimals and thousands apart; "missing" for NaN. Negative zero is 0.
std::string with_decimals(double value, int decimals);

/// The decimals at which `value` shows `digits` significant ones: 4 for 0.012345 and 3 digits; 0 at the least, 9 at the
/// most.
int decimals_for(double value, int digits);

std::string duration(double seconds);  ///< "45 s", "3 min 20 s", "2 h 05 min"
std::string bytes(double count);       ///< "512 B", "3.4 MiB"

/// A field of comma-separated values: in quotes where it must be (RFC 4180).
std::string csv_field(const std::string& text);

/// Columns that a text in UTF-8 takes on a terminal: East Asian wide characters and emoji count twice, marks that are
/// drawn over the letter before them not at all.
std::size_t display_width(std::string_view text);

/// The text, or its beginning and "...", in so many columns.
std::string shortened(const std::string& text, std::size_t columns);

/// Cells in rows, each column as wide as its widest cell.
class TextTable {
public:
  /// One character per column: 'l' left, 'L' left and never broken, 'r' right.
  explicit TextTable(std::string alignment) : alignment_(std::move(alignment)) {}

  void add(std::vector<std::string> row);

  /// One line a row, two spaces before it and between columns, none at its end. Where that is wider than the page, the
  /// words of the widest columns of text go on below.
  std::string text() const;

private:
  std::vector<std::size_t> widths() const;
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace grapevine
