#include "graph/formats/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {
constexpr std::size_t line_chunk = std::size_t{1} << 18;
}  // namespace

void expect_text(const std::filesystem::path& path, const char* text, std::size_t size) {
  if (size > 0 && std::memchr(text, '\0', size) != nullptr)
    throw BadRequest(
        path.string() +
        ": holds zero bytes, so it is not text; expected text, plain, gzip or zstd; unpack or export it first");
}

LineReader::LineReader(std::filesystem::path path) : path_(std::move(path)), source_(path_), buffer_(line_chunk) {
  begin_ = end_ = buffer_.data();
  constexpr std::string_view mark = "\xef\xbb\xbf";  // some editors begin UTF-8 with it
  for (;;) {
    while (!ended_ && have() < mark.size()) refill();
    if (!std::string_view(begin_, have()).starts_with(mark)) break;
    begin_ += mark.size();
    offset_ += mark.size();
  }
  while (!ended_ && have() < 4096) refill();
  const std::string_view first(begin_, have());
  carriage_ = first.find('\r') != std::string_view::npos && first.find('\n') == std::string_view::npos &&
              first.find('\r') + 1 < first.size();
  end_lines(const_cast<char*>(begin_), have());
}

void LineReader::end_lines(char* text, std::size_t size) const {
  if (carriage_) std::replace(text, text + size, '\r', '\n');
}

LineReader::LineReader(std::filesystem::path path, std::string_view text)
    : path_(std::move(path)), begin_(text.data()), end_(text.data() + text.size()), ended_(true) {}

std::string LineReader::where(std::uint64_t line) const { return fmt::format("{}:{}", path_.string(), line); }

bool LineReader::next(std::string_view& line) {
  for (std::size_t searched = 0;;) {
    const char* newline =
        have() > searched ? static_cast<const char*>(std::memchr(begin_ + searched, '\n', have() - searched)) : nullptr;
    if (newline == nullptr && !ended_) {
      searched = have();
      refill();
      continue;
    }
    if (newline == nullptr && begin_ == end_) return false;
    const char* const first = begin_;
    std::size_t size = newline != nullptr ? static_cast<std::size_t>(newline - first) : have();
    const std::size_t taken = size + (newline != nullptr ? 1 : 0);
    begin_ += taken;
    offset_ += taken;
    while (size > 0 && first[size - 1] == '\r') --size;
    line = {first, size};
    ++line_;
    return true;
  }
}

bool LineReader::next_lines(TextBuffer& lines, std::size_t bytes) {
  lines.assign(begin_, end_);
  begin_ = end_;
  std::size_t searched = 0;  // no line end behind `bytes` lies before it
  while (!ended_) {
    if (lines.size() > bytes) {
      const std::size_t from = std::max(searched, bytes);
      const void* const newline = std::memchr(lines.data() + from, '\n', lines.size() - from);
      if (newline != nullptr) {  // what follows waits for the next call
        const std::size_t cut = static_cast<std::size_t>(static_cast<const char*>(newline) - lines.data()) + 1;
        if (buffer_.size() < lines.size() - cut) buffer_.resize(lines.size() - cut);
        begin_ = buffer_.data();
        end_ = std::copy(lines.begin() + static_cast<std::ptrdiff_t>(cut), lines.end(), buffer_.data());
        lines.resize(cut);
        break;
      }
      searched = lines.size();
      if (lines.size() > bytes + most_line) throw BadRequest(path_.string() + ": a line is too long");
    }
    const std::size_t before = lines.size();
    lines.resize(before + line_chunk);
    const std::size_t got = source_->read(lines.data() + before, line_chunk);
    lines.resize(before + got);
    expect_text(path_, lines.data() + before, got);
    end_lines(lines.data() + before, got);
    ended_ = got == 0;
  }
  return !lines.empty();
}

/// Reads more behind what is left.
void LineReader::refill() {
  std::size_t kept = have();
  if (kept > 0) std::memmove(buffer_.data(), begin_, kept);
  if (kept >= most_line)
    throw BadRequest(
        fmt::format("{}: the line is longer than {} bytes; expected one follow, account or node per line; check that "
                    "this is an edge list, or a table of "
                    "accounts or cascades",
                    where(line_ + 1), most_line));
  if (buffer_.size() - kept < line_chunk / 2) buffer_.resize(2 * buffer_.size());
  const std::size_t got = source_->read(buffer_.data() + kept, buffer_.size() - kept);
  expect_text(path_, buffer_.data() + kept, got);
  end_lines(buffer_.data() + kept, got);
  begin_ = buffer_.data();
  end_ = begin_ + kept + got;
  ended_ = got == 0;
}

}  // namespace grapevine
