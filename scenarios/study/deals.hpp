#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "sim/money/campaigns.hpp"

namespace grapevine {

/// Whom the campaigns of a replicate pay, `parameters` in the place of the scenario's. `alive` is
/// called while they are chosen. Throws BadRequest with what only
/// the graph shows, each mistake with the place of its campaign in the file.
std::shared_ptr<Deals> make_deals(const Scenario& scenario, const WorldParameters& parameters, const StudyGraph& world,
                                  std::uint32_t replicate, std::function<void()> alive);

}  // namespace grapevine
