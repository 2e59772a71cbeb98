#pragma once

#include <algorithm>

#include "graph/base/error.hpp"
#include "sim/feed/rank.hpp"
#include "sim/feed/session.hpp"

/// A promoted root stands at its place in the feed; the ranking orders the others around it.
namespace grapevine {

/// Takes the promoted root from what is to be ranked, if it is there: it is shown once, for money. What followees did
/// with it still shows.
inline void set_promoted_apart(Session& session) {
  const auto same = std::ranges::find(session.candidates, session.promoted.root, &Candidate::root);
  if (same == session.candidates.end()) return;
  session.promoted.proof = same->proof;
  *same = session.candidates.back();
  session.candidates.pop_back();
}

/// Orders the feed; what is promoted was set apart, and comes back as the last of the candidates.
inline void rank_around_promoted(const Ranker& ranker, const RankingBefore& before, Session& session) {
  const PromotedRoot& promoted = session.promoted;
  if (promoted.place == 0) return ranker.rank(before, session, session.served, session.looked);
  ranker.rank(before, session, session.served - 1, session.looked - 1);
  const std::size_t place = std::min<std::size_t>(promoted.place, session.served) - 1;
  GRAPEVINE_EXPECTS(place < session.looked);  // it was promised to whoever pays
  session.ranked.insert(session.ranked.begin() + static_cast<std::ptrdiff_t>(place),
                        {0, static_cast<std::uint32_t>(session.candidates.size())});
  session.candidates.push_back(
      {promoted.root, promoted.author, promoted.visible << 1 | Candidate::promoted, promoted.proof});
  session.hot.push_back(before.posts.hot(promoted.root));
}

}  // namespace grapevine
