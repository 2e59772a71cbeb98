#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/units.hpp"
#include "scenarios/study/units.hpp"

namespace grapevine {

/// A result that has means over the draws of an arm's accounts, and not what they are means of.
class DrawsAreMeans : public BadRequest {
public:
  DrawsAreMeans(const std::string& message, bool all) : BadRequest(message), has_all(all) {}
  bool has_all;  ///< that the study asks for: nothing has to be added
};

/// The units of a file that `grapevine run` finished, a result or a shard, to add others to: of this study, or of one
/// that differs by points which it has not. Throws BadRequest if it is neither, was made by another program than
/// `program`, or holds other runs, or points that this study has not: they would be gone; DrawsAreMeans if it does not
/// hold all that the records had.
std::vector<Unit> finished_units(const std::filesystem::path& file, const std::string& program,
                                 const Scenario& scenario, UnitNames& names);

}  // namespace grapevine
