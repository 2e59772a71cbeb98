#include "graph/formats/text_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

constexpr std::size_t packed_chunk = std::size_t{1} << 18;
constexpr std::array<unsigned char, 2> gzip_mark = {0x1f, 0x8b};
constexpr std::array<unsigned char, 4> zstd_mark = {0x28, 0xb5, 0x2f, 0xfd};

/// A file as it is, read through a buffer.
class File {
public:
  explicit File(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code code;
    if (std::filesystem::is_directory(path, code))
      throw BadRequest(name_ + ": this is a folder; expected a text file, plain, gzip or zstd; name the file in it");
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0)
      throw BadRequest(
          fmt::format("{}: cannot be opened ({}); expected a text file, plain, gzip or zstd; check the path", name_,
                      std::strerror(errno)));
    buffer_.resize(packed_chunk);
  }
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(File&& other) noexcept
      : name_(std::move(other.name_)),
        file_(std::exchange(other.file_, -1)),
        buffer_(std::move(other.buffer_)),
        begin_(other.begin_),
        end_(other.end_) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File& operator=(File&&) = delete;

  const std::string& name() const { return name_; }
  const unsigned char* data() const { return buffer_.data() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  void take(std::size_t bytes) { begin_ += bytes; }

  /// Reads on until at least `wanted` bytes lie ready or the file ends; whether they do.
  bool have(std::size_t wanted) {
    if (size() >= wanted) return true;
    std::memmove(buffer_.data(), data(), size());
    end_ -= begin_;
    begin_ = 0;
    while (end_ < wanted) {
      const std::size_t got = read(buffer_.data() + end_, buffer_.size() - end_);
      if (got == 0) return false;
      end_ += got;
    }
    return true;
  }

  template <std::size_t n>
  bool begins_with(const std::array<unsigned char, n>& mark) {
    return have(n) && std::equal(mark.begin(), mark.end(), data());
  }

  /// Past the buffer, which must be empty.
  std::size_t read(void* to, std::size_t bytes) {
    for (;;) {
      const ssize_t got = ::read(file_, to, bytes);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw Error(fmt::format("{}: reading failed ({})", name_, std::strerror(errno)));
    }
  }

private:
  std::string name_;
  int file_ = -1;
  std::vector<unsigned char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what of the buffer is read and not yet taken
};

}  // namespace

class TextSource::Bytes {
public:
  virtual ~Bytes() = default;
  virtual std::size_t read(char* to, std::size_t size) = 0;
  virtual bool packed() const { return true; }
};

class TextSource::Plain : public Bytes {
public:
  explicit Plain(File file) : file_(std::move(file)) {}

  bool packed() const override { return false; }
  std::size_t read(char* to, std::size_t size) override {
    if (file_.size() == 0) return file_.read(to, size);
    const std::size_t given = std::min(size, file_.size());
    std::memcpy(to, file_.data(), given);
    file_.take(given);
    return given;
  }

private:
  File file_;
};

/// Members laid end to end are one text.
class TextSource::Gzip : public Bytes {
public:
  explicit Gzip(File file) : file_(std::move(file)) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw Error(file_.name() + ": zlib cannot start");
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (!file_.have(1)) {
        if (!member_ended_)
          throw BadRequest(file_.name() +
                           ": the gzip stream breaks off; expected its end mark; fetch or pack the file again");
        return 0;
      }
      if (member_ended_) {
        if (!file_.begins_with(gzip_mark))
          throw BadRequest(file_.name() +
                           ": other bytes follow the gzip stream; expected its end; fetch or pack the file again");
        inflateReset(&stream_);
        member_ended_ = false;
      }
      stream_.next_in = const_cast<Bytef*>(file_.data());
      stream_.avail_in = static_cast<uInt>(file_.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      file_.take(file_.size() - stream_.avail_in);
      if (status == Z_STREAM_END)
        member_ended_ = true;
      else if (status != Z_OK && status != Z_BUF_ERROR)
        throw BadRequest(fmt::format(
            "{}: the gzip stream is damaged ({}); expected its checksum to fit; fetch or pack the file again",
            file_.name(), stream_.msg != nullptr ? stream_.msg : "no details"));
    }
    return size - stream_.avail_out;
  }

private:
  File file_;
  bool member_ended_ = false;
  z_stream stream_ = {};
};

/// Frames laid end to end are one text. A frame may ask for a window of up to 128 MiB, the library's own bound.
class TextSource::Zstd : public Bytes {
public:
  explicit Zstd(File file) : file_(std::move(file)), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw Error(file_.name() + ": zstd cannot start");
  }
  ~Zstd() override { ZSTD_freeDStream(stream_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      const bool more = file_.have(1);
      if (!more && frame_ended_) return 0;
      ZSTD_inBuffer in{file_.data(), file_.size(), 0};
      const std::size_t left = ZSTD_decompressStream(stream_, &out, &in);
      if (ZSTD_isError(left))
        throw BadRequest(fmt::format(
            "{}: the zstd stream is damaged ({}); expected its checksum to fit; fetch or pack the file again",
            file_.name(), ZSTD_getErrorName(left)));
      file_.take(in.pos);
      frame_ended_ = left == 0;
      if (!more && !frame_ended_ && out.pos == 0)
        throw BadRequest(file_.name() +
                         ": the zstd stream breaks off; expected its end mark; fetch or pack the file again");
    }
    return out.pos;
  }

private:
  File file_;
  ZSTD_DStream* stream_;
  bool frame_ended_ = false;
};

TextSource::TextSource(std::filesystem::path path) : path_(std::move(path)) {
  File file(path_);
  if (file.begins_with(gzip_mark))
    bytes_ = std::make_unique<Gzip>(std::move(file));
  else if (file.begins_with(zstd_mark))
    bytes_ = std::make_unique<Zstd>(std::move(file));
  else
    bytes_ = std::make_unique<Plain>(std::move(file));
}

TextSource::~TextSource() = default;
TextSource::TextSource(TextSource&&) noexcept = default;
TextSource& TextSource::operator=(TextSource&&) noexcept = default;

bool TextSource::packed() const noexcept { return bytes_->packed(); }
std::size_t TextSource::read(char* to, std::size_t size) { return bytes_->read(to, size); }

}  // namespace grapevine
