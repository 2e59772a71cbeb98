#pragma once

#include <algorithm>

#include "graph/follow_graph.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// Followees of the reader that may have emissions with visible > since, into session.fresh. Reads four bytes of row
/// and one stamp a followee.
void scan_followees(const FollowGraph& graph, const Timelines& timelines, std::int64_t since, Session& session);

/// Walks the timelines of the followees that `scan_followees` found; visit(followee, emission) for each emission with
/// visible > since, newest first within a followee. Offsets and rows are prefetched some followees ahead.
template <class Visit>
void walk_fresh(const Timelines& timelines, const Session& session, std::int64_t since, Visit&& visit) {
  constexpr std::size_t far = 16, near = 8;
  const std::span fresh = std::span(session.fresh).first(session.fresh_count);
  for (std::size_t i = 0; i < std::min(far, fresh.size()); ++i) timelines.prefetch_offsets(UserId{fresh[i]});
  for (std::size_t i = 0; i < std::min(near, fresh.size()); ++i) timelines.prefetch_row(UserId{fresh[i]});
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (i + far < fresh.size()) timelines.prefetch_offsets(UserId{fresh[i + far]});
    if (i + near < fresh.size()) timelines.prefetch_row(UserId{fresh[i + near]});
    timelines.for_each_since(UserId{fresh[i]}, since, [&](Emission emission) { visit(UserId{fresh[i]}, emission); });
  }
}

/// The candidates of one session: every root with an emission of a followee that is visible to the reader by now and
/// was not before; one candidate a root, with the number of followees that reshared it as social proof.
///
/// `session` memory: emissions since the reader's last session, at most the window back; a root may come again through
/// a later reshare. `window` memory: emissions of the whole window whose root this reader has not looked at. Roots
/// older than the window and the reader's own are left out. The emission shown is the latest one (ParentRule::latest)
/// or the earliest, equal ticks by the hash that dates emissions.
void gather(const FollowGraph& graph, const Timelines& timelines, const Posts& posts, const FeedParameters& feed,
            ParentRule parent, std::uint64_t emission_time_key, Tick last_session, SeenLog::Entries seen,
            Session& session);

/// When an emission appears within its tick, in units of 2^-64 tick: a hash of the root and who emitted it, so that no
/// two emissions of a root are equal. Orders the emissions of one tick.
constexpr std::uint64_t date_in_tick(std::uint64_t emission_time_key, PostHot post, UserId emitter) {
  return nested_mix(emission_time_key, post.salt(), emitter.value());
}
/// The same in units of 2^-32 tick.
constexpr std::uint32_t time_in_tick(std::uint64_t emission_time_key, PostHot post, UserId emitter) {
  return static_cast<std::uint32_t>(date_in_tick(emission_time_key, post, emitter) >> 32);
}

}  // namespace grapevine
