#pragma once

#include "sim/ranking/ranking.hpp"

namespace grapevine {

/// In an order drawn for each reader and root.
struct RandomOrder {
  static constexpr bool needs_value = false, needs_time = false;
  explicit RandomOrder(const FeedParameters&) {}
  bool needs_age() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
  std::uint64_t key(PostHot, const RankingContext& context) const { return ranking_key(0, context.tie); }
};

}  // namespace grapevine
