#include "sim/feed/sources/followees.hpp"

#include "graph/base/clones.hpp"
#include "sim/feed/time_in_tick.hpp"

namespace grapevine {

namespace {

/// Takes out of `found` whom the reader does not follow any more, and appends whom it follows since.
void apply_changes(std::span<const FollowChange> changes, Timelines::Fresh fresh, std::span<const std::uint8_t> stamps,
                   FreshFollowees& found) {
  std::size_t kept = 0;
  auto change = changes.begin();
  for (std::size_t i = 0; i < found.count; ++i) {  // both ascend
    while (change != changes.end() && change->account.value() < found.room[i]) ++change;
    const bool dropped = change != changes.end() && change->account.value() == found.room[i];
    found.room[kept] = found.room[i];
    kept += dropped ? 0 : 1;
  }
  found.room.resize(std::max(found.room.size(), kept + changes.size()));
  for (const FollowChange& added : changes)
    if (added.follows != 0 && fresh(stamps[added.account.index()])) found.room[kept++] = added.account.value();
  found.count = kept;
}

/// Branch-free: whoever passes the filter or not, the place is written anyway. Returns how many passed.
GRAPEVINE_CLONED std::size_t write_fresh(const UserId* followees, std::size_t count, Timelines::Fresh fresh,
                                         const std::uint8_t* stamps, std::uint32_t* found) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < count; ++i) {
    found[n] = followees[i].value();
    n += fresh(stamps[followees[i].index()]) ? 1 : 0;
  }
  return n;
}

/// Whether the root of an emission is to be a candidate that none of the `kept` first is yet. What is one becomes that
/// of the emission which is shown, with the proof of both.
bool is_new(const GatherGiven& given, const Candidate& emission, std::size_t kept, Session& session) {
  const auto fresh = static_cast<std::uint32_t>(kept);
  const std::uint32_t at = session.index.find_or_insert(emission.root, fresh);
  if (at == fresh || at == Session::dropped) return at == fresh;
  Candidate& candidate = session.candidates[at];
  candidate.proof += emission.proof;
  bool later = emission.visible() > candidate.visible();
  if (emission.visible() == candidate.visible()) {
    const PostHot hot = given.posts.hot(emission.root);
    later = date_in_tick(given.emission_time_key, hot, emission.emitter) >
            date_in_tick(given.emission_time_key, hot, candidate.emitter);
  }
  if (later == (given.parent == ParentRule::latest)) {
    candidate.emitter = emission.emitter;
    candidate.when = emission.when;
  }
  return false;
}

}  // namespace

void scan_followees(const Follows& follows, const Timelines& timelines, UserId reader, std::int64_t since,
                    FreshFollowees& found) {
  const auto followees = follows.at_start().followees(reader);
  const auto stamps = timelines.stamps();
  const Timelines::Fresh fresh = timelines.fresh_since(since);
  if (found.room.size() < followees.size()) found.room.resize(followees.size());
  found.count = write_fresh(followees.data(), followees.size(), fresh, stamps.data(), found.room.data());
  if (const auto changes = follows.changes(reader); !changes.empty()) apply_changes(changes, fresh, stamps, found);
}

void gather_from_followees(const GatherGiven& given, Session& session) {
  const Posts& posts = given.posts;
  std::vector<Candidate>& candidates = session.candidates;
  walk_fresh(given.timelines, session.fresh.list(), given.since, [&](UserId followee, Emission emission) {
    if (emission.root < posts.tail()) return;
    posts.prefetch(emission.root);
    if (emission.reshare()) {
      posts.prefetch_identity(emission.root);  // below it is asked whether it is the reader's own
      posts.prefetch_visible(emission.root);   // rankings ask how old it is
      session.known.add(emission.root);
    }
    candidates.push_back({emission.root, followee, emission.when, emission.reshare() ? 1u : 0u});
  });
  std::size_t kept = 0;
  for (const Candidate emission : candidates) {
    // The reader's own roots come back through reshares only; a quick look at who wrote those is enough.
    if (emission.proof > 0 && posts.identity(emission.root).author == session.reader) continue;
    if (session.known.may_hold(emission.root) && !is_new(given, emission, kept, session)) continue;
    candidates[kept++] = emission;
  }
  candidates.resize(kept);
}

}  // namespace grapevine
