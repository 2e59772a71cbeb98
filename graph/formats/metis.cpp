#include "graph/formats/metis.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "graph/base/counted.hpp"
#include "graph/formats/line_reader.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/formats/named_follows.hpp"
#include "graph/formats/text_source.hpp"

namespace grapevine {

namespace {

/// Whole numbers and line ends, for lines that are too long to be held.
class NumberLines {
public:
  explicit NumberLines(const std::filesystem::path& file) : source_(file) { refill(); }

  std::uint64_t line() const { return line_; }
  std::uint64_t comments() const { return comments_; }
  std::string where() const { return fmt::format("{}:{}", source_.path().string(), line_); }

  /// Goes to the beginning of the next line that is no comment; false at the end. The line before must have been read
  /// to its end.
  bool next_line() {
    for (;;) {
      if (at_end()) return false;
      ++line_;
      if (peek() != '%') return true;
      ++comments_;
      while (!at_end() && peek() != '\n') ++at_;
      if (!at_end()) ++at_;
    }
  }

  /// The next number of the line; none at its end, behind which it goes.
  std::optional<std::uint64_t> next() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\r')) ++at_;
    if (at_end()) return std::nullopt;
    if (peek() == '\n') {
      ++at_;
      return std::nullopt;
    }
    std::uint64_t value = 0;
    int digits = 0;
    for (; !at_end() && peek() >= '0' && peek() <= '9'; ++at_, ++digits) {
      if (digits == 18)
        throw BadRequest(
            where() +
            ": a number has more than 18 digits; expected the number of a vertex or a weight; correct the line");
      value = 10 * value + static_cast<std::uint64_t>(peek() - '0');
    }
    const bool ended = at_end() || peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n';
    if (digits == 0 || !ended)
      throw BadRequest(fmt::format(
          "{}: '{}' is not a whole number; expected neighbours from 1 on; check that this is a METIS graph, "
          "or name its format",
          where(), peek()));
    return value;
  }

private:
  bool at_end() {
    if (at_ == end_) refill();
    return at_ == end_;
  }
  char peek() const { return buffer_[at_]; }
  void refill() {
    at_ = 0;
    end_ = source_.read(buffer_.data(), buffer_.size());
    expect_text(source_.path(), buffer_.data(), end_);
  }

  TextSource source_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 18);
  std::size_t at_ = 0, end_ = 0;
  std::uint64_t line_ = 0, comments_ = 0;
};

struct Header {
  std::uint64_t vertices = 0, edges = 0;
  bool sizes = false, edge_weights = false;
  std::uint64_t vertex_weights = 0;
};

Header read_header(NumberLines& lines, const std::filesystem::path& file) {
  if (!lines.next_line())
    throw BadRequest(
        fmt::format("{}: holds no header; expected the numbers of vertices and edges; check that this is a METIS graph",
                    file.string()));
  std::vector<std::uint64_t> numbers;
  while (const auto number = lines.next()) {
    numbers.push_back(*number);
    if (numbers.size() > 4) break;
  }
  Header header;
  const std::uint64_t format = numbers.size() > 2 ? numbers[2] : 0;
  const auto digit = [&](std::uint64_t place) { return format / place % 10; };
  if (numbers.size() < 2 || numbers.size() > 4 || format > 111 || digit(1) > 1 || digit(10) > 1)
    throw BadRequest(
        fmt::format("{}: the header has {}; expected 'vertices edges', then perhaps a format such as 011 and "
                    "the number of weights; correct it",
                    lines.where(), counted(numbers.size(), "number")));
  header.vertices = numbers[0];
  header.edges = numbers[1];
  header.sizes = digit(100) == 1;
  header.edge_weights = digit(1) == 1;
  header.vertex_weights = digit(10) == 0 ? 0 : numbers.size() > 3 ? numbers[3] : 1;
  if (header.vertices >= text_id)
    throw BadRequest(fmt::format("{}: {} vertices; expected at most {}; split the graph", lines.where(),
                                 header.vertices, text_id - 1));
  return header;
}

