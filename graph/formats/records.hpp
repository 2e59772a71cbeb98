#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/formats/line_reader.hpp"

namespace grapevine {

/// A field of a record as it is written, in double quotes where it needs them to be read again as it is.
std::string quoted_if_needed(std::string_view field, char separator);

/// Records of a text file: fields apart by a comma, a semicolon or a tab, or by runs of blanks. Fields apart by a
/// single sign may stand in double quotes, which may hold the sign, line ends and doubled quotes; blanks around fields
/// do not count. Which sign it is is given, or shows in the first line that is neither empty nor a comment.
class RecordReader {
public:
  /// From the file's beginning. `separator` is any sign, ' ' for runs of blanks, or '\0' to have it found.
  explicit RecordReader(std::filesystem::path path, char separator = '\0')
      : lines_(std::move(path)), separator_(separator) {}
  /// From somewhere behind the first record, with the separator known and `most` fields wanted.
  RecordReader(LineReader lines, char separator, std::size_t most)
      : lines_(std::move(lines)), separator_(separator), begun_(true), most_(most) {}

  /// Any sign or, for runs of blanks, ' '. Known once `next` has been called.
  char separator() const noexcept { return separator_; }
  /// Where the last record begins.
  std::uint64_t line() const noexcept { return line_; }
  std::string where() const { return lines_.where(line_); }
  std::string where(std::uint64_t line) const { return lines_.where(line); }
  std::string name() const { return lines_.path().string(); }
  /// What follows the last record.
  LineReader& rest() noexcept { return lines_; }

  std::uint64_t lines() const noexcept { return lines_.line(); }
  /// Lines that begin with # or %, where these begin a comment: everywhere among fields apart by blanks or tabs, else
  /// only above the first record.
  std::uint64_t comments() const noexcept { return comments_; }
  /// The first of them.
  const std::string& first_comment() const noexcept { return first_comment_; }

  /// From here on fields are apart by runs of blanks, in the last record too. A field that begins with a double quote
  /// ends with one.
  void separate_by_blanks();
  /// Whether blanks stand within fields of the last record, which are apart by tabs, or quotes around them.
  bool needs_tabs() const;

  /// From here on every line is one field, which may stand in double quotes.
  void take_whole_lines() noexcept { separator_ = '\n'; }

  /// From here on every line is a record, also one that begins with # or %: names may begin so.
  void end_comments() noexcept { comments_end_ = true; }

  /// From the next record on only the first `most` fields are looked at.
  void limit_fields(std::size_t most) noexcept { most_ = most; }

  /// Reads the next record; false after the last one.
  bool next();
  /// The fields of the last record; they live until the next call.
  std::span<const std::string_view> fields() const noexcept { return fields_; }
  /// As it is written; it lives as long as they do.
  std::string_view text() const noexcept { return text_; }

private:
  void split_at_blanks(std::string_view line);
  /// False when a quote is still open at the end.
  bool split_at_signs(std::string_view text);
  /// Whether a quote that is open before the line is closed, with all others, at its end.
  bool closes_quote(std::string_view line) const;

  LineReader lines_;
  char separator_ = '\0';
  bool begun_ = false;  // the first record lies behind
  bool comments_end_ = false;
  std::size_t most_ = SIZE_MAX;
  std::uint64_t line_ = 0, comments_ = 0;
  std::string first_comment_;
  std::string_view text_;  // the last record
  std::vector<std::string_view> fields_;
  std::string joined_;    // a record of several lines
  std::string unquoted_;  // fields that had doubled quotes
};

}  // namespace grapevine
