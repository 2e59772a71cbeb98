#pragma once

#include <vector>

#include "sim/behaviour.hpp"
#include "sim/tick/session.hpp"

namespace grapevine {

/// The coins of a reader for a root: 32 bits an action, addressed by (reader, root), and by the exposure where each look decides anew; never by position or time.
struct ReactionCoins {
  std::uint64_t like_and_reply;
  std::uint64_t reshare_and_click;

  static constexpr ReactionCoins toss(std::uint64_t key, std::uint64_t post_key, UserId reader, std::uint32_t exposure) {
    const std::uint64_t first = nested_mix(key, post_key, reader.value() | static_cast<std::uint64_t>(exposure) << 32);
    return {first, mix(first + golden)};
  }
  constexpr std::uint32_t operator[](Action action) const {
    const std::uint64_t pair = action == Action::like || action == Action::reply ? like_and_reply : reshare_and_click;
    return static_cast<std::uint32_t>(action == Action::like || action == Action::reshare ? pair >> 32 : pair);
  }
};

/// The reader looks at the first `session.looked` posts of its feed and likes, replies, reshares and clicks, each at most once a root: a coin of (reader, root, action), under
/// `Again::fresh` of (reader, root, action, exposure), against the odds of `behaviour`. Appends one impression a post, a reshare where there is one, and the session's entries for the seen-log (ascending by root).
void react(const Behaviour& behaviour, const Population& population, const Posts& posts, Again again, std::uint64_t react_key, SeenLog::Entries seen, Session& session,
           std::vector<Impression>& impressions, std::vector<Reshare>& reshares);

}  // namespace grapevine
