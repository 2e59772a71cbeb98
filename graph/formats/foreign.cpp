#include "graph/formats/foreign.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "graph/formats/advice.hpp"
#include "graph/formats/header.hpp"

namespace grapevine {

namespace {

constexpr std::string_view as_csv = "write its edges as a CSV with the header follower,followed";
constexpr std::string_view as_graphml = "export it as GraphML or as a CSV with the header follower,followed";
constexpr std::string_view whole_file = "fetch the file itself";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t first = line.find_first_not_of(" \t\r,;", at);
    if (first == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t\r,;", first), line.size());
    words.push_back(line.substr(first, at - first));
  }
  return words;
}

/// Whole lines that hold something; the last one may be cut, and is left out where there are others.
std::vector<std::vector<std::string_view>> lines_of(std::string_view text) {
  std::vector<std::vector<std::string_view>> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos && !lines.empty()) break;
    if (auto words = words_of(text.substr(0, end)); !words.empty()) lines.push_back(std::move(words));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// Comments that begin with c, then a problem line: p, its kind, users and arcs.
bool is_dimacs(const std::vector<std::vector<std::string_view>>& lines) {
  for (const auto& words : lines) {
    if (words[0] == "p") return words.size() >= 4 && !is_whole(words[1]) && is_whole(words[2]) && is_whole(words[3]);
    if (words[0] != "c") return false;
  }
  return false;
}

/// Rows of as many numbers, three or more, all of them 0 or 1; or of so many that they are no list of follows.
bool is_matrix(const std::vector<std::vector<std::string_view>>& lines) {
  constexpr std::size_t most_columns = 12;
  if (lines.size() < 3 || lines[0].size() < 3) return false;
  bool binary = true;
  for (const auto& words : lines) {
    if (words.size() != lines[0].size()) return false;
    for (const std::string_view word : words) {
      if (!std::ranges::all_of(word, [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; }))
        return false;
      binary &= word == "0" || word == "1" || word == "0.0" || word == "1.0";
    }
  }
  return binary || lines[0].size() > most_columns;
}

/// Every line has the same sign, such as -> or &, where the second id should be.
bool has_sign_between(const std::vector<std::vector<std::string_view>>& lines) {
  const auto is_sign = [](std::string_view word) {
    return word.size() <= 3 && std::ranges::all_of(word, [](char c) {
             return std::string_view("->=<&|:~").find(c) != std::string_view::npos;
           });
  };
  return std::ranges::all_of(
      lines, [&](const auto& words) { return words.size() >= 3 && is_sign(words[1]) && words[1] == lines[0][1]; });
}

/// Statements of three terms that end with a point, the first of them in pointed brackets, or such as stand above them.
bool is_rdf(const std::vector<std::vector<std::string_view>>& lines) {
  const auto begins = [&](std::string_view word) { return same_word(lines[0][0], word); };
  if (lines[0].size() >= 3 && (begins("@prefix") || begins("@base") || begins("prefix"))) return true;
  return std::ranges::all_of(lines, [](const auto& words) {
    return words.size() >= 4 && words[0].starts_with('<') && words[1].starts_with('<') && words.back().ends_with('.');
  });
}

/// Text of other languages that tell themselves by how their first lines begin.
std::optional<ForeignFormat> by_first_lines(std::string_view text,
                                            const std::vector<std::vector<std::string_view>>& lines) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const auto begins = [&](std::string_view words) { return same_word(text.substr(0, words.size()), words); };
  if (begins("insert into ") || begins("create table ") || begins("-- "))
    return ForeignFormat{"statements of SQL", as_csv};
  if (begins("sep=") || lines.empty()) return std::nullopt;
  if (first.starts_with('|') && lines.size() > 1 && (lines[1][0].starts_with("|-") || lines[1][0].starts_with("|:")))
    return ForeignFormat{"a table in Markdown", as_csv};
  if (first.starts_with("---") || (first.starts_with("- ") && first.find(": ") != std::string_view::npos))
    return ForeignFormat{"YAML", as_csv};
  if (first.starts_with("[(") ||
      (first.starts_with('(') && first.find(',') != std::string_view::npos && lines[0].back().ends_with(')')))
    return ForeignFormat{"a list of Python", as_csv};
  if (is_rdf(lines)) return ForeignFormat{"RDF", as_csv};
  if (has_sign_between(lines)) return ForeignFormat{"a list with a sign between the ids", as_csv};
  return std::nullopt;
}

/// Every other byte is zero, as in Latin text of 16 bits a letter.
std::optional<ForeignFormat> by_zeros(std::string_view text) {
  if (text.size() < 8) return std::nullopt;
  const auto zeros = [&](std::size_t from) {
    return text[from] == '\0' && text[from + 2] == '\0' && text[from + 4] == '\0' && text[from + 6] == '\0' &&
           text[1 - from] != '\0' && text[3 - from] != '\0';
  };
  if (zeros(1)) return ForeignFormat{"text in UTF-16", "convert it to UTF-8: iconv -f utf-16le -t utf-8"};
  if (zeros(0)) return ForeignFormat{"text in UTF-16", "convert it to UTF-8: iconv -f utf-16be -t utf-8"};
  return std::nullopt;
}

