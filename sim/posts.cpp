#include "sim/posts.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

PostId Posts::append(std::size_t count) {
  while (range_.head - range_.tail + count > hot_.size()) grow();
  GRAPEVINE_EXPECTS(count <= UINT32_MAX - range_.head);
  const PostId first{range_.head};
  range_.head += static_cast<std::uint32_t>(count);
  return first;
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
