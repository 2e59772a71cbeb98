#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// The one list of rankings. Each is a file in `sim/feed/rankings/` that makes it (`make_NAME`), and a line here; the
/// key's choices and its documentation follow.
namespace grapevine {

// X(name, as a scenario writes it, what comes first)
#define GRAPEVINE_RANKINGS(X)                                                                                          \
  X(chronological, "chronological", "the newest emission")                                                             \
  X(random, "random", "what a keyed hash of reader and root says")                                                     \
  X(popularity, "popularity", "the most engagement so far")                                                            \
  X(weighted, "weighted", "the highest sum of weights times predicted probabilities, learned from what was observed")  \
  X(oracle, "oracle", "the highest sum of weights times true probabilities: what `weighted` would do if it knew")      \
  X(no_learning, "no-learning",                                                                                        \
    "whatever age, perturbation and a keyed hash put first, for all posts score alike: `weighted` before it has seen " \
    "anything")

#define GRAPEVINE_RANKING_NAME(name, text, first) name,
enum class Ranking : std::uint8_t { GRAPEVINE_RANKINGS(GRAPEVINE_RANKING_NAME) };
#undef GRAPEVINE_RANKING_NAME

struct RankingFacts {
  std::string_view name;
  std::string_view first;  ///< what it serves first
};
#define GRAPEVINE_RANKING_FACTS(name, text, first) RankingFacts{text, first},
inline constexpr std::array ranking_table{GRAPEVINE_RANKINGS(GRAPEVINE_RANKING_FACTS)};
#undef GRAPEVINE_RANKING_FACTS

}  // namespace grapevine
