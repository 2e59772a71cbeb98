#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/formats/graph_file.hpp"
#include "scenarios/keys/keys.hpp"
#include "sim/model/actions.hpp"

/// What the lists of keys are written with: ranges, the fields behind keys, and conditions that several lists share.
namespace grapevine {

std::vector<Key> study_keys();   ///< the study as a whole, its time, tiers, arms, contrasts, bands, claims and output
std::vector<Key> graph_keys();   ///< [graph] and [[plant]]
std::vector<Key> people_keys();  ///< [population], [behaviour], [cascade]
std::vector<Key> feed_keys();    ///< [feed] and what is below it
std::vector<Key> diffusion_keys();  ///< [diffusion]
std::vector<Key> money_keys();      ///< [price] and [[campaign]]

namespace key_fields {

inline constexpr std::int64_t day = 86'400;
inline constexpr std::int64_t longest = 3650 * day;
inline constexpr std::int64_t no_limit =
    std::numeric_limits<std::uint32_t>::max() - 1;  ///< the machine's, not the model's

constexpr WholeRange durations_from(std::int64_t seconds) { return {seconds, longest}; }
inline constexpr RealRange spread{0, 5};
inline constexpr RealRange probability{0, 1};
inline constexpr RealRange logits{-20, 20};
inline constexpr WholeRange money_to_a_billion{0, 1'000'000'000};

template <GraphModel... models>
bool graph_is(const Target& target) {
  return ((target.scenario->graph.model == models) || ...);
}
/// Whether graph.file is one of ours, with what is known of accounts, or not. Both hold of a file that is not known
/// yet.
template <bool ours>
bool loads(const Target& target) {
  const GraphChoice& graph = target.scenario->graph;
  return graph.model == GraphModel::file && (graph.file.empty() || is_graph_file(graph.file) == ours);
}
inline constexpr Condition in_communities{
    "graph.model = \"platform\" or \"stochastic-block\", or a graph file (.gvg) from graph.file",
    [](const Target& target) {
      return graph_is<GraphModel::platform, GraphModel::stochastic_block>(target) || loads<true>(target);
    }};
inline constexpr Condition accounts_known{
    "graph.model = \"platform\" or a graph file (.gvg) from graph.file",
    [](const Target& target) { return graph_is<GraphModel::platform>(target) || loads<true>(target); }};

template <auto member>
Field scenario(const Target& target) {
  return &(target.scenario->*member);
}
template <auto member>
Field graph(const Target& target) {
  return &(target.scenario->graph.*member);
}
template <auto member>
Field when(const Target& target) {
  return &(target.scenario->world.time.*member);
}
template <auto member>
Field people(const Target& target) {
  return &(target.scenario->world.population.*member);
}
template <auto member>
Field tiers(const Target& target) {
  return &(target.scenario->world.tiers.*member);
}
template <auto member>
Field prices(const Target& target) {
  return &(target.scenario->world.prices.*member);
}
template <auto member>
Field output(const Target& target) {
  return &(target.scenario->output.*member);
}
template <auto member>
Field feed(const Target& target) {
  return &(target.run->feed.*member);
}
template <auto member>
Field behaviour(const Target& target) {
  return &(target.run->behaviour.*member);
}
template <auto member>
Field diffusion(const Target& target) {
  return &(target.run->diffusion.*member);
}
template <auto member>
Field plant(const Target& target) {
  return &(target.plant->*member);
}
template <auto member>
Field claims(const Target& target) {
  return &(target.scenario->claims.*member);
}
template <auto member>
Field band(const Target& target) {
  return &(target.band->*member);
}
template <auto member>
Field campaign(const Target& target) {
  return &(target.campaign->*member);
}

/// make<action>() for each action, in the order of the table.
template <class Make>
std::vector<Key> key_per_action(Make&& make) {
  return [&]<std::size_t... a>(std::index_sequence<a...>) {
    return std::vector<Key>{make.template operator()<static_cast<Action>(a)>()...};
  }
  (std::make_index_sequence<action_count>());
}

}  // namespace key_fields
}  // namespace grapevine