std::optional<ForeignFormat> by_first_bytes(std::string_view text) {
  struct Mark {
    std::string_view begin;
    ForeignFormat format;
  };
  static constexpr std::array<Mark, 24> marks{{
      {"version https://git-lfs.github.com/spec/",
       {"a pointer of Git LFS to a file", "fetch the file itself: git lfs pull"}},
      {"\xfd"
       "7zXZ",
       {"a file packed by xz", "unpack it, or pack it by gzip or zstd"}},
      {"PK\x03\x04", {"a zip archive (or a spreadsheet)", "take the table out of it, as text"}},
      {"7z\xbc\xaf", {"a 7z archive", "take the file out of it"}},
      {"PAR1", {"a Parquet file", as_csv}},
      {"ARROW1", {"an Arrow file", as_csv}},
      {"SQLite format 3", {"an SQLite database", as_csv}},
      {"\x93NUMPY", {"a NumPy array", as_csv}},
      {"\x1f\x8b", {"a file packed twice", "unpack it once"}},
      {"\x28\xb5\x2f\xfd", {"a file packed twice", "unpack it once"}},
      {"\x1f\x9d", {"a file packed by compress", "unpack it, or pack it by gzip or zstd"}},
      {"Rar!", {"a RAR archive", "take the file out of it"}},
      {"\xd0\xcf\x11\xe0", {"a spreadsheet of the old kind (.xls)", "save its table as a CSV"}},
      {"\x89PNG", {"a picture", whole_file}},
      {"RDX2", {"data of R", as_csv}},
      {"RDX3", {"data of R", as_csv}},
      {"MATLAB 5.0", {"data of MATLAB", as_csv}},
      {"\x80\x04\x95", {"a Python pickle", as_csv}},
      {"{\\rtf", {"a document (RTF)", "save it as plain text"}},
      {std::string_view("\xff\xfe\0\0", 4), {"text in UTF-32", "convert it to UTF-8: iconv -f utf-32 -t utf-8"}},
      {std::string_view("\0\0\xfe\xff", 4), {"text in UTF-32", "convert it to UTF-8: iconv -f utf-32 -t utf-8"}},
      {"\xff\xfe", {"text in UTF-16", "convert it to UTF-8: iconv -f utf-16 -t utf-8"}},
      {"\xfe\xff", {"text in UTF-16", "convert it to UTF-8: iconv -f utf-16 -t utf-8"}},
      {"%PDF", {"a PDF file", whole_file}},
  }};
  for (const Mark& mark : marks)
    if (text.starts_with(mark.begin)) return mark.format;
  return std::nullopt;
}

}  // namespace

std::optional<ForeignFormat> foreign_format(std::string_view text) {
  if (const auto format = by_first_bytes(text)) return format;
  if (const auto format = by_zeros(text)) return format;
  if (text.size() > 262 && text.substr(257, 5) == "ustar")
    return ForeignFormat{"a tar archive", "take the file out of it"};
  if (text.starts_with("BZh") && text.substr(std::min<std::size_t>(4, text.size())).starts_with("1AY&SY"))
    return ForeignFormat{"a file packed by bzip2", "unpack it, or pack it by gzip or zstd"};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto begins = [&](std::string_view word) { return same_word(text.substr(0, word.size()), word); };
  if (text.substr(0, text.find('\n')).find("/annex/objects/") != std::string_view::npos)
    return ForeignFormat{"a pointer of git-annex to a file", "fetch the file itself: git annex get"};
  if (begins("<!doctype html") || begins("<html")) return ForeignFormat{"a web page", whole_file};
  if (text.starts_with('<') && text.find("<gexf") != std::string_view::npos) return ForeignFormat{"GEXF", as_graphml};
  if (text.starts_with('{') || text.starts_with('[')) {  // in '[deleted] bob' a letter comes next
    const std::size_t next = text.find_first_not_of(" \t\r\n", 1);
    if (next == std::string_view::npos ||
        std::string_view("{}[]\"-0123456789").find(text[next]) != std::string_view::npos)
      return ForeignFormat{"JSON", as_csv};
  }
  const bool opens = text.substr(0, 200).find('{') != std::string_view::npos;
  if (opens && (begins("digraph") || begins("strict graph") || begins("strict digraph") || begins("graph ")))
    return ForeignFormat{"a Graphviz (DOT) graph", as_csv};
  for (const std::string_view word : {"*vertices", "*network", "*arcs", "*edges", "*matrix"})
    if (begins(word)) return ForeignFormat{"a Pajek network", as_graphml};

  const std::vector<std::vector<std::string_view>> lines = lines_of(text);
  if (const auto format = by_first_lines(text, lines)) return format;
  if (lines.empty()) return std::nullopt;
  if (lines[0].size() == 1 && (same_word(lines[0][0], "@nodes") || same_word(lines[0][0], "@arcs")))
    return ForeignFormat{"a LEMON graph", as_csv};
  if (same_word(lines[0][0], "dl") &&
      std::ranges::any_of(lines[0], [](std::string_view word) { return same_word(word.substr(0, 2), "n="); }))
    return ForeignFormat{"a UCINET (DL) network", as_csv};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& words = lines[i];
    if (same_word(words[0], "graph") && ((words.size() == 2 && words[1] == "[") ||
                                         (words.size() == 1 && i + 1 < lines.size() && lines[i + 1][0] == "[")))
      return ForeignFormat{"GML", as_graphml};
    const bool may_stand_above = same_word(words[0], "creator") || same_word(words[0], "version") ||
                                 same_word(words[0], "comment") || words[0].starts_with('#');
    if (!may_stand_above) break;
  }
  if (is_dimacs(lines)) return ForeignFormat{"a DIMACS graph", as_csv};
  if (is_matrix(lines)) return ForeignFormat{"a matrix of numbers", as_csv};
  return std::nullopt;
}

}  // namespace grapevine
