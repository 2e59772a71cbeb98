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

}  // namespace grapevine
