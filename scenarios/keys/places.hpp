#pragma once

#include <cstdint>

#include "scenarios/keys/toml_reader.hpp"

/// Where values stand that are neither in the scenario file nor in an override.
namespace grapevine {

/// Of a place in the file of a sweep's points. Its column counts fields, from 1; 0 is the row as a whole.
inline constexpr std::uint32_t points_file = UINT32_MAX;

/// Whether the value is no override's: relative paths then start in the scenario's folder.
inline bool is_in_files(const Place& place) { return place.source == 0 || place.source == points_file; }

}  // namespace grapevine
