#pragma once

#include "sim/feed/session.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/follow_changes.hpp"

namespace grapevine {

/// What a source of candidates looks at.
struct GatherGiven {
  const Follows& follows;
  const Timelines& timelines;
  const Posts& posts;
  const FeedParameters& feed;
  ParentRule parent;
  std::uint64_t emission_time_key;
  std::int64_t since;  ///< emissions that became visible later are new to the reader
};

/// From when on emissions are new to a reader, at the most the window back.
std::int64_t news_since(const FeedParameters& feed, Tick last_session, Tick now);

/// The candidates of one session that followees bring (`sim/feed/sources/`): every root that they have for the reader;
/// one candidate a root. Mechanisms bring others afterwards.
///
/// `session` memory: emissions since the reader's last session, at most the window back; a root may come again through
/// a later reshare, unless the reader has dismissed it. `window` memory: emissions of the whole window whose root this
/// reader has not looked at. Roots older than the window and the reader's own are left out. The emission shown is the
/// latest one (ParentRule::latest) or the earliest, equal ticks by the hash that dates emissions. Under `queue` memory
/// it is called for readers that are held out alone, and finds what `session` memory does.
/// `dismisses`: some reader may have dismissed a root. `session.fresh` is known: whom `scan_followees` finds.
void gather(const Follows& follows, const Timelines& timelines, const Posts& posts, const RunParameters& run,
            std::uint64_t emission_time_key, bool dismisses, Tick last_session, SeenLog::Entries seen,
            Session& session);

}  // namespace grapevine
