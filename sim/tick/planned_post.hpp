#pragma once

#include <cstdint>

#include "graph/base/ids.hpp"

namespace grapevine {

/// A paid post that will appear.
struct PlannedPost {
  Tick tick = 0;  ///< of emission, from the start of the warm-up
  UserId author{};
  std::uint32_t campaign = 0;
  UserId profile{};
  std::uint64_t tie = 0;       ///< of campaign and profile: orders the posts of one author and tick
  std::uint32_t promoted = 0;  ///< impressions that the campaign has bought for it
};

}  // namespace grapevine
