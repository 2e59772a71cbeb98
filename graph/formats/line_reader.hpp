#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace grapevine {

/// Lines of a text file, plain or gzip (told by its first bytes, not by its name). Holds a little more than one line, at most a mebibyte
/// long. Throws BadRequest for a file that is missing, a folder, no text, cut off or damaged.
class LineReader {
public:
  explicit LineReader(std::filesystem::path path);
  ~LineReader();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Number of the line that `next` gave last, from 1; 0 before.
  std::uint64_t line() const noexcept { return line_; }
  /// `file:line`, of the last line or of another one.
  std::string where() const { return where(line_); }
  std::string where(std::uint64_t line) const;

  /// The next line without its end; it lives until the next call. False after the last one.
  bool next(std::string_view& line);

private:
  class Bytes;
  void refill();

  std::filesystem::path path_;
  std::unique_ptr<Bytes> bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what of the buffer is read and not yet given
  bool ended_ = false;
  std::uint64_t line_ = 0;
};

}  // namespace grapevine
