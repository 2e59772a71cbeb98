#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/random.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "graph/generators/plant.hpp"
#include "graph/generators/platform.hpp"
#include "graph/users.hpp"
#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/result.hpp"

/// From what a scenario says about the graph to the graph.
namespace grapevine {

/// The follow graph of a replicate.
struct StudyGraph {
  FollowGraph graph;
  Users accounts;
  GraphFacts facts;
  UnwrittenArray<Chance> chances = {};  ///< of a loaded graph that came with them, is not randomised and to which no
                                        ///< account was added; in the order of its rows
  std::vector<std::string> notes = {};  ///< of the loader
};

/// What the users of a replicate like.
struct Tastes {
  const PopulationParameters& population;
  StreamKey dynamics;
};

/// The graph of `choice`: generated or loaded, then randomised, then planted, then fitted to what users like. Throws
/// BadRequest for a graph that cannot be had.
StudyGraph generate(const GraphChoice& choice, const StreamKey& key, const Tastes& tastes);

/// Whether chance has a part in it. A file that is taken as it is makes the same graph whatever the key.
bool is_drawn(const GraphChoice& choice);

/// What no graph can meet, as far as it can be told without making one; each begins with the key that it is about.
std::vector<std::string> graph_mistakes(const GraphChoice& choice);

/// What the platform generator is asked for, with the new accounts of [[plant]].
PlatformParameters platform_parameters(const GraphChoice& choice);

/// The tables of [[plant]] that are left once the generator is done: of a platform only those that choose from the
/// graph.
std::vector<Plant> plants_of(const GraphChoice& choice);

}  // namespace grapevine
