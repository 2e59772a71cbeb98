#include "scenarios/reader/graph_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/generators/barabasi_albert.hpp"
#include "graph/generators/chung_lu.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/directed_scale_free.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "graph/generators/fitted.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/r_mat.hpp"
#include "graph/generators/randomised.hpp"
#include "graph/generators/stochastic_block.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "graph/generators/watts_strogatz.hpp"
#include "graph/statistics/degrees.hpp"
#include "graph/statistics/mixing.hpp"
#include "sim/model/author_interest.hpp"

namespace grapevine {

namespace {

PowerLawParameters power_law_parameters(const GraphChoice& choice) {
  return {.users = choice.users,
          .mean_followees = choice.mean_followees,
          .followees_spread = choice.followees_spread,
          .exponent = choice.exponent,
          .largest_share = choice.largest_share};
}

ConfigurationParameters configuration_parameters(const GraphChoice& choice) {
  return {.users = choice.users,
          .mean_followees = choice.mean_followees,
          .exponent = choice.exponent,
          .most_followers = std::min<std::uint64_t>(choice.largest, std::max<std::uint64_t>(1, choice.users / 5)),
          .least_followers = choice.least,
          .followees_exponent = choice.followees_exponent,
          .most_followees = choice.largest_followees};
}

DirectedScaleFreeParameters directed_scale_free_parameters(const GraphChoice& choice) {
  return {.users = choice.users,
          .alpha = choice.alpha,
          .gamma = choice.gamma,
          .delta_in = choice.delta_in,
          .delta_out = choice.delta_out};
}

RMatParameters r_mat_parameters(const GraphChoice& choice) {
  return {.users = choice.users,
          .mean_followees = choice.mean_followees,
          .quadrants = choice.quadrants,
          .noise = choice.noise};
}

StochasticBlockParameters stochastic_block_parameters(const GraphChoice& choice) {
  StochasticBlockParameters p{choice.block_sizes, choice.densities};
  const std::uint64_t blocks = p.densities.size();
  // Equal, the first ones larger by one where they must be.
  for (std::uint64_t b = 0; p.sizes.size() < blocks && choice.block_sizes.empty(); ++b)
    p.sizes.push_back(choice.users / blocks + (b < choice.users % blocks ? 1 : 0));
  return p;
}

std::vector<std::string> block_mistakes(const GraphChoice& choice) {
  std::vector<std::string> mistakes = stochastic_block_mistakes(stochastic_block_parameters(choice));
  std::uint64_t sum = 0;
  for (const std::uint64_t size : choice.block_sizes) sum += std::min(size, choice.users + 1);
  if (!choice.block_sizes.empty() && mistakes.empty() && sum != choice.users)
    mistakes.push_back(fmt::format("graph.block_sizes add up to {}; expected graph.users, {}", sum, choice.users));
  return mistakes;
}

std::vector<std::string> sequence_mistakes(const GraphChoice& choice) {
  if (choice.degrees.empty()) return configuration_mistakes(configuration_parameters(choice));
  try {
    const DegreeSequences degrees = read_degrees(choice.degrees);
    if (degrees.user_count() != choice.users)
      return {fmt::format("graph.users is {}; expected {}, the users of graph.degrees", choice.users,
                          degrees.user_count())};
    if (const std::string why = why_not_simple(degrees); !why.empty()) return {"graph.degrees: " + why};
  } catch (const BadRequest& mistake) {
    std::vector<std::string> mistakes;
    for (const std::string& message : mistake.messages()) mistakes.push_back("graph.degrees: " + message);
    return mistakes;
  }
  return {};
}

/// Follower counts of the accounts of a table, from the largest down.
std::vector<std::uint64_t> follower_counts(const PlantChoice& plant) {
  const double least = static_cast<double>(plant.followers.least), most = static_cast<double>(plant.followers.most);
  std::vector<std::uint64_t> counts;
  for (std::uint32_t i = 0; i < plant.accounts; ++i) {
    const double step = plant.accounts == 1 ? 0.5 : static_cast<double>(i) / (plant.accounts - 1);
    const double followers =
        plant.followers.least == plant.followers.most || least == 0.0 ? most : most * math::pow(least / most, step);
    counts.push_back(static_cast<std::uint64_t>(followers + 0.5));
  }
  return counts;
}

StudyGraph generate_platform(const GraphChoice& choice, const StreamKey& key) {
  PlatformGraph made = platform(platform_parameters(choice), key);
  StudyGraph world{std::move(made.graph), {}, {}};
  world.accounts.active = std::move(made.active);
  world.accounts.community = std::move(made.community);
  std::size_t next = 0;
  for (std::uint32_t group = 0; group < choice.plants.size(); ++group) {
    if (choice.plants[group].from != PlantSource::fresh) continue;
    // Members are numbered from the largest down, as they are asked for.
    for (std::uint32_t member = 0; member < choice.plants[group].accounts; ++member, ++next)
      world.accounts.planted.push_back({made.planted[next], group, member, choice.plants[group].nested});
  }
  return world;
}

bool adds_accounts(const GraphChoice& choice) {
  return std::ranges::any_of(choice.plants, [](const PlantChoice& plant) { return plant.from == PlantSource::fresh; });
}

StudyGraph load(const GraphChoice& choice) {
  LoadedGraph loaded = load_graph(choice.file, {.format = choice.format,
                                                .columns = choice.columns,
                                                .separator = choice.separator.empty() ? '\0' : choice.separator.front(),
                                                .undirected = choice.undirected,
                                                .reversed = choice.reversed,
                                                .accounts = AccountFile(choice.accounts, choice.attributes),
                                                .comments = choice.comments,
                                                .chances = choice.chances});
  StudyGraph world{std::move(loaded.graph), std::move(loaded.accounts), {}, std::move(loaded.chances)};
  const LoadReport& report = loaded.report;
  world.notes = report.notes;
  if (report.lines == 0) return world;  // a graph file, of which nothing is dropped: the world that was saved
  world.facts.rows_read = report.pairs;
  world.facts.self_loops = report.self_loops;
  world.facts.duplicates = report.duplicates;
  world.facts.isolated = report.isolated;
  return world;
}

/// The graph as the model or the file has it.
StudyGraph original(const GraphChoice& choice, const StreamKey& key) {
  const auto only = [](FollowGraph graph) { return StudyGraph{std::move(graph), {}, {}}; };
  switch (choice.model) {
    case GraphModel::power_law:
      return only(power_law(power_law_parameters(choice), key));
    case GraphModel::erdos_renyi:
      return only(erdos_renyi(choice.users, choice.mean_followees, key));
    case GraphModel::uniform_audience:
      return only(uniform_audience(choice.users, choice.audiences, key));
    case GraphModel::platform:
      return generate_platform(choice, key);
    case GraphModel::configuration:
      return only(configuration(choice.degrees.empty() ? power_law_sequences(configuration_parameters(choice), key)
                                                       : read_degrees(choice.degrees),
                                key));
    case GraphModel::chung_lu:
      return only(chung_lu(power_law_parameters(choice), key));
    case GraphModel::barabasi_albert:
      return only(barabasi_albert(choice.users, choice.followees, key));
    case GraphModel::directed_scale_free:
      return only(directed_scale_free(directed_scale_free_parameters(choice), key));
    case GraphModel::watts_strogatz:
      return only(watts_strogatz(choice.users, choice.followees, choice.rewiring, key));
    case GraphModel::stochastic_block: {
      StochasticBlockGraph made = stochastic_block(stochastic_block_parameters(choice), key);
      StudyGraph world = only(std::move(made.graph));
      world.accounts.community = std::move(made.community);
      return world;
    }
    case GraphModel::r_mat:
      return only(r_mat(r_mat_parameters(choice), key));
    case GraphModel::file:
      return load(choice);
  }
  GRAPEVINE_EXPECTS(!"a model");
  return {};
}

void note_facts(StudyGraph& world, double scale) {
  const FollowGraph& graph = world.graph;
  GraphFacts& facts = world.facts;
  facts.users = graph.user_count();
  facts.follows = graph.follow_count();
  if (facts.follows > 0)
    facts.reciprocity = static_cast<double>(graph.mutual_count()) / static_cast<double>(facts.follows);
  for (const std::uint32_t followers : graph.follower_counts())
    facts.largest_followers = std::max<std::uint64_t>(facts.largest_followers, followers);
  facts.active = parallel_sum(graph.user_count(), [&](std::size_t u) {
    return std::uint64_t{world.accounts.is_active(UserId{static_cast<std::uint32_t>(u)})};
  });
  facts.scale = scale;
  facts.gini_followers = DegreeDistribution(graph.follower_counts()).gini();
  facts.log_correlation = degree_correlation(graph);
}

}  // namespace

StudyGraph generate(const GraphChoice& choice, const StreamKey& key, const Tastes& tastes) {
  StudyGraph world = original(choice, key);
  if (choice.randomise > 0.0) world.graph = randomised(world.graph, choice.randomise, key);
  std::vector<Plant> plants = plants_of(choice);
  for (Plant& more : plants)
    more.group += static_cast<std::uint32_t>(world.accounts.plants.size());  // a file has groups of its own
  for (const PlantChoice& more : choice.plants) {
    if (std::ranges::count(world.accounts.plants, more.name) > 0)
      throw BadRequest(fmt::format(
          "{}: has a plant '{}', as the scenario has; expected another name; rename the one of the scenario",
          choice.file.string(), more.name));
    world.accounts.plants.push_back(more.name);
  }
  plant(world.graph, world.accounts, plants, key);
  if (is_drawn(choice)) world.chances = {};  // nobody gave the new follows a probability
  if (choice.affinity > 0.0)
    world.graph = fit_audiences(
        world.graph, choice.affinity, world.accounts.community,
        interest_in_author(world.accounts, world.graph.user_count(), tastes.population, tastes.dynamics), key);
  note_facts(world, scale_of(choice));
  return world;
}

bool is_drawn(const GraphChoice& choice) {
  return choice.model != GraphModel::file || choice.randomise > 0.0 || adds_accounts(choice);
}

std::vector<std::string> graph_mistakes(const GraphChoice& choice) {
  std::vector<std::string> mistakes;
  switch (choice.model) {
    case GraphModel::platform:
      mistakes = platform_mistakes(platform_parameters(choice));
      break;
    case GraphModel::configuration:
      mistakes = sequence_mistakes(choice);
      break;
    case GraphModel::barabasi_albert:
      mistakes = barabasi_albert_mistakes(choice.users, choice.followees);
      break;
    case GraphModel::directed_scale_free:
      mistakes = directed_scale_free_mistakes(directed_scale_free_parameters(choice));
      break;
    case GraphModel::watts_strogatz:
      mistakes = watts_strogatz_mistakes(choice.users, choice.followees, choice.rewiring);
      break;
    case GraphModel::stochastic_block:
      mistakes = block_mistakes(choice);
      break;
    case GraphModel::r_mat:
      mistakes = r_mat_mistakes(r_mat_parameters(choice));
      break;
    case GraphModel::power_law:
    case GraphModel::erdos_renyi:
    case GraphModel::uniform_audience:
    case GraphModel::chung_lu:
    case GraphModel::file:
      break;
  }
  if (choice.model == GraphModel::file) return mistakes;  // its users are not known yet
  for (std::string& mistake : plant_mistakes(plants_of(choice), choice.users)) mistakes.push_back(std::move(mistake));
  return mistakes;
}

PlatformParameters platform_parameters(const GraphChoice& graph) {
  PlatformParameters p;
  p.planted_label = "[[plant]]";
  p.users = graph.users;
  p.mean_followees = graph.mean_followees;
  p.active = graph.active;
  p.largest = graph.largest;
  p.reciprocity = graph.reciprocity;
  p.followees_median = graph.followees_median;
  p.followees_spread = graph.followees_spread;
  p.correlation = graph.correlation;
  p.communities = graph.communities;
  p.homophily = graph.homophily;
  p.neighbourhood = graph.neighbourhood;
  p.closeness = graph.closeness;
  p.closure = graph.closure;
  for (std::uint32_t group = 0; group < graph.plants.size(); ++group) {
    const PlantChoice& plant = graph.plants[group];
    if (plant.from != PlantSource::fresh) continue;
    for (const std::uint64_t followers : follower_counts(plant))
      p.planted.push_back({.followers = followers,
                           .homophily = plant.homophily,
                           .family = plant.nested ? group : no_family,
                           .label = "plant." + plant.name});
  }
  return p;
}

std::vector<Plant> plants_of(const GraphChoice& choice) {
  std::vector<Plant> plants;
  for (std::uint32_t group = 0; group < choice.plants.size(); ++group) {
    const PlantChoice& plant = choice.plants[group];
    if (choice.model == GraphModel::platform && plant.from == PlantSource::fresh) continue;
    plants.push_back({.name = plant.name,
                      .group = group,
                      .followers = follower_counts(plant),
                      .from_graph = plant.from == PlantSource::graph,
                      .least = plant.followers.least,
                      .most = plant.followers.most,
                      .audience = plant.drawn,
                      .homophily = plant.homophily,
                      .nested = plant.nested});
  }
  return plants;
}

}  // namespace grapevine