void expect_symmetric(const LoadedGraph& loaded, const std::filesystem::path& file) {
  const FollowGraph& graph = loaded.graph;
  if (graph.mutual_count() == graph.follow_count()) return;
  for (std::uint32_t u = 0; u < graph.user_count(); ++u)
    for (std::uint64_t follow = graph.row_begin(UserId(u)); const UserId v : graph.followees(UserId(u)))
      if (!graph.is_mutual(follow++))
        throw BadRequest(
            fmt::format("{}: vertex {} lists {}, which does not list it; expected every edge in both lines; complete "
                        "them, or bring the graph as an edge list",
                        file.string(), loaded.accounts.outside_ids[u], loaded.accounts.outside_ids[v.index()]));
}

/// Behind the line of the last vertex.
void expect_no_line(NumberLines& lines, const Header& header) {
  while (lines.next_line())
    if (lines.next())
      throw BadRequest(
          fmt::format("{}: there is a line after that of the last vertex; expected {}, as the header says; "
                      "correct the header",
                      lines.where(), counted(header.vertices, "line")));
}

}  // namespace

LoadedGraph load_metis(const std::filesystem::path& file, const AccountFile& accounts_file) {
  Mistakes mistakes;
  std::optional<AccountTable> accounts;
  if (!accounts_file.empty()) accounts = AccountTable::read(accounts_file, mistakes);
  mistakes.report();
  NumberLines lines(file);
  const Header header = read_header(lines, file);
  const std::string header_where = lines.where();

  NamedFollows named;
  named.texts.resize(1);
  std::uint64_t entries = 0, loops = 0;
  const auto new_piece = [&] { named.pieces.emplace_back().numbers = static_cast<std::uint32_t>(header.vertices); };
  new_piece();
  const auto skip = [&](std::uint64_t count, const char* what) {
    for (std::uint64_t i = 0; i < count; ++i)
      if (!lines.next())
        throw BadRequest(fmt::format("{}: ends before its {}; expected what the header announces; complete the line",
                                     lines.where(), what));
  };
  std::uint64_t vertex = 0;
  while (vertex < header.vertices && lines.next_line()) {
    ++vertex;
    skip((header.sizes ? 1 : 0) + header.vertex_weights, "weights");
    while (const auto neighbour = lines.next()) {
      if (*neighbour < 1 || *neighbour > header.vertices)
        throw BadRequest(
            fmt::format("{}: the neighbour {} is none of the {}; expected 1 to {}; correct the line or the header",
                        lines.where(), *neighbour, counted(header.vertices, "vertex", "vertices"), header.vertices));
      if (header.edge_weights) skip(1, "edge's weight");
      ++entries;
      loops += *neighbour == vertex;
      if (named.pieces.back().follows.size() == std::size_t{1} << 16) new_piece();
      named.pieces.back().follows.push_back(
          {UserId(static_cast<std::uint32_t>(vertex)), UserId(static_cast<std::uint32_t>(*neighbour))});
    }
  }
  if (vertex < header.vertices)
    throw BadRequest(fmt::format(
        "{}: the header counts {}, but {}; expected a line for each; correct the "
        "header, or fetch the file again",
        header_where, counted(header.vertices, "vertex", "vertices"), counted(vertex, "line follows", "lines follow")));
  expect_no_line(lines, header);
  if (entries != 2 * header.edges && entries - loops != 2 * header.edges)
    throw BadRequest(
        fmt::format("{}: the header counts {}, but the lines hold {}; expected two for each edge; "
                    "correct the header, or fetch the file again",
                    header_where, counted(header.edges, "edge"), counted(entries, "neighbour")));
  named.least_users = static_cast<std::uint32_t>(header.vertices);
  LoadReport report;
  report.lines = lines.line();
  report.comments = lines.comments();
  LoadedGraph loaded = assemble(file, std::move(named), accounts ? &*accounts : nullptr, report);
  expect_symmetric(loaded, file);
  return loaded;
}

}  // namespace grapevine
