#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/feed/session.hpp"
#include "sim/state/posts.hpp"

/// What happened to one post, event by event: for `grapevine explain`. Nothing of it is kept in a run that is not
/// traced.
namespace grapevine {

class World;

/// A look at the post.
struct TracedLook {
  Tick tick = 0;
  UserId reader{};
  UserId emitter{};  ///< whose emission was looked at
  Source source = Source::author;
  std::uint32_t position = 0;  ///< in the feed, from 0
  std::uint32_t exposure = 0;  ///< looks of this reader before
  ActionSet actions = 0;
  bool held_out = false;  ///< the reader is served chronologically
};

/// A post and everything that readers did with it.
struct Trace {
  PostIdentity post;
  Tick visible = 0;            ///< from which tick on; published in the one before
  std::uint64_t promoted = 0;  ///< impressions that its campaign has bought for it
  std::vector<TracedLook> looks;
};

/// Follows the post of this key through the ticks of a run.
class Tracer {
public:
  explicit Tracer(std::uint64_t key) : key_(key) {}

  /// Before the first tick: the post may be there already.
  void begin(const World& world);
  /// After each tick.
  void after_tick(const World& world);

  /// Nothing: no post had the key.
  std::optional<Trace> take() { return std::move(trace_); }

private:
  void find(const World& world, std::uint32_t first);

  std::uint64_t key_;
  std::uint32_t root_ = 0;
  std::optional<Trace> trace_;
};

}  // namespace grapevine
