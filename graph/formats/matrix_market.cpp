#include "graph/formats/matrix_market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/base/counted.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/line_reader.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/formats/named_follows.hpp"

namespace grapevine {

namespace {

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string_view::npos && found.size() < 16;) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    found.push_back(line.substr(at, end - at));
    at = end;
  }
  return found;
}

/// Takes a whole number from the front of the line; none if something else stands there.
std::optional<std::uint64_t> take_number(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc()) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (!line.empty() && line.front() != ' ' && line.front() != '\t') return std::nullopt;
  return value;
}

struct Banner {
  bool symmetric = false;
  bool valued = false;  // entries have values behind their places
};

Banner read_banner(LineReader& lines) {
  std::string_view line;
  constexpr const char* expected =
      "expected '%%MatrixMarket matrix coordinate', a field and a symmetry; check that this is a Matrix Market file";
  if (!lines.next(line)) throw BadRequest(fmt::format("{}: is empty; {}", lines.path().string(), expected));
  const std::vector<std::string_view> banner = words(line);
  const auto any = [](std::string_view word, std::initializer_list<std::string_view> known) {
    return std::ranges::any_of(known, [&](std::string_view name) { return same_word(word, name); });
  };
  if (banner.size() < 5 || !same_word(banner[0], "%%MatrixMarket") || !same_word(banner[1], "matrix"))
    throw BadRequest(fmt::format("{}: begins with '{:.60}'; {}", lines.where(), line, expected));
  if (!same_word(banner[2], "coordinate"))
    throw BadRequest(fmt::format(
        "{}: the matrix is in the form '{:.40}'; expected 'coordinate', one entry per line; write it in that form",
        lines.where(), banner[2]));
  if (!any(banner[3], {"pattern", "real", "integer", "double", "complex"}))
    throw BadRequest(fmt::format("{}: the field is '{:.40}'; expected pattern, real, integer or complex; correct it",
                                 lines.where(), banner[3]));
  if (!any(banner[4], {"general", "symmetric", "skew-symmetric", "hermitian"}))
    throw BadRequest(fmt::format(
        "{}: the symmetry is '{:.40}'; expected general, symmetric, skew-symmetric or hermitian; correct it",
        lines.where(), banner[4]));
  return {.symmetric = !same_word(banner[4], "general"), .valued = !same_word(banner[3], "pattern")};
}

/// Lines that say something.
class Statements {
public:
  explicit Statements(LineReader& lines) : lines_(lines) {}
  bool next(std::string_view& line) {
    while (lines_.next(line)) {
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      if (line.front() != '%') return true;
      ++comments_;
    }
    return false;
  }
  std::uint64_t comments() const { return comments_; }

private:
  LineReader& lines_;
  std::uint64_t comments_ = 1;  // the banner
};

struct Sizes {
  std::uint64_t rows, entries;
  std::string where;  ///< they stand
};

Sizes read_sizes(const std::filesystem::path& file, LineReader& lines, Statements& statements) {
  std::string_view line;
  if (!statements.next(line))
    throw BadRequest(
        fmt::format("{}: ends after the comments; expected a line with rows, columns and entries; fetch the file again",
                    file.string()));
  const std::string size_line(line.substr(0, 60));
  const auto rows = take_number(line), columns = take_number(line), entries = take_number(line);
  const std::string where = lines.where();
  if (!rows || !columns || !entries)
    throw BadRequest(
        fmt::format("{}: '{}' are not sizes; expected the numbers of rows, columns and entries; correct the line",
                    where, size_line));
  if (*rows != *columns)
    throw BadRequest(fmt::format("{}: the matrix has {} and {}; expected as many of both, the users; make it square",
                                 where, counted(*rows, "row"), counted(*columns, "column")));
  if (*rows >= text_id)
    throw BadRequest(fmt::format("{}: {} rows; expected at most {}; split the graph", where, *rows, text_id - 1));
  return {*rows, *entries, where};
}

}  // namespace

LoadedGraph load_matrix_market(const std::filesystem::path& file, const GraphTextOptions& options) {
  Mistakes mistakes;
  std::optional<AccountTable> accounts;
  if (!options.accounts.empty()) accounts = AccountTable::read(options.accounts, mistakes);
  LineReader lines(file);
  const Banner banner = read_banner(lines);
  Statements statements(lines);
  const Sizes sizes = read_sizes(file, lines, statements);
  std::string_view line;

  NamedFollows named;
  named.undirected = banner.symmetric || options.undirected;
  named.texts.resize(1);
  std::uint64_t found = 0;
  const auto new_piece = [&] { named.pieces.emplace_back().numbers = static_cast<std::uint32_t>(sizes.rows); };
  new_piece();
  while (statements.next(line)) {
    const std::string_view whole = line;
    if (++found > sizes.entries)
      throw BadRequest(fmt::format("{}: this is entry {}; expected {}, as the header in {} says; correct the header",
                                   lines.where(), found, sizes.entries, sizes.where));
    const auto row = take_number(line), column = take_number(line);
    const bool sound = row && column && *row >= 1 && *row <= sizes.rows && *column >= 1 && *column <= sizes.rows;
    if (!sound || (banner.valued && line.find_first_not_of(" \t") == std::string_view::npos)) {
      mistakes.add(
          fmt::format("{}: '{:.60}' is not an entry; expected a row and a column from 1 to {}{}; correct the line",
                      lines.where(), whole, sizes.rows, banner.valued ? " and a value" : ""));
      continue;
    }
    const UserId one(static_cast<std::uint32_t>(*row)), other(static_cast<std::uint32_t>(*column));
    if (named.pieces.back().follows.size() == std::size_t{1} << 16) new_piece();
    named.pieces.back().follows.push_back(options.reversed ? Follow{other, one} : Follow{one, other});
  }
  mistakes.report();
  if (found < sizes.entries)
    throw BadRequest(fmt::format(
        "{}: holds {}; expected {}, as its line {} says; fetch the file again, or correct the header", file.string(),
        counted(found, "entry", "entries"), sizes.entries, sizes.where.substr(file.string().size() + 1)));
  if (sizes.rows > (std::uint64_t{1} << 20) + 8 * found)
    throw BadRequest(
        fmt::format("{}: {} rows but only {}; expected a graph whose users mostly follow somebody; write it as "
                    "an edge list with a table of accounts",
                    sizes.where, sizes.rows, counted(found, "entry", "entries")));
  named.least_users = static_cast<std::uint32_t>(sizes.rows);
  LoadReport report;
  report.lines = lines.line();
  report.comments = statements.comments();
  return assemble(file, std::move(named), accounts ? &*accounts : nullptr, report);
}

}  // namespace grapevine
