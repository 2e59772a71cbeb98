#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "sim/parameters.hpp"
#include "sim/replicate.hpp"

namespace grapevine {

/// A paid post that will appear.
struct PlannedPost {
  Tick tick = 0;  ///< of emission, from the start of the warm-up
  UserId author{};
  std::uint32_t campaign = 0;
};

/// The paid posts of the campaigns named in `pays`, ordered by tick, author and campaign.
std::vector<PlannedPost> plan_posts(const std::vector<std::vector<Purchase>>& purchases, const WorldParameters& parameters,
                                    const std::vector<std::string>& pays, const StreamKey& selection);

/// A number that belongs to a campaign's name, for addressing.
std::uint64_t campaign_key(const std::string& name);

}  // namespace grapevine
