#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace grapevine {

/// The word for so many: `one`, or `several`, which is `one` and an s where it is not given.
inline std::string noun(std::uint64_t count, std::string_view one, std::string_view several = {}) {
  return count == 1 ? std::string(one) : several.empty() ? fmt::format("{}s", one) : std::string(several);
}

/// "1 row", "2 rows".
inline std::string counted(std::uint64_t count, std::string_view one, std::string_view several = {}) {
  return fmt::format("{} {}", count, noun(count, one, several));
}

}  // namespace grapevine
