#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

namespace grapevine {

/// The bytes of a file in order, plain or unpacked from gzip or zstd (told by its first bytes, not by its name). Throws
/// BadRequest for a file that is missing, a folder, cut off or damaged: a packed file must end with its end mark and
/// fit its checksums.
class TextSource {
public:
  explicit TextSource(std::filesystem::path path);
  ~TextSource();
  TextSource(TextSource&&) noexcept;
  TextSource& operator=(TextSource&&) noexcept;

  const std::filesystem::path& path() const noexcept { return path_; }
  bool packed() const noexcept;

  /// Up to `size` more bytes, at least one; 0 at the end.
  std::size_t read(char* to, std::size_t size);

private:
  class Bytes;
  class Plain;
  class Gzip;
  class Zstd;

  std::filesystem::path path_;
  std::unique_ptr<Bytes> bytes_;
};

}  // namespace grapevine
