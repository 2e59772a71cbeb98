#include "sim/run/trace.hpp"

#include "sim/run/world.hpp"
#include "sim/tick/mechanisms/promotion.hpp"

namespace grapevine {

namespace {

/// Impressions that were bought for the root, which has just been published.
std::uint64_t promoted(const World& world, std::uint32_t root) {
  for (const Mechanism* mechanism : world.mechanisms)
    if (const auto* promotion = dynamic_cast<const Promotion*>(mechanism)) return promotion->bought(root);
  return 0;
}

}  // namespace

void Tracer::find(const World& world, std::uint32_t first) {
  const Posts& posts = world.state.posts;
  for (std::uint32_t root = first; root < posts.head() && !trace_; ++root)
    if (posts.identity(root).key == key_) {
      root_ = root;
      trace_ = Trace{posts.identity(root), posts.visible(root), promoted(world, root), {}};
    }
}

void Tracer::begin(const World& world) { find(world, world.state.posts.tail()); }

void Tracer::after_tick(const World& world) {
  const World::Events events = world.last_events();
  if (!trace_) return find(world, world.state.posts.head() - static_cast<std::uint32_t>(events.posts.size()));
  const Tick tick = world.state.clock.now - 1;
  for (const Impression& look : events.impressions)
    if (look.root == root_)
      trace_->looks.push_back({tick, look.reader, look.emitter, look.source(), look.position, look.exposure,
                               look.actions, world.held_out(look.reader)});
}

}  // namespace grapevine
