#include <algorithm>

#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/ranking.hpp"

namespace grapevine {
namespace {

/// Most engagement (likes + replies + reshares, a count) first: favours roots that many have seen.
struct Popularity {
  static constexpr bool needs_time = false, needs_post = false;
  explicit Popularity(const RankingGiven&) {}
  bool needs_age() const { return false; }
  bool needs_noise() const { return false; }
  bool learns() const { return true; }
  std::uint32_t value(const PostCounters& counters) const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(counters.engagement(), UINT32_MAX));
  }
  std::uint64_t key(PostHot hot, const RankingContext& context) const { return ranking_key(hot.value, context.tie); }
};

}  // namespace

std::unique_ptr<const Ranker> make_popularity(const RankingGiven& given, RankingKeys keys) {
  return std::make_unique<RankerOf<Popularity>>(given, keys);
}

}  // namespace grapevine
