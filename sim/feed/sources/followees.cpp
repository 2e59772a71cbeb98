#include "sim/feed/sources/followees.hpp"

#include "sim/feed/time_in_tick.hpp"

namespace grapevine {

namespace {

/// Takes out of session.fresh whom the reader does not follow any more, and appends whom it follows since.
void apply_changes(std::span<const FollowChange> changes, Timelines::Fresh fresh, std::span<const std::uint8_t> stamps,
                   Session& session) {
  std::size_t kept = 0;
  auto change = changes.begin();
  for (std::size_t i = 0; i < session.fresh_count; ++i) {  // both ascend
    while (change != changes.end() && change->account.value() < session.fresh[i]) ++change;
    const bool dropped = change != changes.end() && change->account.value() == session.fresh[i];
    session.fresh[kept] = session.fresh[i];
    kept += dropped ? 0 : 1;
  }
  session.fresh.resize(std::max(session.fresh.size(), kept + changes.size()));
  for (const FollowChange& added : changes)
    if (added.follows != 0 && fresh(stamps[added.account.index()])) session.fresh[kept++] = added.account.value();
  session.fresh_count = kept;
}

}  // namespace

void scan_followees(const Follows& follows, const Timelines& timelines, std::int64_t since, Session& session) {
  const auto followees = follows.at_start().followees(session.reader);
  const auto stamps = timelines.stamps();
  const Timelines::Fresh fresh = timelines.fresh_since(since);
  if (session.fresh.size() < followees.size()) session.fresh.resize(followees.size());
  std::size_t n = 0;
  for (const UserId followee : followees) {  // branch-free: the filter passes or not, the slot is written anyway
    session.fresh[n] = followee.value();
    n += fresh(stamps[followee.index()]) ? 1 : 0;
  }
  session.fresh_count = n;
  if (const auto changes = follows.changes(session.reader); !changes.empty())
    apply_changes(changes, fresh, stamps, session);
}

void gather_from_followees(const GatherGiven& given, Session& session) {
  const Posts& posts = given.posts;
  scan_followees(given.follows, given.timelines, given.since, session);
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
