#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/result/result.hpp"

namespace grapevine {

/// One study of the results of its points, in their order: the records and rows of all, each row with its point. They
/// have one point each and the same arms, replicates and tiers.
StudyResult joined(std::vector<StudyResult> points);

/// What the study found at one of its points, as a study of that point alone.
StudyResult at_point(const StudyResult& study, std::size_t point);

/// The points that money reaches in some of the replicates, and not in all.
std::vector<std::size_t> points_with_fewer(const StudyResult& study);

/// The number of the point that is called so, or has this number. Throws BadRequest where none has, with those that
/// there are.
std::size_t point_called(const std::vector<std::string>& points, const std::string& name);

/// The study at the point that `--point` asks for: itself, where it has one point and none is asked for. Throws
/// BadRequest where it has several and `command` tells of one.
StudyResult point_of(StudyResult study, const std::string& name, std::string_view command);

}  // namespace grapevine
