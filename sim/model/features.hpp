#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/actions.hpp"

/// The one table of what a formula (`feed.formula`) may name of a candidate. Columns, documentation and messages follow
/// from it. What belongs to the program alone, such as ids, keys and the hashes of ties, is not among it: no formula
/// can favour an account by its number.
namespace grapevine {

// X(name, unit, sentence)
#define GRAPEVINE_FEATURES(X)                                                                           \
  X(impressions, "looks", "impressions of the post by the end of the last tick")                        \
  X(reach, "readers", "how many have looked at the post by then")                                       \
  X(followers, "followers", "those of the author at the start")                                         \
  X(age, "hours", "since the post became visible")                                                      \
  X(proof, "followees", "how many of those whom the reader follows have reshared the post")             \
  X(in_network, "0 or 1", "whether somebody whom the reader follows wrote or reshared the post")        \
  X(follows_author, "0 or 1", "whether the reader follows the author")                                  \
  X(mutual, "0 or 1", "whether the author, as at the start, follows the reader back")                   \
  X(verified, "0 or 1", "whether the author is verified")                                               \
  X(creator, "0 or 1", "whether the author is a creator")                                               \
  X(topic_match, "0 to 1",                                                                              \
    "how much the reader likes the post's topic: its quantile among all users, middle of 1/256")        \
  X(looks_at_author, "looks", "impressions of the author's live posts by the reader, in earlier ticks") \
  /* the next one goes here, and its values to sim/feed/rankings/formula.cpp */

/// What there is one of.
#define GRAPEVINE_FEATURE_NAME(name, unit, sentence) name,
enum class Single : std::uint8_t { GRAPEVINE_FEATURES(GRAPEVINE_FEATURE_NAME) };
#undef GRAPEVINE_FEATURE_NAME

struct Feature {
  enum class Of : std::uint8_t {
    prediction,  ///< of an action: the rate per impression that the platform expects
    count,       ///< of an action: how often it was taken on the post
    past,        ///< of an action: how often the reader took it on the author's live posts
    single,
  };

  Of of{};
  std::uint8_t which = 0;  ///< an Action, or a Single
  std::string name, unit, sentence;

  bool is(Action action, Of kind) const { return of == kind && which == static_cast<std::uint8_t>(action); }
  /// Whether it asks what the counters of the post say, and nothing else: it is the same for all readers during a tick.
  bool of_post() const {
    return of == Of::prediction || of == Of::count ||
           (of == Of::single && (which == static_cast<std::uint8_t>(Single::impressions) ||
                                 which == static_cast<std::uint8_t>(Single::reach)));
  }
  /// Whether it asks what the reader did before.
  bool looks_back() const {
    return of == Of::past || (of == Of::single && which == static_cast<std::uint8_t>(Single::looks_at_author));
  }
};

/// All of them; formulas call them by their places here.
const std::vector<Feature>& features();

/// A function that a formula may call, and what it takes.
struct FormulaFunction {
  std::string_view name, arguments;

  std::string call() const { return std::string(name) + "(" + std::string(arguments) + ")"; }
};
inline constexpr std::array formula_functions{
    FormulaFunction{"exp", "x"},         FormulaFunction{"log", "x"}, FormulaFunction{"pow", "x, y"},
    FormulaFunction{"sqrt", "x"},        FormulaFunction{"abs", "x"}, FormulaFunction{"min", "x, y, ..."},
    FormulaFunction{"max", "x, y, ..."},
};

/// "p_like, p_reply, ..."
std::string features_in_words();
/// "exp, log, ..."
std::string functions_in_words();

}  // namespace grapevine
