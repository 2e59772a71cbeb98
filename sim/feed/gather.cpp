#include "sim/feed/gather.hpp"

#include <algorithm>

namespace grapevine {

void scan_followees(const FollowGraph& graph, const Timelines& timelines, std::int64_t since, Session& session) {
  const auto followees = graph.followees(session.reader);
  const auto stamps = timelines.stamps();
  const Timelines::Fresh fresh = timelines.fresh_since(since);
  if (session.fresh.size() < followees.size()) session.fresh.resize(followees.size());
  std::size_t n = 0;
  for (const UserId followee : followees) {  // branch-free: the filter passes or not, the slot is written anyway
    session.fresh[n] = followee.value();
    n += fresh(stamps[followee.index()]) ? 1 : 0;
  }
  session.fresh_count = n;
}

void gather(const FollowGraph& graph, const Timelines& timelines, const Posts& posts, const FeedParameters& feed,
            ParentRule parent, std::uint64_t emission_time_key, Tick last_session, SeenLog::Entries seen,
            Session& session) {
  const std::int64_t oldest = static_cast<std::int64_t>(session.now) - feed.window;
  const bool by_session = feed.memory == FeedMemory::session;
  const std::int64_t since =
      by_session && last_session != never ? std::max<std::int64_t>(last_session, oldest) : oldest;
  scan_followees(graph, timelines, since, session);

  session.candidates.clear();
  session.index.clear();
  if (!by_session)
    for (const std::uint32_t root : seen.roots)
      if (root >= posts.tail()) session.index.find_or_insert(root, RootIndex::blocked);

  walk_fresh(timelines, session, since, [&](UserId followee, Emission emission) {
    if (emission.root < posts.tail()) return;
    posts.prefetch(emission.root);
    const auto fresh = static_cast<std::uint32_t>(session.candidates.size());
    const std::uint32_t at = session.index.find_or_insert(emission.root, fresh);
    if (at == RootIndex::blocked) return;
    const std::uint32_t proof = emission.reshare() ? 1 : 0;
    if (at == fresh) {
      session.candidates.push_back({emission.root, followee, emission.when, proof});
      return;
    }
    Candidate& candidate = session.candidates[at];
    candidate.proof += proof;
    bool later = emission.visible() > candidate.visible();
    if (emission.visible() == candidate.visible()) {
      const PostHot hot = posts.hot(emission.root);
      later = date_in_tick(emission_time_key, hot, followee) > date_in_tick(emission_time_key, hot, candidate.emitter);
    }
    if (later == (parent == ParentRule::latest)) {
      candidate.emitter = followee;
      candidate.when = emission.when;
    }
  });

  // The reader's own roots come back through reshares only; a quick look at who wrote those is enough.
  std::size_t kept = 0;
  for (const Candidate& candidate : session.candidates) {
    const bool own = candidate.proof > 0 && posts.identity(candidate.root).author == session.reader;
    session.candidates[kept] = candidate;
    kept += own ? 0 : 1;
  }
  session.candidates.resize(kept);
}

}  // namespace grapevine
