#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/described.hpp"
#include "sim/model/parameters/own.hpp"

/// The one list of rankings. Each is a file in `sim/feed/rankings/` that says what it is and makes it (`about_NAME`),
/// and a name here; the key's choices and its documentation follow.
namespace grapevine {

#define GRAPEVINE_RANKINGS(X) X(chronological) X(random) X(popularity) X(weighted) X(oracle) X(no_learning)

/// Those above; others that a program adds (`add_ranking`) have the numbers behind them.
enum class Ranking : std::uint8_t {
#define GRAPEVINE_RANKING_NAME(name) name,
  GRAPEVINE_RANKINGS(GRAPEVINE_RANKING_NAME)
#undef GRAPEVINE_RANKING_NAME
};

class Ranker;
struct RankingGiven;
struct RankingKeys;

struct RankingFacts {
  std::string name;         ///< as a scenario writes it
  std::string first;        ///< what it serves first
  std::string date = {};    ///< of the rule that it models; empty: it models no platform's
  std::string source = {};  ///< of that rule; empty: a neutral order or a control
  std::unique_ptr<const Ranker> (*make)(const RankingGiven&, RankingKeys) = nullptr;
};

/// In the order of their numbers. Declared here, for keys name them; made where they are, in `sim/feed/rank.cpp`.
const std::vector<RankingFacts>& rankings();
const RankingFacts& facts_of(Ranking ranking);

/// A ranking from outside. Before the first scenario is read.
Ranking add_ranking(RankingFacts facts);
/// ... with parameters of its own, which stand in the section [feed.NAME].
template <class Parameters>
Ranking add_ranking(RankingFacts facts, std::string sentence);

std::vector<Named<Ranking>> names_of(Ranking);

}  // namespace grapevine
