#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/keys/scenario.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "sim/money/campaigns.hpp"

namespace grapevine {

/// The money of a study, and nothing else, is too little: at a point of a sweep that is a cell without runs.
class Infeasible : public BadRequest {
public:
  Infeasible(std::vector<std::string> messages, std::string why)
      : BadRequest(std::move(messages)), why_(std::move(why)) {}

  /// The same without places in files, so that a result has it: equal on all machines.
  const std::string& why() const noexcept { return why_; }

private:
  std::string why_;
};

/// Whom the campaigns of a replicate pay, `parameters` in the place of the scenario's. `alive` is
/// called while they are chosen. Throws BadRequest with what only
/// the graph shows, each mistake with the place of its campaign in the file; Infeasible where all of them are of money.
std::shared_ptr<Deals> make_deals(const Scenario& scenario, const WorldParameters& parameters, const StudyGraph& world,
                                  std::uint32_t replicate, std::function<void()> alive);

}  // namespace grapevine
