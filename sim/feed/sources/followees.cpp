#include "sim/feed/sources/followees.hpp"

#include "sim/feed/time_in_tick.hpp"

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

void gather_from_followees(const GatherGiven& given, Session& session) {
  const Posts& posts = given.posts;
  scan_followees(given.graph, given.timelines, given.since, session);
  walk_fresh(given.timelines, session, given.since, [&](UserId followee, Emission emission) {
    if (emission.root < posts.tail()) return;
    posts.prefetch(emission.root);
    const auto fresh = static_cast<std::uint32_t>(session.candidates.size());
    const std::uint32_t at = session.index.find_or_insert(emission.root, fresh);
    if (at == Session::dropped) return;
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
      later = date_in_tick(given.emission_time_key, hot, followee) >
              date_in_tick(given.emission_time_key, hot, candidate.emitter);
    }
    if (later == (given.parent == ParentRule::latest)) {
      candidate.emitter = followee;
      candidate.when = emission.when;
    }
  });
}

}  // namespace grapevine
