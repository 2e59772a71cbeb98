#include "sim/tick/react.hpp"

#include <algorithm>

namespace grapevine {

void react(const Behaviour& behaviour, const Population& population, const Posts& posts, Again again,
           std::uint64_t react_key, SeenLog::Entries seen, std::span<const double> factors, Session& session,
           std::vector<Impression>& impressions, std::vector<Reshare>& reshares) {
  const UserId reader = session.reader;
  const std::uint8_t propensity = population.propensity(reader);
  session.news.clear();
  for (std::size_t position = 0; position < session.looked; ++position) {
    if (position + 4 < session.looked)
      __builtin_prefetch(&posts.identity(session.candidates[session.ranked[position + 4].candidate].root));
    const Candidate& candidate = session.candidates[session.ranked[position].candidate];
    const PostIdentity& post = posts.identity(candidate.root);
    const SeenLog::Entries::Past past = seen.of(candidate.root);
    const double odds =
        behaviour.odds(propensity, population.interest(reader, post.topic), post.quality, candidate.proof) *
        (factors.empty() ? 1.0 : factors[position]);
    const ReactionCoins coins =
        ReactionCoins::toss(react_key, post.key, reader, again == Again::fresh ? past.exposures : 0);
    unsigned taken = 0;
    for (std::size_t a = 0; a < action_count; ++a)
      taken |= (coin(coins[a], behaviour.threshold(static_cast<Action>(a), odds)) ? 1u : 0u) << a;
    const auto actions = static_cast<ActionSet>(taken & ~static_cast<unsigned>(past.actions));

    const bool reshared = candidate.reshared(), discovered = candidate.discovered(),
               tracked = posts.hot(candidate.root).tracked();
    impressions.push_back({candidate.root, reader, candidate.emitter,
                           static_cast<std::uint16_t>(std::min<std::size_t>(position, Impression::last_position) &
                                                      Impression::last_position),
                           reshared, discovered, tracked, static_cast<std::uint8_t>(std::min(past.exposures, 255u)),
                           actions});
    if (has(actions, Action::reshare))
      reshares.push_back({reader, candidate.root, candidate.emitter, reshared, discovered, tracked});
    session.news.push_back({candidate.root, actions, post.author});
  }
  std::sort(session.news.begin(), session.news.end(), [](const auto& a, const auto& b) { return a.root < b.root; });
}

}  // namespace grapevine
