#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenarios/result/result.hpp"

/// What `grapevine compare` tells.
namespace grapevine {

/// Two arms of one study beside each other, whether its scenario asked for that contrast or not. Throws BadRequest for
/// names that no arm has.
std::string compare_arms(const StudyResult& study, const std::string& arm, const std::string& against);

/// Studies are named as the user named their files.
using NamedStudies = std::vector<std::pair<std::string, StudyResult>>;

/// The keys in which several studies differ, and the numbers that they have in common, claims, ratios, rates and
/// elasticities, side by side: each with its interval, and how far it is from that of the first. Numbers that are equal
/// in all of them, or that not all of them have, are counted below.
std::string compare_studies(const NamedStudies& studies);

/// The same numbers, equal ones too, as a table of comma-separated values: a line a number and study.
std::string compare_studies_as_csv(const NamedStudies& studies);

}  // namespace grapevine
