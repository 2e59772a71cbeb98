#include "scenarios/reader/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "graph/base/counted.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/reader/graph_choice.hpp"

namespace grapevine {

void ScenarioReader::check_chances() {
  const GraphChoice& graph = scenario_.graph;
  if (graph.chances.empty()) return;
  if (graph.randomise > 0.0)
    add(place_of({"graph.randomise"}),
        "graph.randomise makes follows that graph.chances has no probability for; expected one of the two; leave one "
        "out");
  for (std::size_t i = 0; i < graph.plants.size(); ++i)
    if (const std::string& prefix = plant_prefixes_[i];
        graph.plants[i].from == PlantSource::fresh && sound({prefix + "from"}))
      add(place_of({prefix + "from", prefix + "name"}),
          fmt::format("{}from is \"new\", and graph.chances has no probability for the followers of a new account; "
                      "expected \"graph\"; choose accounts of the graph, or leave "
                      "graph.chances out",
                      prefix));
}

void ScenarioReader::check_graph() {
  const GraphChoice& graph = scenario_.graph;
  if (given("graph.separator") && sound({"graph.separator"}) && graph.separator.size() != 1)
    add(place_of({"graph.separator"}),
        fmt::format(
            "graph.separator is \"{:.40}\"; expected one character, such as \";\"; leave it out to have it detected",
            graph.separator));
  check_chances();
  if (graph.model == GraphModel::file || !sound({"graph.users"}) || !given("graph.users")) return;
  if (graph.stands_for > 0 && sound({"graph.stands_for"}) && graph.stands_for < graph.users)
    add(place_of({"graph.stands_for"}), fmt::format("graph.stands_for is {}, fewer than graph.users, {}; expected at "
                                                    "least as many; leave it out for a world that stands "
                                                    "for itself",
                                                    graph.stands_for, graph.users));
  const Key& mean = *find_key("graph", "mean_followees");
  if (sound({"graph.mean_followees"}) && mean.acts(base()) && !(graph.mean_followees < double(graph.users)))
    add(place_of({"graph.mean_followees", "graph.users"}),
        fmt::format("graph.mean_followees is {}; expected less than graph.users, {}", graph.mean_followees,
                    graph.users));
  if (graph.model != GraphModel::uniform_audience || !sound({"graph.audiences"})) return;
  std::uint64_t accounts = 0;
  for (const auto& [followers, count] : graph.audiences) {
    if (followers > most_followers())
      add(place_of({"graph.audiences"}),
          fmt::format("graph.audiences has an account with {} followers; expected at most {}, {} of {}", followers,
                      most_followers(), largest_audience, whole_world()));
    accounts = count > graph.users ? graph.users + 1 : accounts + count;
    if (accounts > graph.users) break;
  }
  if (accounts > graph.users)
    add(place_of({"graph.audiences"}),
        fmt::format("graph.audiences has more accounts than graph.users, {}; expected at most as many", graph.users));
}

std::uint64_t ScenarioReader::world_users() const {
  return scenario_.graph.stands_for > 0 ? scenario_.graph.stands_for : scenario_.graph.users;
}

std::string ScenarioReader::whole_world() const {
  return fmt::format("{}, {}", scenario_.graph.stands_for > 0 ? "graph.stands_for" : "graph.users", world_users());
}

void ScenarioReader::check_tiers() {
  if (!sound({"tiers.names", "tiers.from"})) return;
  const TierParameters& tiers = scenario_.world.tiers;
  if (tiers.names.size() != tiers.from.size())
    add(place_of({"tiers.from", "tiers.names"}),
        fmt::format("tiers.from has {} and tiers.names has {}; expected one bound for each name",
                    counted(tiers.from.size(), "entry", "entries"), tiers.names.size()));
  else if (tiers.from != TierParameters{}.from)  // the essay's classes may stand empty in a world too small for them
    for (const std::string& name : tiers.names) expect_possible("tiers.from", name);
  check_scaled_tiers();
  for (const auto& [key, shares] : {std::pair("tiers.fake_followers", tiers.fake_followers.size()),
                                    {"tiers.verified", tiers.verified.size()},
                                    {"tiers.creators", tiers.creators.size()}})
    if (shares > 1 && shares != tiers.names.size() && sound({key}))
      add(place_of({key}),
          fmt::format("{} has {} entries and tiers.names has {}; expected one share for each name, or one for all", key,
                      shares, tiers.names.size()));
}

void ScenarioReader::check_scaled_tiers() {
  const TierParameters& tiers = scenario_.world.tiers;
  const double scale = scale_of(scenario_.graph);
  if (!given("graph.users") || !sound({"graph.users", "graph.stands_for"}) || !(scale < 1.0)) return;
  for (std::size_t i = 2; i < std::min(tiers.from.size(), tiers.names.size()); ++i) {
    std::uint64_t below = tiers.from[i - 1], from = tiers.from[i];
    scale_count(below, scale), scale_count(from, scale);
    if (below < from) continue;
    add(place_of({"tiers.from", "graph.stands_for"}),
        fmt::format("tiers {} and {} start at {} and {} followers, and both at {} in a world of {} users that stands "
                    "for {}; expected bounds that stay apart; give {} users or more",
                    in_quotes(tiers.names[i - 1]), in_quotes(tiers.names[i]), tiers.from[i - 1], tiers.from[i], from,
                    scenario_.graph.users, scenario_.graph.stands_for,
                    static_cast<std::uint64_t>(
                        std::ceil(double(scenario_.graph.stands_for) / double(tiers.from[i] - tiers.from[i - 1])))));
  }
}

void ScenarioReader::expect_possible(const std::string& label, const std::string& name) {
  const TierParameters& tiers = scenario_.world.tiers;
  const auto tier =
      static_cast<std::size_t>(std::find(tiers.names.begin(), tiers.names.end(), name) - tiers.names.begin());
  if (scenario_.graph.model == GraphModel::file || !given("graph.users") ||
      !sound({"graph.users", "graph.stands_for"}) || tier >= tiers.from.size())
    return;
  if (tiers.from[tier] <= most_followers()) return;
  add(place_of({label, "claims.arm", "claims.micro_arm", "tiers.from", "graph.users"}),
      fmt::format("tier {} starts at {} followers, and no account may hold more than {} of {}; expected at most {}; "
                  "lower the bound, or give a world of {} users or more",
                  in_quotes(name), tiers.from[tier], largest_audience, whole_world(), most_followers(),
                  static_cast<std::uint64_t>(std::ceil(static_cast<double>(tiers.from[tier]) / largest_audience))));
}

void ScenarioReader::check_plants() {
  const GraphChoice& graph = scenario_.graph;
  if (graph.model == GraphModel::file || !sound({"graph.model", "graph.users", "graph.stands_for"}) ||
      !given("graph.users"))
    return;
  for (std::size_t i = 0; i < graph.plants.size(); ++i) {
    const PlantChoice& plant = graph.plants[i];
    const std::string& prefix = plant_prefixes_[i];
    if (plant.from == PlantSource::graph || !sound({prefix + "from", prefix + "followers"}) ||
        !given(prefix + "followers"))
      continue;
    if (plant.nested && graph.model == GraphModel::platform && graph.randomise > 0.0)
      add(place_of({prefix + "nested"}),
          fmt::format(
              "{}nested has no effect with graph.randomise, which gives each account another audience; remove one",
              prefix));
    if (plant.nested && graph.affinity > 0.0)
      add(place_of({prefix + "nested"}),
          fmt::format("{}nested has no effect with graph.affinity, which gives each account another audience; remove "
                      "one",
                      prefix));
    if (plant.followers.most > most_followers())
      add(place_of({plant_prefixes_[i] + "followers"}),
          fmt::format("{}followers goes up to {}; expected at most {}, {} of {}; lower it, or give a world of {} "
                      "users or more",
                      plant_prefixes_[i], plant.followers.most, most_followers(), largest_audience, whole_world(),
                      static_cast<std::uint64_t>(std::ceil(double(plant.followers.most) / largest_audience))));
  }
}

void ScenarioReader::check_generator() {
  const GraphChoice& graph = scenario_.graph;
  const auto of_graph = [](const Given& it) { return it.key->section == "graph" || it.key->section == "plant"; };
  if (graph.model == GraphModel::file || !given("graph.users") ||
      std::any_of(given_.begin(), given_.end(), [&](const Given& it) { return of_graph(it) && !it.good; }))
    return;
  if (graph.model == GraphModel::stochastic_block && !given("graph.densities")) return;
  if (graph.model == GraphModel::platform && !active_hold_plants()) return;
  check_affinity();
  Scenario scaled;
  scaled.graph = graph;
  scale_down(scaled);
  const std::string_view counts = scale_of(graph) < 1.0 ? " (counts of the scaled world)" : "";
  std::set<std::string> told;  // one line a plant: its largest account, whose bound is the tightest, comes first
  for (const std::string& mistake : graph_mistakes(scaled.graph)) {
    const std::string subject =
        mistake.substr(0, mistake.find_first_of(" :"));  // a key, or a plant with or without one
    Place place = place_of({subject, "graph.users"});
    const auto plant = std::ranges::find_if(
        plant_prefixes_, [&](const std::string& prefix) { return (subject + ".").rfind(prefix, 0) == 0; });
    if (plant != plant_prefixes_.end()) {
      if (!told.insert(*plant).second) continue;
      place = place_of({*plant + "homophily", *plant + "accounts", *plant + "followers"});
    }
    add(place, mistake + std::string(counts));
  }
}

/// Where all topics are liked alike, nothing fits better than anything else.
void ScenarioReader::check_affinity() {
  const PopulationParameters& population = scenario_.world.population;
  if (!(scenario_.graph.affinity > 0.0) || !sound({"population.topics", "population.interest_skew"})) return;
  for (const auto& [key, alike] : {std::pair("population.topics = 1", population.topics == 1),
                                   {"population.interest_skew = 0", population.interest_skew == 0.0}})
    if (alike)
      add(place_of({"graph.affinity"}),
          fmt::format("graph.affinity has no effect with {}, with which everybody likes all topics alike; remove one",
                      key));
}

bool ScenarioReader::active_hold_plants() {
  const GraphChoice& graph = scenario_.graph;
  const auto active = static_cast<std::uint64_t>(graph.active * static_cast<double>(graph.users) + 0.5);
  std::uint64_t accounts = 0;
  for (std::size_t i = 0; i < graph.plants.size(); ++i) {
    if (graph.plants[i].from == PlantSource::fresh) accounts += graph.plants[i].accounts;
    if (accounts <= active) continue;
    add(place_of({plant_prefixes_[i] + "accounts", "graph.active", "graph.users"}),
        fmt::format("{}accounts makes {} planted accounts; expected at most {}, graph.active, {}, of graph.users, "
                    "{}; plant fewer{}",
                    plant_prefixes_[i], accounts, active, graph.active, graph.users,
                    accounts <= graph.users
                        ? fmt::format(", or raise graph.active to {:.3g}",
                                      std::ceil(1000.0 * double(accounts) / double(graph.users)) / 1000.0)
                        : ", or raise graph.users"));
    return false;
  }
  return true;
}

}  // namespace grapevine
