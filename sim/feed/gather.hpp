#pragma once

#include "graph/follow_graph.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// What a source of candidates looks at.
struct GatherGiven {
  const FollowGraph& graph;
  const Timelines& timelines;
  const Posts& posts;
  const FeedParameters& feed;
  ParentRule parent;
  std::uint64_t emission_time_key;
  std::int64_t since;  ///< emissions that became visible later are new to the reader
};

/// The candidates of one session: every root that a source (a file in `sim/feed/sources/`) has for the reader; one
/// candidate a root.
///
/// `session` memory: emissions since the reader's last session, at most the window back; a root may come again through
/// a later reshare. `window` memory: emissions of the whole window whose root this reader has not looked at. Roots
/// older than the window and the reader's own are left out. The emission shown is the latest one (ParentRule::latest)
/// or the earliest, equal ticks by the hash that dates emissions.
void gather(const FollowGraph& graph, const Timelines& timelines, const Posts& posts, const FeedParameters& feed,
            ParentRule parent, std::uint64_t emission_time_key, Tick last_session, SeenLog::Entries seen,
            Session& session);

}  // namespace grapevine
