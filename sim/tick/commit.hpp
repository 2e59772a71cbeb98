#pragma once

#include <span>
#include <vector>

#include "graph/base/parallel.hpp"
#include "sim/tick/session.hpp"
#include "sim/world.hpp"

/// The end of a tick: what all parts did becomes the state that the next tick reads. Every part commits the same things in the same order.
namespace grapevine {

/// One impression as far as the counters care.
struct ImpressionDelta {
  std::uint32_t root = 0;
  std::uint32_t bits = 0;  ///< as Impression::bits
};

/// The place among the tracked roots of the one with this number.
std::size_t tracked_index(const WorldState& state, std::uint32_t post);

/// Adds impressions, first impressions and actions to the counters of their roots, then renews what the ranking keeps of those roots. The sums are
/// integers, so the order of impressions is free.
/// `lists`: any number of lists of things with `root` and `bits` (of Impression).
template <class Lists>
void count_impressions(Posts& posts, const Ranker& ranker, const Lists& lists) {
  std::size_t count = 0;
  for (const auto& list : lists) count += list.size();
  parallel_by_owner(count, 3, [&](const auto& owns) {  // the hot words of eight posts to a cache line
    for (const auto& list : lists)
      for (const auto& impression : list)
        if (owns(impression.root)) {
          PostCounters& counters = posts.counters(impression.root);
          counters.impressions += counters.impressions < UINT32_MAX ? 1 : 0;
          counters.reach += impression.bits & Impression::first ? 1 : 0;
          for (std::size_t a = 0; a < action_count; ++a) counters.actions[a] += impression.bits >> a & 1;
        }
    if (!ranker.learns()) return;
    for (const auto& list : lists)
      for (const auto& impression : list)
        if (owns(impression.root)) posts.hot(impression.root).value = ranker.value(posts.counters(impression.root));
  });
}

/// Adds the impressions of tracked roots that came by a reshare to their count.
template <class Lists>
void count_reasons(WorldState& state, const Lists& lists) {
  for (const auto& list : lists)
    for (const auto& impression : list)
      if ((impression.bits & Impression::tracked) && (impression.bits & Impression::reshared)) ++state.tracked[tracked_index(state, impression.root)].impressions_reshared;
}

/// Numbers the new roots and puts them on their authors' timelines, visible from the next tick.
void publish(World& world, std::span<const PostIdentity> posts);

/// Puts reshares on the timelines of those who reshared, visible from the next tick, and remembers those of tracked roots.
void publish(World& world, std::span<const Reshare> reshares);

/// Closes the slots of paid posts for which an organic post of the same author was withheld.
void close_slots(WorldState& state, std::span<const UserId> withheld);

/// Drops roots that have left the window and adds what became of them to the sums they count in.
void retire(World& world);

/// Adds what has become of a counted root to the sums of its tier, of its author.
void add_to_tier(const Posts& posts, std::uint32_t post, std::vector<TierSums>& tiers);
void add_to_author(const Posts& posts, std::uint32_t post, std::vector<AuthorTotals>& authors);

}  // namespace grapevine
