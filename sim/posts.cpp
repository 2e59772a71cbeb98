#include "sim/posts.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

PostId Posts::append(const PostIdentity& identity, Tick visible, PostHot hot) {
  if (range_.head - range_.tail == hot_.size()) grow();
  GRAPEVINE_EXPECTS(range_.head != UINT32_MAX);
  const std::uint32_t post = range_.head++;
  hot_[post & mask()] = hot;
  identity_[post & mask()] = identity;
  visible_[post & mask()] = visible;
  counters_[post & mask()] = {};
  return PostId{post};
}

void Posts::grow() {
  const std::size_t before = hot_.size(), after = std::max<std::size_t>(1024, 2 * before);
  const auto move_ring = [&](auto& ring) {
    std::remove_reference_t<decltype(ring)> larger(after);
    for (std::uint32_t post = range_.tail; post < range_.head; ++post) larger[post & (after - 1)] = ring[post & (before - 1)];
    ring = std::move(larger);
  };
  move_ring(hot_);
  move_ring(identity_);
  move_ring(visible_);
  move_ring(counters_);
}

}  // namespace grapevine
