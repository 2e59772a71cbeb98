#include "sim/tick/commit.hpp"

#include <algorithm>

#include "graph/base/checked.hpp"
#include "graph/base/prefetch.hpp"
#include "sim/tick/mechanisms/answers.hpp"

namespace grapevine {

void publish(const Given& given, Tick now, std::span<const PostIdentity> roots, Posts& posts, Timelines& timelines,
             TickPosts& counts, std::vector<TrackedPost>& tracked) {
  const TimeParameters& time = given.parameters.time;
  const bool counted = time.warmup <= now && now < time.warmup + time.measure;
  const std::uint64_t track_below = coin_threshold(given.track_share);
  const std::uint32_t first = posts.append(roots.size()).value();
  if (given.pasts) given.pasts->advance(posts.tail(), posts.head());
  const auto paid = [](const PostIdentity& post) { return post.campaign != PostIdentity::no_campaign; };
  const auto write = [&](std::size_t i) {
    const PostIdentity& post = roots[i];
    if (given.pasts && i + 8 < roots.size()) given.pasts->prefetch_past(roots[i + 8].author);
    const bool is_tracked =
        counted &&
        (paid(post) || coin(static_cast<std::uint32_t>(nested_mix(given.keys.sample, post.key, 0) >> 32), track_below));
    const std::uint32_t root = first + static_cast<std::uint32_t>(i);
    posts.write(root, post, now + 1,
                {0, PostHot::make_tag(post.key, given.population.tier(post.author), counted, is_tracked)});
    if (given.pasts) given.pasts->publish(root, post.author, now);
    posts.hot(root).value = ranking_value(given.ranker, given.pasts, posts, root);
  };
  parallel_for(roots.size(), write, 256);  // some 60 ns each, most of it misses
  timelines.emit(roots.size(), [&](std::size_t i) {
    return std::pair(roots[i].author, Emission::make(PostId{first + static_cast<std::uint32_t>(i)}, now + 1, false));
  });
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const PostIdentity& post = roots[i];
    ++(paid(post) ? counts.paid : counts.organic);
    const std::uint32_t number = first + static_cast<std::uint32_t>(i);
    if (posts.hot(number).tracked())
      tracked.push_back({post.key, number, post.author, now, post.campaign, post.topic, 0, 0, 0, {}});
  }
}

std::size_t tracked_index(std::span<const TrackedPost> tracked, std::uint32_t post) {
  const auto at = std::ranges::lower_bound(tracked, post, {}, &TrackedPost::post);
  GRAPEVINE_EXPECTS(at != tracked.end() && at->post == post);
  return static_cast<std::size_t>(at - tracked.begin());
}

void publish(Tick now, std::span<const Reshare> reshares, std::span<const TrackedPost> tracked, Timelines& timelines,
             std::vector<TrackedReshare>& tracked_reshares) {
  timelines.emit(reshares.size(), [&](std::size_t i) {
    return std::pair(reshares[i].reader, Emission::make(PostId{reshares[i].root}, now + 1, true));
  });
  for (const Reshare& reshare : reshares)
    if (reshare.tracked)
      tracked_reshares.push_back({static_cast<std::uint32_t>(tracked_index(tracked, reshare.root)), reshare.reader,
                                  reshare.emitter, now, static_cast<std::uint32_t>(reshare.source())});
}

void close_slots(std::span<const UserId> authors, std::vector<OpenSlot>& open_slots, std::vector<Withheld>& withheld) {
  for (const UserId author : authors) {
    const auto slot = std::ranges::lower_bound(open_slots, author, {}, &OpenSlot::author);
    GRAPEVINE_EXPECTS(slot != open_slots.end() && slot->author == author);
    withheld.push_back({author, slot->campaign});
    open_slots.erase(slot);
  }
}

void add_to_tier(const Posts& posts, std::uint32_t post, std::vector<TierSums>& tiers) {
  const PostCounters& counters = posts.counters(post);
  (void)numbered(std::uint64_t{counters.impressions} + 1, "impressions of one post",
                 "lower graph.users, population.sessions or feed.window");
  TierSums& tier = tiers[posts.hot(post).tier()];
  ++tier.posts;
  tier.impressions += counters.impressions;
  tier.first_looks += counters.reach;
  for (std::size_t a = 0; a < action_count; ++a) tier.actions[a] += counters.actions[a];
}

void add_to_author(const Posts& posts, std::uint32_t post, std::span<AuthorTotals> authors) {
  const PostCounters& counters = posts.counters(post);
  AuthorTotals& author = authors[posts.identity(post).author.index()];
  ++author.posts;
  author.impressions += counters.impressions;
  author.first_looks += counters.reach;
  author.engagement += counters.engagement();
}

void retire(Tick now, Tick window, Posts& posts, RootSums sums) {
  posts.retire(static_cast<std::int64_t>(now) - window, [&](std::uint32_t post) {
    if (post + 16 < posts.head()) {
      const UserId next = posts.identity(post + 16).author;
      prefetch(&sums.authors[next.index()]);
      if (sums.pasts) sums.pasts->prefetch_past(next);
    }
    const PostHot hot = posts.hot(post);
    if (sums.pasts)
      sums.pasts->retire(post, posts.identity(post).author, posts.counters(post),
                         sums.answers ? sums.answers->given_on(post) : 0, now);
    if (hot.counted()) {
      add_to_tier(posts, post, sums.tiers);
      add_to_author(posts, post, sums.authors);
    }
    if (hot.tracked()) sums.tracked[tracked_index(sums.tracked, post)].counters = posts.counters(post);
  });
}

}  // namespace grapevine
