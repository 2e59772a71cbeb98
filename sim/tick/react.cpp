#include "sim/tick/react.hpp"

#include <algorithm>

namespace grapevine {

namespace {

/// Whether the reader follows the author of the root from now on: after a visit to its profile, or where it looks at it
/// though it does not follow the author.
bool takes_up(const Given& given, const Candidate& candidate, const PostIdentity& post, bool visits, double odds,
              std::uint32_t coin_bits, const Session& session) {
  if (candidate.followed()) return false;
  const Behaviour& behaviour = given.behaviour;
  if (!coin(coin_bits, visits ? behaviour.threshold_after_visit(odds) : behaviour.threshold(Action::follow, odds)))
    return false;
  const bool just_now = std::ranges::any_of(session.news, [&](const SeenLog::Entry& entry) {
    return entry.author == post.author && has(entry.actions, Action::follow);
  });
  return !just_now && post.author != session.reader && !given.follows.hold(session.reader, post.author);
}

}  // namespace

void react(const Given& given, const Before& before, SeenLog::Entries seen, std::span<const double> factors,
           Session& session, std::vector<Impression>& impressions, std::vector<Reshare>& reshares) {
  const Behaviour& behaviour = given.behaviour;
  const Posts& posts = before.posts;
  const UserId reader = session.reader;
  const std::uint8_t propensity = given.population.propensity(reader);
  const bool again = given.run.behaviour.again != Again::once, repeats = given.run.behaviour.again == Again::always;
  const std::span<const std::uint8_t> usual = behaviour.usual();
  session.news.clear();
  for (std::size_t position = 0; position < session.looked; ++position) {
    if (position + looks_ahead < session.looked)
      posts.prefetch_identity(session.candidates[session.ranked[position + looks_ahead].candidate].root);
    const Candidate& candidate = session.candidates[session.ranked[position].candidate];
    const PostIdentity& post = posts.identity(candidate.root);
    const SeenLog::Entries::Past past = seen.of(candidate.root);
    const double odds =
        behaviour.odds(propensity, given.population.interest(reader, post.topic), post.quality, candidate.proof) *
        (factors.empty() ? 1.0 : factors[position]);
    const ReactionCoins coins =
        ReactionCoins::toss(given.keys.react, post.key, reader, again ? past.exposures : 0, behaviour.coin_pairs());
    unsigned taken = 0;
    for (const std::uint8_t a : usual)
      taken |= (coin(coins[a], behaviour.threshold(static_cast<Action>(a), odds)) ? 1u : 0u) << a;
    if (!repeats) taken &= ~static_cast<unsigned>(past.actions);
    if (behaviour.follows() && !has(past.actions, Action::follow) &&
        takes_up(given, candidate, post, has(static_cast<ActionSet>(taken), Action::profile_visit), odds,
                 coins[static_cast<std::size_t>(Action::follow)], session))
      taken |= set_of(Action::follow);
    const auto actions = static_cast<ActionSet>(taken);

    const auto from = static_cast<std::uint16_t>(candidate.source());
    const bool tracked = posts.hot(candidate.root).tracked();
    impressions.push_back({candidate.root, reader, candidate.emitter,
                           static_cast<std::uint16_t>(std::min<std::size_t>(position, Impression::last_position) &
                                                      Impression::last_position),
                           static_cast<std::uint16_t>(from & 3u), tracked,
                           static_cast<std::uint8_t>(std::min(past.exposures, 255u)), actions});
    if (has(actions, Action::reshare))
      reshares.push_back({reader, candidate.root, candidate.emitter, from,
                          tracked && !has(past.actions, Action::reshare) && post.author != reader});
    session.news.push_back({candidate.root, actions, post.author});
  }
  std::sort(session.news.begin(), session.news.end(), [](const auto& a, const auto& b) { return a.root < b.root; });
}

}  // namespace grapevine
