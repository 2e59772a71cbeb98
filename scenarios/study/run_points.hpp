#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

/// Runs every arm of every replicate of the study at each of its points, replicate by replicate, and returns a result
/// of one point for each. Points that differ in nothing that a graph hangs on share it, and those that differ in
/// nothing that a warm-up hangs on share that.
///
/// Units that are there already, in `options.units`, are taken; those that it does not want are left out, and others
/// are kept there.
///
/// `enough`, where given, is asked after each replicate while none is missing; where it says so no more are run.
/// `whole`: the study that the points are of; itself, where it has none. Throws as `run_study` does; where all that is
/// missing is left to others, nothing is thrown.
enum class Holds {
  records,  ///< the results have them
  nothing,  ///< units are kept in the store alone
};
using Enough = std::function<bool(const std::vector<StudyResult>& points, std::uint32_t replicates)>;
std::vector<StudyResult> run_points(const Scenario& whole, const StudyOptions& options, const Enough& enough = {},
                                    Holds holds = Holds::records);

}  // namespace grapevine
