#pragma once

#include <memory>

#include "sim/feed/rank.hpp"

namespace grapevine {

/// The rule of `weighted`, for rankings that are settings of its keys. It looks at what it is asked to look at.
std::unique_ptr<const Ranker> make_weighted(const RankingGiven& given, RankingKeys keys);

}  // namespace grapevine
