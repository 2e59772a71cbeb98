#include "sim/tick/commit.hpp"

#include <algorithm>

#include "graph/base/checked.hpp"

namespace grapevine {

void publish(World& world, std::span<const PostIdentity> posts) {
  WorldState& state = world.state;
  const Tick now = state.clock.now;
  const TimeParameters& time = world.parameters.time;
  const bool counted = time.warmup <= now && now < time.warmup + time.measure;
  const std::uint64_t track_below = coin_threshold(world.options.track_share);
  const std::uint32_t value = world.ranker->value({});
  const std::uint32_t first = state.posts.append(posts.size()).value();
  const auto paid = [](const PostIdentity& post) { return post.campaign != PostIdentity::no_campaign; };
  parallel_for(posts.size(), [&](std::size_t i) {
    const PostIdentity& post = posts[i];
    const bool tracked = counted && (paid(post) || coin(static_cast<std::uint32_t>(nested_mix(world.keys.sample, post.key, 0) >> 32), track_below));
    state.posts.write(first + static_cast<std::uint32_t>(i), post, now + 1, {value, PostHot::make_tag(post.key, world.population->tier(post.author), counted, tracked)});
  });
  state.timelines.emit(posts.size(), [&](std::size_t i) {
    return std::pair(posts[i].author, Emission::make(PostId{first + static_cast<std::uint32_t>(i)}, now + 1, false));
  });
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const PostIdentity& post = posts[i];
    ++(paid(post) ? state.tick_posts.back().paid : state.tick_posts.back().organic);
    const std::uint32_t number = first + static_cast<std::uint32_t>(i);
    if (state.posts.hot(number).tracked()) state.tracked.push_back({post.key, number, post.author, now, post.campaign, post.topic, 0, {}, 0});
  }
}

std::size_t tracked_index(const WorldState& state, std::uint32_t post) {
  const auto at = std::lower_bound(state.tracked.begin(), state.tracked.end(), post, [](const TrackedPost& t, std::uint32_t p) { return t.post < p; });
  GRAPEVINE_EXPECTS(at != state.tracked.end() && at->post == post);
  return static_cast<std::size_t>(at - state.tracked.begin());
}

void publish(World& world, std::span<const Reshare> reshares) {
  WorldState& state = world.state;
  const Tick now = state.clock.now;
  state.timelines.emit(reshares.size(), [&](std::size_t i) { return std::pair(reshares[i].reader, Emission::make(PostId{reshares[i].root}, now + 1, true)); });
  for (const Reshare& reshare : reshares) {
    if (reshare.flags & Impression::tracked)
      state.tracked_reshares.push_back({static_cast<std::uint32_t>(tracked_index(state, reshare.root)), reshare.reader, reshare.emitter, now,
                                        reshare.flags & Impression::reshared ? 1u : 0u});
  }
}

void close_slots(WorldState& state, std::span<const UserId> withheld) {
  for (const UserId author : withheld) {
    const auto slot = std::lower_bound(state.open_slots.begin(), state.open_slots.end(), author, [](const OpenSlot& s, UserId u) { return s.author < u; });
    GRAPEVINE_EXPECTS(slot != state.open_slots.end() && slot->author == author);
    state.withheld.push_back({author, slot->campaign});
    state.open_slots.erase(slot);
  }
}

void add_to_tier(const Posts& posts, std::uint32_t post, std::vector<TierSums>& tiers) {
  const PostCounters& counters = posts.counters(post);
  (void)numbered(std::uint64_t{counters.impressions} + 1, "impressions of one post", "lower graph.users, population.sessions or feed.window");
  TierSums& tier = tiers[posts.hot(post).tier()];
  ++tier.posts;
  tier.impressions += counters.impressions;
  tier.first_looks += counters.reach;
  for (std::size_t a = 0; a < action_count; ++a) tier.actions[a] += counters.actions[a];
}

void add_to_author(const Posts& posts, std::uint32_t post, std::vector<AuthorTotals>& authors) {
  const PostCounters& counters = posts.counters(post);
  AuthorTotals& author = authors[posts.identity(post).author.index()];
  ++author.posts;
  author.impressions += counters.impressions;
  author.first_looks += counters.reach;
  author.engagement += counters.engagement();
}

void retire(World& world) {
  WorldState& state = world.state;
  state.posts.retire(static_cast<std::int64_t>(state.clock.now) - world.run.feed.window, [&](std::uint32_t post) {
    if (post + 16 < state.posts.head()) __builtin_prefetch(&state.authors[state.posts.identity(post + 16).author.index()]);
    const PostHot hot = state.posts.hot(post);
    if (hot.counted()) {
      add_to_tier(state.posts, post, state.tiers);
      add_to_author(state.posts, post, state.authors);
    }
    if (hot.tracked()) state.tracked[tracked_index(state, post)].counters = state.posts.counters(post);
  });
}

}  // namespace grapevine
