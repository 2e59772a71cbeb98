#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/base/described.hpp"
#include "sim/model/parameters/own.hpp"

/// The one list of rankings. Each is a file in `sim/feed/rankings/` that says what it is and makes it (`about_NAME`),
/// and a name here; the key's choices and its documentation follow.
namespace grapevine {

// clang-format off
#define GRAPEVINE_RANKINGS(X)                                       \
  X(chronological) X(random) X(popularity)                          \
  X(weighted) X(oracle) X(no_learning) X(formula)                   \
  X(engagement_rate) X(edgerank) X(x_2023_04) X(x_2026_08)          \
  X(simsom)                                                         \
  /* the next one goes here */
// clang-format on

/// Those above; others that a program adds (`add_ranking`) have the numbers behind them.
enum class Ranking : std::uint8_t {
#define GRAPEVINE_RANKING_NAME(name) name,
  GRAPEVINE_RANKINGS(GRAPEVINE_RANKING_NAME)
#undef GRAPEVINE_RANKING_NAME
};

class Ranker;
struct RankingGiven;
struct RankingKeys;

/// What becomes of a rule that a platform has published.
enum class RuleStatus : std::uint8_t {
  modelled,
  zero_here,         ///< it rewards what nobody does in this world
  not_representable  ///< what it looks at is not there
};
constexpr auto names_of(RuleStatus) {
  return std::array{Named{RuleStatus::modelled, "modelled"}, Named{RuleStatus::zero_here, "zero here"},
                    Named{RuleStatus::not_representable, "not representable"}};
}

/// A rule of a ranking as it was published, and the keys that it sets where the scenario does not.
struct PublishedRule {
  struct Setting {
    std::string key;    ///< dotted
    std::string value;  ///< as TOML
  };
  std::string rule;
  std::string published;  ///< its number, as published
  RuleStatus status = RuleStatus::modelled;
  std::string words;  ///< how it is modelled, or why not
  std::vector<Setting> sets = {};
};

struct RankingFacts {
  std::string name;         ///< as a scenario writes it
  std::string first;        ///< what it serves first
  std::string date = {};    ///< of the rule that it models; empty: it models no platform's
  std::string source = {};  ///< of that rule; empty: a neutral order or a control
  std::unique_ptr<const Ranker> (*make)(const RankingGiven&, RankingKeys) = nullptr;
  std::vector<PublishedRule> rules = {};  ///< of a ranking that was published
  std::optional<Ranking> form = {};       ///< whose rule it is under settings of its own; none: it is one itself
};

/// In the order of their numbers. Declared here, for keys name them; made where they are, in `sim/feed/rank.cpp`.
const std::vector<RankingFacts>& rankings();
const RankingFacts& facts_of(Ranking ranking);
/// The ranking whose rule orders feeds under `ranking`: `weighted` for those that set its keys.
Ranking form_of(Ranking ranking);

/// A ranking from outside. Before the first scenario is read.
Ranking add_ranking(RankingFacts facts);
/// ... with parameters of its own, which stand in the section [feed.NAME].
template <class Parameters>
Ranking add_ranking(RankingFacts facts, std::string sentence);

std::vector<Named<Ranking>> names_of(Ranking);

/// A ranking that was published and stands on `weighted`, as the settings that it is: none, or 1 + its number.
enum class Preset : std::uint8_t { none = 0 };
std::vector<Named<Preset>> names_of(Preset);
/// The facts of the ranking that sets keys under these; null: none does.
const RankingFacts* settings_of(Ranking ranking, Preset preset);

}  // namespace grapevine
