#pragma once

#include "graph/follow_graph.hpp"
#include "sim/parameters.hpp"
#include "sim/tick/session.hpp"

namespace grapevine {

/// Followees of the reader that may have emissions with visible > since, into session.fresh. Reads four bytes of row and one stamp a followee.
void scan_followees(const FollowGraph& graph, const Timelines& timelines, std::int64_t since, Session& session);

/// The candidates of one session: every root with an emission of a followee that is visible to the reader by now and was not before; one candidate a root, with the
/// number of followees that reshared it as social proof.
///
/// `session` memory: emissions since the reader's last session, at most the window back; a root may come again through a later reshare.
/// `window` memory: emissions of the whole window whose root this reader has not looked at. Roots older than the window and the reader's own are left out.
/// The emission shown is the latest one (ParentRule::latest) or the earliest, equal ticks by the hash that dates emissions.
void gather(const FollowGraph& graph, const Timelines& timelines, const Posts& posts, const FeedParameters& feed, ParentRule parent, std::uint64_t emission_time_key,
            Tick last_session, SeenLog::Entries seen, Session& session);

/// The time of an emission within its tick, in units of 2^-32 tick: a hash of the root and who emitted it. Orders the emissions of one tick.
constexpr std::uint32_t time_in_tick(std::uint64_t emission_time_key, PostHot post, UserId emitter) {
  return static_cast<std::uint32_t>(nested_mix(emission_time_key, post.salt(), emitter.value()) >> 32);
}

}  // namespace grapevine
