#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "sim/model/since.hpp"

/// The one table of what a reader can do with a post that it looks at. Bits, coins, counters, columns, keys and their
/// documentation follow from it: another action is another line here. Those that nobody takes cost 8 bytes a live post
/// for each two; each two that are taken cost a hash a look; beyond eight a look takes 4 bytes more, a remembered
/// one 1.
namespace grapevine {

// X(name, plural, whether it is engagement, default probability per impression, its source, default weight in
// `weighted` and `oracle`, its source, the version of the result format in which it came)
#define GRAPEVINE_ACTIONS(X)                                                                                \
  X(like, "likes", true, 0.073, "[R] Bluesky thesis, rates per read post, reference row 12", 0.5,           \
    "[R] Twitter heavy ranker README, weights of 5 April 2023, reference E 4.1", 3, 0)                      \
  X(reply, "replies", true, 0.005, "assumption", 13.5,                                                      \
    "[R] Twitter heavy ranker README, weights of 5 April 2023, reference E 4.1", 3, 0)                      \
  X(reshare, "reshares", true, 0.012, "[R] Bluesky thesis, rates per read post, reference row 12", 1.0,     \
    "[R] Twitter heavy ranker README, weights of 5 April 2023, reference E 4.1", 3, 0)                      \
  X(click, "clicks", false, 0.02, "assumption", 0.0, "assumption (neutral)", 3, 0)                          \
  X(profile_visit, "profile_visits", false, 0.0, "assumption (neutral)", 0.0, "assumption (neutral)", 4, 3) \
  X(follow, "follows", false, 0.0, "assumption (neutral)", 0.0, "assumption (neutral)", 4, 3)               \
  X(hide, "hides", false, 0.0, "assumption (neutral)", 0.0, "assumption (neutral)", 4, 3)                   \
  X(report, "reports", false, 0.0, "assumption (neutral)", 0.0, "assumption (neutral)", 4, 3)               \
  /* the next one goes here */

#define GRAPEVINE_ACTION_NAME(name, plural, engagement, probability, probability_source, weight, weight_source, major, \
                              minor)                                                                                   \
  name,
enum class Action : std::uint8_t { GRAPEVINE_ACTIONS(GRAPEVINE_ACTION_NAME) };
#undef GRAPEVINE_ACTION_NAME

struct ActionFacts {
  std::string_view name;
  std::string_view plural;
  bool engagement;          ///< engagement is the sum of these; the others stand beside it
  std::string_view column;  ///< what its column of a result holds
  double probability;
  std::string_view probability_source;
  double weight;
  std::string_view weight_source;
  Since since;
};
#define GRAPEVINE_ACTION_FACTS(name, plural, engagement, probability, probability_source, weight, weight_source, \
                               major, minor)                                                                     \
  ActionFacts{#name,         plural,                                                                             \
              engagement,    engagement ? plural : plural "; not part of engagement",                            \
              probability,   probability_source,                                                                 \
              weight,        weight_source,                                                                      \
              {major, minor}},
inline constexpr std::array action_table{GRAPEVINE_ACTIONS(GRAPEVINE_ACTION_FACTS)};
#undef GRAPEVINE_ACTION_FACTS

inline constexpr std::size_t action_count = action_table.size();
using PerAction = std::array<double, action_count>;

/// A bit an action.
using ActionSet = std::conditional_t<action_count <= 8, std::uint8_t, std::uint16_t>;
static_assert(action_count <= 8 * sizeof(ActionSet), "a set of actions has a bit for each");

constexpr ActionSet set_of(Action action) { return static_cast<ActionSet>(1u << static_cast<unsigned>(action)); }
constexpr bool has(ActionSet actions, Action action) { return actions >> static_cast<unsigned>(action) & 1; }

/// Those after which a reader does not want to see the post again.
inline constexpr ActionSet dismissals = static_cast<ActionSet>(set_of(Action::hide) | set_of(Action::report));

/// A name of the table as people say it.
inline std::string spoken(std::string_view name) {
  std::string words(name);
  for (char& letter : words)
    if (letter == '_') letter = ' ';
  return words;
}

/// One value an action, of whatever the table says of it.
template <class Value>
constexpr PerAction per_action(Value ActionFacts::*member) {
  PerAction values{};
  for (std::size_t a = 0; a < action_count; ++a) values[a] = static_cast<double>(action_table[a].*member);
  return values;
}
constexpr PerAction per_action(double value) {
  PerAction values{};
  values.fill(value);
  return values;
}

inline constexpr ActionSet engagement_actions = [] {
  ActionSet actions = 0;
  for (std::size_t a = 0; a < action_count; ++a)
    actions = static_cast<ActionSet>(actions | (action_table[a].engagement ? 1u << a : 0u));
  return actions;
}();
constexpr std::uint64_t engagement_in(ActionSet actions) {
  return static_cast<std::uint64_t>(std::popcount(static_cast<unsigned>(actions & engagement_actions)));
}

/// How often each action was taken.
template <class Number>
struct ActionCounts {
  std::array<Number, action_count> of{};

  Number& operator[](Action action) { return of[static_cast<std::size_t>(action)]; }
  const Number& operator[](Action action) const { return of[static_cast<std::size_t>(action)]; }
  Number& operator[](std::size_t action) { return of[action]; }
  const Number& operator[](std::size_t action) const { return of[action]; }

  /// Likes, replies and reshares.
  std::uint64_t engagement() const {
    std::uint64_t sum = 0;
    for (std::size_t a = 0; a < action_count; ++a) sum += action_table[a].engagement ? of[a] : 0;
    return sum;
  }
  /// One for each action in the set.
  void add(ActionSet taken) {
    for (std::size_t a = 0; a < action_count; ++a) of[a] += taken >> a & 1;
  }
  template <class Other>
  void add(const ActionCounts<Other>& other) {
    for (std::size_t a = 0; a < action_count; ++a) of[a] += other.of[a];
  }
  bool operator==(const ActionCounts&) const = default;
};

}  // namespace grapevine
