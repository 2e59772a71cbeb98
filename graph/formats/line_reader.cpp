#include "graph/formats/line_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {
constexpr std::size_t most_line = std::size_t{1} << 20;
constexpr std::size_t chunk = std::size_t{1} << 18;
}  // namespace

/// The bytes of a file, unpacked where it is packed.
class LineReader::Bytes {
public:
  explicit Bytes(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code code;
    if (std::filesystem::is_directory(path, code))
      throw BadRequest(name_ + ": this is a folder; expected a text file, plain or gzip; name the file in it");
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0)
      throw BadRequest(
          fmt::format("{}: cannot be opened ({}); expected a text file, plain or gzip; check the path", name_, std::strerror(errno)));
    input_.resize(chunk);
    try {
      fill_input();
      packed_ = have() >= 2 && input_[begin_] == 0x1f && input_[begin_ + 1] == 0x8b;
      if (packed_ && inflateInit2(&stream_, 15 + 16) != Z_OK) throw Error(name_ + ": zlib cannot start");
    } catch (...) {
      ::close(file_);
      throw;
    }
  }
  ~Bytes() {
    if (packed_) inflateEnd(&stream_);
    ::close(file_);
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  /// Up to `size` more bytes of text; 0 at the end.
  std::size_t read(char* to, std::size_t size) {
    if (packed_) return unpack(to, size);
    if (have() == 0) fill_input();
    const std::size_t given = std::min(size, have());
    std::memcpy(to, input_.data() + begin_, given);
    begin_ += given;
    return given;
  }

private:
  std::size_t have() const { return end_ - begin_; }

  /// Reads on until the buffer has at least two bytes or the file ends.
  void fill_input() {
    std::memmove(input_.data(), input_.data() + begin_, have());
    end_ -= begin_;
    begin_ = 0;
    while (end_ < 2) {
      const ssize_t got = ::read(file_, input_.data() + end_, input_.size() - end_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw Error(fmt::format("{}: reading failed ({})", name_, std::strerror(errno)));
      if (got == 0) return;
      end_ += static_cast<std::size_t>(got);
    }
  }

  std::size_t unpack(char* to, std::size_t size) {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (have() < 2) fill_input();
      if (have() == 0) {
        if (!member_ended_) throw BadRequest(name_ + ": the gzip stream breaks off; expected its end mark; fetch or pack the file again");
        return 0;
      }
      if (member_ended_) {  // gzip files may be laid end to end
        if (have() < 2 || input_[begin_] != 0x1f || input_[begin_ + 1] != 0x8b)
          throw BadRequest(name_ + ": other bytes follow the gzip stream; expected its end; fetch or pack the file again");
        inflateReset(&stream_);
        member_ended_ = false;
      }
      stream_.next_in = input_.data() + begin_;
      stream_.avail_in = static_cast<uInt>(have());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      begin_ = end_ - stream_.avail_in;
      if (status == Z_STREAM_END)
        member_ended_ = true;
      else if (status != Z_OK && status != Z_BUF_ERROR)
        throw BadRequest(fmt::format("{}: the gzip stream is damaged ({}); expected its checksum to fit; fetch or pack the file again",
                                     name_, stream_.msg != nullptr ? stream_.msg : "no details"));
    }
    return size - stream_.avail_out;
  }

  std::string name_;
  int file_ = -1;
  std::vector<unsigned char> input_;
  std::size_t begin_ = 0, end_ = 0;
  bool packed_ = false, member_ended_ = false;
  z_stream stream_ = {};
};

LineReader::LineReader(std::filesystem::path path) : path_(std::move(path)), bytes_(std::make_unique<Bytes>(path_)), buffer_(chunk) {
  refill();
  constexpr std::string_view mark = "\xef\xbb\xbf";  // some editors begin UTF-8 with it
  if (std::string_view(buffer_.data(), end_).starts_with(mark)) begin_ = mark.size();
}

LineReader::~LineReader() = default;

std::string LineReader::where(std::uint64_t line) const { return fmt::format("{}:{}", path_.string(), line); }

bool LineReader::next(std::string_view& line) {
  for (std::size_t searched = 0;;) {
    const char* first = buffer_.data() + begin_;
    const char* newline = static_cast<const char*>(std::memchr(first + searched, '\n', end_ - begin_ - searched));
    if (newline == nullptr && !ended_) {
      searched = end_ - begin_;
      refill();
      continue;
    }
    if (newline == nullptr && begin_ == end_) return false;
    std::size_t size = newline != nullptr ? static_cast<std::size_t>(newline - first) : end_ - begin_;
    begin_ += size + (newline != nullptr ? 1 : 0);
    if (size > 0 && first[size - 1] == '\r') --size;
    line = {first, size};
    ++line_;
    return true;
  }
}

/// Reads more behind what is left.
void LineReader::refill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ >= most_line)
    throw BadRequest(fmt::format(
        "{}: the line is longer than {} bytes; expected one follow or account a line; check that this is an edge list or an account table",
        where(line_ + 1), most_line));
  if (buffer_.size() - end_ < chunk / 2) buffer_.resize(2 * buffer_.size());
  const std::size_t got = bytes_->read(buffer_.data() + end_, buffer_.size() - end_);
  if (std::memchr(buffer_.data() + end_, '\0', got) != nullptr)
    throw BadRequest(path_.string() +
                     ": holds zero bytes, so it is no text; expected an edge list or an account table as text, plain or gzip; unpack or "
                     "export it first");
  end_ += got;
  ended_ = got == 0;
}

}  // namespace grapevine
