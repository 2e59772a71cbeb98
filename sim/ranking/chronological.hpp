#pragma once

#include "sim/ranking/ranking.hpp"

namespace grapevine {

/// Newest emission first.
struct Chronological {
  static constexpr bool needs_time = true, needs_post = false;
  explicit Chronological(const RankingGiven&) {}
  bool needs_age() const { return false; }
  bool needs_noise() const { return false; }
  bool learns() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
  std::uint64_t key(PostHot, const RankingContext& context) const { return ranking_key(context.visible, context.time); }
};

}  // namespace grapevine
