#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace grapevine {

enum class Packing : std::uint8_t { none, gzip, zstd };

/// By the name's end: .gz, .zst, or none.
Packing packing_of(const std::filesystem::path& path);

/// The text as a gzip member or a zstd frame of its own; such pieces laid end to end are one file, so threads can pack
/// them side by side.
std::string packed(std::string_view text, Packing packing);

/// A file that comes to be as a whole or not at all: bytes go to `path`.partial, which `finish` writes through to the
/// disk and renames. Without it the file goes with the object. Throws Error where the disk refuses, BadRequest where
/// there is no such folder.
class NewFile {
public:
  explicit NewFile(std::filesystem::path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes);
  void finish();

private:
  std::filesystem::path path_, partial_;
  int file_ = -1;
};

}  // namespace grapevine
