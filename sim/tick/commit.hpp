#pragma once

#include <span>
#include <vector>

#include "graph/base/parallel.hpp"
#include "sim/feed/author_pasts.hpp"
#include "sim/feed/session.hpp"
#include "sim/tick/given.hpp"

/// The end of a tick: what all parts did becomes the state that the next tick reads. Every part commits the same things
/// in the same order.
namespace grapevine {

/// One impression as far as the counters care.
struct ImpressionDelta {
  std::uint32_t root = 0;
  ActionSet actions = 0;
  std::uint8_t first_look = 0;
  std::uint8_t from = 0;  ///< its source
  std::uint8_t tracked = 0;

  Source source() const { return static_cast<Source>(from); }
  bool first() const { return first_look != 0; }
};

/// What the ranking makes of a live root. `pasts`: of the run, or null.
inline std::uint32_t ranking_value(const Ranker& ranker, const AuthorPasts* pasts, const Posts& posts,
                                   std::uint32_t root) {
  return pasts == nullptr ? ranker.value(posts.counters(root))
                          : ranker.value(posts.counters(root), pasts->expected(root));
}

/// The place among the tracked roots of the one with this number.
std::size_t tracked_index(std::span<const TrackedPost> tracked, std::uint32_t post);

/// Adds impressions, first impressions and actions to the counters of their roots, and renews what the ranking keeps
/// of those roots. The sums are integers, so the order of impressions is free. `lists`: any number of lists of
/// `Impression` or `ImpressionDelta`.
template <class Lists>
void count_impressions(Posts& posts, const Ranker& ranker, const AuthorPasts* pasts, const Lists& lists) {
  std::size_t count = 0;
  for (const auto& list : lists) count += list.size();
  parallel_by_owner(count, 3, [&](const auto& owns) {  // the hot words of eight posts to a cache line
    const bool learns = ranker.learns();
    constexpr std::size_t ahead = 16;
    for (const auto& list : lists)
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (i + ahead < list.size() && owns(list[i + ahead].root)) {
          posts.prefetch_counters(list[i + ahead].root);
          if (pasts) pasts->prefetch(list[i + ahead].root);
        }
        const auto& impression = list[i];
        if (!owns(impression.root)) continue;
        PostCounters& counters = posts.counters(impression.root);
        counters.impressions += counters.impressions < UINT32_MAX ? 1 : 0;
        counters.reach += impression.first() ? 1 : 0;
        for (std::size_t a = 0; a < action_count; ++a) counters.actions[a] += impression.actions >> a & 1;
        if (learns) posts.hot(impression.root).value = ranking_value(ranker, pasts, posts, impression.root);
      }
  });
}

/// Adds the impressions of tracked roots that did not come from their authors to their counts.
template <class Lists>
void count_reasons(std::vector<TrackedPost>& tracked, const Lists& lists) {
  for (const auto& list : lists)
    for (const auto& impression : list) {
      const Source source = impression.source();
      if (!impression.tracked || source == Source::author) continue;  // whose number is all less these
      TrackedPost& post = tracked[tracked_index(tracked, impression.root)];
      switch (source) {
        case Source::author:
          break;
        case Source::reshare:
          ++post.impressions_reshared;
          break;
        case Source::discovery:
          ++post.impressions_discovered;
          break;
        case Source::promoted:
          ++post.impressions_promoted;
          break;
      }
    }
}

/// Numbers the new roots of tick `now` and puts them on their authors' timelines, visible from the next tick. Remembers
/// those that are tracked.
void publish(const Given& given, Tick now, std::span<const PostIdentity> roots, Posts& posts, Timelines& timelines,
             TickPosts& counts, std::vector<TrackedPost>& tracked);

/// Puts reshares on the timelines of those who reshared, visible from the next tick, and remembers those of tracked
/// roots.
void publish(Tick now, std::span<const Reshare> reshares, std::span<const TrackedPost> tracked, Timelines& timelines,
             std::vector<TrackedReshare>& tracked_reshares);

/// Closes the slots of paid posts for which an organic post of the same author was withheld.
void close_slots(std::span<const UserId> authors, std::vector<OpenSlot>& open_slots, std::vector<Withheld>& withheld);

class Answers;

/// The sums that roots count in when they leave. `pasts` may be null, and `answers` where nobody gives any.
struct RootSums {
  std::vector<TierSums>& tiers;
  std::span<AuthorTotals> authors;
  std::vector<TrackedPost>& tracked;
  AuthorPasts* pasts;
  const Answers* answers;
};
/// Drops roots that have left the window by tick `now` and adds what became of them to the sums they count in.
void retire(Tick now, Tick window, Posts& posts, RootSums sums);

/// Adds what has become of a counted root to the sums of its tier, of its author.
void add_to_tier(const Posts& posts, std::uint32_t post, std::vector<TierSums>& tiers);
void add_to_author(const Posts& posts, std::uint32_t post, std::span<AuthorTotals> authors);

}  // namespace grapevine
