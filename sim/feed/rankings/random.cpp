#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/ranking.hpp"

namespace grapevine {
namespace {

/// In an order drawn for each reader and root.
struct RandomOrder {
  static constexpr bool needs_time = false, needs_post = false;
  explicit RandomOrder(const RankingGiven&) {}
  bool needs_age() const { return false; }
  bool needs_noise() const { return false; }
  bool learns() const { return false; }
  std::uint32_t value(const PostCounters&) const { return 0; }
  std::uint64_t key(PostHot, const RankingContext& context) const { return ranking_key(0, context.tie); }
};

}  // namespace

std::unique_ptr<const Ranker> make_random(const RankingGiven& given, RankingKeys keys) {
  return std::make_unique<RankerOf<RandomOrder>>(given, keys);
}

}  // namespace grapevine
