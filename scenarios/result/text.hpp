#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Numbers and columns for people who read a terminal.
namespace grapevine {

/// 1234567 -> "1 234 567".
std::string with_thousands(std::uint64_t number);

/// `value` with so many decimals and thousands apart; "missing" for NaN. Negative zero is 0.
std::string with_decimals(double value, int decimals);

/// The decimals at which `value` shows `digits` significant ones: 4 for 0.012345 and 3 digits; 0 at the least, 9 at the
/// most.
int decimals_for(double value, int digits);

std::string duration(double seconds);  ///< "45 s", "3 min 20 s", "2 h 05 min"
std::string bytes(double count);       ///< "512 B", "3.4 MiB"

/// Columns that `text` takes on a terminal: East Asian wide characters count twice, accents of their own not at all.
std::size_t display_width(std::string_view text);

/// Cells in rows, each column as wide as its widest cell.
class TextTable {
public:
  /// One character per column: 'l' left, 'r' right.
  explicit TextTable(std::string alignment) : alignment_(std::move(alignment)) {}

  void add(std::vector<std::string> row);

  /// One line a row, two spaces before it and between columns, none at its end.
  std::string text() const;

private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace grapevine
