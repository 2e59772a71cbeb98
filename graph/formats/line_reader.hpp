#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/memory.hpp"
#include "graph/formats/text_source.hpp"

namespace grapevine {

using TextBuffer = UnwrittenArray<char>;

/// Lines of a text file, plain or packed. Holds a little more than one line, at most `most_line` bytes long. Throws
/// BadRequest for a file that `TextSource` refuses or that is no text.
class LineReader {
public:
  static constexpr std::size_t most_line = std::size_t{1} << 20;

  explicit LineReader(std::filesystem::path path);
  /// Whole lines that lie in memory; they are not copied.
  LineReader(std::filesystem::path path, std::string_view text);

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Number of the line that `next` gave last, from 1; 0 before.
  std::uint64_t line() const noexcept { return line_; }
  /// `file:line`, of the last line or of another one.
  std::string where() const { return where(line_); }
  std::string where(std::uint64_t line) const;

  /// The next line without its end; it lives until the next call. False after the last one.
  bool next(std::string_view& line);

  /// Whether the file's bytes are other than the text that is given, so that it cannot be read from any place.
  bool packed() const noexcept { return source_ && (source_->packed() || carriage_); }
  /// Bytes of text given so far, with line ends.
  std::uint64_t offset() const noexcept { return offset_; }

  /// The next lines as one piece of a little more than `bytes`, cut at a line end; false at the end. They no longer
  /// count in `line`.
  bool next_lines(TextBuffer& lines, std::size_t bytes);

private:
  void refill();
  void end_lines(char* text, std::size_t size) const;
  std::size_t have() const { return static_cast<std::size_t>(end_ - begin_); }

  std::filesystem::path path_;
  std::optional<TextSource> source_;
  std::vector<char> buffer_;
  const char *begin_ = nullptr, *end_ = nullptr;  // what is read and not yet given
  bool ended_ = false;
  bool carriage_ = false;  // lines end with a carriage return alone, as on an old Mac
  std::uint64_t line_ = 0, offset_ = 0;
};

/// Throws BadRequest if the piece of text holds zero bytes.
void expect_text(const std::filesystem::path& path, const char* text, std::size_t size);

}  // namespace grapevine
