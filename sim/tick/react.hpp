#pragma once

#include <array>
#include <span>
#include <vector>

#include "sim/feed/session.hpp"
#include "sim/tick/given.hpp"

namespace grapevine {

/// The coins of a reader for a root: 32 bits an action, addressed by (reader, root), and by the exposure where each
/// look decides anew; never by position or time.
struct ReactionCoins {
  std::array<std::uint64_t, (action_count + 1) / 2> pairs;  ///< of two actions each, the first in the upper half

  /// The first `count` of them; at least one.
  static constexpr ReactionCoins toss(std::uint64_t key, std::uint64_t post_key, UserId reader, std::uint32_t exposure,
                                      std::size_t count) {
    ReactionCoins coins{};
    coins.pairs[0] = nested_mix(key, post_key, reader.value() | static_cast<std::uint64_t>(exposure) << 32);
    for (std::size_t pair = 1; pair < count; ++pair) coins.pairs[pair] = mix(coins.pairs[pair - 1] + golden);
    return coins;
  }
  constexpr std::uint32_t operator[](std::size_t action) const {
    const std::uint64_t pair = pairs[action / 2];
    return static_cast<std::uint32_t>(action % 2 == 0 ? pair >> 32 : pair);
  }
};

/// Posts that are asked for before they are reacted to: the first so many before `react`.
constexpr std::size_t looks_ahead = 24;

/// The reader looks at the first `session.looked` posts of its feed and takes actions, each at most once a root unless
/// it is `Again::always`: a coin of (reader, root, action), under `Again::fresh` of (reader, root, action, exposure),
/// against the odds of its behaviour, times `factors` by position unless these are empty. It follows an author that it
/// does not follow yet: at a look from a reshare or from discovery, more or less readily when it visits the profile.
/// Appends one impression a post, a reshare where there is one (tracked if it is the reader's first of a root of
/// another: a cascade has each user once), and the session's entries for the seen-log (ascending by root).
void react(const Given& given, const Before& before, SeenLog::Entries seen, std::span<const double> factors,
           Session& session, std::vector<Impression>& impressions, std::vector<Reshare>& reshares);

}  // namespace grapevine
