#pragma once

#include <compare>

namespace grapevine {

/// A version of the result format.
struct Since {
  int major = 3;
  int minor = 0;
  auto operator<=>(const Since&) const = default;
};

}  // namespace grapevine
