#include "sim/feed/gather.hpp"

#include <algorithm>

#include "sim/feed/sources/followees.hpp"

namespace grapevine {

std::int64_t news_since(const FeedParameters& feed, Tick last_session, Tick now) {
  const std::int64_t oldest = static_cast<std::int64_t>(now) - feed.window;
  const bool by_session = feed.memory != FeedMemory::window;
  return by_session && last_session != never ? std::max<std::int64_t>(last_session, oldest) : oldest;
}

void gather(const Follows& follows, const Timelines& timelines, const Posts& posts, const RunParameters& run,
            std::uint64_t emission_time_key, bool dismisses, Tick last_session, SeenLog::Entries seen,
            Session& session) {
  const FeedParameters& feed = run.feed;
  const bool by_session = feed.memory != FeedMemory::window;
  const std::int64_t since = news_since(feed, last_session, session.now);
  session.forget_candidates();
  if (!by_session || dismisses)
    for (std::size_t i = 0; i < seen.roots.size(); ++i)
      if (seen.roots[i] >= posts.tail() && (!by_session || (seen.actions[i] & dismissals) != 0))
        session.enter(seen.roots[i], Session::dropped);

  const GatherGiven given{follows, timelines, posts, feed, run.behaviour.parent, emission_time_key, since};
  gather_from_followees(given, session);
}

}  // namespace grapevine
