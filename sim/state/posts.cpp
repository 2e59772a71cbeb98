#include "sim/state/posts.hpp"

#include <algorithm>

#include "graph/base/checked.hpp"

namespace grapevine {

PostId Posts::append(std::size_t count) {
  while (range_.head - range_.tail + count > hot_.size()) grow();
  const PostId first{range_.head};
  range_.head = numbered(range_.head + std::uint64_t{count}, "posts in one run",
                         "lower graph.users, population.posts, campaign.posts or the durations of [time]");
  return first;
}

void Posts::grow() {
  const std::size_t before = hot_.size(), after = std::max<std::size_t>(1024, 2 * before);
  const auto move_ring = [&](auto& ring) {
    std::remove_reference_t<decltype(ring)> larger(after);
    for (std::uint32_t post = range_.tail; post < range_.head; ++post)
      larger[post & (after - 1)] = ring[post & (before - 1)];
    ring = std::move(larger);
  };
  move_ring(hot_);
  move_ring(identity_);
  move_ring(visible_);
  move_ring(counters_);
}

}  // namespace grapevine
