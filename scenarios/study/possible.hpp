#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "graph/base/error.hpp"
#include "scenarios/keys/scenario.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "sim/money/campaigns.hpp"

/// What only the graph, or the accounts that are chosen on it, can tell of a scenario. All throw BadRequest.
namespace grapevine {

/// The accounts have what the arms ask of them.
void expect_known(const Scenario& scenario, const Users& accounts);

/// The arms can be run for these accounts on replicate 0's graph.
void expect_runnable(const Scenario& scenario, const StudyGraph& world, const Deals& deals);

/// A sweep none of whose points has money enough; `why`: by point, the first ones are told.
BadRequest no_money_anywhere(const Scenario& whole, const std::map<std::size_t, std::string>& why);

/// Which sets of switches are looked at.
enum class SwitchedGraph : std::uint8_t { same, other };

/// The study can be run with each set of its switches off, as far as replicate 0 tells: of those that leave the graph
/// as it is on `world`, of the others on graphs of their own, one after the other. `choosing`: also where accounts are
/// chosen by what they would spread, which takes long. At a point of a sweep a set without enough money is no mistake.
void expect_switches_possible(const Scenario& scenario, SwitchedGraph which, const StudyGraph& world, bool choosing,
                              const std::function<void()>& alive);

}  // namespace grapevine
