#pragma once

#include "sim/ranking/ranking.hpp"

namespace grapevine {

/// Newest emission first.
struct Chronological {
  static constexpr bool needs_value = false, needs_time = true;
  explicit Chronological(const FeedParameters&) {}
  bool needs_age() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
  std::uint64_t key(PostHot, const RankingContext& context) const { return ranking_key(context.visible, context.time); }
};

}  // namespace grapevine
