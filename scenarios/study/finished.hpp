#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/result/units.hpp"

namespace grapevine {

/// A result that has means over the draws of an arm's accounts, and not what they are means of.
class DrawsAreMeans : public BadRequest {
public:
  using BadRequest::BadRequest;
};

/// The units of a file that `grapevine run` finished, a result or a shard, to add others to. Throws BadRequest if it is
/// neither, was made by another program than `program`, or holds other runs than `runs` (`UnitName::runs` of the
/// study, and of each of its points); DrawsAreMeans if it does not hold all that the records had.
std::vector<Unit> finished_units(const std::filesystem::path& file, const std::string& program, const std::string& runs,
                                 const std::vector<std::string>& by_point);

}  // namespace grapevine
